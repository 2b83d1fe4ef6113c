"""The writes that follow an event through its life."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.choices import EventStatus
from events.models import Event
from events.statuses import advance_statuses, set_status, status_report, unset_status

from .factories import TIP, make_event

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
FINAL = {"home_score": 110, "away_score": 105, "completed_at": TIP + 2 * HOUR}


def statuses() -> dict[str, str]:
    return dict(Event.objects.values_list("api_id", "status"))


def named(changed) -> list[tuple[str, str, str]]:
    return [(event.api_id, before, event.status) for event, before in changed]


def test_each_event_is_brought_to_what_is_known():
    make_event(api_id="later", commence_time=TIP + 5 * HOUR)
    make_event(api_id="begun")
    make_event(api_id="over", status=EventStatus.LIVE, **FINAL)
    make_event(api_id="moved", status=EventStatus.LIVE, commence_time=TIP + 2 * HOUR)
    report = advance_statuses(TIP + HOUR)
    assert statuses() == {"later": "scheduled", "begun": "live", "over": "final", "moved": "scheduled"}
    assert named(report.changed) == [
        ("begun", "scheduled", "live"),
        ("over", "live", "final"),
        ("moved", "live", "scheduled"),
    ]
    assert advance_statuses(TIP + HOUR).changed == [], "once is enough"


def test_the_report_names_what_would_change_and_changes_nothing():
    make_event(api_id="begun")
    before = Event.objects.values().get()
    assert named(status_report(TIP).changed) == [("begun", "scheduled", "live")]
    assert Event.objects.values().get() == before


def test_the_report_names_who_vanished_and_whose_result_is_missing_by_their_start():
    make_event(api_id="b", missed_listings=3, commence_time=TIP + HOUR)
    make_event(api_id="a", missed_listings=4)
    make_event(api_id="slip", missed_listings=2)
    make_event(api_id="unresolved", commence_time=TIP - 30 * HOUR)
    make_event(api_id="both", commence_time=TIP - 31 * HOUR, missed_listings=3)
    make_event(api_id="fine", commence_time=TIP - 30 * HOUR, **FINAL)
    report = status_report(TIP - HOUR)
    assert [event.api_id for event in report.vanished] == ["a", "b"]
    assert [event.api_id for event in report.unresolved] == ["both", "unresolved"], "one doubt each"


def test_what_began_long_ago_is_named_no_more():
    """A season that was imported without results is not told of every hour."""
    make_event(api_id="long ago", commence_time=TIP - timedelta(days=30))
    make_event(api_id="lately", commence_time=TIP - timedelta(days=30) + HOUR)
    assert [event.api_id for event in advance_statuses(TIP).unresolved] == ["lately"]
    assert statuses() == {"long ago": "live", "lately": "live"}


def test_what_was_set_by_hand_stays_whatever_becomes_known():
    event = make_event(api_id="a")
    set_status(event, EventStatus.POSTPONED)
    Event.objects.update(**FINAL)
    report = advance_statuses(TIP + 30 * HOUR)
    assert statuses() == {"a": "postponed"}
    assert not report.changed
    assert not report.unresolved
    for status in (EventStatus.SCHEDULED, EventStatus.LIVE):
        set_status(event, status)
        assert not advance_statuses(TIP + 30 * HOUR).changed, "also where it is one that jobs look at"
        assert statuses() == {"a": status}


@pytest.mark.parametrize(
    ("known", "now", "status"),
    [({}, TIP - HOUR, "scheduled"), ({}, TIP + HOUR, "live"), (FINAL, TIP + 3 * HOUR, "final")],
)
def test_what_is_left_to_the_jobs_again_gets_what_follows_at_once(known, now, status):
    event = make_event(**known)
    set_status(event, EventStatus.CANCELLED)
    event.refresh_from_db()
    assert (event.status, event.status_is_manual) == ("cancelled", True)
    assert unset_status(event, now) == status
    event.refresh_from_db()
    assert (event.status, event.status_is_manual) == (status, False)


def test_a_change_is_seen_by_its_time_and_no_change_leaves_it():
    make_event(api_id="begun")
    make_event(api_id="later", commence_time=TIP + 5 * HOUR)
    Event.objects.update(updated_at=TIP - 100 * HOUR)
    advance_statuses(TIP)
    touched = dict(Event.objects.values_list("api_id", "updated_at"))
    assert touched["later"] == TIP - 100 * HOUR
    assert touched["begun"] > TIP - 100 * HOUR


def test_statuses_take_as_many_queries_for_twenty_events_as_for_two(django_assert_num_queries):
    for count in (2, 20):
        for number in range(count):
            make_event(api_id=f"{count}-{number}")
        with django_assert_num_queries(4):  # a savepoint, all events, one update, the savepoint's end
            assert len(advance_statuses(TIP).changed) == count
