"""Once-only, and what the scheduler plans."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from collectors import budget, jobs
from collectors.choices import Job, TickState
from collectors.errors import AlreadyRunning
from collectors.models import CollectorState, FetchLog, JobTick
from collectors.sandbox.faults import Fault

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


def test_what_is_due_happens_once_and_the_next_tick_comes_half_an_hour_later(stage):
    assert [tick.state for tick in jobs.run_due(Job.FETCH_ODDS, stage.gate)] == [TickState.DONE]
    assert jobs.run_due(Job.FETCH_ODDS, stage.gate) == []
    stage.at(stage.clock() + timedelta(minutes=29))
    assert jobs.run_due(Job.FETCH_ODDS, stage.gate) == []
    stage.at(stage.clock() + timedelta(minutes=1))
    assert [tick.missed for tick in jobs.run_due(Job.FETCH_ODDS, stage.gate)] == [0]
    assert stage.charged == 6


def test_the_first_forecast_is_made_anew_once_games_are_known(stage):
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    assert CollectorState.objects.get().live_need == 0, "no game was known before the first fetch"
    stage.at(stage.clock() + timedelta(minutes=30))
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    known = CollectorState.objects.get()
    assert known.live_need > 0
    stage.at(stage.clock() + timedelta(minutes=30))
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    assert CollectorState.objects.get().planned_at == known.planned_at, "it is kept for an hour"


def test_what_comes_due_during_a_fetch_is_done_after_it(stage):
    looks = []

    def open_gate():
        looks.append(stage.clock())
        if len(looks) == 2:  # so long the first fetch took
            stage.at(stage.clock() + timedelta(minutes=31))
        return stage.gate()

    ticks = jobs.work_off(Job.FETCH_ODDS, open_gate)
    assert [(tick.state, tick.missed) for tick in ticks] == [(TickState.DONE, 0), (TickState.DONE, 0)]
    assert len(looks) == 3
    assert stage.charged == 6


def test_an_outage_is_counted_and_made_up_for_once(stage):
    jobs.run_due(Job.FETCH_SCORES, stage.gate)
    stage.at(datetime(2026, 1, 16, 13, 0, tzinfo=UTC))
    (tick,) = jobs.run_due(Job.FETCH_SCORES, stage.gate)
    assert tick.tick == datetime(2026, 1, 16, 12, 0, tzinfo=UTC)
    assert tick.missed == 6, "from 18:00 two days before to 12:00: seven ticks, the last of them made up for"


def test_a_clock_that_goes_back_buys_nothing_again(stage):
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    for back in (timedelta(hours=1), timedelta(minutes=10)):
        stage.at(stage.clock() - back)
        assert jobs.run_due(Job.FETCH_ODDS, stage.gate) == []
    assert stage.charged == 3


def test_a_sport_that_fails_holds_up_no_other(stage, settings):
    settings.SPORTS = [NBA, "americanfootball_nfl"]
    stage.sandbox.faults.add(Fault("status", status=422, code="INVALID_MARKET", times=1, endpoint="odds"))
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    states = dict(JobTick.objects.values_list("sport_key", "state"))
    assert states == {NBA: TickState.FAILED, "americanfootball_nfl": TickState.DONE}
    failed = JobTick.objects.get(sport_key=NBA)
    assert "422 INVALID_MARKET" in failed.outcome


def test_many_at_once_make_one_call_for_each_tick(stage):
    """Eight threads, each a holder of its own: two schedulers, commands and the admin do the same."""
    ticks, contenders = 12, 8

    def contend() -> None:
        try:
            jobs.run_due(Job.FETCH_ODDS, stage.gate)
            jobs.run_now(Job.FETCH_ODDS, [NBA], stage.gate)
        finally:
            connection.close()

    for number in range(ticks):
        stage.at(datetime(2026, 1, 14, 10, 0, tzinfo=UTC) + number * timedelta(minutes=30))
        threads = [threading.Thread(target=contend) for _ in range(contenders)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    asked = Counter(entry.path for entry in stage.sandbox.ledger.entries)
    assert asked["/v4/sports/{sport}/odds"] == ticks
    assert stage.charged == 3 * ticks


def test_the_mode_is_switched_while_it_runs(stage):
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    CollectorState.objects.update(sampling_mode="adaptive")
    budget.replan()
    stage.at(stage.clock() + timedelta(minutes=15))
    assert len(jobs.run_due(Job.FETCH_ODDS, stage.gate)) == 1, "a quarter of an hour is enough less than a day before"


def test_nothing_is_bought_where_no_game_is_to_come(stage, settings):
    settings.SPORTS = ["icehockey_nhl"]
    stage.sandbox.faults.add(Fault("body", sample="list", endpoint="events", charge=False))
    settings.SPORTS = [NBA]
    (tick,) = jobs.run_due(Job.FETCH_ODDS, stage.gate)
    assert (tick.state, tick.outcome) == (TickState.SKIPPED, "nothing to fetch: no game is still to begin")
    assert stage.charged == 0
    assert not FetchLog.objects.filter(endpoint="odds").exists()


def test_a_manual_fetch_is_refused_within_the_minute(stage):
    jobs.run_due(Job.FETCH_ODDS, stage.gate)
    ((_, refused),) = jobs.run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    assert isinstance(refused, AlreadyRunning)
    stage.at(stage.clock() + timedelta(minutes=1))
    ((_, tick),) = jobs.run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    assert tick.purpose == "manual"
    assert stage.charged == 6


def test_a_tick_whose_process_died_is_closed_and_not_run_again(stage):
    planned = datetime(2026, 1, 14, 22, 0, tzinfo=UTC)
    JobTick.objects.create(job=Job.FETCH_ODDS, sport_key=NBA, tick=planned, started_at=planned)
    assert jobs.run_due(Job.FETCH_ODDS, stage.gate) == []
    assert JobTick.objects.get().state == TickState.INTERRUPTED
    assert stage.charged == 0
