"""Results, collected through days of a made-up league: all of them, with their corrections, and none bought in vain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from collectors import jobs
from collectors.choices import Job, Purpose, TickState
from collectors.live import Timing, fetch_scores, wanting_scores
from collectors.models import FetchLog, JobTick
from collectors.sandbox.league import Game
from collectors.sandbox.sports import NBA as NBA_LEAGUE
from collectors.sandbox.truth import final_score
from events.choices import EventStatus
from events.models import Event
from events.tests.factories import make_event, make_score

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"
BEGIN = datetime(2026, 1, 14, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
# In this league a final score is put right within the first night, and one game each is postponed and vanishes.
WITH_A_CORRECTION = 11
CORRECTED = "f4c085b0"


def days_of(stage, hours: int) -> Iterator[datetime]:
    """What a scheduler does of statuses and scores, hour by hour."""
    for number in range(hours + 1):
        stage.at(BEGIN + number * HOUR)
        for job in (Job.UPDATE_EVENT_STATUS, Job.FETCH_SCORES):
            jobs.run_due(job, stage.gate)
        yield stage.clock()


def played(stage, since: datetime, until: datetime) -> dict[str, Game]:
    """The games of the league that began and ended in this time."""
    games = stage.sandbox.league.between(NBA_LEAGUE, since.timestamp(), until.timestamp())
    return {
        game.id: game
        for game in games
        if game.is_played and since.timestamp() <= game.tipoff and game.finished < until.timestamp()
    }


@pytest.mark.slow
def test_three_days_of_results_are_collected_with_their_corrections(set_stage):
    stage = set_stage(at=BEGIN, seed=WITH_A_CORRECTION)
    *_, end = days_of(stage, 78)

    games = played(stage, BEGIN, end - 7 * HOUR)
    assert len(games) > 20
    found = {event.api_id: event for event in Event.objects.filter(api_id__in=games)}
    shown = {api_id: (event.home_score, event.away_score) for api_id, event in found.items()}
    assert shown == {api_id: final_score(game) for api_id, game in games.items()}
    assert {event.status for event in found.values()} == {EventStatus.FINAL}
    finished = {api_id: datetime.fromtimestamp(game.finished, UTC) for api_id, game in games.items()}
    for api_id, event in found.items():
        assert finished[api_id] <= event.completed_at < finished[api_id] + 6 * HOUR

    corrected = Event.objects.get(api_id__startswith=CORRECTED)
    home, away = final_score(stage.sandbox.league.game(corrected.api_id))
    history = list(corrected.scores.filter(completed=True).order_by("observed_at").values_list("home_score", flat=True))
    assert history[0] == home + 1
    assert history[-1] == home
    assert (corrected.home_score, corrected.away_score) == (home, away)

    calls = FetchLog.objects.filter(endpoint="scores")
    assert {(call.credits_reserved, call.credits_charged) for call in calls} == {(2, 2)}
    assert stage.charged == 2 * calls.count()
    assert calls.count() <= 13, "once in six hours, and not where nothing is missing"
    assert JobTick.objects.filter(job=Job.FETCH_SCORES, state=TickState.SKIPPED).exists()


def test_an_outage_of_two_days_loses_no_result(set_stage):
    stage = set_stage(at=BEGIN, seed=WITH_A_CORRECTION)
    jobs.run_due(Job.UPDATE_EVENT_STATUS, stage.gate)
    stage.at(BEGIN + 50 * HOUR)
    jobs.run_due(Job.FETCH_SCORES, stage.gate)
    games = played(stage, BEGIN, BEGIN + 49 * HOUR)
    shown = Event.objects.filter(api_id__in=games, status=EventStatus.FINAL)
    assert {event.api_id for event in shown} == set(games)
    assert stage.charged == 2


def test_nothing_is_bought_where_no_game_is_known_to_have_begun(stage):
    with stage.gate() as gate:
        report = fetch_scores(gate, NBA, Purpose.SCORES, Timing())
    assert (report.bought, report.outcome) == (False, "nothing to fetch: no result is missing")
    assert stage.sandbox.ledger.entries == []


def test_a_night_is_bought_once_when_all_of_it_has_ended(set_stage):
    stage = set_stage(at=BEGIN)
    jobs.run_due(Job.UPDATE_EVENT_STATUS, stage.gate)
    stage.at(BEGIN + 24 * HOUR)
    with stage.gate() as gate:
        first = fetch_scores(gate, NBA, Purpose.SCORES, Timing())
        second = fetch_scores(gate, NBA, Purpose.SCORES, Timing())
        assert first.bought
        assert first.outcome == f"{first.events} events, {first.scores} scores, 2 credits"
        assert not second.bought
        assert stage.charged == 2
        stage.at(BEGIN + 45 * HOUR)
        Event.objects.filter(status=EventStatus.SCHEDULED).delete()
        assert fetch_scores(gate, NBA, Purpose.SCORES, Timing()).bought, "results are checked once more a day later"


NOW = datetime(2026, 1, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("began", "status", "checked", "wanted"),
    [
        (timedelta(hours=-1), "scheduled", None, False),
        (timedelta(), "scheduled", None, False),
        (timedelta(minutes=1), "scheduled", None, True),
        (timedelta(hours=2), "live", timedelta(minutes=1), True),
        (timedelta(hours=71), "live", None, True),
        (timedelta(hours=72, minutes=1), "live", None, False),
        (timedelta(hours=8), "final", timedelta(hours=5), False),
        (timedelta(hours=40), "final", timedelta(hours=20), False),
        (timedelta(hours=40), "final", timedelta(hours=20, minutes=1), True),
        (timedelta(hours=8), "final", None, True),
        (timedelta(hours=8), "postponed", None, False),
        (timedelta(hours=8), "cancelled", None, False),
    ],
    ids=[
        "to come", "at its start", "just begun", "under way, looked at a minute ago", "almost three days",
        "the provider has it no more", "final, looked at", "final, looked at not too long ago",
        "final, not checked for long", "final by hand", "postponed", "cancelled",
    ],
)  # fmt: skip
def test_which_results_are_wanted(began, status, checked, wanted):
    event = make_event(commence_time=NOW - began, status=status)
    if checked is not None:
        make_score(event, observed_at=NOW - timedelta(hours=30), completed=False)
        make_score(event, observed_at=NOW - checked, completed=status == "final")
    make_event(commence_time=NOW - 8 * HOUR, sport_key="icehockey_nhl")
    assert [found.pk for found in wanting_scores(NBA, NOW)] == ([event.pk] if wanted else [])
