"""Closing lines: what stood at the last pre-match snapshot, or is said by archives to have. Pure.

The same prices as odds.event_lines has, for many events at once. They are known only afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from odds.choices import LineMoment

from .board import exact
from .records import ClosingPrice, HistoryEvent, microseconds
from .standing import Instants, speaking
from .tables import MOMENTS, Integers, Runs, Tables, Vocabulary

_MINUTE = timedelta(minutes=1) / timedelta(microseconds=1)


class ClosingLines(NamedTuple):
    """The closing prices of all events, by event."""

    prices: Runs
    age_minutes: NDArray[np.float64]  # NaN: of an archive that tells no time

    def of(self, event: int, vocabulary: Vocabulary, market: str | None = None) -> tuple[ClosingPrice, ...]:
        """Those of an event, of one market or of all, as odds.event_lines puts them in order."""
        prices = self.prices
        begin, end = np.searchsorted(prices.event, np.array([event, event + 1], np.int32))
        wanted = np.array([market in (None, key) for key in vocabulary.markets], bool)
        rows = begin + np.flatnonzero(wanted[prices.market[begin:end]])
        rows = rows[np.lexsort((prices.outcome[rows], prices.bookmaker[rows], prices.market[rows]))]
        columns = prices.bookmaker, prices.market, prices.outcome, prices.point, prices.price, prices.decimal
        of_event = zip(*(column[rows].tolist() for column in (*columns, self.age_minutes)), strict=True)
        return tuple(_closing_price(vocabulary, *row) for row in of_event)


def closing_lines(tables: Tables, events: Sequence[HistoryEvent]) -> ClosingLines:
    """Of all events, timed and untimed."""
    timed, ages = _timed(tables, events)
    untimed = tables.archive.take(np.flatnonzero(tables.archive.moment == MOMENTS.index(LineMoment.CLOSING))).as_runs()
    prices = Runs.joined(timed, untimed)
    order = np.argsort(prices.event, kind="stable")
    return ClosingLines(prices.take(order), np.concatenate([ages, np.full(len(untimed), np.nan)])[order])


def _timed(tables: Tables, events: Sequence[HistoryEvent]) -> tuple[Runs, NDArray[np.float64]]:
    """What stood in the closing snapshot, or in an earlier pre-match one where that asked for less, and its age.

    What stood only in live snapshots, before a start that then moved, was never on offer before the game.
    """
    closing = [(number, microseconds(event.closing_at)) for number, event in enumerate(events) if event.closing_at]
    instants = Instants(*np.array(closing, np.int64).reshape(-1, 2).T)
    at, run = instants.standing(tables.runs)
    prices, snapshots = tables.runs.take(run), tables.snapshots
    newest = instants.newest(snapshots)[at]
    seen = speaking(snapshots, tables.vocabulary, newest, prices.bookmaker, prices.market, pre_match=True)
    kept = np.flatnonzero(seen >= 0)
    kept = kept[snapshots.time[seen[kept]] >= prices.start[kept]]
    return prices.take(kept), _ages(tables, events, seen[kept])


def _ages(tables: Tables, events: Sequence[HistoryEvent], seen: Integers) -> NDArray[np.float64]:
    """Minutes from these snapshots to the earlier of the start they state and the final one."""
    snapshots = tables.snapshots.take(seen)
    final = np.array([microseconds(event.commence_time) for event in events], np.int64)[snapshots.event]
    return (np.minimum(snapshots.commence, final) - snapshots.time) / _MINUTE


def _closing_price(
    vocabulary: Vocabulary,
    bookmaker: int,
    market: int,
    outcome: int,
    point: float,
    price: int,
    decimal_price: float,
    age_minutes: float,
) -> ClosingPrice:
    side, name, description, _ = vocabulary.outcomes[outcome]
    is_timed = age_minutes == age_minutes
    return ClosingPrice(
        bookmaker=vocabulary.bookmakers[bookmaker],
        market=vocabulary.markets[market],
        side=side,
        outcome=name,
        description=description,
        point=exact(point),
        price=price,
        decimal_price=decimal_price,
        age_minutes=age_minutes if is_timed else None,
        is_timed=is_timed,
    )
