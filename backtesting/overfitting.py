"""The probability of backtest overfitting, pure: how often the best of many configurations is below the middle later.

Combinatorially symmetric cross-validation (Bailey, Borwein, López de Prado and Zhu 2017): the days are cut into an even
number of blocks in order of time. For each choice of half of them, the configuration that is best there is looked up in
the other half.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike

from .counting import Floats

BLOCKS = 16
# Figures held at once, combinations times configurations.
_AT_ONCE = 2_000_000
# As a fraction of the mean: less is the rounding of floats, and the days are all alike.
_NO_SPREAD = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class Overfitting:
    configurations: int
    blocks: int
    combinations: int
    probability: float  # PBO: share of combinations in which the best is in the lower half, or at its edge, later
    probability_of_loss: float  # share of them in which the best loses later


def probability_of_overfitting(profits: ArrayLike, blocks: int = BLOCKS) -> Overfitting:
    """PBO of a matrix of profits, a row for each day in order of time and a column for each configuration.

    A configuration without a bet on a day has 0 there. The best is that of the highest Sharpe ratio by day. Raises
    ValueError for fewer than two configurations, an odd number of blocks or fewer than two days for each.
    """
    matrix = np.asarray(profits, dtype=float)
    _check(matrix, blocks)
    configurations = matrix.shape[1]
    parts = np.array_split(matrix, blocks)
    days = np.array([len(part) for part in parts], dtype=float)
    sums = np.array([part.sum(axis=0) for part in parts])
    squares = np.array([(part**2).sum(axis=0) for part in parts])
    chosen = np.array(list(combinations(range(blocks), blocks // 2)))
    inside = np.zeros((len(chosen), blocks))
    np.put_along_axis(inside, chosen, 1.0, axis=1)
    below, lost = 0, 0
    for half in np.array_split(inside, -(-inside.shape[0] * configurations // _AT_ONCE)):
        best = _sharpe(half @ days, half @ sums, half @ squares).argmax(axis=1)
        rest = 1 - half
        later = _sharpe(rest @ days, rest @ sums, rest @ squares)
        its_own = np.take_along_axis(later, best[:, None], axis=1)
        # The rank among N, ties in the middle: up to (N + 1) / 2 its logit is 0 or less.
        rank = (later < its_own).sum(axis=1) + ((later == its_own).sum(axis=1) + 1) / 2
        below += int((rank <= (configurations + 1) / 2).sum())
        lost += int((its_own < 0).sum())
    return Overfitting(
        configurations=configurations,
        blocks=blocks,
        combinations=len(inside),
        probability=below / len(inside),
        probability_of_loss=lost / len(inside),
    )


def _sharpe(days: Floats, sums: Floats, squares: Floats) -> Floats:
    """Mean over standard deviation, by combination and configuration; 0 where nothing varies, as without bets."""
    means = sums / days[:, None]
    spread = np.sqrt(np.maximum(squares / days[:, None] - means**2, 0.0))
    return np.divide(means, spread, out=np.zeros_like(means), where=spread > _NO_SPREAD * np.abs(means))


def _check(matrix: Floats, blocks: int) -> None:
    if matrix.ndim != 2 or matrix.shape[1] < 2:
        raise ValueError(f"profits of shape {matrix.shape}: overfitting needs days as rows, two configurations or more")
    if blocks < 2 or blocks % 2:
        raise ValueError(f"{blocks} blocks: half of them are chosen each time, so they must be an even number from 2")
    if len(matrix) < 2 * blocks:
        raise ValueError(f"{len(matrix)} days are too few for {blocks} blocks: at least {2 * blocks} are needed")
