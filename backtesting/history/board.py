"""The prices of many decisions as columns, and what a strategy picks from them. Pure."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from math import isnan
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from odds.lines import StandingPrice
from odds.records import OutcomeKey

from .records import Decision, instant
from .tables import UNKNOWN, Integers


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Board:
    """What the views of many decisions show, one row a price, in the order that the views have them.

    A row knows no more than its view does. Columns hold numbers; the lists say what they stand for.
    """

    sport_key: str  # of all its events; empty where there is no decision
    decisions: Sequence[Decision]
    event_ids: Sequence[str]  # the provider's, of each decision
    bookmakers: Sequence[str]
    markets: Sequence[str]
    outcomes: Sequence[OutcomeKey]
    notes: Sequence[str]

    decision: Integers  # index in `decisions`, never falling
    bookmaker: NDArray[np.int16]  # index in `bookmakers`
    market: NDArray[np.int16]  # index in `markets`
    outcome: NDArray[np.int32]  # index in `outcomes`
    side: NDArray[np.int8]  # index in odds.lines.SIDES
    point: NDArray[np.float64]  # NaN: none
    american: NDArray[np.int32]
    decimal_price: NDArray[np.float64]
    age_seconds: NDArray[np.float64]  # NaN: of an archive that tells no time
    is_timed: NDArray[np.bool_]
    odds_timestamp: Integers  # microseconds since 1970
    last_update: Integers
    snapshot_time: Integers  # the newest snapshot that spoke for the price
    note: NDArray[np.int16]  # index in `notes`

    def __len__(self) -> int:
        return len(self.decision)

    def price(self, row: int) -> StandingPrice:
        """The price of a row, as its view has it."""
        return self.prices(slice(row, row + 1))[0]

    def prices(self, rows: slice | Integers = slice(None)) -> tuple[StandingPrice, ...]:
        """Those of these rows, or of all."""
        columns = (
            self.decision, self.bookmaker, self.market, self.outcome, self.point, self.american, self.decimal_price,
            self.odds_timestamp, self.last_update, self.snapshot_time, self.age_seconds, self.note,
        )  # fmt: skip
        return tuple(itertools.starmap(self._price, zip(*(column[rows].tolist() for column in columns), strict=True)))

    def _price(
        self,
        decision: int,
        bookmaker: int,
        market: int,
        outcome: int,
        point: float,
        american: int,
        decimal_price: float,
        odds_timestamp: int,
        last_update: int,
        snapshot_time: int,
        age_seconds: float,
        note: int,
    ) -> StandingPrice:
        side, name, description, _ = self.outcomes[outcome]
        return StandingPrice(
            event_id=self.event_ids[decision],
            bookmaker=self.bookmakers[bookmaker],
            market=self.markets[market],
            outcome=name,
            side=side,
            description=description,
            point=exact(point),
            price=american,
            decimal_price=decimal_price,
            odds_timestamp=_known(odds_timestamp),
            last_update=_known(last_update),
            snapshot_time=_known(snapshot_time),
            age_seconds=None if isnan(age_seconds) else age_seconds,
            is_live=False,
            is_valid=True,
            validation_notes=self.notes[note],
        )


class Chosen(NamedTuple):
    """What a strategy picks from a board."""

    rows: NDArray[np.int64]  # of the board
    probability: NDArray[np.float64]  # NaN: not estimated
    edge: NDArray[np.float64]  # NaN: not estimated


@lru_cache(maxsize=4096)
def exact(point: float) -> Decimal | None:
    """A point as the database has it, in thousandths; None for NaN."""
    return None if isnan(point) else Decimal(round(point * 1000)).scaleb(-3)


@lru_cache(maxsize=4096)
def _known(moment: int) -> datetime | None:
    return None if moment == UNKNOWN else instant(moment)
