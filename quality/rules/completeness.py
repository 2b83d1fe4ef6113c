"""Whether everything asked for is there, over a whole answer: single games of single books come and go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from ..choices import IssueType, Severity
from ..records import Issue, Slate, Thresholds
from .registry import slate_rule

GONE_AFTER = timedelta(hours=24)


@slate_rule(IssueType.MISSING_BOOKMAKER)
def bookmakers_present(slate: Slate, thresholds: Thresholds) -> Iterator[Issue]:
    """Every bookmaker asked for by name quotes some game to come."""
    quoting = {bookmaker for bookmaker, _ in slate.offers}
    for bookmaker in slate.bookmakers:
        if bookmaker not in quoting:
            yield Issue(IssueType.MISSING_BOOKMAKER, Severity.WARNING, _absence(slate, bookmaker), None, bookmaker)


def _absence(slate: Slate, bookmaker: str) -> str:
    games = f"in none of the games to come ({slate.events}), expected in some"
    last = slate.last_quoted.get(bookmaker)
    if last is None:
        return f"'{bookmaker}' was never seen, and is {games}: is its key in BOOKMAKERS right?"
    how = "is gone, not seen" if slate.at - last > GONE_AFTER else "has been missing"
    return f"'{bookmaker}' {how} since {last:%Y-%m-%d %H:%M} UTC: {games}"


@slate_rule(IssueType.MISSING_MARKET)
def markets_present(slate: Slate, thresholds: Thresholds) -> Iterator[Issue]:
    """Every market asked for is quoted by somebody, and by every bookmaker asked for that quotes anything."""
    for market in slate.markets:
        quoting = {bookmaker for bookmaker, offered in slate.offers if offered == market}
        if not quoting:
            text = f"no bookmaker quotes '{market}' in any of the games to come ({slate.events}), expected in some"
            yield Issue(IssueType.MISSING_MARKET, Severity.WARNING, text, None, f" {market}")
            continue
        for bookmaker in slate.bookmakers:
            if bookmaker in {book for book, _ in slate.offers} and bookmaker not in quoting:
                text = (
                    f"'{bookmaker}' quotes '{market}' in none of the games to come ({slate.events}), expected in some"
                )
                yield Issue(IssueType.MISSING_MARKET, Severity.WARNING, text, None, f"{bookmaker} {market}")
