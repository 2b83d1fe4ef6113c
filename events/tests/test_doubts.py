"""What the table says of doubtful events is what `lifecycle.doubt` says of each."""

from datetime import timedelta
from itertools import product

import pytest

from events import doubts
from events.choices import EventStatus
from events.lifecycle import Doubt, Known, doubt
from events.models import Event

from .factories import TIP, make_event

pytestmark = pytest.mark.django_db


def test_the_table_and_the_rule_agree():
    now = TIP
    starts = [now + timedelta(hours=hours) for hours in (-25, -24, -23, 1)]
    for start, missed, manual, completed, status in product(
        starts, (0, 2, 3), (False, True), (None, TIP), (EventStatus.SCHEDULED, EventStatus.LIVE)
    ):
        make_event(
            commence_time=start,
            missed_listings=missed,
            status_is_manual=manual,
            completed_at=completed,
            status=status,
        )
    vanished = set(Event.objects.filter(doubts.vanished(now)))
    unresolved = set(Event.objects.filter(doubts.unresolved(now)))
    assert vanished
    assert unresolved
    for event in Event.objects.all():
        known = Known(
            status=EventStatus(event.status),
            status_is_manual=event.status_is_manual,
            commence_time=event.commence_time,
            missed_listings=event.missed_listings,
            missing_since=event.missing_since,
            completed=event.completed_at is not None,
            has_score=event.home_score is not None,
        )
        found = Doubt.VANISHED if event in vanished else Doubt.UNRESOLVED if event in unresolved else None
        assert found is doubt(known, now)
    assert not vanished & unresolved


def test_an_event_that_was_called_off_is_in_no_doubt():
    make_event(commence_time=TIP - timedelta(days=2), status=EventStatus.POSTPONED)
    assert not Event.objects.filter(doubts.unresolved(TIP)).exists()
