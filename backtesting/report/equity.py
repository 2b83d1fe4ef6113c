"""The stored equity of a run as a curve: money, and how far it lies below its peak. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from ..drawdown import underwater
from ..wording import day
from ..wording import money as amount

MOST_SKETCHED = 600  # points of a sketch: more than it has pixels
PADDING = 2.0


class Curve(NamedTuple):
    """From the initial bankroll on, in order of time."""

    moments: list[str]  # ISO 8601; the first is that of the first change
    money: list[float]  # open stakes at cost
    falls: list[float]  # 0 or below: how far from the highest before, as a fraction of it


class Sketch(NamedTuple):
    """A curve as the points of an SVG polyline, with the height of the initial bankroll, and in words."""

    points: str
    start: float
    told: str


def curve(equity: Sequence[Sequence[Any]], initial_bankroll: float) -> Curve:
    """The curve of `BacktestRun.equity`; empty where nothing was staked."""
    if not equity:
        return Curve([], [], [])
    money = [initial_bankroll, *(cash + open_stakes for _, cash, open_stakes in equity)]
    depths = underwater(np.array(money), initial_bankroll)
    return Curve([equity[0][0], *(moment for moment, _, _ in equity)], money, [-each for each in depths.tolist()])


def told(line: Curve) -> str:
    """From where to where the money went, and between which amounts."""
    money = line.money
    return (
        f"The bankroll went from {amount(money[0])} on {day(line.moments[0])} to {amount(money[-1])} on "
        f"{day(line.moments[-1])}, between {amount(min(money))} and {amount(max(money))}."
    )


def sketch(line: Curve, width: float, height: float) -> Sketch | None:
    """The money, change by change, in a picture of this size; None where nothing was staked."""
    if not line.money:
        return None
    shown = np.array(line.money)[_places(len(line.money))]
    low, high = float(shown.min()), float(shown.max())
    steps = np.linspace(PADDING, width - PADDING, len(shown))
    heights = height - PADDING - (shown - low) / ((high - low) or 1.0) * (height - 2 * PADDING)
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(steps, heights, strict=True))
    return Sketch(points, round(float(heights[0]), 1), told(line))


def _places(amounts: int) -> list[int]:
    """All places, or as many as a sketch can show, the first and the last among them."""
    return [round(place) for place in np.linspace(0, amounts - 1, min(amounts, MOST_SKETCHED)).tolist()]
