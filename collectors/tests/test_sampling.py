"""When odds are fetched: worked examples and laws."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.sampling import (
    Due,
    Sampling,
    due,
    grid_point,
    interval_at,
    next_tick,
    planned_ticks,
    projected,
    stretched,
)

INTERVALS = {"far": 30, "medium": 15, "near": 5, "imminent": 1}
FIXED = Sampling.of("fixed", 30, INTERVALS, 0)
FIXED_AND_CLOSE = Sampling.of("fixed", 30, INTERVALS, 1)
ADAPTIVE = Sampling.of("adaptive", 30, INTERVALS, 1)
TIP = datetime(2026, 1, 15, 0, 40, tzinfo=UTC)


def before(hours: float = 0, minutes: float = 0) -> datetime:
    return TIP - timedelta(hours=hours, minutes=minutes)


@pytest.mark.parametrize(
    ("moment", "minutes"),
    [(before(25), 30), (before(24), 15), (before(23.9), 15), (before(3), 5), (before(1), 1), (before(0, 1), 1),
     (TIP, 30)],
    ids=["a day and an hour", "a day", "less than a day", "three hours", "an hour", "a minute", "no start to come"],
)  # fmt: skip
def test_the_interval_follows_the_next_start(moment, minutes):
    assert interval_at(moment, [TIP], ADAPTIVE) == timedelta(minutes=minutes)


def test_fixed_ticks_lie_on_the_half_hour_and_one_lies_before_each_start():
    ticks = list(islice(planned_ticks(before(1, 10), TIP, [TIP], FIXED_AND_CLOSE), 9))
    assert [f"{tick:%H:%M}" for tick in ticks] == ["00:00", "00:30", "00:39"]


def test_a_finer_tier_begins_at_its_own_grid_and_not_at_the_end_of_a_coarse_step():
    assert next_tick(before(24, 5), [TIP], ADAPTIVE) == datetime(2026, 1, 14, 0, 45, tzinfo=UTC)


def test_close_fetches_aim_at_distinct_starts():
    slate = [TIP, TIP + timedelta(minutes=30)]
    ticks = set(planned_ticks(before(2), slate[-1], slate, FIXED_AND_CLOSE))
    assert {tick for tick in ticks if tick.minute not in (0, 30)} == {start - timedelta(minutes=1) for start in slate}


def test_what_was_missed_is_counted_by_what_was_planned():
    assert due(before(0, 5), before(0, 40), [TIP], FIXED) == Due(datetime(2026, 1, 15, 0, 30, tzinfo=UTC), 0)
    assert due(TIP + timedelta(hours=8), TIP, [], FIXED) == Due(datetime(2026, 1, 15, 8, 30, tzinfo=UTC), 15)
    assert due(before(0, 30), before(0, 30), [TIP], ADAPTIVE) is None


@pytest.mark.parametrize("zone", ["America/New_York", "Europe/Berlin", "Australia/Lord_Howe"])
@pytest.mark.parametrize("day", [datetime(2026, 3, 8, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)])
def test_clock_changes_move_no_tick(zone, day):
    """Ticks are the same instants in every zone; only their names differ."""
    instants = [day + timedelta(minutes=30 * number) for number in range(96)]
    ticks = [grid_point(instant.astimezone(ZoneInfo(zone)), timedelta(minutes=30)) for instant in instants]
    assert ticks == instants
    assert {second - first for first, second in pairwise(ticks)} == {timedelta(minutes=30)}


def test_weeks_beyond_the_list_are_like_the_last_one_known():
    known = [TIP + timedelta(days=number) for number in range(7)]
    later = projected(known, TIP + timedelta(days=21))
    assert later == [TIP + timedelta(days=number) for number in range(21)]
    assert projected([], TIP) == []


def test_frugality_gives_up_the_finest_tier_first():
    steps = list(stretched(ADAPTIVE))
    assert [note for note, _ in steps[:5]] == [
        "", "imminent as seldom as near", "near as seldom as medium", "medium as seldom as far", "2 times as seldom",
    ]  # fmt: skip
    minutes = [[interval / timedelta(minutes=1) for interval in step.intervals.values()] for _, step in steps[:5]]
    assert minutes == [[30, 15, 5, 1], [30, 15, 5, 5], [30, 15, 15, 15], [30, 30, 30, 30], [60, 60, 60, 60]]
    counts = [sum(1 for _ in planned_ticks(before(48), TIP, [TIP], step)) for _, step in steps]
    assert counts == sorted(counts, reverse=True), "each step costs no more than the one before"


@pytest.mark.parametrize("far", [30, 720, 1440])
def test_fixed_sampling_is_stretched_whatever_the_tiers_are_that_it_does_not_use(far):
    fixed = Sampling.of("fixed", 5, {**INTERVALS, "far": far}, 0)
    assert max(step.fixed for _, step in stretched(fixed)) == timedelta(minutes=5 * 256)


moments = st.integers(0, 31 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
slates = st.lists(moments, max_size=6, unique=True).map(sorted)
ways = st.sampled_from([FIXED, FIXED_AND_CLOSE, ADAPTIVE])


@given(moments, slates, ways)
def test_the_next_tick_is_later_and_no_further_than_the_widest_interval(now, starts, way):
    following = next_tick(now, starts, way)
    assert now < following <= now + timedelta(minutes=30)


@given(moments, st.integers(0, 600), slates, ways)
def test_looking_every_minute_and_looking_late_agree(now, minutes, starts, way):
    """Whoever looks at each minute works at every tick; whoever looks late works at the last and counts the others."""
    end = now + timedelta(minutes=minutes)
    found = due(end, now, starts, way)
    ticks, last = 0, now
    for number in range(1, minutes + 1):
        step = due(now + timedelta(minutes=number), last, starts, way)
        if step is not None:
            ticks, last = ticks + 1 + step.missed, step.tick
    assert (found is None) == (ticks == 0)
    if found is not None:
        assert (found.tick, found.missed + 1) == (last, ticks)
