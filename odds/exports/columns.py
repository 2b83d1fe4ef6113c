"""Columns of tables that leave the database: their name, where it comes from, and their type in Arrow. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import NamedTuple

import pyarrow as pa


class Kind(Enum):
    """What a column holds, and so how it is written in every format."""

    NAME = "name"  # text of which the same few values come again and again
    TEXT = "text"
    WHOLE = "whole"  # a whole number of 32 bits
    LONG = "long"  # of 64 bits
    FLOAT = "float"
    POINT = "point"  # a line, exact to three decimals
    TIME = "time"
    FLAG = "flag"


_TYPES = {
    Kind.NAME: pa.dictionary(pa.int32(), pa.string()),
    Kind.TEXT: pa.string(),
    Kind.WHOLE: pa.int32(),
    Kind.LONG: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.POINT: pa.decimal128(9, 3),
    Kind.TIME: pa.timestamp("us", "UTC"),
    Kind.FLAG: pa.bool_(),
}


class Column(NamedTuple):
    name: str
    sql: str  # the expression that it is read from
    kind: Kind


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    return pa.schema([(column.name, _TYPES[column.kind]) for column in columns])


def select(columns: Iterable[Column]) -> str:
    """What stands between SELECT and FROM."""
    return ", ".join(f'{column.sql} AS "{column.name}"' for column in columns)
