"""When odds are fetched, pure.

Ticks are planned instants: points of a grid in UTC (every 30 minutes means :00 and :30), finer the nearer the next
start is where sampling is adaptive, and one shortly before each start. What is planned follows from the starts known,
so it can be worked out ahead for a month, and behind for an outage.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from .choices import SamplingMode

# How long before the next start each tier ends, farthest first. The last one lasts until the start.
TIERS = (("far", timedelta(hours=24)), ("medium", timedelta(hours=3)), ("near", timedelta(hours=1)))
IMMINENT = "imminent"
# No outage is counted further back than this.
MOST_MISSED = 100_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WEEK = timedelta(days=7)
# A stretched interval ends here; one fetch a day is worth having.
LONGEST_INTERVAL = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """How often to look."""

    mode: SamplingMode
    fixed: timedelta
    intervals: Mapping[str, timedelta]  # by tier: far, medium, near, imminent
    close_lead: timedelta  # before each start; zero for none

    @classmethod
    def of(
        cls, mode: str, fixed_minutes: float, interval_minutes: Mapping[str, float], close_lead_minutes: float
    ) -> Sampling:
        return cls(
            mode=SamplingMode(mode),
            fixed=timedelta(minutes=fixed_minutes),
            intervals={tier: timedelta(minutes=minutes) for tier, minutes in interval_minutes.items()},
            close_lead=timedelta(minutes=close_lead_minutes),
        )


@dataclass(frozen=True, slots=True)
class Due:
    """The tick to work at now, and how many before it were planned and not worked at."""

    tick: datetime
    missed: int


def grid_point(moment: datetime, interval: timedelta) -> datetime:
    """The newest point of the grid at or before `moment`. Grids begin at midnight UTC of the epoch."""
    moment = moment.astimezone(UTC)  # arithmetic in a zone that changes its clock goes by the clock
    return moment - (moment - _EPOCH) % interval


def next_tick(after: datetime, starts: Sequence[datetime], sampling: Sampling) -> datetime:
    """The first planned instant later than `after`. `starts` are sorted."""
    planned = _next_on_grid(after, starts, sampling)
    if sampling.close_lead:
        upcoming = bisect_right(starts, after + sampling.close_lead)
        if upcoming < len(starts):
            planned = min(planned, starts[upcoming] - sampling.close_lead)
    return planned


def _next_on_grid(after: datetime, starts: Sequence[datetime], sampling: Sampling) -> datetime:
    moment = after
    while True:
        interval, until = _interval_at(moment, starts, sampling)
        point = grid_point(moment, interval)
        if point <= after:
            point += interval
        if until is None or point <= until:
            return point
        moment = until  # where another tier, and so another grid, begins


def _interval_at(moment: datetime, starts: Sequence[datetime], sampling: Sampling) -> tuple[timedelta, datetime | None]:
    """The interval that holds at an instant, and until when it does; None for as far as is known."""
    if sampling.mode is SamplingMode.FIXED:
        return sampling.fixed, None
    upcoming = bisect_right(starts, moment)
    if upcoming == len(starts):
        return sampling.intervals["far"], None
    start = starts[upcoming]
    for tier, ends_before in TIERS:
        if moment < start - ends_before:
            return sampling.intervals[tier], start - ends_before
    return sampling.intervals[IMMINENT], start


def interval_at(moment: datetime, starts: Sequence[datetime], sampling: Sampling) -> timedelta:
    """The interval between two looks that holds at an instant."""
    return _interval_at(moment, starts, sampling)[0]


def due(now: datetime, last: datetime | None, starts: Sequence[datetime], sampling: Sampling) -> Due | None:
    """The newest tick at or before `now` that is later than the last one; None where none is. `starts` are sorted."""
    if last is None:
        return Due(grid_point(now, interval_at(now, starts, sampling)), 0)
    tick, missed = None, -1
    planned = next_tick(last, starts, sampling)
    while planned <= now and missed < MOST_MISSED:
        tick, missed = planned, missed + 1
        planned = next_tick(planned, starts, sampling)
    return None if tick is None else Due(tick, missed)


def planned_ticks(now: datetime, until: datetime, starts: Sequence[datetime], sampling: Sampling) -> Iterator[datetime]:
    """Every tick in (now, until) at which a start is still ahead: at the others nothing is bought."""
    if not starts:
        return
    tick = next_tick(now, starts, sampling)
    while tick < min(until, starts[-1]):
        yield tick
        tick = next_tick(tick, starts, sampling)


def projected(starts: Sequence[datetime], until: datetime) -> list[datetime]:
    """These starts, and beyond the last of them its week over again: lists reach only days ahead. Sorted."""
    if not starts:
        return []
    last = max(starts)
    week = sorted(start for start in set(starts) if start > last - _WEEK)
    found = set(starts)
    weeks = max(0, -(-(until - last) // _WEEK))
    found.update(start + number * _WEEK for number in range(1, weeks + 1) for start in week)
    return sorted(start for start in found if start < until)


def stretched(sampling: Sampling) -> Iterator[tuple[str, Sampling]]:
    """The same, and then ever more frugal, each with what was given up for it: the finest tier goes first."""
    yield "", sampling
    if sampling.mode is SamplingMode.ADAPTIVE:
        for finer, coarser in ((IMMINENT, "near"), ("near", "medium"), ("medium", "far")):
            intervals = dict(sampling.intervals)
            for tier in (IMMINENT, "near", "medium"):
                intervals[tier] = max(intervals[tier], intervals[coarser])
                if tier == finer:
                    break
            sampling = replace(sampling, intervals=intervals)
            yield f"{finer} as seldom as {coarser}", sampling
    factor, longest = 2, sampling.fixed if sampling.mode is SamplingMode.FIXED else max(sampling.intervals.values())
    while longest * factor <= LONGEST_INTERVAL:
        longer = {tier: interval * factor for tier, interval in sampling.intervals.items()}
        yield f"{factor} times as seldom", replace(sampling, fixed=sampling.fixed * factor, intervals=longer)
        factor *= 2
