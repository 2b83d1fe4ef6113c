"""The names of HTTP statuses."""

from __future__ import annotations

from http import HTTPStatus

_PHRASES = {status.value: status.phrase for status in HTTPStatus}


def phrase(status: int) -> str:
    return _PHRASES.get(status, "Unknown")
