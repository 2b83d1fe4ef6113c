"""The stakes on many independent groups of bets that make the bankroll grow fastest together.

The expected logarithm of the wealth W = 1 + sum f·r has as many terms as there are combinations of results. But log W
is the integral of (exp(-t) - exp(-tW))/t over all t > 0, and the mean of exp(-tW) is a product over the groups. So one
integral does for any number of bets, as exactly as floats allow, and its derivatives are integrals of the same kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .exclusive import Bet

Floats = NDArray[np.float64]

# In u = log t the trapezoid rule errs by exp(-pi²/step), and what lies below the lowest u adds up to exp(lowest).
_STEP = 0.3
_LOWEST = -32.0
_HIGHEST = 40.0  # of t·W: exp(-40) is nothing any more

_CLOSE_ENOUGH = 1e-10  # to the greatest growth
_ROUNDING = 1e-9  # of a sum of chances that should be 1
_SAFE = 0.99  # of the way to where a stake would be 0
_STEPS = 100  # a dozen are usual
_NOTHING = 1e-10  # of the bankroll: what is left of a stake that should be 0


def fastest_growth(groups: Sequence[Sequence[Bet]], limit: float) -> list[list[float]]:
    """The fraction of the bankroll to stake on each bet; in sum `limit` (at most 1) or less.

    At most one bet of a group wins, their chances sum to 1 at most, and groups are independent. The expected logarithm
    is within 1e-9 of the greatest. By a primal-dual interior-point method (Boyd and Vandenberghe 2004, 11.7).
    """
    problem = _Problem(groups)
    point = _start(problem.size, limit)
    for _ in range(_STEPS):
        slope, curvature = problem.derivatives(point.stakes, 1 - limit + point.left)
        if point.distance(slope) < _CLOSE_ENOUGH:
            break
        point = point.after(slope, curvature)
    else:
        raise ArithmeticError(f"the stakes on {problem.size} bets decided together were not found in {_STEPS} steps")
    stakes = iter(np.where(point.stakes < _NOTHING, 0.0, point.stakes).tolist())
    return [[next(stakes) for _ in group] for group in groups]


class _Point(NamedTuple):
    """Stakes on the way to the best ones. Everything is above 0; at the best ones each pair has a product of 0."""

    stakes: Floats
    losses: Floats  # of growth for each unit more on a bet that should get nothing
    left: float  # of the limit
    worth: float  # of a higher limit, in growth for each unit

    def distance(self, slope: Floats) -> float:
        """By how much the growth can be below the greatest, which is concave in the stakes."""
        limit = self.stakes.sum() + self.left
        unbalanced = abs(slope + self.losses - self.worth).max()
        return float(self._gap + 2 * limit * unbalanced)

    @property
    def _gap(self) -> float:
        return float(self.stakes @ self.losses + self.left * self.worth)

    def after(self, slope: Floats, curvature: Floats) -> _Point:
        """The point after Newton's step towards products that are a tenth of what they are."""
        stakes, losses, left, worth = self
        product = max(0.1 * self._gap, 0.01 * _CLOSE_ENOUGH) / (len(stakes) + 1)
        step = np.linalg.solve(
            curvature + np.diag(losses / stakes) + worth / left, slope + product / stakes - product / left
        )
        steps = (
            step,
            (product - losses * step) / stakes - losses,
            -step.sum(),
            (product + worth * step.sum()) / left - worth,
        )
        here, change = np.hstack(self), np.hstack(steps)
        length = min(1.0, _SAFE / max(float((-change / here).max()), 1e-9))
        stakes, losses, left, worth = (a + length * b for a, b in zip(self, steps, strict=True))
        return _Point(stakes, losses, float(left), float(worth))


def _start(size: int, limit: float) -> _Point:
    each = limit / (size + 1)
    return _Point(np.full(size, each), np.ones(size), each, 1.0)


class _Problem:
    """Expected growth and its derivatives as functions of the stakes, as one array over all groups."""

    def __init__(self, groups: Sequence[Sequence[Bet]]) -> None:
        sizes = [len(group) for group in groups]
        self.size = sum(sizes)
        self.chances = np.array([chance for group in groups for chance, _ in group])
        self.prices = np.array([price for group in groups for _, price in group])
        self.firsts = np.cumsum([0, *sizes[:-1]])  # where each group begins
        self.group = np.repeat(np.arange(len(sizes)), sizes)  # of each bet
        self.none_wins = np.maximum(1 - np.add.reduceat(self.chances, self.firsts), 0.0)
        self.none_wins[self.none_wins < _ROUNDING] = 0.0
        self.is_same_group = self.group[:, None] == self.group

    def derivatives(self, stakes: Floats, cash: float) -> tuple[Floats, Floats]:
        """Of the growth, by the stakes: first, and second with its sign turned (which is positive definite).

        `cash` is what is not staked, given apart since it can be far smaller than the rounding of 1 - sum of stakes.
        """
        t, mean, won = self._transformed(stakes, cash)
        returns = won - 1
        first = _STEP * (mean * t) @ returns
        weights = _STEP * mean * t * t
        second = returns.T @ (weights[:, None] * returns)
        second -= self.is_same_group * (won.T @ (weights[:, None] * won))  # one of a group wins, never two
        second[np.diag_indices(self.size)] += (weights @ won) * self.prices
        return first, second

    def _transformed(self, stakes: Floats, cash: float) -> tuple[Floats, Floats, Floats]:
        """t; E[exp(-tW)] at each; and there d times the chance of each bet to win, reweighted by exp(-tW)."""
        payouts = stakes * self.prices
        least_payouts = np.where(self.none_wins > 0, 0.0, np.minimum.reduceat(payouts, self.firsts))
        t = np.exp(np.arange(_LOWEST, np.log(_HIGHEST / (cash + least_payouts.sum())) + _STEP, _STEP))
        wins = self.chances * np.exp(-np.outer(t, payouts))
        of_group = np.add.reduceat(wins, self.firsts, axis=1) + self.none_wins
        mean = np.exp(-t * cash) * of_group.prod(axis=1)
        return t, mean, self.prices * wins / of_group[:, self.group]
