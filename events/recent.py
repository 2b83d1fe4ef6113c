"""What is dear to work out and asked for by many: once in a while for each process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control, cache_page
from django.views.decorators.vary import vary_on_cookie

T = TypeVar("T")
View = Callable[[HttpRequest], HttpResponse]


def recent(name: str, seconds: float, make: Callable[[], T]) -> T:
    """What `make` gives, or gave under this name within the last so many seconds; anew each time if that is 0."""
    missing = object()
    known: T | object = cache.get(name, missing)
    if known is missing:
        known = make()
        cache.set(name, known, seconds)
    return known  # type: ignore[return-value]


def recent_page(view: View) -> View:
    """A page made once in `PAGE_SECONDS` for the same cookies and the same question. Nobody between may keep it.

    Who that is was asked when it was made: one whose session is ended elsewhere may see it for so long.
    """
    return cache_control(private=True)(cache_page(settings.PAGE_SECONDS)(vary_on_cookie(view)))
