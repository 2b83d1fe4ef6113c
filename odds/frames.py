"""Records as DataFrames.

A column means the same in every frame, so it has the same type in all of them, empty ones included.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pandas import DataFrame

_TIME = "datetime64[us, UTC]"

_TYPES = {
    "event_id": "str",
    "bookmaker": "str",
    "bookmakers": "object",
    "market": "str",
    "outcome": "str",
    "side": "str",
    "description": "str",
    "point": "float64",
    "price": "int64",
    "decimal_price": "float64",
    "implied_probability": "float64",
    "overround": "float64",
    "hold": "float64",
    "opportunity": "int64",
    "kind": "str",
    "net_price": "float64",
    "share": "float64",
    "edge": "float64",
    "probability": "float64",
    "best_case": "float64",
    "width": "float64",
    "note": "str",
    "offers": "int64",
    "timestamp": _TIME,
    "odds_timestamp": _TIME,
    "valid_until": _TIME,
    "last_update": _TIME,
    "snapshot_time": _TIME,
    "commence_time": _TIME,
    "age_minutes": "float64",
    "minutes_before_start": "float64",
    "is_live": "bool",
    "is_valid": "bool",
    "is_timed": "bool",
    "is_suspect": "bool",
    "is_same_snapshot": "bool",
    "can_push": "bool",
}


def frame(rows: Sequence[Any], columns: Sequence[str], **types: str) -> DataFrame:
    """A DataFrame of these columns from mappings, or from tuples in their order; None becomes NaN or NaT.

    `types` are those of columns that in this frame alone may lack a value.
    """
    from pandas import DataFrame  # here, since its half a second would be paid by every command

    return DataFrame(list(rows), columns=list(columns)).astype({name: _TYPES[name] for name in columns} | types)
