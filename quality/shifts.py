"""Lines that stand now with an overround far from what their bookmaker usually keeps."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from odds.lines import book_lines
from odds.models import Odds

from .baseline import OverroundBaseline, ShiftedLine, shifted_lines
from .overrounds import overrounds
from .period import Offer, Period

# What is usual is told from so long before: a shift that lasts becomes usual after half of it.
BASELINE = timedelta(days=14)


class _Price(NamedTuple):
    """A price that stands, as lines are made of it."""

    event_id: str
    bookmaker: str
    market: str
    outcome: str
    side: str
    description: str
    point: Decimal | None
    price: int
    decimal_price: float
    is_valid: bool


_FIELDS = (
    "event__api_id", "bookmaker__key", "market__key", "outcome__name", "outcome__side", "outcome__description", "point",
    "price", "decimal_price", "is_valid",
)  # fmt: skip


def overround_baselines(now: datetime, *, sport: str | None = None) -> dict[Offer, OverroundBaseline]:
    """The usual overround before the start, by bookmaker and market, over the last BASELINE."""
    return overrounds(Period(start=now - BASELINE, end=now, sport=sport))


def overround_shifts(now: datetime, *, sport: str | None = None) -> list[ShiftedLine]:
    """Of the games still to begin, the lines that now stand far from their bookmaker's usual overround; by event."""
    rows = Odds.objects.standing().filter(event__commence_time__gt=now).order_by("event__api_id")
    if sport is not None:
        rows = rows.filter(event__sport_key=sport)
    prices = [_Price(*row) for row in rows.values_list(*_FIELDS)]
    if not prices:
        return []
    baselines = overround_baselines(now, sport=sport)
    return [
        line
        for event_id, of_event in groupby(prices, key=lambda price: price.event_id)
        for line in shifted_lines(event_id, book_lines(of_event), baselines)
    ]
