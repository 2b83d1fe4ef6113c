"""Figure 7: the money of a backtest alone, from one row a game."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from math import isclose

import numpy as np
from backtestbuddy.backtest.sport_backtest import PredictionBacktest
from backtestbuddy.strategies.sport_strategies import FixedStake
from pandas import DataFrame

from backtesting import bankroll

from .figures import Figure, timed

CASH, AMOUNT, FRACTION = 1_000_000.0, 100.0, 0.01
YIELD, LEFT = "Yield [%]", "Bankroll Final [$]"


def core(sizes: Iterable[int], rounds: int) -> Figure:
    """7: from one row a game to the bankroll in the end and the yield, over backtestbuddy's fast path.

    Stakes are a fixed amount or a fraction of the bankroll, games are settled one after the other or all of a day
    together. The least favourable of the four counts. Raises ValueError where bankroll or yield are not the same.
    """
    measured = []
    for size in sizes:
        games = one_row_a_game(size)
        for fraction in (0.0, FRACTION):
            for together in (False, True):
                measured.append({"rows": size, **_core(games, fraction, rounds, together=together)})
    return {
        "figure": 7,
        "what": "from one row a game to the bankroll in the end and the yield, against backtestbuddy's fast path",
        "same_bankroll": True,
        "times_faster": min(each["times_faster"] for each in measured),
        "measured": measured,
        "goal": ">= 10",
    }


def _core(games: DataFrame, fraction: float, rounds: int, *, together: bool) -> Figure:
    (ours, played), (peer, their) = timed(
        max(rounds, 10_000 // len(games)),  # the shorter, the more it is disturbed
        partial(play_rows, games, fraction, together=together),
        partial(play_rows_with_backtestbuddy, games, fraction, together=together),
    )
    if not all(isclose(own, other, rel_tol=1e-9) for own, other in zip(played, their, strict=True)):
        raise ValueError(f"figure 7: bankroll and yield are {played} and {their}")
    return {
        "stakes": f"{fraction:.0%} of the bankroll" if fraction else f"{AMOUNT:.0f} each",
        "settled": "a day at a time" if together else "one after the other",
        "seconds": round(ours, 5),
        "peer_seconds": round(peer, 4),
        "times_faster": round(peer / ours, 1),
    }


def one_row_a_game(size: int, seed: int = 7) -> DataFrame:
    """Eight games a day with two prices each, an outcome predicted and the one that came: 0 or 1."""
    chance = np.random.default_rng(seed)
    return DataFrame(
        {
            "date": np.datetime64("2000-01-01") + np.arange(size) // 8,
            "home": chance.integers(150, 260, size) / 100,
            "away": chance.integers(150, 260, size) / 100,
            "predicted": chance.integers(0, 2, size),
            "outcome": chance.integers(0, 2, size),
        }
    )


def play_rows(games: DataFrame, fraction: float, *, together: bool) -> tuple[float, float]:
    """The bankroll in the end and the yield in percent."""
    home, away, predicted, outcome = (games[name].to_numpy() for name in ("home", "away", "predicted", "outcome"))
    size, price = len(games), np.where(predicted == 0, home, away)
    moment = games["date"].to_numpy("M8[us]").astype(np.int64) if together else 2 * np.arange(size)
    multiple = np.where(predicted == outcome, price, 0.0)
    positions = bankroll.Positions(
        moments=moment,
        amounts=np.full(size, 0.0 if fraction else AMOUNT),
        fractions=np.full(size, fraction),
        limits=np.full(size, np.inf),
        first_legs=np.arange(size + 1),
    )
    payments = bankroll.Payments(
        moments=moment + 1, legs=np.arange(size), multiples=multiple, refunds=np.zeros(size), ends=np.ones(size, bool)
    )
    legs = bankroll.Legs(shares=np.ones(size), costs=np.zeros(size))
    stakes = bankroll.play(positions, legs, payments, CASH, bankroll.Rounding(0.0)).stakes
    profit = float((stakes * (multiple - 1)).sum())
    return CASH + profit, profit / float(stakes.sum()) * 100


def play_rows_with_backtestbuddy(games: DataFrame, fraction: float, *, together: bool) -> tuple[float, float]:
    """The same."""
    backtest = PredictionBacktest(
        games,
        ["home", "away"],
        "outcome",
        "date",
        "predicted",
        initial_bankroll=CASH,
        strategy=FixedStake(fraction=fraction) if fraction else FixedStake(amount=AMOUNT),
        settle_simultaneous=together,
    )
    found = backtest.evaluate([YIELD, LEFT])
    return float(found[LEFT]), float(found[YIELD])
