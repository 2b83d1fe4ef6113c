"""What the days of a run might have brought, as bars on one line with zero. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from ..wording import between, share, signed_share
from .figures import Json, at

_SHOWN = {"yield": "Yield", "bankroll_growth": "Bankroll growth", "max_drawdown": "Deepest drawdown"}


class Whisker(NamedTuple):
    """An interval as text and as a picture: places on a line from 0 to 100, which begins or ends at zero if need be."""

    label: str
    text: str
    interval: str
    low: float
    width: float
    estimate: float
    zero: float


def whiskers(metrics: Json) -> Iterator[Whisker]:
    """The figures that have an interval; none where there were too few days."""
    for name, label in _SHOWN.items():
        interval, value = at(metrics, f"intervals.{name}"), at(metrics, name)
        if interval is None or value is None:
            continue
        is_signed = name != "max_drawdown"
        low, high = min(0.0, interval["low"], value), max(0.0, interval["high"], value)
        scale = 100 / ((high - low) or 1.0)
        yield Whisker(
            label=label,
            text=signed_share(value) if is_signed else share(value),
            interval=between(interval, signed=is_signed),
            low=round((interval["low"] - low) * scale, 1),
            width=round((interval["high"] - interval["low"]) * scale, 1),
            estimate=round((value - low) * scale, 1),
            zero=round(-low * scale, 1),
        )
