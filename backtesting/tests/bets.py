"""Bets as plain records for tests of figures. Every default is valid, so a test states only what matters to it."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import numpy as np

from backtesting.choices import BetState
from backtesting.records import Bet, EquityPoint
from odds.pricing import american_to_decimal, decimal_to_american, net_of_commission

TIP = datetime(2018, 10, 17, 0, 30, tzinfo=UTC)  # the evening of 16 October in New York
DAY = timedelta(days=1)

_serial = count(1)
_GAIN = {BetState.WON: 1.0, BetState.HALF_WON: 0.5}
_LOSS = {BetState.LOST: 1.0, BetState.HALF_LOST: 0.5}
_OUT = (BetState.OPEN, BetState.UNRESOLVED, BetState.UNFILLED)


def make_bet(state: BetState = BetState.WON, *, day: int = 0, **over: Any) -> Bet:
    """A bet of 100 at -110 an hour before TIP, `day` days later; money follows from the state unless told otherwise."""
    start = over.get("commence_time", TIP + day * DAY)
    decimal_price = over.get("decimal_price", american_to_decimal(over.get("price", -110)))
    stake, cost = over.get("stake", 0.0 if state == BetState.UNFILLED else 100.0), over.get("cost", 0.0)
    won = _GAIN.get(state, 0.0) * (net_of_commission(decimal_price, over.get("commission", 0.0)) - 1)
    profit = stake * (won - _LOSS.get(state, 0.0))
    known = state not in _OUT
    number = next(_serial)
    fields: dict[str, Any] = {
        "number": number,
        "position": number,
        "kind": "value",
        "event_id": f"{number:032x}",
        "sport_key": "basketball_nba",
        "home_team": "Boston Celtics",
        "away_team": "Philadelphia 76ers",
        "commence_time": start,
        "decided_at": start - timedelta(hours=1),
        "placed_at": None if state == BetState.UNFILLED else start - timedelta(hours=1),
        "bookmaker": "fanduel",
        "market": "h2h",
        "outcome": "Boston Celtics",
        "side": "home",
        "description": "",
        "point": None,
        "price": decimal_to_american(decimal_price),
        "decimal_price": decimal_price,
        "is_timed": True,
        "age_seconds": 60.0,
        "probability": 0.55,
        "edge": 0.05,
        "stake": stake,
        "commission": 0.0,
        "cost": cost,
        "bankroll": 10_000.0,
        "state": state,
        "settled_at": start + timedelta(hours=3) if known else None,
        "returned": stake + profit if known else 0.0,
        "profit": profit - cost if known else 0.0,
    }
    return Bet(**{**fields, **over})


def equity_of(bets: list[Bet], initial: float) -> list[EquityPoint]:
    """The money after each instant at which bets were settled, as if nothing else had been at stake."""
    profits: dict[datetime, float] = defaultdict(float)
    for bet in bets:
        if bet.settled_at is not None:
            profits[bet.settled_at] += bet.profit
    cash = initial + np.cumsum([profits[moment] for moment in sorted(profits)])
    return [EquityPoint(moment, float(left), 0.0) for moment, left in zip(sorted(profits), cash, strict=True)]
