"""A paper account for tests, and collections that it is told of."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from backtesting.decision_times import MinutesBefore
from backtesting.models import BacktestRun
from backtesting.paper.accounts import NEVER_ENDS, open_account
from backtesting.records import EventView, MarketView
from backtesting.staking import Percentage
from backtesting.strategies import BettingStrategy
from backtesting.terms import RunTerms
from events.models import Event
from events.tests.factories import TIP
from odds.models import Odds
from odds.opportunities import Opportunity
from odds.tests.factories import make_pair, make_snapshot

NBA = "basketball_nba"
OPENED = TIP - timedelta(days=1)
MINUTE = timedelta(minutes=1)


class HomeSides(BettingStrategy):
    """A tenth of the cash on every home side."""

    default_decides = MinutesBefore(60)
    default_staking = Percentage(0.1)

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> list[Opportunity]:
        return [self.pick(price) for price in odds_snapshot.prices if price.side == "home"]


def account(strategy: BettingStrategy | None = None, **terms: Any) -> BacktestRun:
    options: dict[str, Any] = {
        "sport_key": NBA,
        "start": OPENED,
        "end": NEVER_ENDS,
        "initial_bankroll": 1_000.0,
        **terms,
    }
    return open_account(strategy or HomeSides(), RunTerms(**options), OPENED)


def look(event: Event, minutes_before: int, price: int = 100) -> datetime:
    """What a collection stores of a game so many minutes before TIP; the price before it ends. Returns its time."""
    moment = TIP - minutes_before * MINUTE
    make_snapshot(event, snapshot_time=moment, created_at=moment)
    standing = Odds.objects.filter(event=event, valid_until=None, price=price)
    if not standing.exists():
        Odds.objects.filter(event=event, valid_until=None).update(valid_until=moment)
        make_pair(event, prices={"home": price}, odds_timestamp=moment)
    event.closing_at = moment
    event.save()
    return moment
