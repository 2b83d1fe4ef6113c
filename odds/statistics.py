"""How much is stored."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import MD5

from events.models import Event
from events.recent import recent

from .models import Bookmaker, Market, Odds, OddsSnapshot

# Counting the rows of a table larger than this takes seconds; the planner's estimate takes none.
COUNTED_BYTES = 256 * 1024**2
# Price points are counted one by one up to so many rows of Odds; beyond, those of a few events stand for all.
COUNTED_RUNS = 200_000
SAMPLED_EVENTS = 6
RECENT_SECONDS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """What the database holds. `estimated` names the figures that were not counted one by one."""

    events: int
    snapshots: int
    live_snapshots: int
    odds_records: int  # rows of Odds: prices for as long as they stood
    price_points: int  # prices at snapshots, as the view odds_price_points has them
    bookmakers: int
    markets: int
    first_snapshot_time: datetime | None
    last_snapshot_time: datetime | None
    db_size_bytes: int
    table_bytes: dict[str, int]  # with indexes and what is stored out of line, largest first
    estimated: list[str]


def statistics(*, exact: bool = False) -> Statistics:
    """How much is stored. Figures of large tables are estimates, and named as such, unless `exact`."""
    counts, estimated = _counts(exact)
    first, last = _snapshot_times()
    return Statistics(
        **counts,
        events=Event.objects.count(),
        bookmakers=Bookmaker.objects.count(),
        markets=Market.objects.count(),
        first_snapshot_time=first,
        last_snapshot_time=last,
        db_size_bytes=_row("SELECT pg_database_size(current_database())")[0],
        table_bytes=_table_bytes(),
        estimated=estimated,
    )


def recent_statistics() -> Statistics:
    """The same, up to five minutes old."""
    return recent("odds.statistics", RECENT_SECONDS, statistics)


def _counts(exact: bool) -> tuple[dict[str, int], list[str]]:
    """The figures that can be too large to count, and the names of those that were not."""
    tables: dict[str, QuerySet[Any]] = {
        "snapshots": OddsSnapshot.objects.all(),
        "live_snapshots": OddsSnapshot.objects.filter(is_live=True),
        "odds_records": Odds.objects.all(),
    }
    estimated = [name for name, rows in tables.items() if not (exact or _is_small(rows))]
    counts = {name: _planned(rows.order_by()) if name in estimated else rows.count() for name, rows in tables.items()}
    if exact or counts["odds_records"] <= COUNTED_RUNS:
        counts["price_points"] = _price_points()
    else:
        counts["price_points"] = _likely_price_points(counts["odds_records"])
        estimated.append("price_points")
    return counts, estimated


def _is_small(rows: QuerySet[Any]) -> bool:
    return bool(_row("SELECT pg_relation_size(%s::regclass) <= %s", [rows.model._meta.db_table, COUNTED_BYTES])[0])


def _planned(rows: QuerySet[Any]) -> int:
    """How many rows the planner expects, from its statistics and the present size of the table."""
    return int(json.loads(rows.explain(format="json"))[0]["Plan"]["Plan Rows"])


def _price_points() -> int:
    return int(_row("SELECT count(*) FROM odds_price_points")[0])


def _likely_price_points(odds_records: int) -> int:
    """As many for each row of Odds as a few events have: the same ones each time, otherwise at random."""
    sample = Event.objects.filter(closing_at__isnull=False).order_by(MD5("api_id"))[:SAMPLED_EVENTS]
    ids = list(sample.values_list("api_id", flat=True))
    runs = Odds.objects.filter(event__api_id__in=ids).count()
    points = _row("SELECT count(*) FROM odds_price_points WHERE event_id = ANY(%s)", [ids])[0]
    return round(points / runs * odds_records) if runs else 0


def _snapshot_times() -> tuple[datetime | None, datetime | None]:
    """The first and the last of all; one look into the index for each event."""
    first, last = _row("""
        SELECT min(first), max(last) FROM events_event AS event CROSS JOIN LATERAL (
            SELECT min(snapshot_time) AS first, max(snapshot_time) AS last
            FROM odds_oddssnapshot WHERE event_id = event.id
        ) AS taken
    """)
    return first, last


def _table_bytes() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT relname, pg_total_relation_size(oid) AS bytes FROM pg_class
            WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace ORDER BY bytes DESC, relname
        """)
        return dict(cursor.fetchall())


def _row(sql: str, parameters: list[Any] | None = None) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()
