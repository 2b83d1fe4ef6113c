"""The money, pure: stakes are debited when they are decided and come back when a result is known, in the order of time.

All else about a bet is known before: what is wanted, whether it would be filled, what it would return and when. So one
queue of plain numbers remains, as columns: positions in the order of decisions, their legs, and what each leg pays.
At one instant what is settled comes before what is decided, and what is decided together is staked from the same cash.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import floor, inf
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

# A stake that is a whole number of units but for the last digit of a float is not rounded down by one.
ROUNDING_SLACK = 1e-9
_NEVER = 2**63 - 1

Floats = NDArray[np.float64]
Instants = NDArray[np.int64]  # microseconds since 1970
Wish = Callable[[float], float]
"""The stake that a strategy's own rule wants of the cash at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Positions:
    """What is decided, position by position in order of time. The stake wanted is amount + fraction × cash at hand."""

    moments: Instants
    amounts: Floats
    fractions: Floats
    limits: Floats  # the most that may be staked on the position; inf without a limit
    first_legs: NDArray[np.int64]  # where the legs of each begin, and in the end how many legs there are
    wanted: Mapping[int, Wish] = field(default_factory=dict)
    """Positions whose stake follows a rule of the strategy's own: what it wants of the cash at hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Legs:
    """The legs of all positions, one after the other."""

    shares: Floats  # of the position's stake
    costs: Floats  # paid for ordering it; given back where it is not filled


@dataclass(frozen=True, slots=True, kw_only=True)
class Payments:
    """What comes back of the legs. A leg that is in none stays out; one that was corrected is in several."""

    moments: Instants  # after the decision of the leg's position
    legs: NDArray[np.int64]
    multiples: Floats  # of the stake: by how much more is paid back from then on
    refunds: Floats  # costs that come back with it: of a leg that was not filled
    ends: NDArray[np.bool_]  # whether the stake is out no more: the first payment of its leg

    def in_order(self) -> Payments:
        """By time; what comes at one instant by leg."""
        order = np.lexsort((self.legs, self.moments))
        return Payments(
            moments=self.moments[order],
            legs=self.legs[order],
            multiples=self.multiples[order],
            refunds=self.refunds[order],
            ends=self.ends[order],
        )


@dataclass(frozen=True, slots=True)
class Rounding:
    """Stakes are whole numbers of a unit, and at least so much, or nothing. A unit of 0 leaves them as they are."""

    unit: float = 0.01
    minimum: float = 0.0

    @property
    def down(self) -> Callable[[float], float]:
        """What makes of a stake the one to place."""
        unit, minimum = self.unit, self.minimum
        if not unit and not minimum:
            return float  # as it is, with the least to do

        def down(stake: float) -> float:
            whole = floor(stake / unit + ROUNDING_SLACK) * unit if unit else stake
            return whole if whole >= minimum else 0.0

        return down


class Played(NamedTuple):
    """What was staked: NaN-free arrays in the order of the columns given."""

    bankrolls: Floats  # cash at hand when each position was decided
    stakes: Floats  # of each leg; 0 where there was too little money, or the stake was below the minimum


def play(positions: Positions, legs: Legs, payments: Payments, initial: float, rounding: Rounding) -> Played:
    """Stake the positions from a bankroll. `payments` are `in_order`.

    Where those decided together want more than there is, all are cut by the same factor. Raises ValueError where
    positions or payments are out of order, or a stake is wanted that is no number of 0 or more.
    """
    _check_order(positions, payments)
    amounts, fractions, limits = positions.amounts.tolist(), positions.fractions.tolist(), positions.limits.tolist()
    first, shares, costs = positions.first_legs.tolist(), legs.shares.tolist(), legs.costs.tolist()
    due, due_legs, multiples = payments.moments.tolist(), payments.legs.tolist(), payments.multiples.tolist()
    refunds = payments.refunds.tolist() if payments.refunds.any() else None
    due.append(_NEVER)
    cash, paid, wanted, down = initial, 0, positions.wanted, rounding.down
    at_hand: list[float] = []  # of each batch
    stakes: list[float] = []
    batches = _batches(positions, legs)
    # Written out, and without numpy inside, since it is run for every bet of every run of a sweep.
    for moment, begin, end, fees in zip(*(column.tolist() for column in batches), strict=True):
        while due[paid] <= moment:
            stake = stakes[due_legs[paid]]
            cash += multiples[paid] * stake
            if refunds and stake:
                cash += refunds[paid]
            paid += 1
        at_hand.append(cash)
        wants = []
        for place in range(begin, end):
            want = amounts[place] + fractions[place] * cash
            wants.append(want if want < limits[place] else limits[place])
        if wanted:
            wants = _own_wishes(positions, begin, wants, cash)
        total, room = sum(wants), cash - fees
        factor = 1.0 if total <= room else max(0.0, room) / total if total else 0.0
        for place, want in enumerate(wants, begin):
            leg, last = first[place], first[place + 1]
            if last - leg > 1:
                parts = _together([down(want * factor * share) for share in shares[leg:last]])
                cash -= sum(parts) + sum(costs[leg:last]) if parts[0] else 0.0
                stakes += parts
            else:
                stake = down(want * factor * shares[leg])
                cash -= stake + costs[leg] if stake else 0.0
                stakes.append(stake)
    return Played(np.repeat(np.array(at_hand, float), batches.end - batches.begin), np.array(stakes))


def _together(stakes: list[float]) -> list[float]:
    """The stakes of a position's legs; none where one is too small to place."""
    return stakes if all(stakes) else [0.0] * len(stakes)


