"""How far the money fell from its highest before, and for how long. Pure.

Open stakes count at cost, so placing a bet is no fall, and the starting bankroll is the first peak.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np

from .counting import Floats
from .records import EquityPoint

# As a fraction of the peak: less is the rounding of floats, as when a stake comes back to the cent.
_SLACK = 1e-9
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawdown:
    """The deepest fall as a fraction of its peak. Where money never fell, all is 0 and the instants are None."""

    fraction: float
    amount: float  # the deepest in money, which may be another fall
    start: datetime | None = None  # the last instant at the peak
    trough: datetime | None = None
    recovery: datetime | None = None  # when the peak was reached again; None while it is not
    days: float = 0.0  # from the peak to the recovery, or to the last instant known
    longest_days: float = 0.0  # of the longest of all falls, counted so


def underwater(money: Floats, initial: float) -> Floats:
    """How far each amount lies below the highest before it, as a fraction of that; along the last axis.

    The initial amount, above 0, is the first peak and is not among the amounts.
    """
    peaks = np.maximum(np.maximum.accumulate(money, axis=-1), initial)
    depths: Floats = (peaks - money) / peaks
    return depths


def drawdown(equity: Sequence[EquityPoint], initial_bankroll: float, start: datetime | None = None) -> Drawdown | None:
    """The falls of an equity curve in order of time; None where it has no point.

    `start` is when the initial bankroll was there, if before the first point.
    """
    if not equity:
        return None
    began = equity[0].moment if start is None else min(start, equity[0].moment)
    moments = [began, *(point.moment for point in equity)]
    money = np.array([initial_bankroll, *(point.equity for point in equity)])
    depths = underwater(money, initial_bankroll)
    if depths.max() <= _SLACK:
        return Drawdown(fraction=0.0, amount=0.0)
    falls = _falls(depths)
    lengths = [(moments[min(back, len(equity))] - moments[peak]) / _DAY for peak, back in falls]
    trough = int(depths.argmax())
    deepest = next(number for number, (peak, back) in enumerate(falls) if peak < trough < back)
    peak, back = falls[deepest]
    return Drawdown(
        fraction=float(depths[trough]),
        amount=float((np.maximum.accumulate(money) - money).max()),
        start=moments[peak],
        trough=moments[trough],
        recovery=moments[back] if back < len(moments) else None,
        days=lengths[deepest],
        longest_days=max(lengths),
    )


def _falls(depths: Floats) -> list[tuple[int, int]]:
    """(last place at the peak, first place back at it) of each fall; one past the end where it never came back."""
    places = [*np.flatnonzero(depths <= _SLACK).tolist(), len(depths)]
    return [(peak, back) for peak, back in pairwise(places) if back - peak > 1]
