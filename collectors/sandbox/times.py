"""Instants as the API writes and reads them: UTC, whole seconds, with a Z."""

from __future__ import annotations

import re
from datetime import UTC, datetime

ISO = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def iso(seconds: float) -> str:
    return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> int | None:
    """Seconds since 1970, or None for what the API refuses: fractions of seconds, offsets, days alone."""
    if not ISO.fullmatch(text):
        return None
    try:
        return int(datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp())
    except ValueError:
        return None
