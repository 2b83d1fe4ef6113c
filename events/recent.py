"""What is dear to work out and asked for by many: once in a while for each process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.core.cache import cache

T = TypeVar("T")


def recent(name: str, seconds: float, make: Callable[[], T]) -> T:
    """What `make` gives, or gave under this name within the last so many seconds; anew each time if that is 0."""
    missing = object()
    known: T | object = cache.get(name, missing)
    if known is missing:
        known = make()
        cache.set(name, known, seconds)
    return known  # type: ignore[return-value]
