"""Whether chances that a strategy claimed came true, pure: of bets at 55 %, 55 % should win."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from .counting import decided, decided_part, is_won
from .estimates import wilson
from .records import Bet

_WIDTH = 0.05
# No claim is taken as quite certain, for a wrong one would cost an infinite log loss.
_CERTAIN = 1e-15


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationBin:
    """Bets whose claimed chance lies in [low, high). Halves count as half a bet."""

    low: float
    high: float
    bets: float
    predicted: float  # mean of the chances claimed
    rate: float  # that won
    rate_low: float  # interval of the rate (Wilson), 95 %
    rate_high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """Of bets won or lost that had a chance claimed; pushes and voids tell nothing of it."""

    bets: float
    brier: float  # mean of (chance - result)², result 1 or 0 (Brier 1950): 0.25 for always claiming a half
    log_loss: float  # mean of -ln(chance given to what happened): 0.693 for always claiming a half
    bins: tuple[CalibrationBin, ...]  # those with bets, by chance


def calibration(bets: Iterable[Bet]) -> Calibration | None:
    """How the chances claimed compare with results; None where no bet with one was won or lost."""
    known = [(bet.probability, is_won(bet), decided_part(bet)) for bet in decided(bets) if bet.probability is not None]
    if not known:
        return None
    total = sum(part for _, _, part in known)
    groups: dict[int, list[tuple[float, bool, float]]] = defaultdict(list)
    for each in known:
        groups[_place(each[0])].append(each)
    return Calibration(
        bets=total,
        brier=sum(part * (chance - won) ** 2 for chance, won, part in known) / total,
        log_loss=sum(-part * log(max(chance if won else 1 - chance, _CERTAIN)) for chance, won, part in known) / total,
        bins=tuple(_bin(place, groups[place]) for place in sorted(groups)),
    )


def _place(chance: float) -> int:
    """The number of its bin; a chance of 1 lies in the last. What is meant as 0.55 begins a bin, whatever its bits."""
    return min(int(chance / _WIDTH + 1e-9), round(1 / _WIDTH) - 1)


def _bin(place: int, group: list[tuple[float, bool, float]]) -> CalibrationBin:
    total = sum(part for _, _, part in group)
    won = sum(part for _, is_hit, part in group if is_hit)
    low, high = wilson(won, total)
    return CalibrationBin(
        low=round(place * _WIDTH, 2),
        high=round((place + 1) * _WIDTH, 2),
        bets=total,
        predicted=sum(chance * part for chance, _, part in group) / total,
        rate=won / total,
        rate_low=low,
        rate_high=high,
    )
