"""Which of many bets on one price each are made: all, or the best one of each outcome or of each market."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from odds.lines import StandingPrice, bet
from odds.opportunities import Opportunity

from ..history import Board
from .boards import Floats, Rows, described, group_ids, without_nan

_Rank = tuple[float, float, str, int]


class OnePer(StrEnum):
    MARKET = "market"  # of an event, and of a player in props
    OUTCOME = "outcome"  # at each number
    PRICE = "price"


def best_of(found: Iterable[Opportunity], shown: Sequence[StandingPrice], per: str) -> list[Opportunity]:
    """The best bet of each market, outcome or price, in the order of the prices shown.

    The best has the highest edge; of equals the highest price, then the first bookmaker by key, then the first shown.
    """
    place = {id(price): number for number, price in enumerate(shown)}
    best: dict[Hashable, tuple[_Rank, Opportunity]] = {}
    for opportunity in found:
        price, edge = opportunity.legs[0].price, opportunity.edge or 0.0
        rank = -edge, -price.decimal_price, price.bookmaker, place[id(price)]
        group = _group(price, rank[-1], per)
        if group not in best or rank < best[group][0]:
            best[group] = rank, opportunity
    return [opportunity for _, opportunity in sorted(best.values(), key=lambda each: each[0][-1])]


def best_rows(board: Board, rows: Rows, edge: Floats, per: str) -> NDArray[np.int64]:
    """The same of rows of a board: the places in `rows` of those to bet on, in the order of `rows`."""
    by_key = np.argsort(np.argsort(board.bookmakers))  # the place of each bookmaker in alphabetical order
    groups = _groups(board, rows, per)
    order = np.lexsort((rows, by_key[board.bookmaker[rows]], -board.decimal_price[rows], -edge, groups))
    first = np.diff(groups[order], prepend=-1) != 0
    return np.sort(order[first])


def _group(price: StandingPrice, place: int, per: str) -> Hashable:
    if per == OnePer.MARKET:
        return price.market, price.description
    return bet(price) if per == OnePer.OUTCOME else place


def _groups(board: Board, rows: Rows, per: str) -> NDArray[np.int64]:
    if per == OnePer.PRICE:
        return np.arange(len(rows))
    columns: list[NDArray] = [board.decision[rows], board.market[rows]]
    if per == OnePer.MARKET:
        return group_ids(*columns, described(board)[board.outcome[rows]])
    return group_ids(*columns, board.outcome[rows], without_nan(board.point[rows]))
