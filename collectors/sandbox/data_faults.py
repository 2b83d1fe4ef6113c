"""Answers with one thing wrong in them, as providers send them on a bad day: the kind of fault "data".

Each case changes an otherwise good answer in one named way, in one place. All else stays byte for byte what it would
have been, so that a client can be shown to lose nothing but what was touched.
"""

from __future__ import annotations

import msgspec

from . import data_faults_events, data_faults_names, data_faults_prices, data_faults_structure, data_faults_times
from .data_faults_places import Change, Place

CASES: dict[str, Change] = {
    **data_faults_prices.CASES,
    **data_faults_names.CASES,
    **data_faults_times.CASES,
    **data_faults_structure.CASES,
    **data_faults_events.CASES,
}


def with_data_fault(
    body: bytes,
    case: str,
    event: int | str = 0,
    bookmaker: int | str = 0,
    market: int | str = 0,
    outcome: int = 0,
) -> bytes:
    """The body with this case in this place; as it was where it has no such place.

    Places are positions or keys, as `Place` takes them. The result need not be JSON: NaN is written as such.
    """
    answer = msgspec.json.decode(body)
    try:
        CASES[case](Place(answer, event, bookmaker, market, outcome))
    except LookupError:
        return body
    return msgspec.json.encode(answer)
