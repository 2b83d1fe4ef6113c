"""Limits as settings write them, pure: 'retail=2..15,sharp=0.5..15' and 'h2h=25,spreads=10'. In per cent, or points."""

from __future__ import annotations

from math import isfinite, nan

from odds.choices import BookmakerKind
from odds.markets import H2H


def parse_ranges(text: str) -> dict[str, tuple[float, float]]:
    """The lowest and the highest believable overround by kind of bookmaker, as fractions, from per cent.

    Kinds that are left out keep their usual range. Raises ValueError for what cannot be.
    """
    ranges = {}
    for kind, value in _pairs(text):
        if kind not in BookmakerKind.values:
            raise ValueError(f"'{kind}' is no kind of bookmaker; known are {', '.join(BookmakerKind.values)}")
        low, separator, high = value.partition("..")
        if not separator:
            raise ValueError(f"'{kind}={value}' is no range; write it as {kind}=2..15, in per cent")
        ends = _number(low) / 100, _number(high) / 100
        if ends[0] >= ends[1]:
            raise ValueError(f"'{kind}={value}': the lower end comes first")
        ranges[kind] = ends
    return ranges


def parse_limits(text: str) -> dict[str, float]:
    """How far each market may move in an hour: points, and for h2h implied probability, from percentage points.

    Markets that are left out keep their usual limit. Raises ValueError for what cannot be.
    """
    limits = {market: _number(value) for market, value in _pairs(text)}
    for market, limit in limits.items():
        if limit <= 0:
            raise ValueError(f"'{market}={limit:g}': a limit is above 0")
    return {market: limit / 100 if market == H2H else limit for market, limit in limits.items()}


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, separator, value = part.partition("=")
        if not separator:
            raise ValueError(f"'{part}' has no '='")
        pairs.append((name.strip(), value.strip()))
    return pairs


def _number(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = nan
    if not isfinite(number):
        raise ValueError(f"'{text}' is no number")
    return number
