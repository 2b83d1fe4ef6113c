"""Parquet, in a folder for each sport and month: what pandas, DuckDB, Dask, Polars and Spark read as one table."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from .selection import ExportError, Part

COMPRESSION = "zstd"
# Of a folder's name: what every file system takes.
LONGEST_NAME = 200


def folder_of(sport_key: str, month: str) -> Path:
    """'sport_key=basketball_nba/month=2026-01'. What is no plain key is percent-encoded, as readers expect it.

    Raises ExportError for a key that no folder can be named after.
    """
    name = f"sport_key={quote(sport_key, safe='')}"
    if len(name) > LONGEST_NAME:
        raise ExportError(
            f"the sport {sport_key[:40]!r}… is too long for the name of a folder; choose others by --sport"
        )
    return Path(name, f"month={month}")


class ParquetFolder:
    """Writes the tables of each part to a file of its own, one part after the other."""

    def __init__(self, folder: Path, schema: pa.Schema) -> None:
        folder.mkdir()
        self.folder, self.schema = folder, schema
        self.files = 0
        self._part: Part | None = None
        self._writer: pq.ParquetWriter | None = None

    def write(self, part: Part, rows: pa.Table) -> None:
        if part is not self._part or self._writer is None:
            self.close()
            self._part, self._writer = part, self._begin(part)
        self._writer.write_table(rows)

    def _begin(self, part: Part) -> pq.ParquetWriter:
        folder = self.folder / folder_of(part.sport_key, part.month)
        folder.mkdir(parents=True)
        self.files += 1
        return pq.ParquetWriter(folder / "part-0.parquet", self.schema, compression=COMPRESSION)

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None
