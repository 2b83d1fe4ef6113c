"""The arithmetic of this package on whole columns, with numpy, pure.

Arrays in and out are float64 of one shape. NaN in gives NaN out, and so does what is no price; nothing is raised.
"""

from __future__ import annotations

from math import log

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .devig import DevigMethod

Floats = NDArray[np.float64]


def to_decimal(american: ArrayLike) -> Floats:
    """Decimal prices of American ones; NaN inside (-100, 100), where none lies."""
    price = np.asarray(american, dtype=np.float64)
    size = np.where(np.abs(price) >= 100, np.abs(price), np.nan)
    return 1 + np.where(price > 0, size / 100, 100 / size)


def implied(decimal_prices: ArrayLike) -> Floats:
    """1/d, the margin still in it; NaN at 1 or below."""
    return 1 / _prices(decimal_prices)


def expected_value(probability: ArrayLike, decimal_price: ArrayLike) -> Floats:
    """Expected profit for each unit staked, given that it does not push: p × d - 1."""
    return np.asarray(probability, dtype=np.float64) * _prices(decimal_price) - 1


def net_of_commission(decimal_price: ArrayLike, commission: ArrayLike) -> Floats:
    """What is left of prices when a fraction of the winnings goes to the exchange: 1 + (d - 1)(1 - k)."""
    return 1 + (_prices(decimal_price) - 1) * (1 - np.asarray(commission, dtype=np.float64))


def two_way_fair(
    d_a: ArrayLike, d_b: ArrayLike, method: DevigMethod = DevigMethod.MULTIPLICATIVE
) -> tuple[Floats, Floats]:
    """The fair chances of two outcomes that are bet against each other, by `fair_probabilities` of each pair.

    Both are NaN where either price is none.
    """
    a, b = np.broadcast_arrays(_prices(d_a), _prices(d_b))
    match DevigMethod(method):
        case DevigMethod.ADDITIVE:
            chances = _additive(a, b)
        case DevigMethod.POWER:
            chances = _power(a, b)
        case DevigMethod.SHIN:  # without a margin there are no insiders
            has_margin = 1 / a + 1 / b > 1
            chances = np.where(has_margin, _additive(a, b), [1 / a, 1 / b])
        case DevigMethod.ODDS_RATIO | DevigMethod.LOGARITHMIC:  # 1 / (1 + c(d - 1)) with c² = 1 / ((d_a - 1)(d_b - 1))
            ratio = np.sqrt((a - 1) / (b - 1))
            chances = np.stack([1 / (1 + ratio), 1 / (1 + 1 / ratio)])
        case DevigMethod.MULTIPLICATIVE:
            chances = np.stack([1 / a, 1 / b])
    p_a, p_b = chances / chances.sum(axis=0)
    return p_a, p_b


def _prices(decimal_prices: ArrayLike) -> Floats:
    price = np.asarray(decimal_prices, dtype=np.float64)
    return np.where((price > 1) & (price < np.inf), price, np.nan)


def _additive(a: Floats, b: Floats) -> Floats:
    return np.stack([1 + 1 / a - 1 / b, 1 + 1 / b - 1 / a]) / 2


def _power(a: Floats, b: Floats) -> Floats:
    """Both to the power that makes them sum to 1, by Newton's method.

    Their sum falls with k and is convex, so from the left, where the longer price alone would give 1/2, each step comes
    closer and none goes too far.
    """
    sizes = np.log(np.stack([a, b]))
    k: Floats = log(2) / sizes.max(axis=0)
    for _ in range(_MOST_STEPS):
        powers = np.exp(-k * sizes)
        step = (powers.sum(axis=0) - 1) / (powers * sizes).sum(axis=0)
        k = k + step
        if not np.any(step > _LAST_BITS * k):
            break
    return np.exp(-k * sizes)


# Ordinary prices take five steps; one next to 1.0 against a longshot takes some forty.
_MOST_STEPS = 200
_LAST_BITS = 1e-15
