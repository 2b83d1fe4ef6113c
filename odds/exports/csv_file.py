"""CSV as RFC 4180 has it: UTF-8, CRLF, quotes doubled; gzipped where the name ends in .gz."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from .columns import Column, Kind
from .guard import guarded
from .selection import Part

# As Python objects, each of which takes many times its text.
ROWS_AT_ONCE = 5_000


class CsvFile:
    """Writes all tables to one file, under one line of headings."""

    files = 1

    def __init__(self, path: Path, columns: Sequence[Column], *, zipped: bool) -> None:
        self.columns = columns
        opened = gzip.open if zipped else open
        self._file = opened(path, "wt", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(column.name for column in columns)

    def write(self, part: Part, rows: pa.Table) -> None:
        for first in range(0, rows.num_rows, ROWS_AT_ONCE):
            some = rows.slice(first, ROWS_AT_ONCE)
            cells = (as_text(some[column.name], column.kind).to_pylist() for column in self.columns)
            self._writer.writerows(zip(*cells, strict=True))

    def close(self) -> None:
        self._file.close()


def as_text(values: pa.ChunkedArray, kind: Kind) -> pa.ChunkedArray:
    """The cells of a column. Null and the empty text both become nothing, which is all that CSV has for them."""
    if kind in (Kind.NAME, Kind.TEXT):
        return guarded(values.cast(pa.string()))
    if kind is Kind.TIME:  # 2026-01-15T00:30:00Z, with a fraction only where there is one
        texts = pc.strftime(values, "%Y-%m-%dT%H:%M:%SZ")
        return pc.replace_substring_regex(texts, r"\.?0*Z$", "Z") if _fractional(texts) else texts
    if kind is Kind.POINT:  # -3.5, not -3.500; by its text, as Arrow makes 0.059000000000000004 of 0.059
        return pc.replace_substring_regex(values.cast(pa.string()), r"\.?0+$", "")
    return values.cast(pa.string())


def _fractional(texts: pa.ChunkedArray) -> bool:
    return bool(pc.any(pc.match_substring(texts, ".")).as_py())
