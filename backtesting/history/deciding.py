"""The instants to decide at, of all events. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from events.game_days import bounds, day_of
from odds.choices import LineMoment

from ..decision_times import AtLine, DecisionTime
from .records import Decision, HistoryEvent, microseconds
from .tables import MOMENTS, ArchivePrices, Snapshots


def decisions_of(
    events: Sequence[HistoryEvent], snapshots: Snapshots, archive: ArchivePrices, decides: DecisionTime
) -> list[Decision]:
    """In time order; those of one instant by event."""
    kind = decides.moment if isinstance(decides, AtLine) else None
    borders = np.searchsorted(snapshots.event, np.arange(len(events) + 1, dtype=np.int32)).tolist()
    untimed = set() if kind is None else set(archive.event[archive.moment == MOMENTS.index(kind)].tolist())
    found: list[Decision] = []
    for number, event in enumerate(events):
        of_event = slice(borders[number], borders[number + 1])
        times, starts = snapshots.time[of_event], snapshots.commence[of_event]
        closing_at = None if event.closing_at is None else microseconds(event.closing_at)
        instants = decides.instants(times, starts, closing_at=closing_at)
        if instants:
            known = times.searchsorted(instants, side="right") - 1
            found += map(Decision, [number] * len(instants), instants, starts[known].tolist(), [kind] * len(instants))
        elif kind is not None and number in untimed:
            found.append(Decision(number, line_moment(event, kind), microseconds(event.commence_time), kind))
    return sorted(found, key=lambda decision: (decision.moment, decision.event))


def line_moment(event: HistoryEvent, kind: LineMoment) -> int:
    """When a line of an archive that tells no time is taken to be on offer: as the day begins, or at the start."""
    opening, _ = bounds(day_of(event.commence_time))
    return microseconds(opening if kind == LineMoment.OPENING else event.commence_time)
