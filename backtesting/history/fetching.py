"""Rows from the database as columns of numbers, without a step in Python for each row.

PostgreSQL makes one row of each event, whose fields hold a column each: numbers of fixed width one after the other.
Binary COPY would send the same in one message a row, and taking those up takes longer than all else together.
Bookmakers, markets, outcomes and scopes are the ids of their rows here; events are counted in the order given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np
import psycopg
from django.db import connection
from numpy.typing import NDArray

from odds.choices import Side
from odds.records import OutcomeKey

from .tables import NEVER, UNKNOWN, ArchivePrices, Integers, Runs, Snapshots

_EPOCH_OF_POSTGRESQL = 946_684_800_000_000  # 2000-01-01 in microseconds since 1970
_NO_POINT = -(2**31)
_NEXT_NOTE = "\x1e"
# Events asked about at once: more would take too much memory on both sides.
_AT_ONCE = 1_000


class Only(NamedTuple):
    """Bookmakers and markets by id; None stands for all."""

    bookmakers: list[int] | None
    markets: list[int] | None

    @property
    def condition(self) -> str:
        asked = {"bookmaker_id": self.bookmakers, "market_id": self.markets}
        return "".join(f" AND {column} = ANY(%({column})s)" for column, ids in asked.items() if ids is not None)

    @property
    def parameters(self) -> dict[str, list[int] | None]:
        return {"bookmaker_id": self.bookmakers, "market_id": self.markets}


class _Column(NamedTuple):
    """How a column of numbers travels, and what is made of it."""

    sql: str
    kind: str  # numpy's
    read: Callable[[NDArray[Any]], NDArray[Any]] = lambda values: values


def _time(sql: str) -> _Column:
    return _Column(f"timestamptz_send({sql})", ">i8", _since_1970)


def _since_1970(values: Integers) -> Integers:
    return np.where((values == UNKNOWN) | (values == NEVER), values, values + _EPOCH_OF_POSTGRESQL)


def _point(thousandths: NDArray[np.int32]) -> NDArray[np.float64]:
    return np.where(thousandths == _NO_POINT, np.nan, thousandths / 1000)


_PRICES = {
    "bookmaker": _Column("int2send(bookmaker_id)", ">i2"),
    "market": _Column("int2send(market_id)", ">i2"),
    "outcome": _Column("int4send(outcome_id)", ">i4"),
    "price": _Column("int4send(price)", ">i4"),
    "decimal": _Column("float8send(decimal_price)", ">f8"),
    "point": _Column(f"int4send(coalesce((point * 1000)::int4, {_NO_POINT}))", ">i4", _point),
}
_RUNS = _PRICES | {
    "start": _time("odds_timestamp"),
    "end": _time("coalesce(valid_until, 'infinity')"),
    "last_update": _time("coalesce(last_update, '-infinity')"),
}
_SNAPSHOTS = {
    "time": _time("snapshot_time"),
    "commence": _time("commence_time"),
    "scope": _Column("int4send(scope_id)", ">i4"),
}
_ARCHIVE = _PRICES | {"moment": _Column("int2send((moment = 'closing')::int::int2)", ">i2")}


def fetch_snapshots(event_ids: Integers) -> Snapshots:
    """All snapshots of these events."""
    source = """
        SELECT snapshot_time, commence_time, scope_id FROM odds_oddssnapshot AS snapshot
        WHERE snapshot.event_id = wanted.id ORDER BY snapshot_time
    """
    answers = _answers(source, _aggregates(_SNAPSHOTS), {"id": event_ids})
    event, columns = _columns(answers, _SNAPSHOTS)
    return Snapshots(event=event, **columns)


def fetch_runs(event_ids: Integers, since: Integers, until: Integers, only: Only) -> tuple[Runs, list[str]]:
    """The valid runs of these events that ended after `since` and began by `until`, in no order; and their notes.

    An event is left out where `until` is UNKNOWN. The query has two parts, as no index answers 'ended later, or not at
    all'.
    """
    source = " UNION ALL ".join(
        f"""
        SELECT * FROM odds_odds AS odds
        WHERE odds.event_id = wanted.id AND odds.is_valid AND {end} AND odds.odds_timestamp <= wanted.until
        {only.condition}
        """  # noqa: S608 - only what is written in this module
        for end in ("odds.valid_until > wanted.since", "odds.valid_until IS NULL")
    )
    wanted = np.flatnonzero(until != UNKNOWN)
    asked = {"id": event_ids[wanted], "since": since[wanted].clip(0), "until": until[wanted]}
    aggregates = f"{_aggregates(_RUNS)}, string_agg(validation_notes, E'\\x1e')"
    answers = _answers(source, aggregates, asked, only.parameters)
    event, columns = _columns(answers, _RUNS)
    note, notes = _notes(answer[-1] for answer in answers)
    return Runs(event=wanted[event].astype(np.int32), note=note, **columns), notes


def fetch_archive(event_ids: Integers, only: Only) -> ArchivePrices:
    """The valid opening and closing prices of archives, of books of which none was observed before the start.

    Where several archives have the same one, the first by its format, as in odds.archive_prices.
    """
    source = f"""
        SELECT DISTINCT ON (moment, bookmaker_id, market_id, outcome_id) * FROM odds_archiveprice AS archive
        WHERE archive.event_id = wanted.id AND is_valid AND price IS NOT NULL {only.condition}
            AND bookmaker_id <> ALL (ARRAY(
                SELECT odds.bookmaker_id FROM odds_odds AS odds JOIN events_event AS event ON event.id = odds.event_id
                WHERE event.id = wanted.id AND NOT odds.is_live AND odds.odds_timestamp <= event.closing_at
            ))
        ORDER BY moment, bookmaker_id, market_id, outcome_id, origin
    """  # noqa: S608 - only what is written in this module
    answers = _answers(source, _aggregates(_ARCHIVE), {"id": event_ids}, only.parameters)
    event, columns = _columns(answers, _ARCHIVE)
    return ArchivePrices(event=event, **columns)


def fetch_outcomes(ids: Sequence[int]) -> dict[int, OutcomeKey]:
    """The outcomes of these ids."""
    sql = "SELECT id, side, name, description, line FROM odds_outcome WHERE id = ANY(%s::int[])"
    return {id_: OutcomeKey(Side(side), *rest) for id_, side, *rest in fetch_rows(sql, [as_array(ids)])}


def fetch_rows(sql: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows in binary: Django's own cursors take much longer for times."""
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, parameters, binary=True).fetchall()


