"""Figures with their standard errors. Pure.

Bets of one day share news, lines and games, so errors that take them for independent are too small. Beside those stand
errors by cluster (Liang and Zeger 1986; Cameron and Miller 2015, with the factor G/(G - 1) for few clusters).
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike

from .counting import Floats, coded, summed

# Fewer game days than this tell too little of how days differ: no interval, no t statistic.
FEWEST_DAYS = 10
NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean, or a ratio of two sums, and how far chance alone moves it."""

    value: float
    n: int
    clusters: int
    standard_error: float | None  # as if all were independent; None for fewer than two
    clustered_standard_error: float | None  # None for fewer than two clusters


def ratio(numerators: ArrayLike, denominators: ArrayLike, clusters: Sequence[Hashable]) -> Estimate | None:
    """Sum of the numerators over sum of the denominators; None where the latter is 0, as for no data.

    The errors are those of the linearised ratio (Cochran 1977, 6.3): from what each pair adds beyond the ratio.
    """
    above, below = np.asarray(numerators, dtype=float), np.asarray(denominators, dtype=float)
    total = float(below.sum())
    if total == 0:
        return None
    value = float(above.sum()) / total
    rest = above - value * below
    codes, groups = coded(clusters)
    return Estimate(
        value=value,
        n=len(above),
        clusters=groups,
        standard_error=_error(rest, total),
        clustered_standard_error=_error(summed(rest, codes, groups), total),
    )


def mean(values: ArrayLike, clusters: Sequence[Hashable]) -> Estimate | None:
    """The mean; None of no values."""
    return ratio(values, np.ones(len(clusters)), clusters)


def wilson(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """The interval of a rate after n trials (Wilson 1927): never outside [0, 1], and right for few trials too.

    Raises ValueError for no trials.
    """
    if n <= 0:
        raise ValueError(f"a rate needs trials, and there are {n}")
    z = NORMAL.inv_cdf((1 + level) / 2)
    rate, shrink = successes / n, 1 + z * z / n
    centre = (rate + z * z / (2 * n)) / shrink
    half = z / shrink * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, centre - half), min(1.0, centre + half)


def _error(parts: Floats, total: float) -> float | None:
    """The standard error of sum/total from independent parts that sum to 0."""
    n = len(parts)
    return sqrt(n / (n - 1) * float(parts @ parts)) / abs(total) if n > 1 else None
