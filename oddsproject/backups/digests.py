"""What the tables of a database hold, each as one hash that does not depend on where and how it is stored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256

import psycopg
from psycopg import sql

from events.wording import plural

# How values are written as text depends on these; so must not the hash.
FIXED = {
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "postgres",
    "TimeZone": "UTC",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    # By the index of the primary key, which takes no room on the disk.
    "enable_sort": "off",
    "statement_timeout": "0",
}

_TABLES = """
    SELECT n.nspname, c.relname, c.oid
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
    ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
"""
_PRIMARY_KEY = """
    SELECT a.attname, a.attcollation <> 0
    FROM pg_index i
    CROSS JOIN unnest(i.indkey) WITH ORDINALITY AS k (number, place)
    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
    WHERE i.indrelid = %s AND i.indisprimary
    ORDER BY k.place
"""


@dataclass(frozen=True, slots=True)
class TableDigest:
    """How many rows a table has, and the SHA-256 of all of them."""

    rows: int
    sha256: str


def table_digests(session: psycopg.Connection) -> dict[str, TableDigest]:
    """Of every table by its name, as this session sees them; those outside of `public` with their schema in front.

    Rows are hashed as the text that COPY writes, names of columns first, in the order of the primary key.
    """
    for name, value in FIXED.items():
        session.execute("SELECT set_config(%s, %s, false)", (name, value))
    return {
        name if schema == "public" else f"{schema}.{name}": _digest(session, sql.Identifier(schema, name), oid)
        for schema, name, oid in session.execute(_TABLES).fetchall()
    }


def _digest(session: psycopg.Connection, table: sql.Identifier, oid: int) -> TableDigest:
    order = [
        # Text sorts differently from one system to another.
        sql.SQL('{} COLLATE "C"' if is_text else "{}").format(sql.Identifier(column))
        for column, is_text in session.execute(_PRIMARY_KEY, (oid,)).fetchall()
    ]
    rows = sql.SQL("SELECT * FROM {} t ORDER BY {}").format(
        table, sql.SQL(", ").join(order) if order else sql.SQL('t::text COLLATE "C"')
    )
    hashed, count = sha256(), -1  # the first line has the names
    with session.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT WITH (HEADER)").format(rows)) as copy:
        for line in copy:
            hashed.update(line)
            count += 1
    return TableDigest(count, hashed.hexdigest())


def differences(expected: Mapping[str, TableDigest], found: Mapping[str, TableDigest]) -> list[str]:
    """What differs between the tables of two databases, a line for each table; empty where they are identical."""
    return list(_differences(expected, found))


def _differences(expected: Mapping[str, TableDigest], found: Mapping[str, TableDigest]) -> Iterator[str]:
    for name in sorted(expected.keys() | found.keys()):
        was, now = expected.get(name), found.get(name)
        if now is None:
            yield f"{name} is missing"
        elif was is None:
            yield f"{name} was not backed up"
        elif was.rows != now.rows:
            yield f"{name} has {plural(now.rows, 'row')} in place of {was.rows:,}"
        elif was != now:
            yield f"{name} has other rows than were backed up"
