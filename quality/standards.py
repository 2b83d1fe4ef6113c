"""What quotes are measured by, as the settings and the table of bookmakers have it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings

from odds.dimensions import market_keys
from odds.models import Bookmaker

from .records import Range, Standards, Thresholds


def thresholds_of_settings() -> Thresholds:
    """The thresholds; what is not configured is as `Thresholds` has it."""
    usual = Thresholds()
    return Thresholds(
        disabled=frozenset(settings.DISABLED_CHECKS),
        largest_price=settings.PRICE_LIMIT,
        overround={**usual.overround, **settings.OVERROUND_RANGES},
        movement_per_hour={**usual.movement_per_hour, **settings.MOVEMENT_PER_HOUR},
        stale_after=timedelta(minutes=settings.MAX_QUOTE_AGE_MINUTES),
        start_moved_by=timedelta(minutes=settings.START_MOVED_MINUTES),
    )


# Offers in which no rule found anything, for the process's life: a live answer has most of those of the one before.
_clean: tuple[Thresholds, set[tuple[object, ...]]] = Thresholds(), set()


def _known_clean(thresholds: Thresholds) -> set[tuple[object, ...]]:
    """Those found clean by these very thresholds."""
    global _clean
    if _clean[0] != thresholds:
        _clean = thresholds, set()
    return _clean[1]


def standards_of_settings() -> Standards:
    """The standards for quotes that come in now. Two queries."""
    thresholds = thresholds_of_settings()
    kinds, ranges = {}, {}
    for book in Bookmaker.objects.all():
        kinds[book.key] = book.kind
        if book.overround_min is not None or book.overround_max is not None:
            ranges[book.key] = _range(book, thresholds)
    return Standards(
        thresholds=thresholds,
        kinds=kinds,
        ranges=ranges,
        markets=frozenset(market_keys().values()),
        rejects=settings.REJECT_INVALID_ODDS,
        known_clean=_known_clean(thresholds),
    )


def _range(book: Bookmaker, thresholds: Thresholds) -> Range:
    """The range given for this bookmaker; an end that is not given is that of its kind."""
    low, high = thresholds.overround[book.kind]
    return (
        low if book.overround_min is None else book.overround_min,
        high if book.overround_max is None else book.overround_max,
    )
