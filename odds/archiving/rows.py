"""The rows of a table of an archive: as the database has them, as a file has them, and whether the two agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import zip_longest
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import connection

from ..exports.columns import schema_of
from ..exports.parquet import COMPRESSION
from ..exports.reading import tables
from .layout import IDS, REMOVED, ArchiveKind, Table
from .manifest import ArchiveError

Row = tuple[Any, ...]

# What a group of rows in a file holds: many, as short texts are told once a group, but never more than memory bears.
GROUP_ROWS = 100_000
GROUP_BYTES = 16 << 20
# Rows that are Python objects at a time; those with raw answers are wide.
AT_ONCE = 2_000


def write_rows(table: Table, events: Sequence[int], path: Path) -> int:
    """Write a file of the rows of these events; return how many there are."""
    schema, written = schema_of(table.columns), 0
    with pq.ParquetWriter(path, schema, compression=COMPRESSION) as writer:
        for group in _groups(_read(table, events)):
            writer.write_table(group)
            written += group.num_rows
    return written


def _read(table: Table, events: Sequence[int]) -> Iterator[pa.Table]:
    for some in _lists(table, events):
        yield from tables(table.sql(), [some], table.columns)


def _lists(table: Table, events: Sequence[int]) -> list[list[int]]:
    return [[event] for event in events] if table.by_event else [list(events)]


def _groups(parts: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """The same rows in fewer tables."""
    gathered: list[pa.Table] = []
    rows = size = 0
    for part in parts:
        gathered.append(part)
        rows, size = rows + part.num_rows, size + part.nbytes
        if rows >= GROUP_ROWS or size >= GROUP_BYTES:
            yield pa.concat_tables(gathered)
            gathered, rows, size = [], 0, 0
    if gathered:
        yield pa.concat_tables(gathered)


def file_rows(table: Table, path: Path) -> Iterator[Row]:
    """The rows of a file, as PostgreSQL's driver would give them."""
    with pq.ParquetFile(path) as file:
        if file.schema_arrow.names != [column.name for column in table.columns]:
            raise ArchiveError(f"{path} has other columns than expected: {', '.join(file.schema_arrow.names)}")
        for batch in file.iter_batches(batch_size=AT_ONCE):
            yield from zip(*(column.to_pylist() for column in batch.columns), strict=True)


def database_rows(table: Table, events: Sequence[int]) -> Iterator[Row]:
    """The rows of these events by the driver's binary way, which has nothing in common with how files are written."""
    for some in _lists(table, events):
        with psycopg.ServerCursor(connection.connection, "archive_rows") as cursor:
            cursor.itersize = AT_ONCE
            yield from cursor.execute(table.sql(), [some], binary=True)


def compare(table: Table, events: Sequence[int], path: Path) -> None:
    """Raise ArchiveError unless the file has exactly the rows that the database has, every value of them, in order."""
    for number, (kept, stored) in enumerate(zip_longest(file_rows(table, path), database_rows(table, events)), 1):
        if kept != stored:
            raise ArchiveError(f"{path}: row {number:,} is not what the database has; nothing was removed")


def fingerprint(kind: ArchiveKind, events: Sequence[int]) -> str:
    """SHA-256 over the rows that an archive of these events takes out, in order, without the numbers of the rows."""
    digest = sha256()
    for table in REMOVED[kind]:
        copy = f"COPY ({table.sql(without=IDS)}) TO STDOUT"
        for event in events:
            with psycopg.ClientCursor(connection.connection) as cursor:
                statement = cursor.mogrify(copy, [[event]]).encode()
                with cursor.copy(statement) as rows:
                    for row in rows:
                        digest.update(row)
    return digest.hexdigest()
