"""American and decimal prices, and the chances that they imply, pure."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal


def american_to_decimal(price: float) -> float:
    """The decimal price of an American one: -110 gives 1.909..., +150 gives 2.5, and both -100 and +100 give 2.

    Raises ValueError inside (-100, 100), where no American price lies.
    """
    if price >= 100:
        return 1 + price / 100
    if price <= -100:
        return 1 + 100 / -price
    raise ValueError(f"{price!r} is no American price: those are at most -100 or at least +100")


def decimal_to_american(price: float) -> int:
    """The nearest American price of a decimal one; halves go away from zero, so 1.32, exactly -312.5, gives -313.

    It is worked out on the number as written (1.32, not the binary float next to it). Raises ValueError at 1 or below,
    where nothing would be won.
    """
    exact = Decimal(str(price))
    if not exact > 1:
        raise ValueError(f"{price!r} is no decimal price: those are above 1")
    american = (exact - 1) * 100 if exact >= 2 else -100 / (exact - 1)
    return int(american.to_integral_value(ROUND_HALF_UP))


def fair_decimal(probability: float) -> float:
    """The decimal price at which a bet of this chance neither wins nor loses in the long run: 0.5238 gives 1.909.

    Raises ValueError outside (0, 1), where there is none.
    """
    if not 0 < probability < 1:
        raise ValueError(f"{probability!r} has no fair price: chances that have one lie between 0 and 1")
    return 1 / probability


def fair_american(probability: float) -> int:
    """The nearest American price to the fair one: 0.6 gives -150. Raises ValueError outside (0, 1)."""
    return decimal_to_american(fair_decimal(probability))


def implied_probability(decimal_price: float) -> float:
    """1/d: the chance at which the price breaks even, with the bookmaker's margin still in it."""
    return 1 / decimal_price


def overround(decimal_prices: Sequence[float]) -> float:
    """By how much the implied probabilities of all outcomes of one market exceed 1: -110/-110 gives 0.0476.

    Meaningful only for a complete set of outcomes of one book at one line; below 0 the set could be bet without risk.
    """
    return sum(map(implied_probability, decimal_prices)) - 1


def hold(decimal_prices: Sequence[float]) -> float:
    """What the book keeps of each unit staked if bets balance it: 1 - 1/sum(1/d); -110/-110 gives 0.0455."""
    return 1 - 1 / sum(map(implied_probability, decimal_prices))
