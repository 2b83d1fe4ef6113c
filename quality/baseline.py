"""How far the overround of a line is from what its bookmaker usually keeps in that market, robustly and pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from odds.choices import Side
from odds.lines import BookLine, P
from odds.wording import percent, pointed

# Fewer lines than this tell nothing of what is usual.
LEAST_LINES = 50
# Far is both: beyond what chance explains, and enough to matter. Many a bookmaker varies by a hundredth of a point.
LARGEST_Z = 6.0
LEAST_SHIFT = 0.02

# Makes the median distance from the median of a normal distribution one standard deviation.
_NORMAL = 0.6745
# What sums of equal prices may differ by.
_ROUNDING = 1e-9


class OverroundBaseline(NamedTuple):
    """The usual overround of one bookmaker in one market, as a fraction."""

    median: float
    mad: float  # the median distance from the median, not scaled
    n: int  # lines looked at


class ShiftedLine(NamedTuple):
    """A line whose overround is far from the usual one of its bookmaker and market."""

    event_id: str  # the provider's
    bookmaker: str
    market: str
    line: str  # its point, as the home side has it, behind whom it is for; empty where it has neither
    overround: float
    median: float  # the usual one
    z: float | None  # None: the usual one never varied

    @property
    def text(self) -> str:
        """What was seen and what was expected."""
        where = " ".join(part for part in (self.market, self.line) if part)
        distance = "it never varied" if self.z is None else f"robust z {self.z:+.1f}, at most {LARGEST_Z:g} expected"
        return f"{where}: overround {percent(self.overround)}, usually {percent(self.median)}; {distance}"


def robust_z(value: float, baseline: OverroundBaseline) -> float | None:
    """0.6745 (value - median) / MAD; None where the lines are too few, or never varied."""
    if baseline.n < LEAST_LINES or baseline.mad < _ROUNDING:
        return None
    return _NORMAL * (value - baseline.median) / baseline.mad


def shifted_lines(
    event_id: str, lines: Iterable[BookLine[P]], baselines: Mapping[tuple[str, str], OverroundBaseline]
) -> list[ShiftedLine]:
    """Those of an event's lines that are far from the baseline of their (bookmaker, market).

    Where that never varied, LEAST_SHIFT alone decides. Lines that are not complete, or whose baseline is of too few
    lines or missing, are not judged.
    """
    shifted = []
    for line in lines:
        baseline = baselines.get((line.bookmaker, line.market))
        if line.overround is None or baseline is None or baseline.n < LEAST_LINES:
            continue
        z = robust_z(line.overround, baseline)
        if abs(line.overround - baseline.median) > LEAST_SHIFT and (z is None or abs(z) > LARGEST_Z):
            place = _place(line)
            shifted.append(
                ShiftedLine(event_id, line.bookmaker, line.market, place, line.overround, baseline.median, z)
            )
    return shifted


def _place(line: BookLine[P]) -> str:
    side = Side.HOME if any(price.side == Side.HOME for price in line.prices) else Side.OVER
    return f"{line.description} {pointed(side, line.point)}".strip()
