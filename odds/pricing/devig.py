"""Fair chances from prices that hold a bookmaker's margin, pure.

Throughout, q is an implied probability, 1/d, p the fair one, and S the sum of q over all outcomes of the market.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from math import inf, log, sqrt

from .conversions import implied_probability


class DevigMethod(StrEnum):
    """How the margin is thought to be spread over the outcomes. All agree where every price is the same."""

    MULTIPLICATIVE = "multiplicative"  # p = q / S
    ADDITIVE = "additive"  # p = q - (S - 1) / n
    POWER = "power"  # p = q^k; Vovk and Zhdanov 2009, Clarke et al. 2017
    SHIN = "shin"  # from a share of insiders z; Shin 1992 and 1993, Štrumbelj 2014
    ODDS_RATIO = "odds_ratio"  # p = q / (c + q - cq); Cheung 2015
    LOGARITHMIC = "logarithmic"  # logit p = logit q - c; penaltyblog. The odds ratio method by another name


def fair_probabilities(
    decimal_prices: Sequence[float], method: DevigMethod = DevigMethod.MULTIPLICATIVE
) -> tuple[float, ...]:
    """The chances of all outcomes of one market with the margin removed, in the order given; they sum to 1.

    The prices must be a complete set of one book at one number. Each method keeps the order of the outcomes. Where a
    set is below 100 % there is no margin: chances are then raised to sum to 1 by the same formulas, but for Shin's,
    whose share of insiders would be negative; it is taken as none, which is the multiplicative method. Raises
    ValueError for fewer than two prices, for any that is not above 1, and for an unknown method.
    """
    if len(decimal_prices) < 2:
        raise ValueError(f"{len(decimal_prices)} prices are no complete market: it has at least two outcomes")
    for price in decimal_prices:
        if not 1 < price < inf:
            raise ValueError(f"{price!r} is no decimal price: those are above 1, so no margin can be removed")
    chances = _METHODS[DevigMethod(method)](decimal_prices)
    total = sum(chances)  # 1, but for rounding
    return tuple(chance / total for chance in chances)


def worst_of(decimal_prices: Sequence[float], methods: Iterable[DevigMethod] = tuple(DevigMethod)) -> tuple[float, ...]:
    """The lowest chance that any of the methods gives each outcome: what a careful bettor counts on.

    Together they are at most 1, and less wherever the methods differ. Raises ValueError as `fair_probabilities` does.
    """
    found = [fair_probabilities(decimal_prices, method) for method in methods]
    if not found:
        raise ValueError("the worst of no method was asked for: name at least one")
    return tuple(map(min, zip(*found, strict=True)))


def _multiplicative(prices: Sequence[float]) -> list[float]:
    return list(map(implied_probability, prices))  # the division by their sum is everybody's last step


def _additive(prices: Sequence[float]) -> list[float]:
    """An equal part of the margin off each outcome; what is worth less than its part gets 0, and the rest bear it.

    So no chance is negative. That point of the simplex is the nearest one to q. Two outcomes never come to that.
    """
    implied = list(map(implied_probability, prices))
    kept = sorted(implied, reverse=True)
    while kept[-1] <= (part := (sum(kept) - 1) / len(kept)):
        kept.pop()
    return [max(chance - part, 0.0) for chance in implied]


def _power(prices: Sequence[float]) -> list[float]:
    sizes = list(map(log, prices))  # q^k = exp(-k log d)
    ways = log(len(prices))  # each extreme alone, n times over, would need one end of the range
    k = _root(lambda k: sum(price**-k for price in prices) - 1, ways / max(sizes), ways / min(sizes))
    return [price**-k for price in prices]


def _odds_ratio(prices: Sequence[float]) -> list[float]:
    """All net odds times one factor: q / (c + q - cq) is 1 / (1 + c(d - 1))."""
    net = [price - 1 for price in prices]
    others = len(prices) - 1
    c = _root(lambda c: sum(1 / (1 + c * odds) for odds in net) - 1, others / max(net), others / min(net))
    return [1 / (1 + c * odds) for odds in net]


# How far apart the last two steps of the library's iteration may be. Where three outcomes have a margin below 1 % it
# swings around the root without coming near, and far above 100 % it overflows; neither is an error to it.
_SHIN_CONVERGED = 1e-12


def _shin(prices: Sequence[float]) -> list[float]:
    """p = (sqrt(z² + 4(1 - z)q²/S) - z) / 2(1 - z), with the z of insiders that makes them sum to 1."""
    implied = list(map(implied_probability, prices))
    total = sum(implied)
    if total <= 1:
        return implied
    if len(prices) == 2:
        return _additive(prices)  # the same, exactly
    # Imported here, for it takes longer than all else that odds.pricing imports.
    from shin import calculate_implied_probabilities

    found = calculate_implied_probabilities(prices, full_output=True)
    if found.delta <= _SHIN_CONVERGED:
        return found.implied_probabilities
    squares = [chance**2 / total for chance in implied]

    def chances(z: float) -> list[float]:  # the formula above without its difference of near equals
        return [2 * square / (z + sqrt(z * z + 4 * (1 - z) * square)) for square in squares]

    return chances(_root(lambda z: sum(chances(z)) - 1, 0.0, 1.0))


def _root(falling: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function passes 0, to the last bit, by halving the range that holds it."""
    while low < (middle := (low + high) / 2) < high:
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return middle


_METHODS: dict[DevigMethod, Callable[[Sequence[float]], list[float]]] = {
    DevigMethod.MULTIPLICATIVE: _multiplicative,
    DevigMethod.ADDITIVE: _additive,
    DevigMethod.POWER: _power,
    DevigMethod.SHIN: _shin,
    DevigMethod.ODDS_RATIO: _odds_ratio,
    DevigMethod.LOGARITHMIC: _odds_ratio,
}
