"""The burn-down of a period, with worked numbers."""

from datetime import UTC, date, datetime

from collectors.burn_down import Day, Point, burn_down, coordinates

START = datetime(2026, 1, 1, tzinfo=UTC)
RESET = datetime(2026, 1, 11, tzinfo=UTC)
NOON = datetime(2026, 1, 3, 12, tzinfo=UTC)
END = Point(RESET, 100)


def lines(charged, left=900, started_at=START):
    return burn_down(charged, started_at=started_at, now=NOON, quota=1_000, left=left, resets_at=RESET, end=END)


def test_what_was_left_is_reckoned_back_from_now():
    told = lines({date(2026, 1, 1): 60, date(2026, 1, 3): 40})
    assert told.days == [
        Day(date(2026, 1, 1), 60, 940, 900),
        Day(date(2026, 1, 2), 0, 940, 800),
        Day(date(2026, 1, 3), 40, 900, 750),
    ]
    assert told.actual[0] == Point(START, 1_000)
    assert told.actual[-1] == Point(NOON, 900)


def test_credits_used_by_others_lower_the_whole_line():
    assert [point.left for point in lines({date(2026, 1, 2): 50}, left=700).actual] == [750, 750, 700, 700]


def test_the_forecast_begins_now_and_the_even_pace_ends_at_the_reset():
    told = lines({})
    assert told.forecast == [Point(NOON, 900), END]
    assert told.even == [Point(START, 1_000), Point(RESET, 0)]


def test_a_period_that_begins_now_has_one_day():
    assert lines({}, started_at=NOON).days == [Day(date(2026, 1, 3), 0, 900, 1_000)]


def test_lines_are_drawn_from_the_top_left_to_the_bottom_right():
    line = [Point(START, 1_000), Point(datetime(2026, 1, 6, tzinfo=UTC), 250), Point(RESET, 0)]
    assert coordinates(line, START, RESET, 1_000) == "0.0,0.0 320.0,150.0 640.0,200.0"


def test_a_quota_of_nothing_is_drawn_along_the_bottom():
    assert coordinates([Point(START, 0)], START, START, 0) == "0.0,200.0"
