"""What time shows of events: no result, gone, under another id, and far from what is usual."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors.pipeline import ingest
from events.models import Event
from events.tests.factories import make_event
from odds.models import Odds
from quality.choices import IssueType
from quality.event_checks import check_events

from .factories import NOON, event, h2h, snapshot
from .quality_log import FREE_MONEY, START, at, entry, fresh, life, look

pytestmark = pytest.mark.django_db


def test_an_event_without_a_result_is_told_a_day_after_its_start_and_until_there_is_one():
    make_event(commence_time=NOON - timedelta(hours=23, minutes=59))
    assert check_events(NOON) == []
    (new,) = check_events(at(1))
    assert (new.issue_type, new.severity) == ("no_result", "warning")
    assert "no final score, expected within 24 h of the start" in new.description
    assert check_events(at(11)) == []
    assert life(IssueType.NO_RESULT) == (1, 11, 2, None)
    Event.objects.update(status="final", completed_at=at(20))
    check_events(at(21))
    assert life(IssueType.NO_RESULT) == (1, 11, 2, 21)


def test_an_event_of_long_ago_is_told_no_more():
    make_event(commence_time=NOON - timedelta(days=31))
    assert check_events(NOON) == []


def test_an_event_that_vanished_before_its_start_is_told_until_it_is_back():
    game = make_event(missed_listings=3, missing_since=at(-60))
    (new,) = check_events(NOON)
    assert (new.issue_type, new.event) == ("event_vanished", game)
    assert "gone from the provider's lists since 2026-01-14 11:00:00 UTC" in new.description
    Event.objects.update(missed_listings=0, missing_since=None)
    check_events(at(10))
    assert life(IssueType.EVENT_VANISHED) == (0, 0, 1, 10)


@pytest.mark.parametrize("over", [{"missed_listings": 2}, {"missing_since": NOON - timedelta(minutes=59)}])
def test_an_event_that_one_list_lacked_has_not_vanished(over):
    make_event(**{"missed_listings": 3, "missing_since": at(-60), **over})
    assert "event_vanished" not in {new.issue_type for new in check_events(NOON)}


@pytest.mark.parametrize(
    ("over", "is_told"),
    [
        ({}, True),
        ({"home_team": "Boston Celtics", "away_team": "Los Angeles Lakers"}, True),  # the other way round
        ({"commence_time": START + timedelta(hours=12)}, True),
        ({"commence_time": START + timedelta(hours=13)}, False),
        ({"away_team": "Denver Nuggets"}, False),
        ({"sport_key": "basketball_wnba"}, False),
    ],
)
def test_the_same_teams_under_another_id_are_a_likely_duplicate(over, is_told):
    make_event(missed_listings=1)
    listed = make_event(**over)
    found = [new for new in check_events(NOON) if new.issue_type == "likely_duplicate"]
    assert [new.event for new in found] == ([listed] if is_told else [])


def test_two_games_that_are_both_listed_are_two():
    make_event()
    make_event(commence_time=START + timedelta(hours=4))
    assert check_events(NOON) == []


def test_a_line_that_is_far_from_what_its_bookmaker_usually_keeps_is_told_until_it_is_not():
    """Sixty games at 4.76 % both ways, then one at 13 %, within the range of everybody."""
    for number in range(60):
        ingest([snapshot(event(fresh(0, h2h(-110, -110)), id=f"{number:032x}"))])
    ingest([snapshot(event(fresh(10, h2h(-130, -130))), at(10))])
    (new,) = check_events(at(20))
    assert (new.issue_type, new.bookmaker, new.market) == ("overround_shift", "fanduel", "h2h")
    assert new.description.startswith("Boston Celtics @ Los Angeles Lakers")
    assert "fanduel h2h: overround 13.0 %, usually 4.8 %" in new.description
    assert Odds.objects.filter(is_valid=False).count() == 0
    ingest([snapshot(event(fresh(30, h2h(-110, -110))), at(30))])
    check_events(at(40))
    assert life(IssueType.OVERROUND_SHIFT) == (20, 20, 1, 40)


def test_faults_of_an_event_that_is_over_end():
    look(0, FREE_MONEY)
    check_events(at(10))
    assert entry(IssueType.BOOKSUM_BELOW_ONE).stands
    over = START + timedelta(hours=25)
    check_events(over)
    assert entry(IssueType.BOOKSUM_BELOW_ONE).ended_at == over
