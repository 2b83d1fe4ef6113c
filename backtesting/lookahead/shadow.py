"""Copies of some events in tables of the same names that stand before the real ones, for this connection alone.

Whatever asks the database inside `shadow`, through the ORM or in SQL, sees the copies: PostgreSQL looks for a table in
the session's temporary schema first. So the past can be rewritten, and a strategy that asks by itself is not spared.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import connection, transaction

_ZONE = "'America/New_York'"
_DAY_BEGINS = f"date_trunc('day', event.commence_time AT TIME ZONE {_ZONE}) AT TIME ZONE {_ZONE}"
_DAY_ENDS = f"(date_trunc('day', event.commence_time AT TIME ZONE {_ZONE}) + interval '1 day') AT TIME ZONE {_ZONE}"

_OFFER = "bookmaker.key, market.key, outcome.side, outcome.name, outcome.description, outcome.line"


def _hashed(*parts: str) -> str:
    """What is drawn for a row depends on its natural key, so that row ids leave no trace."""
    return f"hashtextextended(concat_ws('|', event.api_id, {', '.join(parts) or 'NULL'}), 0)"


# Each table with what its copy has beside the columns of the original, as SQL about `row` and its `event`: `known_at`,
# the instant from which on a row may be used (results as histories have it), and `draw`, which stands for its key.
_ADDED: Mapping[str, Mapping[str, str]] = {
    "events_event": {
        # Without snapshots it is of an archive: that it would be played was known all along, and so was the day.
        "known_at": "coalesce((SELECT min(snapshot_time) FROM {schema}.odds_oddssnapshot WHERE event_id = event.id), "
        "'-infinity')",
        "draw": _hashed(),
        "last_seen_at": "(SELECT max(snapshot_time) FROM {schema}.odds_oddssnapshot WHERE event_id = event.id)",
        "begins_at": "event.commence_time",
        # The first snapshot after the last that stated another start.
        "start_known_at": """(SELECT min(told.snapshot_time) FROM {schema}.odds_oddssnapshot AS told
            WHERE told.event_id = event.id AND told.snapshot_time > coalesce((
                SELECT max(other.snapshot_time) FROM {schema}.odds_oddssnapshot AS other
                WHERE other.event_id = event.id AND other.commence_time <> event.commence_time
            ), '-infinity'))""",
    },
    "events_eventscore": {
        "known_at": f"""CASE
            WHEN row.origin = '' THEN
                greatest(coalesce(row.last_update, row.observed_at), event.commence_time + interval '1 hour')
            WHEN event.start_is_day THEN {_DAY_ENDS} + interval '4 hours'
            ELSE event.commence_time + interval '4 hours'
        END""",
        "draw": _hashed("row.observed_at", "row.origin"),
    },
    "odds_oddssnapshot": {"known_at": "row.snapshot_time", "draw": _hashed("row.snapshot_time")},
    "odds_odds": {
        "known_at": "row.odds_timestamp",
        "draw": _hashed(_OFFER, "row.odds_timestamp"),
        "ends_at": "row.valid_until",
    },
    "odds_archiveprice": {
        "known_at": f"CASE row.moment WHEN 'opening' THEN {_DAY_BEGINS} ELSE event.commence_time END",
        "draw": _hashed(_OFFER, "row.moment", "row.origin"),
    },
}
TABLES = tuple(_ADDED)
VIEWS = ("odds_price_points",)

_NAMES = """
    LEFT JOIN {schema}.odds_bookmaker AS bookmaker ON bookmaker.id = row.bookmaker_id
    LEFT JOIN {schema}.odds_market AS market ON market.id = row.market_id
    LEFT JOIN {schema}.odds_outcome AS outcome ON outcome.id = row.outcome_id
"""
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX \S+ ON \S+")


@contextmanager
def shadow(event_ids: Collection[int]) -> Iterator[None]:
    """Have this connection see copies of these events (ids of rows), their scores, snapshots and prices, and no others.

    The real tables are read once, in one statement, and never written; nothing is left at the end, however it comes.
    """
    with undone():
        _make(event_ids)
        yield


@contextmanager
def undone() -> Iterator[None]:
    """Take back at the end whatever was written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _make(event_ids: Collection[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        (schema,) = cursor.fetchone()
        # Read now, while the names in them mean the real tables.
        cursor.execute(
            "SELECT viewname, definition FROM pg_views WHERE schemaname = %s AND viewname = ANY(%s)",
            [schema, list(VIEWS)],
        )
        views = cursor.fetchall()
        cursor.execute(
            "SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = %s AND tablename = ANY(%s)",
            [schema, list(TABLES)],
        )
        indexes = cursor.fetchall()
        for table in TABLES:
            added = ", ".join(f"{name} {'bigint' if name == 'draw' else 'timestamptz'}" for name in _ADDED[table])
            cursor.execute(
                f"CREATE TEMP TABLE {table} (LIKE {schema}.{table} INCLUDING DEFAULTS, {added}, "
                "is_nonsense bool NOT NULL DEFAULT false)"
            )
        cursor.execute(_copy(schema), {"events": list(event_ids)})
        for table, definition in indexes:
            # Not unique: rows that all move in time may meet each other on the way.
            cursor.execute(_INDEX.sub(f"CREATE INDEX ON pg_temp.{table}", definition))
        for table in TABLES:
            cursor.execute(f"CREATE INDEX ON pg_temp.{table} (known_at)")
        cursor.execute("CREATE INDEX ON pg_temp.odds_odds (ends_at)")
        for view, definition in views:
            cursor.execute(f"CREATE TEMP VIEW {view} AS {definition}")
        cursor.execute(f"ANALYZE {', '.join(f'pg_temp.{table}{_looked_into(table)}' for table in TABLES)}")


def _copy(schema: str) -> str:
    """One statement, so that all copies are of one instant, whoever writes meanwhile."""
    steps = []
    for table, added in _ADDED.items():
        values = ", ".join(sql.format(schema=schema) for sql in added.values())
        event = "row.id" if table == "events_event" else "row.event_id"
        names = _NAMES.format(schema=schema) if _OFFER in added["draw"] else ""
        steps.append(
            f"{table}_copied AS (INSERT INTO pg_temp.{table} SELECT row.*, {values} FROM {schema}.{table} AS row "  # noqa: S608
            f"JOIN {schema}.events_event AS event ON event.id = {event} {names} WHERE event.id = ANY(%(events)s))"
        )
    return f"WITH {', '.join(steps)} SELECT"


def _looked_into(table: str) -> str:
    """The columns that the planner learns of; all but of snapshots, since to look into raw answers would take long."""
    return " (event_id, snapshot_time, known_at, scope_id)" if table == "odds_oddssnapshot" else ""
