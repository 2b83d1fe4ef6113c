"""The smallest set of purchases: against an exhaustive search, and with what was bought before."""

from datetime import UTC, datetime, timedelta
from itertools import combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.backfill.cover import Answered, Grid, Window, cover

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def window(first: int, last: int, name: str = "game", ideal: int | None = None) -> Window:
    """A window in minutes from noon."""
    best = last if ideal is None else ideal
    return Window(name, "close", NOON + first * MINUTE, NOON + last * MINUTE, NOON + best * MINUTE)


def answered(at: float, until: float) -> Answered:
    return Answered(NOON + at * MINUTE, NOON + until * MINUTE)


def minutes(points) -> list[float]:
    return [(point.at - NOON) / MINUTE for point in points]


def test_one_purchase_serves_all_games_whose_windows_meet():
    result = cover([window(0, 30, "a"), window(10, 40, "b"), window(20, 60, "c"), window(70, 90, "d")], Grid([]))
    assert minutes(result.points) == [30, 90]
    assert [each.event_id for each in result.points[0].windows] == ["a", "b", "c"]


def test_the_answer_lies_in_the_window_though_it_is_up_to_a_spacing_older():
    """Two windows that share less than the five minutes and a half between snapshots are bought apart."""
    assert minutes(cover([window(0, 30, "a"), window(25, 60, "b")], Grid([])).points) == [30, 60]
    assert minutes(cover([window(0, 30, "a"), window(24, 60, "b")], Grid([])).points) == [30]


def test_snapshots_were_ten_minutes_apart_before_the_autumn_of_2022():
    def older(first: int, last: int) -> Window:
        back = timedelta(days=5 * 365)
        return Window(
            "a", "close", NOON - back + first * MINUTE, NOON - back + last * MINUTE, NOON - back + last * MINUTE
        )

    assert len(cover([older(0, 30), older(22, 60)], Grid([])).points) == 2


def test_among_points_that_serve_all_the_best_is_chosen():
    early = [window(0, 60, "a", ideal=10), window(0, 60, "b", ideal=20), window(5, 60, "c", ideal=30)]
    assert minutes(cover(early, Grid([])).points) == [20], "the middle one of what is ideal"
    assert minutes(cover([*early, window(30, 40, "d")], Grid([])).points) == [40], "a close before all else"


def test_what_was_bought_before_is_not_bought_again():
    result = cover([window(0, 30, "a"), window(50, 90, "b")], Grid([answered(12, 17)]))
    assert [each.event_id for each in result.answered] == ["a"]
    assert minutes(result.points) == [90]


def test_a_window_in_which_the_provider_took_nothing_is_not_bought():
    """Whatever is asked from minute 10 to minute 50 brings the snapshot of minute 10."""
    result = cover([window(20, 40, "a")], Grid([answered(10, 50)]))
    assert [each.event_id for each in result.unobtainable] == ["a"]
    assert result.points == []


def test_a_question_is_moved_to_where_the_next_answer_begins():
    result = cover([window(20, 60, "a", ideal=30)], Grid([answered(10, 45)]))
    assert minutes(result.points) == [45]


def test_where_nothing_is_to_be_had_another_instant_of_the_window_is_asked_for():
    gone = [NOON + 30 * MINUTE]
    assert minutes(cover([window(10, 30, "a")], Grid([], gone)).points) == [24.5]
    whole = [NOON + number * MINUTE / 2 for number in range(20, 61)]
    result = cover([window(10, 30, "a")], Grid([], whole))
    assert [each.event_id for each in result.unobtainable] == ["a"]


def fewest(windows: list[Window]) -> int:
    """By trying all sets of ends."""
    ends = sorted({each.last for each in windows})
    for number in range(len(ends) + 1):
        for points in combinations(ends, number):
            if all(any(each.sure <= point <= each.last for point in points) for each in windows):
                return number
    raise AssertionError


@settings(deadline=None, max_examples=200)
@given(st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=9))
def test_no_smaller_set_serves_all(spans):
    windows = [window(first, first + length, str(number)) for number, (first, length) in enumerate(spans)]
    result = cover(windows, Grid([]))
    assert len(result.points) == fewest(windows)
    assert sorted(each.event_id for point in result.points for each in point.windows) == sorted(
        each.event_id for each in windows
    )
    for point in result.points:
        assert all(each.sure <= point.at <= each.last for each in point.windows)


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.tuples(st.integers(0, 200), st.integers(1, 60)), max_size=9),
    st.lists(st.tuples(st.integers(0, 250), st.integers(1, 20)), max_size=5),
)
def test_buying_what_is_planned_leaves_nothing_to_buy(spans, bought):
    """Whatever was bought before: after the plan's purchases, at a grid of five minutes, a second plan is empty."""
    windows = [window(first, first + length, str(number)) for number, (first, length) in enumerate(spans)]
    known = [answered(at, at + length) for at, length in bought]
    starts = sorted(at for at, _ in bought)
    known = [
        answered(at, min([at + length, *(other for other in starts if other > at)]))
        for at, length in sorted(dict(bought).items())
    ]
    first = cover(windows, Grid(known))
    got = []
    for point in first.points:
        at = (point.at - NOON) / MINUTE // 5 * 5
        got.append(answered(at, at + 5))
    assert cover(windows, Grid([*known, *got])).points == []
