"""How values spread, in bins that people can read. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, floor, inf, log10
from typing import NamedTuple

import numpy as np

# Values beyond these shares of all are gathered in the outermost bins, so that one longshot does not flatten the rest.
_TAILS = 0.01, 0.99
_ROUND = 1, 2, 5, 10
_FINEST = 0.001  # no price and no value has a meaning beyond its third digit
_SLACK = 1e-9


class Bin(NamedTuple):
    """Bets whose value lies in [low, high). Of the outermost bins one end may be infinite."""

    low: float
    high: float
    bets: int


def histogram(values: Sequence[float], most: int = 24) -> list[Bin]:
    """Bins of one round width with edges at its multiples, about `most` of them; empty for no values."""
    if not values:
        return []
    known = np.asarray(values, dtype=float)
    low, high = (float(edge) for edge in np.quantile(known, _TAILS))
    step = _round_step(max((high - low) / most, _FINEST))
    first, last = floor(low / step + _SLACK), max(floor(low / step + _SLACK) + 1, ceil(high / step + _SLACK))
    places = np.clip(np.floor(known / step + _SLACK), first - 1, last).astype(int)
    counts = np.bincount(places - (first - 1), minlength=last - first + 2).tolist()
    edges = [-inf, *(round(place * step, 10) for place in range(first, last + 1)), inf]
    bins = [Bin(low, high, bets) for low, high, bets in zip(edges, edges[1:], counts, strict=False)]
    return [each for each in bins if each.bets or (each.low > -inf and each.high < inf)]


def _round_step(least: float) -> float:
    """1, 2 or 5 times a power of ten, not below `least`."""
    scale = 10.0 ** floor(log10(least))
    return next(factor * scale for factor in _ROUND if factor * scale >= least * (1 - _SLACK))
