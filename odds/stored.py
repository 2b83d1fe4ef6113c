"""What the store has written, read back as records: snapshots to read again, and the runs that stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import psycopg
from django.db import connection

from events.models import Event

from .archived import RawArchived
from .choices import Source
from .dimensions import Requests, bookmaker_keys, market_keys, outcomes_by_id
from .records import Asked
from .runs import Run


class SnapshotKey(NamedTuple):
    event_id: int  # of the row
    snapshot_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredSnapshot:
    """A snapshot as it lies in the table: its raw answer, and what is needed to read it again."""

    key: SnapshotKey
    asked: Asked
    source: Source
    raw: bytes


class Newest(NamedTuple):
    """The newest snapshot of an event."""

    snapshot_time: datetime
    commence_time: datetime  # as stated in it


def newest_snapshots(event_ids: Iterable[int]) -> dict[int, Newest]:
    """When each event was last seen; an event without snapshots is left out."""
    sql = """
        SELECT wanted.event_id, latest.snapshot_time, latest.commence_time
        FROM unnest(%s::int[]) AS wanted (event_id)
        CROSS JOIN LATERAL (
            SELECT snapshot_time, commence_time FROM odds_oddssnapshot AS snapshot
            WHERE snapshot.event_id = wanted.event_id
            ORDER BY snapshot_time DESC LIMIT 1
        ) AS latest
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [list(event_ids)])
        return {event_id: Newest(*newest) for event_id, *newest in cursor.fetchall()}


def stored_at(keys: Sequence[SnapshotKey]) -> dict[SnapshotKey, StoredSnapshot]:
    """Those of these snapshots that are stored already. Raises RawArchived where the raw answer of one is not."""
    if not keys:
        return {}
    condition = """
        (snapshot.event_id, snapshot.snapshot_time) IN (SELECT * FROM unnest(%s::int[], %s::timestamptz[]))
    """
    parameters = [[key.event_id for key in keys], [key.snapshot_time for key in keys]]
    return {snapshot.key: snapshot for snapshot in _stored(condition, parameters)}


def stored_of(event_id: int) -> Iterator[StoredSnapshot]:
    """All snapshots of an event, in time order. Raises RawArchived where the raw answer of any is not here."""
    return _stored("snapshot.event_id = %s", [event_id])


def _stored(condition: str, parameters: Sequence[Any]) -> Iterator[StoredSnapshot]:
    requests = Requests()
    sql = f"""
        SELECT event_id, snapshot_time, scope_id, source, raw_data::text
        FROM odds_oddssnapshot AS snapshot WHERE {condition} ORDER BY event_id, snapshot_time
    """  # noqa: S608 - the conditions are those above
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        rows = cursor.fetchall()
        if archived := {event_id for event_id, *_, raw in rows if raw is None}:
            raise RawArchived(Event.objects.filter(pk__in=archived).values_list("api_id", flat=True))
        for event_id, snapshot_time, scope_id, source, raw in rows:
            yield StoredSnapshot(
                key=SnapshotKey(event_id, snapshot_time),
                asked=requests[scope_id],
                source=Source(source),
                raw=raw.encode(),
            )


def standing_runs(event_ids: Iterable[int]) -> dict[int, list[Run]]:
    """The runs that stand, by event; an event without any is left out."""
    rows = _standing_rows(list(event_ids))
    bookmakers, markets = bookmaker_keys(), market_keys()
    outcomes = outcomes_by_id({row[4] for row in rows})
    runs: dict[int, list[Run]] = {}
    for (
        event_id,
        id_,
        bookmaker_id,
        market_id,
        outcome_id,
        price,
        decimal_price,
        point,
        begun,
        updated,
        is_live,
        is_valid,
        notes,
    ) in rows:
        run = Run(
            id=id_,
            bookmaker=bookmakers[bookmaker_id],
            market=markets[market_id],
            outcome=outcomes[outcome_id],
            price=price,
            decimal_price=decimal_price,
            point=point,
            odds_timestamp=begun,
            last_update=updated,
            is_live=is_live,
            is_valid=is_valid,
            notes=notes,
        )
        runs.setdefault(event_id, []).append(run)
    return runs


def _standing_rows(event_ids: list[int]) -> list[tuple[Any, ...]]:
    """The rows with keys for names: the planner, which takes them for few, would join row by row.

    They come in binary, which Django's own cursors do not fetch, in half the time. A live answer waits for them.
    """
    sql = """
        SELECT event_id, id, bookmaker_id, market_id, outcome_id, price, decimal_price, point, odds_timestamp,
            last_update, is_live, is_valid, validation_notes
        FROM odds_odds WHERE event_id = ANY(%s) AND valid_until IS NULL
    """
    connection.ensure_connection()
    with psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(sql, [event_ids], binary=True).fetchall()
