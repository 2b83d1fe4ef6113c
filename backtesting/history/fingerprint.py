"""One hash of all that a history holds. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from hashlib import sha256
from typing import Any

import numpy as np
from msgspec.json import encode
from numpy.typing import NDArray

from .records import HistoryEvent
from .tables import Tables


def fingerprint(events: Sequence[HistoryEvent], commissions: Mapping[str, float], tables: Tables) -> str:
    """SHA-256 in hexadecimal, over names and numbers in natural order; what does not occur leaves no trace."""
    digest = sha256(encode(events))
    words = tables.vocabulary
    names: dict[str, Sequence[object]] = {
        "bookmaker": [(book, commissions.get(book, 0.0)) for book in words.bookmakers],
        "market": words.markets,
        "outcome": words.outcomes,
        "scope": [asked.digest for asked in words.scopes],
        "note": words.notes,
    }
    for rows in (tables.snapshots, tables.runs, tables.archive):
        for column in fields(rows):
            values = getattr(rows, column.name)
            if column.name in names:
                used, values = _used(values)
                digest.update(encode([names[column.name][code] for code in used]))
            digest.update(f"{column.name} {len(values)}".encode())
            digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()


def _used(codes: NDArray[Any]) -> tuple[list[int], NDArray[np.int32]]:
    """The codes that occur, and in place of each its number among them."""
    used = np.flatnonzero(np.bincount(codes))
    places = np.zeros(int(used.max(initial=0)) + 1, np.int32)
    places[used] = np.arange(len(used))
    return used.tolist(), places[codes]
