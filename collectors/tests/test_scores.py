"""Results: kept as they came, shown as they are now."""

import json
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collectors.pipeline import ingest_scores
from collectors.the_odds_api.normaliser import read_score
from events.choices import EventStatus
from events.models import Event

from .factories import NOON, score

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)


def score_record(at: datetime, **over):
    return read_score(json.dumps(score(**over)).encode(), observed_at=at)


def test_a_final_score_ends_the_event():
    report = ingest_scores([score_record(LATER)])
    game = Event.objects.get()
    assert (game.home_score, game.away_score, game.status) == (110, 105, EventStatus.FINAL)
    assert game.completed_at == datetime.fromisoformat("2026-01-15T03:01:00Z")
    assert report.scores == 1


def test_a_correction_is_shown_and_what_was_before_is_kept():
    ingest_scores([score_record(LATER + timedelta(hours=6), home="112")])
    ingest_scores([score_record(LATER), score_record(LATER)])
    game = Event.objects.get()
    assert game.home_score == 112
    assert list(game.scores.values_list("home_score", flat=True)) == [110, 112]


def test_a_game_under_way_is_live_and_one_to_come_is_not():
    ingest_scores([score_record(LATER, completed=False)])
    assert Event.objects.get().status == EventStatus.LIVE
    ingest_scores([score_record(LATER, id="b" * 32, scores=None, completed=False)])
    assert Event.objects.get(api_id="b" * 32).status == EventStatus.SCHEDULED


def test_a_status_set_by_hand_stays():
    ingest_scores([score_record(NOON, scores=None, completed=False)])
    Event.objects.update(status=EventStatus.POSTPONED, status_is_manual=True)
    ingest_scores([score_record(LATER)])
    game = Event.objects.get()
    assert (game.status, game.home_score) == (EventStatus.POSTPONED, 110)


def test_of_two_scores_at_one_instant_the_further_one_stays():
    for order in ((False, True), (True, False)):
        with transaction.atomic():
            for completed in order:
                ingest_scores([score_record(LATER, completed=completed)])
            assert Event.objects.get().status == EventStatus.FINAL
            transaction.set_rollback(True)


def test_scores_take_as_many_queries_for_twenty_events_as_for_two():
    def queries_for(count):
        with CaptureQueriesContext(connection) as queries:
            ingest_scores([score_record(LATER, id=f"{count}{number:030x}") for number in range(count)])
        return len(queries)

    assert queries_for(2) == queries_for(20)
