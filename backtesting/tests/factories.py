"""Runs and their bets for tests. Every default is valid, so a test states only what matters to it."""

from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any

from backtesting.choices import BetState, RunState
from backtesting.metrics import measure
from backtesting.models import BacktestBet, BacktestRun
from backtesting.records import Bet, Coverage, EquityPoint
from backtesting.services import read_bets
from events.tests.factories import TIP
from odds.choices import Side
from odds.pricing import american_to_decimal

_serial = count(1)
# Which part of the stake wins or is lost. In the other states it comes back, or nothing is known.
_WON = {BetState.WON: 1.0, BetState.HALF_WON: 0.5}
_LOST = {BetState.LOST: 1.0, BetState.HALF_LOST: 0.5}


def make_run(**over: Any) -> BacktestRun:
    """A finished run of the EV strategy on the season around TIP, with a configuration of its own and no metrics."""
    fields: dict[str, Any] = {
        "state": RunState.DONE,
        "strategy": "expected_value",
        "parameters": {"min_ev": 0.03, "sharp_book": "pinnacle"},
        "decides": "60m",
        "staking": "flat:100",
        "terms": {"markets": ["h2h"], "must_stand": False},
        "configuration": sha256(b"%d" % next(_serial)).hexdigest(),
        "sport_key": "basketball_nba",
        "start": datetime(2025, 10, 1, tzinfo=UTC),
        "end": datetime(2026, 7, 1, tzinfo=UTC),
        "initial_bankroll": 10_000.0,
        "data_fingerprint": "ab" * 32,
        "code_version": "cd" * 32,
        "progress": 1.0,
        "started_at": TIP + timedelta(days=200),
        "finished_at": TIP + timedelta(days=200, seconds=12),
    }
    return BacktestRun.objects.create(**{**fields, **over})


def make_bet(run: BacktestRun | None = None, **over: Any) -> BacktestBet:
    """A bet of 100 on the home side at +110 an hour before TIP, the next of its run; won unless told otherwise.

    What follows from others follows here too: the decimal price, times from the start, money from the state.
    """
    run = run or make_run()
    number = over.get("number") or run.bets.count() + 1
    fields: dict[str, Any] = {
        "number": number,
        "position": number,
        "kind": "value",
        "event_id": f"{number:032x}",
        "sport_key": run.sport_key,
        "home_team": "Los Angeles Lakers",
        "away_team": "Boston Celtics",
        "commence_time": TIP,
        "bookmaker": "fanduel",
        "market": "h2h",
        "outcome": "Los Angeles Lakers",
        "side": Side.HOME,
        "price": 110,
        "is_timed": True,
        "age_seconds": 90.0,
        "probability": 0.5,
        "edge": 0.05,
        "stake": 0.0 if over.get("state") == BetState.UNFILLED else 100.0,
        "commission": 0.0,
        "cost": 0.0,
        "bankroll": run.initial_bankroll,
        "state": BetState.WON,
        **over,
    }
    return BacktestBet.objects.create(run=run, **{**_consequences(fields), **fields})


def measure_run(run: BacktestRun, **over: Any) -> BacktestRun:
    """Give a run the figures and the equity of its bets, as if it had been run; `over` adds to its metrics."""
    bets = read_bets(run)
    points = _equity(bets, run.initial_bankroll)
    metrics = measure(bets, points, run.initial_bankroll, seed=run.seed, start=run.start, end=run.end, draws=200)
    coverage = Coverage(events=len(bets), decided=len(bets), covered=len(bets))
    run.metrics = metrics.as_json() | {"trials": 1, "deflated": None, "caveats": [], **over}
    run.coverage = asdict(coverage) | {"fraction": coverage.fraction}
    run.equity = [[f"{moment:%Y-%m-%dT%H:%M:%SZ}", cash, stakes] for moment, cash, stakes in points]
    run.save()
    return run


def _equity(bets: list[Bet], cash: float) -> list[EquityPoint]:
    """The money after every instant at which something was decided or settled."""
    stakes = 0.0
    placed = [bet for bet in bets if bet.placed_at]
    changes = [(bet.decided_at, -bet.stake - bet.cost, bet.stake) for bet in placed]
    changes += [(bet.settled_at, bet.returned, -bet.stake) for bet in placed if bet.settled_at]
    points: dict[datetime, EquityPoint] = {}
    for moment, money, at_stake in sorted(changes):
        cash, stakes = cash + money, stakes + at_stake
        points[moment] = EquityPoint(moment, cash, stakes)
    return list(points.values())


def _consequences(fields: dict[str, Any]) -> dict[str, Any]:
    """What follows from the other fields: when it was decided and settled, and what came back."""
    state, stake, start = BetState(fields["state"]), fields["stake"], fields["commence_time"]
    decided_at = fields.get("decided_at", start - timedelta(hours=1))
    price = fields.get("decimal_price", american_to_decimal(fields["price"]))
    gain = _WON.get(state, 0.0) * (price - 1) * (1 - fields["commission"]) - _LOST.get(state, 0.0)
    known = state not in (BetState.OPEN, BetState.UNRESOLVED, BetState.UNFILLED)
    return {
        "decided_at": decided_at,
        "placed_at": None if state == BetState.UNFILLED else decided_at,
        "decimal_price": price,
        "settled_at": start + timedelta(hours=3) if known else None,
        "returned": stake * (1 + gain) if known else 0.0,
        "profit": stake * gain - fields["cost"] if known else 0.0,
    }
