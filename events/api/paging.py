"""Long lists in pages. A cursor is opaque: it is signed, and good for the same list with the same filters only."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache, reduce
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.core import signing
from django.db.models import Q, QuerySet
from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param

from ..reading import rows_of
from .errors import BadParameter

# They change what a page holds, not what the list is.
OF_THE_PAGE = ("cursor", "page_size", "format")


@dataclass(frozen=True, slots=True)
class Listing:
    """One page: the names of the columns, a tuple for each row, and where the next page is."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    next: str | None
    note: str = ""

    def as_document(self) -> dict[str, Any]:
        row_type = _row_type(self.columns)
        return {"results": [row_type(*row) for row in self.rows], "next": self.next, "note": self.note}


@lru_cache(maxsize=100)
def _row_type(columns: tuple[str, ...]) -> type[msgspec.Struct]:
    """What is written as an object of these names: made faster than a dictionary, and no work for the collector."""
    return msgspec.defstruct("Row", columns, gc=False)


class Cursor:
    """Where a page begins, and the address of the page after it."""

    def __init__(self, request: Request, text: str | None) -> None:
        self._request = request
        filters = sorted((key, each) for key, each in request.query_params.lists() if key not in OF_THE_PAGE)
        self._salt = f"{request.path}?{urlencode(filters, doseq=True)}"
        self.position: list[Any] | None = None if text is None else self._read(text)

    def link(self, position: Sequence[Any]) -> str:
        """The address of the page that begins after this position."""
        texts = [each.isoformat() if isinstance(each, datetime) else each for each in position]
        address = self._request.build_absolute_uri()
        link: str = replace_query_param(address, "cursor", signing.dumps(texts, salt=self._salt))
        return link

    def _read(self, text: str) -> list[Any]:
        try:
            position: list[Any] = signing.loads(text, salt=self._salt)
        except (signing.BadSignature, ValueError) as error:
            told = "No cursor of this list with these filters; take it from `next` as it is."
            raise BadParameter("cursor", told, "invalid_cursor") from error
        return position


def page_of_rows(rows: QuerySet[Any], columns: Sequence[str], order: Sequence[str], cursor: Cursor, size: int) -> Any:
    """(rows as tuples of these columns, address of the next page). The last part of `order` makes it unique.

    It begins behind the last row of the page before, whatever was inserted meanwhile: no row comes twice.
    """
    if cursor.position is not None:
        rows = rows.filter(_behind(order, cursor.position))
    keys = [each.removeprefix("-") for each in order]
    found = rows_of(rows.order_by(*order).values_list(*columns, *keys)[: size + 1])
    more = cursor.link(found[size - 1][len(columns) :]) if len(found) > size else None
    return [row[: len(columns)] for row in found[:size]], more


def page_of_list(rows: Sequence[Any], moment: datetime, cursor: Cursor, size: int) -> Any:
    """(rows, address of the next page) of what was worked out as of an instant, which the cursor keeps."""
    first = 0 if cursor.position is None else cursor.position[1]
    end = first + size
    return rows[first:end], cursor.link([moment, end]) if len(rows) > end else None


def page_behind(rows: Sequence[Any], place: Callable[[Any], list[Any]], cursor: Cursor, size: int) -> Any:
    """(rows, address of the next page) of a list of now, in the order of `place`, which is unique and fit for JSON.

    It begins behind the last row of the page before, whatever has come or gone meanwhile.
    """
    in_order = sorted(rows, key=place)
    first = 0 if cursor.position is None else bisect_right(in_order, cursor.position, key=place)
    end = first + size
    return in_order[first:end], cursor.link(place(in_order[end - 1])) if len(in_order) > end else None


def _behind(order: Sequence[str], position: Sequence[Any]) -> Q:
    """Rows after this one: greater in the first key, or equal in it and greater in the next, and so on."""
    steps = [(each.removeprefix("-"), "lt" if each.startswith("-") else "gt") for each in order]
    first, beyond = steps[0]
    parts = []
    for place, (name, side) in enumerate(steps):
        equal = {steps[before][0]: position[before] for before in range(place)}
        parts.append(Q(**equal, **{f"{name}__{side}": position[place]}))
    # Said once more of the first key alone, which is what an index answers.
    return Q(**{f"{first}__{beyond}e": position[0]}) & reduce(Q.__or__, parts)
