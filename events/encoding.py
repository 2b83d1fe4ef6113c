"""Answers as JSON, the same from commands and from the API."""

from __future__ import annotations

from typing import Any

import msgspec

_encoder = msgspec.json.Encoder(decimal_format="number")


def as_json(answer: Any) -> bytes:
    """One document: times in ISO 8601 with Z, exact decimals as numbers, dataclasses and named tuples as they are."""
    return _encoder.encode(answer)
