"""A page of a list as a table with types, written by the code that exports files."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from rest_framework import serializers

from events.api.paging import Listing
from events.encoding import as_json

from ..exports.columns import Column, Kind, schema_of
from ..exports.csv_file import as_text
from ..exports.parquet import COMPRESSION

# Of a field of any other type the cell is its JSON.
KINDS: dict[type[serializers.Field], Kind] = {
    serializers.DateTimeField: Kind.TIME,
    serializers.BooleanField: Kind.FLAG,
    serializers.IntegerField: Kind.LONG,
    serializers.FloatField: Kind.FLOAT,
    serializers.DecimalField: Kind.POINT,
    serializers.CharField: Kind.TEXT,
    serializers.ChoiceField: Kind.TEXT,
    serializers.UUIDField: Kind.TEXT,
}


class Table:
    """The rows of a listing, typed by the serializer that describes them."""

    def __init__(self, listing: Listing, row: serializers.Serializer) -> None:
        kinds = [KINDS.get(type(field)) for field in row.fields.values()]
        self._columns = [Column(name, "", kind or Kind.TEXT) for name, kind in zip(listing.columns, kinds, strict=True)]
        values = list(zip(*listing.rows, strict=True)) or [()] * len(kinds)
        schema = schema_of(self._columns)
        arrays = [
            pa.array(_texts(cells, kind), field.type) for cells, kind, field in zip(values, kinds, schema, strict=True)
        ]
        self._table = pa.Table.from_arrays(arrays, schema=schema)

    def as_csv(self) -> bytes:
        text = StringIO(newline="")
        writer = csv.writer(text)
        writer.writerow(self._table.column_names)
        cells = (as_text(self._table[column.name], column.kind).to_pylist() for column in self._columns)
        writer.writerows(zip(*cells, strict=True))
        return text.getvalue().encode()

    def as_parquet(self) -> bytes:
        file = BytesIO()
        pq.write_table(self._table, file, compression=COMPRESSION)
        return file.getvalue()


def _texts(cells: Sequence[Any], kind: Kind | None) -> Sequence[Any]:
    """The cells of a column as Arrow takes them: text as text, and what has parts as JSON."""
    if kind is Kind.TEXT:
        return [None if cell is None else str(cell) for cell in cells]
    if kind is None:
        return [None if cell is None else as_json(cell).decode() for cell in cells]
    return cells
