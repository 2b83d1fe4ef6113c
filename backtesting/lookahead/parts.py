"""What of the shadow was not known at an instant, kind by kind, and how its rows are called."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

_FOREVER = datetime.max.replace(tzinfo=UTC)


def within(moment: datetime, until: datetime | None = None, ids: Iterable[int] | None = None) -> dict[str, Any]:
    """What the SQL of parts asks for: rows that became known after one instant and up to another, all or some."""
    return {"moment": moment, "until": until or _FOREVER, "ids": None if ids is None else list(ids)}


class LateRow(NamedTuple):
    """A row that was not known at an instant."""

    id: int
    event: int  # id of the event's row
    event_id: str  # the provider's


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Rows of one kind. SQL is about `late`, the row, and its `event`."""

    table: str
    is_late: str  # whether the row was not known yet at %(moment)s, but at %(until)s
    label: str  # what it is and its natural key, beside the event
    names: str = ""  # what has to be joined for the label
    event: str = "late.event_id"

    @property
    def chosen(self) -> str:
        """Whether a row is late and, where there are %(ids)s, one of them."""
        return f"{self.is_late} AND (%(ids)s::bigint[] IS NULL OR late.id = ANY(%(ids)s))"

    def rows(self, moment: datetime, event_id: str, *, of_it: bool) -> list[LateRow]:
        """All that were not known then of this event, or of all others."""
        wanted = "event.api_id = %(event_id)s" if of_it else "event.api_id <> %(event_id)s"
        asked = within(moment) | {"event_id": event_id}
        return [LateRow(*row) for row in self._read("late.id, event.id, event.api_id", wanted, asked)]

    def called(self, row: LateRow, moment: datetime) -> str:
        """A row in words, without its event: 'price fanduel h2h Boston Celtics -120 from 2026-01-15 00:10:00 UTC'."""
        [(text,)] = self._read(self.label, "true", within(moment, ids=[row.id]))
        return str(text)

    def _read(self, columns: str, wanted: str, asked: dict[str, Any]) -> list[Any]:
        sql = f"""
            SELECT {columns} FROM pg_temp.{self.table} AS late
            JOIN pg_temp.events_event AS event ON event.id = {self.event} {self.names}
            WHERE {self.chosen} AND {wanted} ORDER BY event.api_id, late.id
        """  # noqa: S608 - only what is written in this module
        with connection.cursor() as cursor:
            cursor.execute(sql, asked)
            return list(cursor.fetchall())


def _stamp(instant: str) -> str:
    return f"to_char({instant} AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS \"UTC\"')"


_BEGINS_LATER = "late.known_at > %(moment)s AND late.known_at <= %(until)s"
_NAMES = """
    JOIN odds_bookmaker AS bookmaker ON bookmaker.id = late.bookmaker_id
    JOIN odds_market AS market ON market.id = late.market_id
    JOIN odds_outcome AS outcome ON outcome.id = late.outcome_id
"""
_QUOTE = """concat_ws(' ', bookmaker.key, market.key, nullif(outcome.description, ''), outcome.name,
    to_char(late.point, 'FMSG9990.099'), to_char(late.price, 'FMSG999990'))"""

PRICE = Part(
    table="odds_odds",
    is_late=_BEGINS_LATER,
    names=_NAMES,
    label=f"concat('price ', {_QUOTE}, ' from ', {_stamp('late.known_at')})",
)
PRICE_END = Part(
    table="odds_odds",
    is_late="late.ends_at > %(moment)s AND late.ends_at <= %(until)s",
    names=_NAMES,
    label=f"concat('end of price ', {_QUOTE}, ' at ', {_stamp('late.ends_at')})",
)
ARCHIVE_PRICE = Part(
    table="odds_archiveprice",
    is_late=_BEGINS_LATER,
    names=_NAMES,
    label=f"concat(late.moment, ' price ', {_QUOTE}, ' of the archive ', late.origin)",
)
SCORE = Part(
    table="events_eventscore",
    is_late=_BEGINS_LATER,
    label=f"concat('score ', late.away_score, '–', late.home_score, ' known from ', {_stamp('late.known_at')})",
)
SNAPSHOT = Part(
    table="odds_oddssnapshot",
    is_late=_BEGINS_LATER,
    label=f"concat('snapshot of ', {_stamp('late.known_at')}, ', which states the start ', "
    f"{_stamp('late.commence_time')})",
)


def start_is_open(event: str) -> str:
    """Whether the start of an event was not known for certain at %(moment)s.

    It may be moved until the game begins; and where nobody asked again, that it had been came to light later still.
    """
    return f"""({event}.begins_at > %(moment)s OR {event}.start_known_at > %(moment)s) AND NOT EXISTS (
        SELECT FROM pg_temp.events_eventscore WHERE event_id = {event}.id AND known_at <= %(moment)s
    )"""


START = Part(
    table="events_event",
    is_late=start_is_open("late"),
    event="late.id",
    label=f"concat('start as last stated, ', {_stamp('late.begins_at')})",
)
FACTS = Part(
    table="events_event",
    is_late=f"({START.is_late} OR late.closing_at > %(moment)s)",
    event="late.id",
    label=f"concat('status, ', late.status, ', or closing time, ', {_stamp('late.closing_at')})",
)
TIMES = Part(
    table="events_event",
    is_late="late.last_seen_at > %(moment)s",
    event="late.id",
    label=f"concat('times of later snapshots, the last of ', {_stamp('late.last_seen_at')})",
)
LISTING = Part(
    table="events_event",
    is_late=_BEGINS_LATER,
    event="late.id",
    label=f"concat('the event itself, first seen ', {_stamp('late.known_at')})",
)
