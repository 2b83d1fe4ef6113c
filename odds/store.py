"""The only writer of OddsSnapshot and Odds. Bulk paths go round the ORM: typed binary COPY, and set-based SQL.

Call everything that writes inside one transaction that holds the events' rows (`events.services.upsert_events` locks
them): two writers of one event would otherwise append to the same standing runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import psycopg
from django.db import connection

from .dimensions import bookmaker_ids, market_ids, outcome_ids, scope_ids
from .models import OddsSnapshot
from .records import EventSnapshot
from .runs import Run
from .stored import SnapshotKey


def insert_snapshots(
    snapshots: Mapping[SnapshotKey, EventSnapshot], meanwhile: Callable[[SnapshotKey, EventSnapshot], None]
) -> None:
    """Write snapshots that are not stored yet.

    `meanwhile` is called after each is sent: what it computes costs nothing while PostgreSQL is busy with the row.
    """
    requests = {id(snapshot.asked): snapshot.asked for snapshot in snapshots.values()}
    ids = scope_ids(requests.values())
    scopes = {request: ids[asked.digest] for request, asked in requests.items()}
    sql = """
        COPY odds_oddssnapshot (event_id, snapshot_time, commence_time, is_live, bookmaker_count, source, scope_id,
            raw_data)
        FROM STDIN (FORMAT BINARY)
    """
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(["int4", "timestamptz", "timestamptz", "bool", "int2", "text", "int4", "bytea"])
        for key, snapshot in snapshots.items():
            copy.write_row(
                (
                    *key,
                    snapshot.event.commence_time,
                    snapshot.is_live,
                    len(snapshot.bookmakers),
                    snapshot.source.value,
                    scopes[id(snapshot.asked)],
                    snapshot.raw,  # the binary form of `json` is its text
                )
            )
            meanwhile(key, snapshot)


def replace_snapshot(key: SnapshotKey, snapshot: EventSnapshot) -> None:
    """Write a snapshot over the one of the same event and instant: both together, as two requests may split it."""
    OddsSnapshot.objects.filter(event_id=key.event_id, snapshot_time=key.snapshot_time).update(
        commence_time=snapshot.event.commence_time,
        is_live=snapshot.is_live,
        bookmaker_count=len(snapshot.bookmakers),
        source=snapshot.source,
        scope_id=scope_ids([snapshot.asked])[snapshot.asked.digest],
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE odds_oddssnapshot SET raw_data = %s::json WHERE event_id = %s AND snapshot_time = %s",
            [snapshot.raw.decode(), *key],
        )


def write_runs(runs: Mapping[int, Iterable[Run]], titles: Mapping[str, str]) -> int:
    """Write the runs of each event, new ones and those that have ended since they were read; return how many are new.

    `titles` names the bookmakers by key, for those seen for the first time.
    """
    new = [(event_id, run) for event_id, of_event in runs.items() for run in of_event if run.id is None]
    ended = [
        run for of_event in runs.values() for run in of_event if run.id is not None and run.valid_until is not None
    ]
    if ended:
        _end_runs(ended)
    if new:
        _copy_runs(new, titles)
    return len(new)


def _end_runs(runs: Sequence[Run]) -> None:
    sql = """
        UPDATE odds_odds SET valid_until = ended.valid_until
        FROM unnest(%s::bigint[], %s::timestamptz[]) AS ended (id, valid_until) WHERE odds_odds.id = ended.id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [[run.id for run in runs], [run.valid_until for run in runs]])


# The columns that a run fills, with their types in PostgreSQL.
_RUN_COLUMNS = {
    "event_id": "int4",
    "bookmaker_id": "int2",
    "market_id": "int2",
    "outcome_id": "int4",
    "price": "int4",
    "decimal_price": "float8",
    "point": "numeric",
    "odds_timestamp": "timestamptz",
    "valid_until": "timestamptz",
    "last_update": "timestamptz",
    "is_live": "bool",
    "is_valid": "bool",
    "validation_notes": "text",
}


