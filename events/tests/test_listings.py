"""Events that leave the provider's lists, and come back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.lifecycle import LISTS_UNTIL_VANISHED
from events.listings import LARGEST_COUNT, note_listing
from events.models import Event

from .factories import TIP, make_event

pytestmark = pytest.mark.django_db

NBA = "basketball_nba"
HOUR = timedelta(hours=1)
SOON = TIP - 6 * HOUR


def missed() -> dict[str, int]:
    return dict(Event.objects.values_list("api_id", "missed_listings"))


def test_an_event_has_vanished_when_three_lists_in_a_row_lack_it():
    make_event(api_id="gone")
    make_event(api_id="here")
    for number in range(LISTS_UNTIL_VANISHED):
        assert missed() == {"gone": number, "here": 0}
        note_listing(NBA, {"here"}, SOON + number * HOUR)
    assert missed() == {"gone": 3, "here": 0}
    assert Event.objects.get(api_id="gone").missing_since == SOON, "since the first list that lacked it"
    assert Event.objects.get(api_id="here").missing_since is None


def test_one_that_is_back_counts_anew():
    make_event(api_id="a")
    for number in range(5):
        note_listing(NBA, set(), SOON + number * timedelta(minutes=1))
    note_listing(NBA, {"a"}, SOON + HOUR)
    assert list(Event.objects.values_list("missed_listings", "missing_since")) == [(0, None)]
    note_listing(NBA, set(), SOON + 2 * HOUR)
    assert list(Event.objects.values_list("missed_listings", "missing_since")) == [(1, SOON + 2 * HOUR)]


def test_an_empty_list_is_a_list_and_three_of_them_are_believed():
    """The provider's slip is one empty list; between two seasons they are all empty."""
    for api_id in "abc":
        make_event(api_id=api_id)
    note_listing(NBA, [], SOON)
    note_listing(NBA, "abc", SOON + HOUR)
    assert set(missed().values()) == {0}
    for number in range(2, 5):
        note_listing(NBA, [], SOON + number * HOUR)
    assert set(missed().values()) == {3}


@pytest.mark.parametrize(
    ("ahead", "count"),
    [(timedelta(hours=-3), 0), (timedelta(), 0), (timedelta(minutes=5), 0), (timedelta(minutes=5, seconds=1), 1)],
    ids=["under way", "at its start", "about to start", "to come"],
)
def test_one_that_has_begun_may_leave_the_list(ahead, count):
    make_event(api_id="a", observed_at=TIP - timedelta(days=1))
    note_listing(NBA, set(), TIP - ahead)
    assert missed() == {"a": count}


def test_a_count_stays_when_the_game_begins():
    make_event(api_id="a")
    for number in range(3):
        note_listing(NBA, set(), SOON + number * HOUR)
    note_listing(NBA, set(), TIP + HOUR)
    assert missed() == {"a": 3}


def test_a_list_older_than_what_is_known_of_an_event_says_nothing_of_it():
    make_event(api_id="new", observed_at=SOON)
    note_listing(NBA, set(), SOON)
    note_listing(NBA, set(), SOON - HOUR)
    assert missed() == {"new": 0}


def test_another_sport_is_not_meant():
    make_event(api_id="nhl", sport_key="icehockey_nhl")
    make_event(api_id="nba")
    note_listing(NBA, set(), SOON)
    assert missed() == {"nhl": 0, "nba": 1}


def test_the_count_ends_before_its_column_does():
    make_event(api_id="a", missed_listings=LARGEST_COUNT, missing_since=SOON - HOUR)
    note_listing(NBA, set(), SOON)
    assert missed() == {"a": LARGEST_COUNT}


def test_a_list_takes_three_queries_however_many_events_there_are(django_assert_num_queries):
    for number in range(30):
        make_event(api_id=str(number))
    with django_assert_num_queries(3):
        note_listing(NBA, {str(number) for number in range(0, 30, 2)}, SOON)
    assert sum(missed().values()) == 15
