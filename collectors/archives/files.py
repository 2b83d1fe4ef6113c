"""Files of archives as rows, pure: from bytes, compressed or not."""

from __future__ import annotations

import csv
import gzip
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import ParseError

from ..errors import UnreadablePayload

# What openpyxl raises on workbooks that are none, or damaged anywhere.
DAMAGE = (zipfile.BadZipFile, ParseError, zlib.error, EOFError, OSError, LookupError, ValueError, TypeError,
          AttributeError, NotImplementedError)  # fmt: skip

WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of today, and of before 2007

Row = dict[str, str]
Cells = tuple[Any, ...]


def table_of(body: bytes, name: str) -> tuple[list[str], Iterator[tuple[int, Row]]]:
    """The columns of a CSV file, and its rows by line: text, as written, empty where a row is short.

    Raises UnreadablePayload where it is no table of text, at once or on the way.
    """
    if body.startswith(WORKBOOKS):
        raise UnreadablePayload(f"{name}: this is an Excel workbook; save it as CSV")
    try:
        text = (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body).decode("utf-8-sig")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise UnreadablePayload(f"{name}: no CSV in UTF-8: {error}") from None
    reader = csv.DictReader(io.StringIO(text, newline=""), restval="", restkey="")
    columns = list(reader.fieldnames or ())
    if not columns:
        raise UnreadablePayload(f"{name}: it is empty")
    return columns, _rows(reader, name)


def _rows(reader: csv.DictReader[str], name: str) -> Iterator[tuple[int, Row]]:
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise UnreadablePayload(f"{name}:{reader.line_num}: no CSV: {error}") from None


def sheet_of(body: bytes, name: str) -> Iterator[tuple[int, Cells]]:
    """The rows of the first sheet of a workbook by their number, without those that are empty.

    Raises UnreadablePayload where it is no workbook.
    """
    from openpyxl import load_workbook  # here, since its third of a second would be paid by every command

    try:
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=True)
        for number, row in enumerate(book.worksheets[0].iter_rows(values_only=True), start=1):
            if any(cell is not None for cell in row):
                yield number, row
    except DAMAGE as error:
        raise UnreadablePayload(f"{name}: no xlsx workbook: {error}") from None
