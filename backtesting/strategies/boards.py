"""What strategies ask of a board, for all its decisions at once. Everything is as in `odds.opportunities`.

Arithmetic that is not the same to the last bit in numpy (most ways to remove a margin) is done by the functions of
`odds.pricing`, once for each set of prices, so that both ways to ask a strategy see the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from odds.choices import Side
from odds.known_copies import original_of
from odds.lines import SIDES, is_complete
from odds.markets import has_draw, is_lay
from odds.opportunities import NO_SINGLE_BETS, Terms
from odds.pricing import DevigMethod, fair_probabilities
from odds.pricing.arrays import net_of_commission

from ..history import Board

Rows = NDArray[np.int64]  # places in the columns of a board
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_SORTED = sorted(SIDES)  # as the outcomes of a line are ordered before its margin is removed
_PLACE = np.array([_SORTED.index(side) for side in SIDES])
_HOME, _DRAW, _OTHER = (SIDES.index(side) for side in (Side.HOME, Side.DRAW, Side.OTHER))
_NO_NUMBER = 1e9


def usable_rows(board: Board, markets: Sequence[str], max_age_seconds: float | None) -> Rows:
    """The rows that can be bet on, as `BettingStrategy.usable` and the terms of opportunities have it."""
    books = np.array([key not in NO_SINGLE_BETS for key in board.bookmakers], bool)
    wanted = looked_at(board, markets) & [not is_lay(key) for key in board.markets]
    usable = books[board.bookmaker] & wanted[board.market] & (board.side != _OTHER)
    if max_age_seconds is not None:
        usable &= ~(board.age_seconds > max_age_seconds)  # without a time there is no age
    return np.flatnonzero(usable)


def looked_at(board: Board, markets: Sequence[str]) -> Flags:
    """Of each market of the board whether it is one of these; all are if none is named."""
    return np.array([not markets or key in markets for key in board.markets], bool)


def net_prices(board: Board, rows: Rows, commissions: Mapping[str, float]) -> Floats:
    """Decimal prices after commission."""
    of_books = np.array([commissions.get(key, 0.0) for key in board.bookmakers], np.float64)
    return net_of_commission(board.decimal_price[rows], of_books[board.bookmaker[rows]])


def described(board: Board) -> NDArray[np.int64]:
    """Of each outcome of the board a number for its description."""
    return np.unique([outcome.description for outcome in board.outcomes], return_inverse=True)[1]


def without_nan(column: Floats) -> Floats:
    """NaN replaced by a number that does not occur: NaN is not even equal to itself."""
    return np.where(np.isnan(column), _NO_NUMBER, column)


def group_ids(*columns: NDArray) -> NDArray[np.int64]:
    """For each row the number of its group, from 0: rows are of one group if they agree in all columns."""
    order = np.lexsort(columns)
    is_new = np.zeros(len(order), bool)
    for column in columns:
        ordered = column[order]
        is_new[1:] |= ordered[1:] != ordered[:-1]
    ids = np.empty(len(order), np.int64)
    ids[order] = np.cumsum(is_new)
    return ids


def sharp_chances(board: Board, rows: Rows, markets: Sequence[str], terms: Terms) -> Floats:
    """The fair chance of each row by the bookmaker of the terms; NaN where it has no complete line at the number.

    Nor is it judged by itself or by a copy of it.
    """
    line, side = _lines(board, rows, terms.same_snapshot_only), _PLACE[board.side[rows]]
    judge = np.array([key == terms.reference for key in board.bookmakers], bool)[board.bookmaker[rows]]
    quotes = np.full((int(line.max(initial=-1)) + 1, len(SIDES)), np.nan)
    quotes[line[judge], side[judge]] = board.decimal_price[rows[judge]]
    rows_of_lines = np.empty(len(quotes), np.int64)
    rows_of_lines[line] = rows  # any one will do
    complete = _complete(board, rows_of_lines, quotes, markets, terms)
    there, methods = complete[:, None] & ~np.isnan(quotes), terms.methods
    prices = [tuple(price for price in line if price == price) for line in quotes[complete].tolist()]  # without NaN
    chances = np.full_like(quotes, np.nan)
    chances[there] = [chance for line in prices for chance in lowest_chances(line, methods)]
    own = np.array([original_of(key) == original_of(str(terms.reference)) for key in board.bookmakers], bool)
    return np.where(own[board.bookmaker[rows]], np.nan, chances[line, side])


@lru_cache(maxsize=100_000)  # seasons hold few different pairs of prices
def lowest_chances(decimal_prices: tuple[float, ...], methods: tuple[DevigMethod, ...]) -> tuple[float, ...]:
    """The lowest fair chance of each outcome by these ways to remove the margin."""
    found = [fair_probabilities(decimal_prices, method) for method in methods]
    return tuple(map(min, zip(*found, strict=True)))


def _lines(board: Board, rows: Rows, same_snapshot: bool) -> NDArray[np.int64]:
    """Of each row the number of its line over all books: one decision, market and description at one number."""
    point = without_nan(board.point[rows])
    turned = np.where((board.side[rows] == _HOME) & (point != _NO_NUMBER), -point, point)
    columns: list[NDArray] = [board.decision[rows], board.market[rows], described(board)[board.outcome[rows]], turned]
    return group_ids(*columns, *([board.snapshot_time[rows]] if same_snapshot else []))


def _complete(board: Board, rows: Rows, quotes: Floats, markets: Sequence[str], terms: Terms) -> Flags:
    """Whether the quotes of each line, of which a row is given, exclude each other and leave nothing out."""
    size = len(board.markets)
    draws = looked_at(board, markets)[board.market] & (board.side == _DRAW)
    draw_offered = np.unique(board.decision[draws] * size + board.market[draws])
    always = np.array([has_draw(key, terms.draw) for key in board.markets], bool)
    market = board.market[rows].astype(np.int64)
    with_draw = always[market] | np.isin(board.decision[rows] * size + market, draw_offered)
    there = (~np.isnan(quotes)) @ (1 << np.arange(len(SIDES)))
    kinds = np.stack([market, there, with_draw, ~np.isnan(board.point[rows])], axis=1)
    unique, which = np.unique(kinds, axis=0, return_inverse=True)
    verdicts = [_is_complete(board.markets[kind[0]], *kind[1:]) for kind in unique.tolist()]
    return np.array(verdicts, bool)[which.reshape(-1)]


def _is_complete(market: str, there: int, with_draw: int, has_number: int) -> bool:
    point = Decimal() if has_number else None
    return is_complete(market, [(s, point) for i, s in enumerate(_SORTED) if there >> i & 1], draws=bool(with_draw))
