"""The chances that lines give the sides, and how far the bookmakers' view of a game has moved. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from statistics import median
from typing import NamedTuple, TypeVar

from .choices import Side
from .lines import BookLine, Price, book_lines
from .markets import H2H, Draw
from .pricing import DevigMethod, fair_probabilities

P = TypeVar("P", bound=Price)


class HomeMove(NamedTuple):
    """The chance of the home side, the median of the bookmakers that had complete lines at both times."""

    before: float
    after: float
    bookmakers: int


def line_chances(line: BookLine[P], method: DevigMethod) -> dict[str, float]:
    """The fair chance of each side of a complete line; empty of any other."""
    if line.hold is None:
        return {}
    quoted = [(price.side, price.decimal_price) for price in line.prices if price.decimal_price]
    chances = fair_probabilities([decimal_price for _, decimal_price in quoted], method)
    return dict(zip((side for side, _ in quoted), chances, strict=True))


def home_move(before: Iterable[Price], after: Iterable[Price], draw: Draw = Draw.MAYBE) -> HomeMove | None:
    """From one set of prices of a game to another, margins removed multiplicatively; None where no bookmaker has both.

    The same bookmakers on either side: that one came or went is no move. `draw`: whether the sport has one.
    """
    earlier, later = _home_chances(before, draw), _home_chances(after, draw)
    both = earlier.keys() & later.keys()
    if not both:
        return None
    return HomeMove(median(earlier[book] for book in both), median(later[book] for book in both), len(both))


def _home_chances(prices: Iterable[Price], draw: Draw) -> dict[str, float]:
    """By bookmaker, of valid prices in the head-to-head market."""
    lines = book_lines((price for price in prices if price.market == H2H and price.is_valid), draw)
    chances = {line.bookmaker: line_chances(line, DevigMethod.MULTIPLICATIVE) for line in lines}
    return {book: each[Side.HOME] for book, each in chances.items() if Side.HOME in each}