def _copy_runs(runs: Sequence[tuple[int, Run]], titles: Mapping[str, str]) -> None:
    bookmakers = bookmaker_ids({run.bookmaker: titles.get(run.bookmaker, "") for _, run in runs})
    markets = market_ids({run.market for _, run in runs})
    outcomes = outcome_ids({run.outcome for _, run in runs})
    sql = f"COPY odds_odds ({', '.join(_RUN_COLUMNS)}) FROM STDIN (FORMAT BINARY)"
    with connection.wrap_database_errors, connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.set_types(list(_RUN_COLUMNS.values()))
        for event_id, run in runs:
            keys = event_id, bookmakers[run.bookmaker], markets[run.market], outcomes[run.outcome]
            prices = run.price, run.decimal_price, run.point
            times = run.odds_timestamp, run.valid_until, run.last_update
            copy.write_row((*keys, *prices, *times, run.is_live, run.is_valid, run.notes))


def delete_runs(event_ids: Iterable[int]) -> int:
    """Remove the runs of these events, to be written anew from the raw snapshots; return how many there were."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM odds_odds WHERE event_id = ANY(%s)", [list(event_ids)])
        return int(cursor.rowcount)


def delete_snapshots(event_ids: Iterable[int]) -> int:
    """Remove the raw snapshots of these events; return how many there were. Only for what was made up or archived."""
    return OddsSnapshot.objects.filter(event_id__in=list(event_ids)).delete()[0]


def clear_raw(event_ids: Iterable[int]) -> int:
    """Empty the raw answers of these events, which lie in an archive; return of how many snapshots."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE odds_oddssnapshot SET raw_data = NULL WHERE event_id = ANY(%s) AND raw_data IS NOT NULL",
            [list(event_ids)],
        )
        return int(cursor.rowcount)


def restore_raw(rows: Sequence[tuple[int, datetime, str]]) -> int:
    """Put raw answers (event, instant, text) back where they are empty; return how many were."""
    sql = """
        UPDATE odds_oddssnapshot AS snapshot SET raw_data = kept.raw_data::json
        FROM unnest(%b::int[], %b::timestamptz[], %b::text[]) AS kept (event_id, snapshot_time, raw_data)
        WHERE snapshot.event_id = kept.event_id AND snapshot.snapshot_time = kept.snapshot_time
            AND snapshot.raw_data IS NULL
    """
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:  # megabytes, not as literals
        cursor.execute(sql, [list(column) for column in zip(*rows, strict=True)], binary=True)
        return cursor.rowcount


def restore_rows(table: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows as they were, by COPY. The first column is the id; a row whose id is taken gets a new one.

    `columns` are those of the table with their types. New ids lie beyond all that were ever drawn and all of `rows`.
    """
    with connection.wrap_database_errors, connection.cursor() as cursor:
        cursor.execute(f"SELECT id FROM {table} WHERE id = ANY(%s)", [[row[0] for row in rows]])  # noqa: S608
        taken = {id_ for (id_,) in cursor.fetchall()}
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence(%s, 'id'), greatest(%s, nextval(pg_get_serial_sequence(%s, 'id'))))",
            [table, max(row[0] for row in rows), table],
        )
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, len(taken)]
        )
        new = iter([id_ for (id_,) in cursor.fetchall()])
        with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(list(columns.values()))
            for row in rows:
                copy.write_row((next(new) if row[0] in taken else row[0], *row[1:]))


def refresh_closing(event_ids: Iterable[int]) -> None:
    """Set `closing_at` of these events: the last snapshot before both its own stated start and the final one.

    An event without snapshots keeps its own: they lie in an archive.
    """
    sql = """
        UPDATE events_event AS event SET closing_at = (
            SELECT snapshot_time FROM odds_oddssnapshot AS snapshot
            WHERE snapshot.event_id = event.id AND NOT snapshot.is_live AND snapshot_time < event.commence_time
            ORDER BY snapshot_time DESC LIMIT 1
        )
        WHERE event.id = ANY(%s) AND EXISTS (SELECT FROM odds_oddssnapshot WHERE event_id = event.id)
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(event_ids)])


def refresh_statistics() -> None:
    """Tell PostgreSQL's planner what a bulk load has changed, which it would else find out minutes later.

    Of columns that questions are asked by; to look into the raw answers would take longer than all else.
    """
    with connection.cursor() as cursor:
        cursor.execute("""
            ANALYZE events_event, odds_outcome, odds_oddssnapshot (event_id, snapshot_time, scope_id),
                odds_odds (event_id, valid_until, odds_timestamp, bookmaker_id, market_id, outcome_id)
        """)
