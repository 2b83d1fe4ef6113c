"""What strategies are shown, as plain records for tests that need no database."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from backtesting.records import EventView, MarketView
from odds.lines import StandingPrice
from odds.tests.prices import SEEN


def make_view(
    *lines: Sequence[StandingPrice] | StandingPrice,
    moment: datetime = SEEN,
    event_id: str = "e1",
    sport_key: str = "basketball_nba",
    earlier: Callable[[datetime], MarketView] | None = None,
) -> MarketView:
    """A view of Celtics at Lakers, an hour and a half before the start, with these prices or lines of prices.

    Without `earlier` a strategy that looks back fails.
    """
    prices = [price for each in lines for price in ([each] if isinstance(each, StandingPrice) else each)]
    return MarketView(
        event=EventView(
            event_id=event_id,
            sport_key=sport_key,
            home_team="Los Angeles Lakers",
            away_team="Boston Celtics",
            commence_time=SEEN + timedelta(minutes=90),
        ),
        moment=moment,
        snapshot_time=max((price.snapshot_time for price in prices if price.snapshot_time), default=None),
        prices=tuple(replace(price, event_id=event_id) for price in prices),
        earlier=earlier or _not_asked_for,
    )


def bets(found) -> list[tuple]:
    """Of bets on one price each: book, side, point and American price."""
    return [
        (leg.price.bookmaker, leg.price.side, leg.price.point, leg.price.price) for bet in found for leg in bet.legs
    ]


def _not_asked_for(moment: datetime) -> MarketView:
    raise AssertionError(f"looked back at {moment}")
