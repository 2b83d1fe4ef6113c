"""Which status follows from what is known: a table of cases, and laws."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.choices import EventStatus
from events.lifecycle import LISTS_UNTIL_VANISHED, UNRESOLVED_AFTER, Doubt, Known, doubt, has_vanished, status_at

from .factories import TIP

SCHEDULED, LIVE, FINAL = EventStatus.SCHEDULED, EventStatus.LIVE, EventStatus.FINAL
SECOND = timedelta(seconds=1)
BEFORE, AFTER = TIP - SECOND, TIP + SECOND
DAY_AFTER = TIP + timedelta(hours=24)


def known(**over: Any) -> Known:
    """A scheduled game that is listed and has no score."""
    fields: dict[str, Any] = {
        "status": SCHEDULED,
        "status_is_manual": False,
        "commence_time": TIP,
        "missed_listings": 0,
        "missing_since": TIP - timedelta(hours=9),
        "completed": False,
        "has_score": False,
    }
    return Known(**{**fields, **over})


@pytest.mark.parametrize(
    ("over", "now", "status", "unclear"),
    [
        ({}, BEFORE, SCHEDULED, None),
        ({}, TIP, LIVE, None),
        ({}, AFTER, LIVE, None),
        ({"status": LIVE}, BEFORE, SCHEDULED, None),
        ({"has_score": True}, BEFORE, LIVE, None),
        ({"has_score": True}, AFTER, LIVE, None),
        ({"has_score": True, "completed": True}, AFTER, FINAL, None),
        ({"has_score": True, "completed": True}, BEFORE, FINAL, None),
        ({"status": FINAL, "has_score": True}, AFTER, LIVE, None),
        ({"missed_listings": 2}, BEFORE, SCHEDULED, None),
        ({"missed_listings": 2}, AFTER, LIVE, None),
        ({"missed_listings": 3}, BEFORE, SCHEDULED, Doubt.VANISHED),
        ({"missed_listings": 3}, AFTER, SCHEDULED, Doubt.VANISHED),
        ({"missed_listings": 3, "has_score": True}, AFTER, LIVE, Doubt.VANISHED),
        ({"missed_listings": 3, "completed": True}, AFTER, FINAL, None),
        ({}, DAY_AFTER - SECOND, LIVE, None),
        ({}, DAY_AFTER, LIVE, Doubt.UNRESOLVED),
        ({"has_score": True}, DAY_AFTER, LIVE, Doubt.UNRESOLVED),
        ({"missed_listings": 3}, DAY_AFTER, SCHEDULED, Doubt.UNRESOLVED),
        ({"completed": True}, DAY_AFTER, FINAL, None),
        ({"status": EventStatus.POSTPONED, "status_is_manual": True}, DAY_AFTER, EventStatus.POSTPONED, None),
        ({"status": EventStatus.CANCELLED, "status_is_manual": True, "missed_listings": 9}, BEFORE,
         EventStatus.CANCELLED, None),
        ({"status": SCHEDULED, "status_is_manual": True, "completed": True}, AFTER, SCHEDULED, None),
    ],
    ids=[
        "to come", "at its start", "begun", "moved to later", "a score before the stated start", "a score",
        "completed", "completed before the stated start", "completed no more", "missing twice",
        "missing twice, and begun", "vanished", "vanished, and its start has passed", "vanished, but with a score",
        "vanished, but completed", "almost a day", "a day without a score", "a day and not completed",
        "vanished a day ago", "completed a day ago", "postponed by a person", "cancelled by a person",
        "scheduled by a person, though completed",
    ],
)  # fmt: skip
def test_what_follows(over, now, status, unclear):
    assert status_at(known(**over), now) is status
    assert doubt(known(**over), now) is unclear


def test_three_lists_without_an_event_are_not_a_slip():
    assert [has_vanished(known(missed_listings=count), BEFORE) for count in range(5)] == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_an_hour_away_from_the_lists_is_no_slip_and_less_is_one():
    gone = {minutes: known(missed_listings=3, missing_since=TIP - timedelta(minutes=minutes)) for minutes in (59, 60)}
    assert {minutes: has_vanished(state, TIP) for minutes, state in gone.items()} == {59: False, 60: True}
    assert not has_vanished(gone[59], DAY_AFTER), "what counts is how long before its start"


states = st.builds(
    Known,
    status=st.sampled_from(EventStatus),
    status_is_manual=st.booleans(),
    commence_time=st.just(TIP),
    missed_listings=st.integers(0, 5),
    missing_since=st.none() | st.integers(-20, 2).map(lambda hours: TIP + timedelta(hours=hours)),
    completed=st.booleans(),
    has_score=st.booleans(),
)
moments = st.integers(-200_000, 200_000).map(lambda seconds: TIP + timedelta(seconds=seconds))


@given(states, moments)
def test_a_status_set_by_a_person_stays_and_is_in_no_doubt(state, now):
    if state.status_is_manual:
        assert status_at(state, now) is state.status
        assert doubt(state, now) is None
    else:
        assert status_at(state, now) in (SCHEDULED, LIVE, FINAL), "no job calls a game off"


@given(states, moments)
def test_asking_again_changes_nothing(state, now):
    first = status_at(state, now)
    again = known(
        status=first,
        status_is_manual=state.status_is_manual,
        missed_listings=state.missed_listings,
        missing_since=state.missing_since,
        completed=state.completed,
        has_score=state.has_score,
    )
    assert status_at(again, now) is first


@given(states, st.lists(moments, min_size=2, max_size=6).map(sorted))
def test_time_alone_never_leads_back(state, moments):
    order = [SCHEDULED, LIVE, FINAL]
    seen = [status_at(state, now) for now in moments]
    assert state.status_is_manual or seen == sorted(seen, key=order.index)


@given(states, moments)
def test_what_is_final_is_in_no_doubt_and_doubts_do_not_go_away_by_waiting(state, now):
    if state.completed:
        assert doubt(state, now) is None
    if doubt(state, now) is not None:
        assert doubt(state, now + UNRESOLVED_AFTER) is not None


@given(states, moments)
def test_a_game_vanishes_by_lists_only(state, now):
    if doubt(state, now) is Doubt.VANISHED:
        assert state.missed_listings >= LISTS_UNTIL_VANISHED
        assert now < TIP + UNRESOLVED_AFTER
