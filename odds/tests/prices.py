"""Prices as plain records for tests that need no database. Every default is valid and fresh."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from odds.lines import StandingPrice
from odds.pricing import american_to_decimal, decimal_to_american

NAMES = {"home": "Los Angeles Lakers", "away": "Boston Celtics"}
SEEN = datetime(2026, 1, 14, 23, tzinfo=UTC)


def make_price(
    bookmaker: str = "fanduel",
    market: str = "h2h",
    side: str = "home",
    american: int = -110,
    point: float | str | Decimal | None = None,
    **over: Any,
) -> StandingPrice:
    """A price that was seen a minute ago, an hour and a half before the start; the point is the side's own.

    `decimal_price` goes before the American one, and `minutes_old` says how long ago it was seen.
    """
    minutes_old = over.pop("minutes_old", 1)
    if "decimal_price" in over:
        american = decimal_to_american(over["decimal_price"])
    made = StandingPrice(
        event_id="e1",
        bookmaker=bookmaker,
        market=market,
        outcome=NAMES.get(side, side.title()),
        side=side,
        description="",
        point=None if point is None else Decimal(str(point)),
        price=american,
        decimal_price=american_to_decimal(american),
        odds_timestamp=SEEN - timedelta(hours=1),
        last_update=None,
        snapshot_time=SEEN - timedelta(minutes=minutes_old),
        age_seconds=60.0 * minutes_old,
        is_live=False,
        is_valid=True,
        validation_notes="",
    )
    return replace(made, **over)


def make_line(
    bookmaker: str, market: str, american: dict[str, int], point: float | str | None = None, **over: Any
) -> list[StandingPrice]:
    """One book's prices by side, `{"home": -110, "away": -110}`; `point` is the home side's, or the total."""
    exact = None if point is None else Decimal(str(point))
    return [
        make_price(bookmaker, market, side, price, -exact if exact is not None and side == "away" else exact, **over)
        for side, price in american.items()
    ]
