"""Exporting: export()."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
from django.db import connection

from ..archived import archived_whole
from .columns import schema_of
from .csv_file import CsvFile
from .datasets import DATASETS, SPORT, Dataset
from .drafts import draft_of
from .excel import MOST_ROWS, ExcelSheet
from .parquet import ParquetFolder
from .reading import one_instant, tables
from .selection import ExportError, Part, Selection, parts, query


class Format(StrEnum):
    PARQUET = "parquet"
    CSV = "csv"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportReport:
    """What was written, and where."""

    path: str
    format: str
    what: str
    events: int  # that were chosen; not all need have rows
    rows: int
    files: int
    size_bytes: int
    is_sandbox: bool  # made up, all of it; else none of it is
    sandbox_left_out: int  # events
    archived: int  # events chosen whose odds lie in archives and are missing here


class Writer(Protocol):
    files: int

    def write(self, part: Part, rows: pa.Table) -> None: ...

    def close(self) -> None: ...


_ENDINGS = {".csv": Format.CSV, ".csv.gz": Format.CSV, ".xlsx": Format.XLSX, ".parquet": Format.PARQUET}


def format_of(path: Path, wanted: Format | None = None) -> Format:
    """The format that is wanted, else what the name of the target asks for: a folder of Parquet if it has no ending.

    Raises ExportError where the two contradict each other, or nothing tells.
    """
    named = next((each for ending, each in _ENDINGS.items() if path.name.lower().endswith(ending)), None)
    if wanted is not None and named not in (None, wanted):
        raise ExportError(
            f"--out: {path.name!r} is a name for {named}, and --format says {wanted}; leave one of them out"
        )
    if wanted is None and named is Format.PARQUET:
        raise ExportError(
            f"--out: Parquet is written to a folder; name it without an ending, or say --format parquet "
            f"for one that is called {path.name!r}"
        )
    if wanted is None and named is None and path.suffix:
        raise ExportError(
            f"--out: {path.name!r} ends in none of .csv, .csv.gz, .xlsx; "
            "give --format, or name a folder without an ending"
        )
    return wanted or named or Format.PARQUET


def export(
    selection: Selection,
    path: Path,
    *,
    what: str = "odds",
    file_format: Format = Format.PARQUET,
    overwrite: bool = False,
    advance: Callable[[int], object] = lambda events: None,
) -> ExportReport:
    """Write the rows chosen of the dataset `what` to `path`, as of one instant; all of it or nothing.

    Raises ExportError with one line. `advance` is told how many more events are written.
    """
    dataset = DATASETS[what]
    conditions, parameters = selection.conditions(dataset)
    _refuse_target(path, file_format, overwrite=overwrite)
    with one_instant():
        chosen = list(parts(selection.events()))
        events = sum(len(part.events) for part in chosen)
        left_out, archived = selection.left_out(), archived_of(selection, what)
        sql = query(dataset, conditions, with_sport=file_format is not Format.PARQUET)
        if file_format is Format.XLSX:
            _refuse_too_many(sql, [[id_ for part in chosen for id_ in part.events], *parameters])
        rows = 0
        with draft_of(path) as draft:
            with closing(_writer(draft, path, dataset, what, file_format)) as writer:
                for part, table in _tables(chosen, sql, parameters, dataset, file_format, advance):
                    writer.write(part, table)
                    rows += table.num_rows
            size = size_of(draft)
    return ExportReport(
        path=str(path), format=file_format.value, what=what, events=events, rows=rows, files=writer.files,
        size_bytes=size, is_sandbox=selection.sandbox, sandbox_left_out=left_out, archived=archived,
    )  # fmt: skip


def archived_of(selection: Selection, what: str) -> int:
    """How many of the events chosen have odds in archives, which are missing in this dataset."""
    return archived_whole(selection.events()).count() if DATASETS[what].is_archivable else 0


def _tables(
    chosen: list[Part],
    sql: str,
    parameters: list[Any],
    dataset: Dataset,
    file_format: Format,
    advance: Callable[[int], object],
) -> Iterator[tuple[Part, pa.Table]]:
    columns = dataset.columns if file_format is Format.PARQUET else (SPORT, *dataset.columns)
    for part in chosen:
        for first in range(0, len(part.events), dataset.events_at_once):
            events = part.events[first : first + dataset.events_at_once]
            for table in tables(sql, [events, *parameters], columns):
                yield part, table
            advance(len(events))


def _writer(draft: Path, path: Path, dataset: Dataset, what: str, file_format: Format) -> Writer:
    columns = (SPORT, *dataset.columns)
    match file_format:
        case Format.PARQUET:
            return ParquetFolder(draft, schema_of(dataset.columns))
        case Format.CSV:
            return CsvFile(draft, columns, zipped=path.suffix.lower() == ".gz")
        case Format.XLSX:
            return ExcelSheet(draft, columns, title=what)


def _refuse_target(path: Path, file_format: Format, *, overwrite: bool) -> None:
    if path.is_symlink() or (path.exists() and not path.is_file() and not path.is_dir()):
        raise ExportError(
            f"{path} is a link, a pipe or a device; an export appears whole and cannot be piped: name a file"
        )
    if not path.exists():
        if not path.parent.is_dir():
            raise ExportError(f"there is no folder {path.parent}; make it, or take another --out")
        return
    if file_format is not Format.PARQUET:
        if path.is_dir():
            raise ExportError(f"{path} is a folder; {file_format.value} is written to a file")
    elif not path.is_dir() or any(not each.name.startswith("sport_key=") for each in path.iterdir()):
        raise ExportError(f"{path} is there already, and no folder of an export; take another --out")
    if not overwrite:
        raise ExportError(f"{path} is there already; give --overwrite to replace it, or another --out")


def _refuse_too_many(sql: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM ({sql}) AS chosen", parameters)  # noqa: S608 - the query of the export
        (rows,) = cursor.fetchone()
    if rows >= MOST_ROWS:
        raise ExportError(
            f"{rows:,} rows are more than the {MOST_ROWS - 1:,} that a sheet of Excel holds below its headings; "
            "choose fewer, or take --format csv or parquet"
        )


def size_of(path: Path) -> int:
    """Bytes of a file, or of all files in a folder."""
    files = (each for each in path.rglob("*") if each.is_file()) if path.is_dir() else iter((path,))
    return sum(file.stat().st_size for file in files)
