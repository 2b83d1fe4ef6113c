"""Lists as CSV and Parquet, through the code that exports files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer

from events.api.paging import Listing
from events.encoding import as_json

from ..exports.columns import Column, Kind, schema_of
from ..exports.csv_file import as_text
from ..exports.parquet import COMPRESSION

KINDS: dict[type[serializers.Field], Kind] = {
    serializers.DateTimeField: Kind.TIME,
    serializers.BooleanField: Kind.FLAG,
    serializers.IntegerField: Kind.LONG,
    serializers.FloatField: Kind.FLOAT,
    serializers.DecimalField: Kind.POINT,
    serializers.CharField: Kind.TEXT,
    serializers.ChoiceField: Kind.TEXT,
}


class TableRenderer(BaseRenderer):
    """A list as a table, typed by what the view says of its rows; what has parts is JSON in a cell."""

    charset: str | None = None
    render_style = "binary"

    def render(
        self, data: Listing, accepted_media_type: str | None = None, renderer_context: dict[str, Any] | None = None
    ) -> bytes:
        assert renderer_context is not None
        fields = renderer_context["view"].row_class().fields.values()
        kinds = [KINDS.get(type(field)) for field in fields]
        columns = [Column(name, "", kind or Kind.TEXT) for name, kind in zip(data.columns, kinds, strict=True)]
        return self.written(columns, _table(columns, kinds, data.rows))

    def written(self, columns: Sequence[Column], table: pa.Table) -> bytes:
        raise NotImplementedError


class CsvRenderer(TableRenderer):
    """Texts that a spreadsheet would take for formulas have an apostrophe before them; numbers are numbers."""

    media_type = "text/csv"
    format = "csv"
    charset = "utf-8"

    def written(self, columns: Sequence[Column], table: pa.Table) -> bytes:
        text = StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(table.column_names)
        cells = (as_text(table[column.name], column.kind).to_pylist() for column in columns)
        writer.writerows(zip(*cells, strict=True))
        return text.getvalue().encode()


class ParquetRenderer(TableRenderer):
    media_type = "application/vnd.apache.parquet"
    format = "parquet"

    def written(self, columns: Sequence[Column], table: pa.Table) -> bytes:
        file = BytesIO()
        pq.write_table(table, file, compression=COMPRESSION)
        return file.getvalue()


def _table(columns: Sequence[Column], kinds: Sequence[Kind | None], rows: Sequence[Sequence[Any]]) -> pa.Table:
    values = list(zip(*rows, strict=True)) or [()] * len(columns)
    schema = schema_of(columns)
    arrays = [
        pa.array([*map(_cell, column)] if kind is None else column, field.type)
        for column, kind, field in zip(values, kinds, schema, strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _cell(value: Any) -> str | None:
    return None if value is None else as_json(value).decode()