Play = Callable[[Positions, Legs, Payments, float, Rounding], Played]


def equity(
    positions: Positions, legs: Legs, payments: Payments, played: Played, initial: float
) -> tuple[Instants, Floats, Floats]:
    """Instants, cash and open stakes at cost after all that happened at each instant at which something did."""
    of_leg = np.repeat(np.arange(len(positions.moments)), np.diff(positions.first_legs))
    staked = played.stakes > 0
    outlay = np.where(staked, played.stakes + legs.costs, 0.0)
    income = payments.multiples * played.stakes[payments.legs]
    income += np.where(staked[payments.legs], payments.refunds, 0.0)
    moments = np.concatenate([payments.moments, positions.moments[of_leg]])
    order = np.argsort(moments, kind="stable")  # payments stand before decisions of the same instant
    moments = moments[order]
    cash = initial + np.cumsum(np.concatenate([income, -outlay])[order])
    ended = np.where(payments.ends, played.stakes[payments.legs], 0.0)
    open_stakes = np.cumsum(np.concatenate([-ended, np.where(staked, played.stakes, 0.0)])[order])
    last = np.append(moments[1:] != moments[:-1], True) if len(moments) else np.zeros(0, bool)
    return moments[last], cash[last], open_stakes[last]


class _Batches(NamedTuple):
    """Positions that are decided together: [begin, end)."""

    moment: Instants
    begin: NDArray[np.int64]
    end: NDArray[np.int64]
    fees: Floats  # the costs of all legs


def _batches(positions: Positions, legs: Legs) -> _Batches:
    begin = np.flatnonzero(np.diff(positions.moments, prepend=-_NEVER))
    end = np.append(begin, len(positions.moments))[1:]
    return _Batches(positions.moments[begin], begin, end, np.add.reduceat(legs.costs, positions.first_legs[begin]))


def _own_wishes(positions: Positions, begin: int, wants: list[float], cash: float) -> list[float]:
    """The stakes with those replaced that follow a rule of the strategy's own."""
    wished = list(wants)
    for place in range(len(wants)):
        if rule := positions.wanted.get(begin + place):
            stake = rule(cash)
            if not 0 <= stake < inf:
                raise ValueError(f"a stake of {stake!r} is wanted of {cash:,.2f}: it has to be a number of 0 or more")
            wished[place] = min(stake, float(positions.limits[begin + place]))
    return wished


def _check_order(positions: Positions, payments: Payments) -> None:
    for what, moments in (("positions", positions.moments), ("payments", payments.moments)):
        if (np.diff(moments) < 0).any():
            raise ValueError(f"{what} are out of order: they come in order of time")
