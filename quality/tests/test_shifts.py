"""Lines that stand with an overround far from their bookmaker's usual one, from the database."""

from datetime import timedelta

import pytest

from events.tests.factories import TIP, make_event
from odds.tests.factories import make_pair, make_snapshot
from quality.shifts import overround_shifts

pytestmark = pytest.mark.django_db

NOW = TIP - timedelta(hours=2)


def offer(days_ago: int, american: int, standing: bool = False) -> str:
    """A game of some days ago, or one to come, seen eight times at one price on both sides; its id."""
    start = TIP - timedelta(days=days_ago)
    event = make_event(commence_time=start)
    times = [start - timedelta(hours=3 + number) for number in range(8)]
    for time in times:
        make_snapshot(event, snapshot_time=time)
    until = None if standing else start - timedelta(hours=2)
    make_pair(event, prices={"home": american, "away": american}, odds_timestamp=min(times), valid_until=until)
    return event.api_id


def test_a_line_is_compared_with_the_fortnight_before():
    for day in range(1, 9):
        offer(day, -110)
    shifted = offer(0, -130, standing=True)
    offer(0, -110, standing=True)
    (line,) = overround_shifts(NOW)
    assert (line.event_id, line.bookmaker, line.market) == (shifted, "fanduel", "h2h")
    assert line.text == "h2h: overround 13.0 %, usually 4.8 %; it never varied"
    assert overround_shifts(NOW, sport="icehockey_nhl") == []


def test_too_little_history_judges_nothing():
    offer(1, -110)
    offer(0, -130, standing=True)
    assert overround_shifts(NOW) == []


def test_games_that_have_begun_are_not_looked_at():
    for day in range(1, 9):
        offer(day, -110)
    offer(0, -130, standing=True)
    assert overround_shifts(TIP) == []
