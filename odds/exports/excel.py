"""A sheet of Excel: for looking at a choice of rows, not for millions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from .columns import Column, Kind
from .csv_file import ROWS_AT_ONCE
from .selection import Part

# Of a sheet, headings included.
MOST_ROWS = 1_048_576
# Of a cell; what is beyond is cut off, and ends in an ellipsis.
MOST_CHARACTERS = 32_767


class ExcelSheet:
    """Writes all tables to one sheet, whose headings stay in sight."""

    files = 1

    def __init__(self, path: Path, columns: Sequence[Column], *, title: str) -> None:
        self.path, self.columns = path, columns
        self._book = Workbook(write_only=True)
        self._sheet = self._book.create_sheet(title)
        self._sheet.freeze_panes = "A2"
        self._sheet.append([heading(column) for column in columns])

    def write(self, part: Part, rows: pa.Table) -> None:
        for first in range(0, rows.num_rows, ROWS_AT_ONCE):
            some = rows.slice(first, ROWS_AT_ONCE)
            cells = [map(self._cell_of(column.kind), some[column.name].to_pylist()) for column in self.columns]
            for row in zip(*cells, strict=True):
                self._sheet.append(row)

    def _cell_of(self, kind: Kind) -> Callable[[Any], Any]:
        return self._text if kind in (Kind.NAME, Kind.TEXT) else as_cell

    def _text(self, value: str | None) -> Any:
        """A cell of text whatever it begins with: openpyxl takes "=…" for a formula, and "#N/A" for an error."""
        if not value:
            return None
        shown = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", value)
        cell = WriteOnlyCell(
            self._sheet, shown if len(shown) <= MOST_CHARACTERS else f"{shown[: MOST_CHARACTERS - 1]}…"
        )
        cell.data_type = "s"
        return cell

    def close(self) -> None:
        self._book.save(self.path)


def heading(column: Column) -> str:
    """The column's name; of times with their zone, which a cell of Excel cannot have."""
    return f"{column.name} (UTC)" if column.kind is Kind.TIME else column.name


def as_cell(value: Any) -> Any:
    """A number, an instant in UTC or a yes or no as Excel has them; None is an empty cell."""
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)
    return float(value) if isinstance(value, Decimal) else value
