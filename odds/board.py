"""The prices of one event as a board of bookmakers by outcomes, in words. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from math import isclose
from typing import NamedTuple, TypeVar

from events.times import duration

from .choices import Side
from .lines import SIDES, BookLine, Price, bet, book_lines, counts
from .price_style import PriceStyle, written
from .pricing import DevigMethod, implied_probability
from .win_chances import line_chances
from .wording import percent, pointed

P = TypeVar("P", bound=Price)


class Cell(NamedTuple):
    """One price. `is_best` of several offers for the same bet; `fair` is a dash where the line is not complete."""

    outcome: str  # the name as quoted; shown where outcomes have no column of their own
    point: str
    price: str
    implied: str
    fair: str
    is_best: bool
    is_valid: bool
    note: str  # why it is flagged


class Row(NamedTuple):
    """One line of a bookmaker: under each heading the prices of that side, often one, none where it quotes none."""

    bookmaker: str
    description: str
    cells: list[list[Cell]]
    hold: str
    age: str  # a dash where it is not known


class MarketBoard(NamedTuple):
    market: str
    headings: list[str]
    rows: list[Row]
    has_descriptions: bool


def board(
    prices: Iterable[P], *, style: PriceStyle, method: DevigMethod, titles: Mapping[str, str]
) -> list[MarketBoard]:
    """A table for each market. `titles` has the names of bookmakers by key; one without a name shows its key."""
    prices = list(prices)
    best = _best(prices)
    boards = []
    for market, of_market in groupby(book_lines(prices), key=lambda line: line.market):
        lines = list(of_market)
        columns = _columns(lines)
        boards.append(
            MarketBoard(
                market,
                list(columns.values()),
                [_row(line, columns, best, style, method, titles) for line in lines],
                any(line.description for line in lines),
            )
        )
    return boards


def _best(prices: Sequence[P]) -> dict[Hashable, float]:
    """The highest price of each bet that several books offer."""
    offers: dict[Hashable, list[float]] = defaultdict(list)
    for price in filter(counts, prices):
        offers[bet(price)].append(price.decimal_price or 0)
    return {each: max(rivals) for each, rivals in offers.items() if len(rivals) > 1}


def _columns(lines: Iterable[BookLine[P]]) -> dict[str, str]:
    """The headings of the sides that are quoted: the names of teams, 'Over', or 'Outcome' for all without a side."""
    names = {price.side: price.outcome for line in lines for price in line.prices}
    return {side: "Outcome" if side == Side.OTHER else names[side] for side in SIDES if side in names}


def _row(
    line: BookLine[P],
    columns: Iterable[str],
    best: Mapping[Hashable, float],
    style: PriceStyle,
    method: DevigMethod,
    titles: Mapping[str, str],
) -> Row:
    fair = line_chances(line, method)
    cells = [
        [_cell(price, best, fair.get(price.side), style) for price in line.prices if price.side == side]
        for side in columns
    ]
    return Row(titles.get(line.bookmaker, line.bookmaker), line.description, cells, percent(line.hold), _age(line))


def _cell(price: Price, best: Mapping[Hashable, float], fair: float | None, style: PriceStyle) -> Cell:
    decimal_price = price.decimal_price
    top = best.get(bet(price)) if counts(price) else None
    return Cell(
        outcome=price.outcome if price.side == Side.OTHER else "",
        point=pointed(price.side, price.point),
        price=written(style, price.price, decimal_price),
        implied=percent(implied_probability(decimal_price) if decimal_price else None),
        fair=percent(fair),
        is_best=top is not None and isclose(decimal_price or 0, top),
        is_valid=price.is_valid,
        note=getattr(price, "validation_notes", ""),
    )


def _age(line: BookLine[P]) -> str:
    """How long before the instant the book was last looked at."""
    ages = [age for price in line.prices if (age := getattr(price, "age_seconds", None)) is not None]
    return duration(timedelta(seconds=max(ages))) if ages else "–"
