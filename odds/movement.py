"""How prices moved: every change there was."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from events.models import Event
from events.reading import rows_of

from .lines import market_order, side_order
from .models import Odds


class PriceChange(NamedTuple):
    """A price from the first snapshot that had it to the first that had not."""

    event_id: str  # the provider's
    bookmaker: str
    market: str
    outcome: str  # the name as quoted
    side: str
    description: str
    point: Decimal | None
    price: int  # American
    decimal_price: float
    odds_timestamp: datetime
    valid_until: datetime | None  # None while it stands
    last_update: datetime | None
    is_live: bool  # whether the first snapshot that had it was taken after the start
    is_valid: bool


_CHANGE = (
    "event__api_id", "bookmaker__key", "market__key", "outcome__name", "outcome__side", "outcome__description", "point",
    "price", "decimal_price", "odds_timestamp", "valid_until", "last_update", "is_live", "is_valid",
)  # fmt: skip


def price_changes(event: Event, *, bookmaker: str | None = None, market: str | None = None) -> list[PriceChange]:
    """Every price of the event, or of one book or market (by key), series by series in time order. One query."""
    rows = Odds.objects.filter(event=event).order_by("outcome__line", "odds_timestamp", "id")
    if bookmaker is not None:
        rows = rows.for_bookmaker(bookmaker)
    if market is not None:
        rows = rows.for_market(market)
    series: dict[tuple[str, str, str, str, str], list[PriceChange]] = defaultdict(list)
    for change in map(PriceChange._make, rows_of(rows.values_list(*_CHANGE))):
        series[change.market, change.bookmaker, change.description, change.side, change.outcome].append(change)
    return [change for each in sorted(series, key=_order) for change in series[each]]


def _order(series: tuple[str, str, str, str, str]) -> tuple[object, ...]:
    market, bookmaker, description, side, outcome = series
    return market_order(market), bookmaker, description, side_order(side), outcome
