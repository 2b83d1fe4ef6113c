"""Kelly's criterion for outcomes of which at most one wins."""

from __future__ import annotations

import math
from collections.abc import Sequence

Bet = tuple[float, float]
"""Chance to win, decimal price net of commission."""

_TOLERANCE = 1e-9  # an edge below it is none; it also keeps 1 - sum 1/d above 0


def exclusive_fractions(bets: Sequence[Bet]) -> list[float]:
    """The fraction of the bankroll to stake on each; their chances sum to 1 at most.

    Outcomes are taken by p·d from the highest while that is above the reserve R = (1 - sum p)/(1 - sum 1/d) of those
    taken, and get p - R/d. So one whose own edge is a little below 0 can be part of it: it insures the others. For one
    bet it is `kelly_fraction`. Smoczynski and Tomkins 2010.
    """
    fractions = [0.0] * len(bets)
    taken: list[int] = []
    reserve, chances, implied = 1.0, 0.0, 0.0
    for index in sorted(range(len(bets)), key=lambda index: -bets[index][0] * bets[index][1]):
        chance, price = bets[index]
        if chance * price <= reserve + _TOLERANCE:
            break
        taken.append(index)
        chances, implied = chances + chance, implied + 1 / price
        reserve = max(1 - chances, 0.0) / (1 - implied)
    for index in taken:
        chance, price = bets[index]
        fractions[index] = max(chance - reserve / price, 0.0)
    return fractions


def exclusive_growth(bets: Sequence[Bet], fractions: Sequence[float]) -> float:
    """The expected logarithm of what these stakes multiply the bankroll by."""
    left = 1 - math.fsum(fractions)
    results = [(chance, left + price * fraction) for (chance, price), fraction in zip(bets, fractions, strict=True)]
    results.append((1 - math.fsum(chance for chance, _ in bets), left))
    return math.fsum(chance * math.log(wealth) for chance, wealth in results if chance > _TOLERANCE)