def _aggregates(columns: Mapping[str, _Column]) -> str:
    return ", ".join(f"string_agg({column.sql}, '')" for column in columns.values())


_Answer = tuple[Any, ...]
"""The place of an event in the order asked, then its columns: bytes each, None where it has no rows."""


def _answers(
    source: str, aggregates: str, wanted: Mapping[str, Integers], parameters: Mapping[str, Any] = {}
) -> list[_Answer]:
    """What `source` gives for each event asked about, where it knows the event as `wanted`, aggregated.

    What is wanted beside ids are instants. They are made once for each event, where a plain subquery would make them
    for each row.
    """
    arrays = ", ".join(f"%({name})s::int8[]" for name in wanted)
    instants = "".join(f", {_instant(name)} AS {name}" for name in wanted if name != "id")
    sql = f"""
        WITH wanted AS MATERIALIZED (
            SELECT place, id{instants} FROM unnest({arrays}) WITH ORDINALITY AS given ({", ".join(wanted)}, place)
        )
        SELECT wanted.place - 1 + %(begin)s, aggregated.*
        FROM wanted CROSS JOIN LATERAL (SELECT {aggregates} FROM ({source}) AS found) AS aggregated
    """  # noqa: S608 - only what is written in this module
    answers: list[_Answer] = []
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        for begin in range(0, len(wanted["id"]), _AT_ONCE):
            asked = {name: as_array(values[begin : begin + _AT_ONCE].tolist()) for name, values in wanted.items()}
            cursor.execute(sql, {**asked, **parameters, "begin": begin}, binary=True)
            answers += sorted(cursor.fetchall())  # PostgreSQL would sort such wide rows on disk
    return answers


def _instant(name: str) -> str:
    """A number of microseconds since 1970, as an instant; exact, since interval arithmetic is in microseconds."""
    return f"timestamptz 'epoch' + {name} * interval '1 microsecond'"


def as_array(numbers: Iterable[int]) -> str:
    """An array as PostgreSQL reads it, written a good deal sooner than psycopg would."""
    return f"{{{','.join(map(str, numbers))}}}"


def _columns(answers: Sequence[_Answer], columns: Mapping[str, _Column]) -> tuple[NDArray[np.int32], dict[str, Any]]:
    """The event of each row, and the columns by name."""
    width = np.dtype(next(iter(columns.values())).kind).itemsize
    counts = [len(answer[1] or b"") // width for answer in answers]
    event = np.repeat(np.array([answer[0] for answer in answers], np.int32), counts)
    read = {}
    for number, (name, column) in enumerate(columns.items(), start=1):
        values = np.frombuffer(b"".join(filter(None, map(itemgetter(number), answers))), column.kind)
        read[name] = column.read(values.astype(values.dtype.newbyteorder("=")))
    return event, read


def _notes(texts: Iterable[str | None]) -> tuple[NDArray[np.int16], list[str]]:
    """The index of each run's note, and the notes. Most events have nothing but empty ones."""
    notes = {"": 0}
    numbers = [np.zeros(0, np.int16)]
    for text in texts:
        if text is None:
            continue
        if text.strip(_NEXT_NOTE):
            found = [notes.setdefault(note, len(notes)) for note in text.split(_NEXT_NOTE)]
            numbers.append(np.array(found, np.int16))
        else:
            numbers.append(np.zeros(len(text) + 1, np.int16))
    return np.concatenate(numbers), list(notes)
