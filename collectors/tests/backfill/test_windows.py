"""When each game is wanted."""

from datetime import UTC, datetime, timedelta

from collectors.backfill.windows import Game, windows
from collectors.backfill.wish import parse_moments

START = datetime(2026, 1, 15, 0, 10, tzinfo=UTC)
LISTED = datetime(2026, 1, 12, 11, 0, 40, tzinfo=UTC)
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


def of(text: str, game: Game) -> list[tuple[str, datetime, datetime, datetime]]:
    return [(each.moment, each.first, each.last, each.ideal) for each in windows([game], parse_moments(text))]


def test_the_close_is_the_last_ten_minutes_before_the_start():
    last = START - SECOND
    assert of("close", Game("a", START, LISTED)) == [("close", START - 10 * MINUTE, last, last)]


def test_hours_before_the_start_have_their_tolerance_on_both_sides():
    ideal = START - timedelta(hours=3)
    assert of("3h", Game("a", START, LISTED)) == [("3h", ideal - 90 * MINUTE, ideal + 90 * MINUTE, ideal)]


def test_the_opening_begins_with_the_first_list_that_has_the_game():
    assert of("open", Game("a", START, LISTED)) == [("open", LISTED, LISTED + timedelta(hours=6), LISTED)]


def test_an_opening_that_nobody_saw_is_not_wanted():
    assert of("open", Game("a", START, None)) == []


def test_nothing_is_wanted_before_a_game_is_listed():
    late = Game("a", START, START - timedelta(hours=2))
    assert [moment for moment, *_ in of("open,24h,3h,1h,close", late)] == ["open", "3h", "1h", "close"]
    ((_, first, *_),) = of("3h", late)
    assert first == START - timedelta(hours=2)


def test_no_window_reaches_the_start():
    ((_, _, last, ideal),) = of("open", Game("a", START, START - timedelta(hours=1)))
    assert last == START - SECOND
    assert ideal == START - timedelta(hours=1)


def test_a_game_that_vanished_is_wanted_until_then():
    gone = START - timedelta(hours=2)
    assert [moment for moment, *_ in of("24h,1h,close", Game("a", START, LISTED, gone))] == ["24h"]
