"""The rows of a history as columns of numbers, and what the numbers stand for. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from odds.choices import LineMoment, Side
from odds.lines import SIDES, side_order
from odds.records import Asked, OutcomeKey

UNKNOWN = int(np.iinfo(np.int64).min)  # a time that was not given, or before all others
NEVER = int(np.iinfo(np.int64).max)  # the end of what still stands

MOMENTS = list(LineMoment)

Integers = NDArray[np.int64]
_AWAY = SIDES.index(Side.AWAY)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Columns of equal length. Rows lie by event, those of one in an order of their own. Times are microseconds."""

    event: NDArray[np.int32]  # index in the history

    def __len__(self) -> int:
        return len(self.event)

    @classmethod
    def joined(cls, *parts: Self) -> Self:
        return cls(*(np.concatenate(columns) for columns in zip(*(part.columns for part in parts), strict=True)))

    @property
    def columns(self) -> list[NDArray[Any]]:
        return [getattr(self, name) for name in self.__match_args__]  # as `fields`, which takes longer than the rest

    def take(self, rows: slice | Integers) -> Self:
        return type(self)(*(column[rows] for column in self.columns))

    def of_events(self, first: int, last: int) -> Self:
        """The rows of the events [first, last), which are counted from `first` on."""
        begin, end = np.searchsorted(self.event, np.array([first, last], np.int32))
        event, *others = (column[begin:end] for column in self.columns)
        return type(self)(event - np.int32(first), *others)


@dataclass(frozen=True, slots=True, eq=False)
class Snapshots(Rows):
    """In time order."""

    time: Integers
    commence: Integers  # the start as stated in it
    scope: NDArray[np.int32]  # what was asked

    @property
    def is_live(self) -> NDArray[np.bool_]:
        return self.time >= self.commence

    @property
    def blocks(self) -> Integers:
        """For each snapshot the first of those before it in a row that asked for the same and are as live."""
        new = np.ones(len(self), bool)
        live = self.is_live
        new[1:] = np.diff(self.event).astype(bool) | np.diff(self.scope).astype(bool) | (live[1:] != live[:-1])
        return np.maximum.accumulate(np.where(new, np.arange(len(self)), 0))


@dataclass(frozen=True, slots=True, eq=False)
class Runs(Rows):
    """Valid prices for as long as they stood, in the order of views, and each series in time order."""

    bookmaker: NDArray[np.int16]
    market: NDArray[np.int16]
    outcome: NDArray[np.int32]
    start: Integers
    end: Integers  # NEVER while it stands
    last_update: Integers  # UNKNOWN if not given
    price: NDArray[np.int32]  # American
    decimal: NDArray[np.float64]
    point: NDArray[np.float64]  # NaN: none
    note: NDArray[np.int16]


@dataclass(frozen=True, slots=True, eq=False)
class ArchivePrices(Rows):
    """Valid prices without times, of books of which no price of the event was observed before the start."""

    bookmaker: NDArray[np.int16]
    market: NDArray[np.int16]
    outcome: NDArray[np.int32]
    price: NDArray[np.int32]
    decimal: NDArray[np.float64]
    point: NDArray[np.float64]
    moment: NDArray[np.int8]  # index in MOMENTS

    def as_runs(self) -> Runs:
        """The same among prices that have times; none is known of these."""
        unknown = np.full(len(self), UNKNOWN)
        keys = self.event, self.bookmaker, self.market, self.outcome
        prices = self.price, self.decimal, self.point
        return Runs(*keys, unknown, unknown, unknown, *prices, np.zeros(len(self), np.int16))


@dataclass(frozen=True, eq=False, kw_only=True)
class Vocabulary:
    """What the numbers in columns stand for: indexes in these lists, which hold nothing that does not occur."""

    bookmakers: list[str]  # in alphabetical order
    markets: list[str]  # as odds.lines.market_order
    outcomes: list[OutcomeKey]  # by description, side, name and line
    scopes: list[Asked]  # by digest
    notes: list[str]  # "" first

    @cached_property
    def side(self) -> NDArray[np.int8]:
        """Of each outcome, as index in odds.lines.SIDES."""
        return np.array([side_order(outcome.side) for outcome in self.outcomes], np.int8)

    @cached_property
    def covers(self) -> NDArray[np.bool_]:
        """Whether what was asked covers a book's market: by scope, bookmaker and market."""
        table = np.zeros((len(self.scopes), len(self.bookmakers), len(self.markets)), bool)
        for scope, asked in enumerate(self.scopes):
            for market, key in enumerate(self.markets):
                if key in asked.markets:
                    books = asked.markets[key]
                    table[scope, :, market] = books is None or [book in books for book in self.bookmakers]
        return table

    @cached_property
    def codes(self) -> dict[tuple[str, str, str], list[int]]:
        """The outcomes of each side, name and description: several where lines stand beside each other."""
        found: dict[tuple[str, str, str], list[int]] = {}
        for code, outcome in enumerate(self.outcomes):
            found.setdefault((outcome.side, outcome.name, outcome.description), []).append(code)
        return found

    @cached_property
    def _places(self) -> tuple[Integers, Integers]:
        """The rank of each outcome by description, and by side and name."""
        return (
            _ranks([outcome.description for outcome in self.outcomes]),
            _ranks([(side_order(outcome.side), outcome.name) for outcome in self.outcomes]),
        )

    def order(self, group: NDArray[np.integer], rows: Runs, then: Integers | None = None) -> Integers:
        """The rows in order: by group, and within it as odds.lines puts prices in order, and `then` by these."""
        description, name = (places[rows.outcome] for places in self._places)
        market = (group.astype(np.int64) * len(self.markets) + rows.market) * len(self.outcomes) + description
        point = np.where(self.side[rows.outcome] == _AWAY, -rows.point, rows.point)
        book = name * len(self.bookmakers) + rows.bookmaker
        keys = (book, np.nan_to_num(point, nan=-np.inf), market)
        return np.lexsort(keys if then is None else (then, *keys))


def _ranks(values: Sequence[Any]) -> Integers:
    """The place of each value among all different ones."""
    places = {value: place for place, value in enumerate(sorted(set(values)))}
    return np.array([places[value] for value in values], np.int64)


@dataclass(frozen=True, eq=False, kw_only=True)
class Tables:
    """All rows of a history."""

    vocabulary: Vocabulary
    snapshots: Snapshots
    runs: Runs
    archive: ArchivePrices

    def of_events(self, first: int, last: int) -> Tables:
        """Those of the events [first, last), which are counted from `first` on."""
        return Tables(
            vocabulary=self.vocabulary,
            snapshots=self.snapshots.of_events(first, last),
            runs=self.runs.of_events(first, last),
            archive=self.archive.of_events(first, last),
        )
