"""How a bet counts in figures, by what has become of it: one table for all of them. Pure.

A bet at a quarter line is two bets of half the stake. Half won means that one of them won and the other pushed, so it
counts as half a win, and half of its stake as turnover.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from events.game_days import day_of

from .choices import BetState
from .records import Bet

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

# What part of a bet was won or lost; the rest of the stake came back.
_DECIDED = {BetState.WON: 1.0, BetState.HALF_WON: 0.5, BetState.HALF_LOST: 0.5, BetState.LOST: 1.0}
_WON = {BetState.WON, BetState.HALF_WON}
_SETTLED = {*_DECIDED, BetState.PUSH, BetState.VOID}


def decided_part(bet: Bet) -> float:
    """1 for won and lost, 0.5 for half won and half lost, 0 for all that is void, a push or not known."""
    return _DECIDED.get(bet.state, 0.0)


def is_won(bet: Bet) -> bool:
    """Whether what was decided of it was won."""
    return bet.state in _WON


def is_settled(state: BetState) -> bool:
    """Whether its profit is known: won, lost, halves, push, void."""
    return state in _SETTLED


def turnover(bet: Bet) -> float:
    """The part of the stake that was won or lost: what a yield is reckoned on."""
    return bet.stake * decided_part(bet)


def placed(bets: Iterable[Bet]) -> list[Bet]:
    """Those for which money was staked."""
    return [bet for bet in bets if bet.state != BetState.UNFILLED]


def settled(bets: Iterable[Bet]) -> list[Bet]:
    return [bet for bet in bets if is_settled(bet.state)]


def decided(bets: Iterable[Bet]) -> list[Bet]:
    """Those won or lost, halves included."""
    return [bet for bet in bets if bet.state in _DECIDED]


def game_day(bet: Bet) -> date:
    """The day in US/Eastern on which its event starts. What is bet on one day is not independent."""
    return _day_of(bet.commence_time)


_day_of = lru_cache(maxsize=4096)(day_of)  # asked ten times for each bet of a run, and games begin together


def coded(labels: Sequence[Hashable]) -> tuple[Codes, int]:
    """Labels as whole numbers from 0 in the order of first appearance, and how many different ones there are."""
    known: dict[Hashable, int] = {}
    codes = np.array([known.setdefault(label, len(known)) for label in labels], dtype=np.int64)
    return codes, len(known)


def summed(values: Floats, codes: Codes, groups: int) -> Floats:
    """The sum of the values of each code."""
    sums = np.zeros(groups)
    np.add.at(sums, codes, values)
    return sums
