"""How a rule names what it saw."""

from __future__ import annotations

from collections.abc import Iterable

from odds.records import OutcomeKey, Quote


def named(outcome: OutcomeKey) -> str:
    """'Over', or 'LeBron James Over' in props."""
    return f"{outcome.description} {outcome.name}".lstrip()


def quoted(quotes: Iterable[Quote]) -> str:
    """'Lakers -3.5 at -110, Celtics +3.5 at -110'"""
    return ", ".join(f"{named(quote.outcome)}{_point(quote)} at {quote.price:+d}" for quote in quotes)


def _point(quote: Quote) -> str:
    if quote.point is None:
        return ""
    return f" {quote.point.normalize():{'+f' if quote.outcome.side in ('home', 'away') else 'f'}}"
