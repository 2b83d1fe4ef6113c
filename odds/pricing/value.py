"""What a bet is worth at a chance and a price, pure."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

# Far above the rounding of one formula or another, far below what a bet could be worth.
EDGE_TOLERANCE = 1e-9


@overload
def reaches(value: float, threshold: float) -> bool: ...
@overload
def reaches(value: NDArray[np.float64], threshold: float) -> NDArray[np.bool_]: ...
def reaches(value: float | NDArray[np.float64], threshold: float) -> bool | NDArray[np.bool_]:
    """Whether an edge is at least the one asked for: the one comparison that decides on a bet.

    A billionth below counts as reached, so that two ways to the same number cannot part at its last bit. NaN never
    reaches anything.
    """
    return value >= threshold - EDGE_TOLERANCE


def expected_value(probability: float, decimal_price: float, *, push: float = 0.0) -> float:
    """Expected profit for each unit staked: p × d - 1, and (1 - push) times that where the stake may come back.

    `probability` is the chance to win if it does not push. At a whole number that is what a two-way price tells once
    its margin is removed, for a push refunds both sides.
    """
    return (1 - push) * (probability * decimal_price - 1)


def break_even(decimal_price: float, *, commission: float = 0.0) -> float:
    """The chance, given no push, at which a price neither wins nor loses: -110 needs 0.5238, or 11 bets of 21."""
    return 1 / net_of_commission(decimal_price, commission)


def net_of_commission(decimal_price: float, commission: float) -> float:
    """The decimal price that is left when a fraction of the winnings goes to the exchange: 1 + (d - 1)(1 - k)."""
    return 1 + (decimal_price - 1) * (1 - commission)
