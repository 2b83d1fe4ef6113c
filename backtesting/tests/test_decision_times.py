"""When to decide: by the start known at the time, and never by what comes later. Nothing here needs a database."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.decision_times import (
    MINUTE,
    AtLine,
    DailyAt,
    EveryChange,
    MinutesBefore,
    UnknownDecisionTime,
    parse_decision_time,
)
from backtesting.history.records import instant, microseconds
from odds.choices import LineMoment

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
CLOSING, OPENING = AtLine(LineMoment.CLOSING), AtLine(LineMoment.OPENING)


def minutes(decides, *snapshots, **over):
    """The instants in minutes after noon; snapshots are (minute, minute of the stated start)."""
    times, starts = (np.array(column) * MINUTE + microseconds(NOON) for column in zip(*snapshots, strict=True))
    return [(moment - microseconds(NOON)) / MINUTE for moment in decides.instants(times, starts, **over)]


@pytest.mark.parametrize(
    ("snapshots", "decided"),
    [
        ([(0, 120), (30, 120), (90, 120)], [60]),
        ([(0, 120), (60, 120)], [60]),
        ([(80, 120), (90, 120)], [80]),
        ([(0, 240), (50, 90)], [50]),
        ([(0, 120), (55, 240)], [180]),
        ([(0, 120), (65, 240)], [60]),
        ([(130, 120), (140, 240)], [180]),
        ([(0, 120), (59, 300), (250, 250)], [240]),
        ([(0, 120), (59, 300), (230, 200)], []),
        ([(125, 120)], []),
    ],
    ids=[
        "between two snapshots",
        "at a snapshot",
        "first seen later than that",
        "brought forward: as soon as that is known",
        "put back before the instant came",
        "put back after it had come: once is enough",
        "put back after the old start: by the new one",
        "moved twice: by the start known then",
        "moved twice and in play before the instant came",
        "seen in play alone",
    ],
)
def test_minutes_before_the_start_known_then(snapshots, decided):
    assert minutes(MinutesBefore(60), *snapshots) == decided


@st.composite
def sightings(draw):
    times = sorted(draw(st.sets(st.integers(0, 60), min_size=1, max_size=8)))
    return [(time, draw(st.integers(0, 70))) for time in times]


def known_start(snapshots, moment):
    return max((seen, start) for seen, start in snapshots if seen <= moment)[1]


@given(sightings(), st.integers(1, 70))
def test_minutes_before_is_the_first_minute_of_all_at_which_the_start_known_is_near(snapshots, before):
    """As anybody would find it who looks at the clock every minute."""
    all_minutes = range(snapshots[0][0], 71)
    near = [m for m in all_minutes if known_start(snapshots, m) - before <= m < known_start(snapshots, m)]
    assert minutes(MinutesBefore(before), *snapshots) == near[:1]


@given(
    sightings(), st.integers(0, 60), st.sampled_from([MinutesBefore(20), EveryChange(), DailyAt(time(7, 30)), OPENING])
)
def test_no_instant_depends_on_what_comes_after_it(snapshots, cut, decides):
    known = [snapshot for snapshot in snapshots if snapshot[0] <= cut]
    if known:
        until_then = [moment for moment in minutes(decides, *snapshots) if moment <= cut]
        assert [moment for moment in minutes(decides, *known) if moment <= cut] == until_then


def test_every_change_is_each_snapshot_before_the_start_it_states():
    assert minutes(EveryChange(), (0, 120), (60, 50), (70, 90), (90, 90)) == [0, 70]


def test_daily_is_at_that_time_in_new_york_from_the_first_snapshot_to_the_start_known_then():
    day = 24 * 60
    # Noon in UTC is 7:00 in New York: 17:00 there is ten hours on.
    assert minutes(DailyAt(time(17)), (10, 3 * day)) == [600, 600 + day, 600 + 2 * day]
    assert minutes(DailyAt(time(17)), (601, 3 * day), (700 + day, 700)) == [600 + day]
    assert minutes(DailyAt(time(17)), (0, 600)) == []


def test_daily_follows_the_clock_through_the_change_to_summer_time():
    begin = datetime(2026, 3, 7, 12, tzinfo=UTC)
    found = DailyAt(time(17)).instants(
        np.array([microseconds(begin)]), np.array([microseconds(begin + timedelta(days=3))])
    )
    assert [f"{instant(moment):%d %H:%M}" for moment in found] == ["07 22:00", "08 21:00", "09 21:00"]


def test_lines_are_the_first_pre_match_snapshot_and_the_close_of_the_event():
    snapshots = (10, 5), (20, 120), (60, 120)
    assert minutes(OPENING, *snapshots) == [20]
    assert minutes(CLOSING, *snapshots, closing_at=microseconds(NOON) + 60 * MINUTE) == [60]
    assert minutes(CLOSING, *snapshots) == []


@pytest.mark.parametrize("decides", [MinutesBefore(60), EveryChange(), DailyAt(time(17)), OPENING, CLOSING], ids=str)
def test_an_event_without_snapshots_is_never_decided_on(decides):
    assert decides.instants(np.zeros(0, np.int64), np.zeros(0, np.int64)) == []


@pytest.mark.parametrize(
    ("text", "decides"),
    [
        ("60m", MinutesBefore(60)),
        ("90m", MinutesBefore(90)),
        ("3h", MinutesBefore(180)),
        ("change", EveryChange()),
        ("17:00", DailyAt(time(17))),
        ("09:05 Europe/London", DailyAt(time(9, 5), ZoneInfo("Europe/London"))),
        ("open", OPENING),
        ("close", CLOSING),
    ],
)
def test_decision_times_are_written_as_they_are_read(text, decides):
    assert parse_decision_time(text) == decides
    assert str(decides) == text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("soon", "'soon': give minutes or hours before the start (60m, 3h)"),
        ("0m", "'0m': 0 minutes before the start: give at least 1"),
        ("9999h", "'9999h': 599940 minutes before the start: give at most 527040, a year"),
        ("17:00 America", "'17:00 America': there is no time zone America"),
        (f"17:00 {'x' * 300}", f"there is no time zone {'x' * 40}"),
        ("25:00", "'25:00': hour must be in 0..23"),
        ("17:00 Atlantis", "'17:00 Atlantis': 'No time zone found with key Atlantis'"),
        ("-5m", "'-5m': give minutes"),
    ],
)
def test_what_is_no_decision_time_is_named(text, said):
    with pytest.raises(UnknownDecisionTime) as error:
        parse_decision_time(text)
    assert said in str(error.value)
