"""The grid of past snapshots: every five minutes, some odd seconds after the mark."""

from __future__ import annotations

from dataclasses import dataclass

from .draws import uniform
from .errors import unusable
from .sports import Sport
from .times import from_iso, iso

SPACING = 300
ADDITIONAL_FROM = "2023-05-03T05:30:00Z"  # markets that only the odds of one event have


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A snapshot and its neighbours, in seconds since 1970; None where there is none."""

    at: int
    previous: int | None
    next: int | None


def snapshot(seed: int, sport: Sport, date: int, now: float) -> Snapshot:
    """The newest snapshot taken at `date` or before. Raises ApiError if history begins later."""
    mark = int(min(date, now) // SPACING)
    if _taken(seed, mark) > min(date, now):
        mark -= 1
    start = from_iso(sport.history_from)
    assert start is not None
    if _taken(seed, mark) < start:
        raise unusable("INVALID_HISTORICAL_TIMESTAMP", f"Historical data is available from {sport.history_from}")
    before, after = _taken(seed, mark - 1), _taken(seed, mark + 1)
    return Snapshot(_taken(seed, mark), before if before >= start else None, after if after <= now else None)


def wrapped(taken: Snapshot, data: object) -> dict[str, object]:
    return {
        "timestamp": iso(taken.at),
        "previous_timestamp": None if taken.previous is None else iso(taken.previous),
        "next_timestamp": None if taken.next is None else iso(taken.next),
        "data": data,
    }


def _taken(seed: int, mark: int) -> int:
    return mark * SPACING + 31 + int(uniform(seed, "snapshot", mark) * 27)
