"""What a history holds and hands out, one by one: events, instants to decide at, closing prices. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from odds.choices import LineMoment

from ..records import ResultVersion

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """An aware instant as whole microseconds since 1970 in UTC, as arrays have it."""
    return (moment - EPOCH) // _MICROSECOND


def instant(moment: int) -> datetime:
    """The way back."""
    return EPOCH + moment * _MICROSECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEvent:
    """One event with all that became of it: for settlement and the closing line, never for a strategy."""

    event_id: str  # the provider's
    sport_key: str
    home_team: str
    away_team: str
    commence_time: datetime  # as last stated
    start_is_day: bool
    closing_at: datetime | None  # the last pre-match snapshot; None without one
    status: str
    results: tuple[ResultVersion, ...]  # in the order in which they became known; empty without a final score


class Decision(NamedTuple):
    """One event at one instant, and the start as it was known then. Times are microseconds since 1970, UTC."""

    event: int  # index in the history
    moment: int
    commence: int
    moment_kind: LineMoment | None = None  # opening or closing: prices of that kind without times count too


class ClosingPrice(NamedTuple):
    """One price of the closing line, observed, or from an archive that tells no time (`is_timed` false)."""

    bookmaker: str
    market: str
    side: str
    outcome: str  # the name as quoted
    description: str
    point: Decimal | None
    price: int  # American
    decimal_price: float
    age_minutes: float | None  # of the snapshot that showed it, at the earlier of stated and final start
    is_timed: bool
