"""Prices as tables for a terminal."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from itertools import groupby
from math import isclose
from typing import TYPE_CHECKING, TypeVar

from events.cli import plain, table

from .choices import Side
from .lines import BookLine, Price, bet, counts
from .pricing import implied_probability
from .wording import percent, pointed, signed

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

P = TypeVar("P", bound=Price)
Cell = Callable[[P], "Text"]
Columns = dict[str, Callable[[BookLine[P]], str]]
"""More columns: what stands under each heading for a line."""

_COLUMN_ORDER = (Side.AWAY, Side.HOME, Side.DRAW, Side.OVER, Side.UNDER)


def price_cell(prices: Iterable[Price], *, implied: bool = False) -> Cell[Price]:
    """How to show each of these prices: point, American price and, if wanted, implied probability.

    The best one among several offers for the same bet is green; a flagged one has ⚠ beside it.
    """
    from rich.text import Text

    offers: dict[Hashable, list[float]] = defaultdict(list)
    for price in filter(counts, prices):
        offers[bet(price)].append(price.decimal_price or 0)

    def show(price: Price) -> Text:
        rivals = offers[bet(price)]
        decimal_price = price.decimal_price or 0
        best = len(rivals) > 1 and counts(price) and isclose(decimal_price, max(rivals))
        text = Text(pointed(price.side, price.point), style="dim")
        text.append(f"{signed(price.price):>7}", style="not dim bold green" if best else "not dim")
        if implied and decimal_price:
            text.append(f"{percent(implied_probability(decimal_price)):>8}")
        return text if price.is_valid else text.append(" ⚠", style="not dim yellow")

    return show


def market_tables(lines: Iterable[BookLine[P]], cell: Cell[P], columns: Columns[P]) -> Iterator[Table]:
    """One table for each market, with what `cell` says of each price.

    Each line of a book is a row with its sides beside each other, away before home. Where outcomes have no sides, as in
    outrights, each has a row of its own.
    """
    for market, of_market in groupby(lines, key=lambda line: line.market):
        rows = list(of_market)
        listing = table(plain(market))
        listing.add_column("Bookmaker")
        if any(line.description for line in rows):
            listing.add_column("For")
        fill = (
            _fill_by_outcome
            if any(price.side == Side.OTHER for line in rows for price in line.prices)
            else _fill_by_side
        )
        fill(listing, rows, cell, columns)
        yield listing


def _fill_by_side(listing: Table, lines: Sequence[BookLine[P]], cell: Cell[P], columns: Columns[P]) -> None:
    names = {price.side: price.outcome for line in lines for price in line.prices}
    sides = [side for side in _COLUMN_ORDER if side in names]
    for side in sides:
        listing.add_column(plain(names[side]), justify="right")
    _add_columns(listing, columns)
    for line in lines:
        cells = [_joined(cell(price) for price in line.prices if price.side == side) for side in sides]
        listing.add_row(*_front(line), *cells, *(content(line) for content in columns.values()))


def _fill_by_outcome(listing: Table, lines: Sequence[BookLine[P]], cell: Cell[P], columns: Columns[P]) -> None:
    listing.add_column("Outcome")
    listing.add_column("Price", justify="right", no_wrap=True)
    _add_columns(listing, columns)
    for line in lines:
        for price in line.prices:
            contents = (content(line) for content in columns.values())
            listing.add_row(*_front(line), plain(price.outcome), cell(price), *contents)


def _add_columns(listing: Table, columns: Columns[P]) -> None:
    for heading in columns:
        listing.add_column(heading, justify="right", no_wrap=True)


def _front(line: BookLine[P]) -> list[Text]:
    return [plain(line.bookmaker, "cyan"), *([plain(line.description)] if line.description else [])]


def _joined(texts: Iterable[Text]) -> Text:
    from rich.text import Text

    return Text("\n").join(texts)
