from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from events.game_days import bounds
from events.times import duration, stamp


def test_stamp_is_in_utc():
    eastern = timezone(timedelta(hours=-5))
    assert stamp(datetime(2026, 1, 14, 19, 30, 5, tzinfo=eastern)) == "2026-01-15 00:30:05"
    assert stamp(None) == "–"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min"), (3_661, "1 h 1 min"), (7_200, "2 h"), (187_200, "2 d 4 h")],
)
def test_duration_has_two_leading_units(seconds, text):
    assert duration(timedelta(seconds=seconds)) == text


def test_evening_game_belongs_to_the_day_in_new_york():
    tip = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)
    start, end = bounds(date(2026, 1, 14))
    assert start <= tip < end
    assert (start, end) == (datetime(2026, 1, 14, 5, tzinfo=UTC), datetime(2026, 1, 15, 5, tzinfo=UTC))


def test_day_on_which_clocks_change_is_shorter_or_longer():
    spring = bounds(date(2026, 3, 8))
    autumn = bounds(date(2026, 11, 1))
    assert spring[1] - spring[0] == timedelta(hours=23)
    assert autumn[1] - autumn[0] == timedelta(hours=25)
