"""What once went wrong in a season: clocks that jump, locks that are lost, lists that fail, months that are missed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from collectors import counting
from collectors.choices import Job, Purpose, TickState
from collectors.errors import NotNow
from collectors.gate import Gate
from collectors.holder import Holder
from collectors.jobs import run_due
from collectors.live import Timing, fetch_odds
from collectors.models import CreditPeriod, FetchLog, JobTick
from collectors.sandbox.faults import Fault
from collectors.scheduler import GridTrigger
from events.models import Event
from events.tests.factories import make_event
from odds.models import OddsSnapshot

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


def test_a_clock_that_was_a_month_ahead_holds_up_nothing_once_it_is_right(stage):
    right = stage.clock()
    stage.at(right + timedelta(days=31))
    run_due(Job.FETCH_ODDS, stage.gate)
    stage.at(right)
    assert [tick.state for tick in run_due(Job.FETCH_ODDS, stage.gate)] == [TickState.DONE]
    hourly = GridTrigger(timedelta(hours=1))
    assert hourly.get_next_fire_time(right + timedelta(days=31), right) <= right + timedelta(hours=1)


def test_a_holder_that_lost_its_connection_is_not_alive_with_a_new_one():
    with Holder() as holder:
        holder.number = 0  # as after a reconnection that failed
        with pytest.raises(NotNow, match="the connection that holds our locks was lost"):
            holder.assert_alive()


def test_one_refused_list_does_not_stop_the_statuses_of_the_other_sports(stage, settings):
    settings.SPORTS = ["basketball_typo", NBA]
    begun = make_event(commence_time=stage.clock() - timedelta(hours=1), observed_at=stage.clock() - timedelta(days=1))
    (tick,) = run_due(Job.UPDATE_EVENT_STATUS, stage.gate) or JobTick.objects.all()
    assert tick.state == TickState.FAILED
    assert Event.objects.get(pk=begun.pk).status == "live"


def test_scores_that_could_not_be_had_are_tried_again_before_six_hours_have_passed(stage):
    make_event(commence_time=stage.clock() - timedelta(hours=3), observed_at=stage.clock() - timedelta(days=1))
    stage.sandbox.faults.add(Fault("status", status=503, endpoint="scores", times=3))
    run_due(Job.FETCH_SCORES, stage.gate)
    assert JobTick.objects.get().state == TickState.FAILED
    stage.at(stage.clock() + timedelta(minutes=10))
    assert [tick.state for tick in run_due(Job.FETCH_SCORES, stage.gate)] == [TickState.DONE]
    stage.at(stage.clock() + timedelta(minutes=10))
    assert run_due(Job.FETCH_SCORES, stage.gate) == []


def test_one_empty_list_does_not_stop_a_fetch(stage):
    with stage.gate() as gate:
        fetch_odds(gate, NBA, Purpose.LIVE, Timing())
        stage.sandbox.faults.add(Fault("body", sample="list", endpoint="events", times=1, charge=False))
        stage.at(stage.clock() + timedelta(minutes=30))
        assert fetch_odds(gate, NBA, Purpose.LIVE, Timing()).bought


def test_an_old_answer_from_a_cache_is_stored_at_its_own_time(stage):
    before = stage.clock()
    with stage.gate() as gate:
        fetch_odds(gate, NBA, Purpose.LIVE, Timing())
        stage.at(before + timedelta(hours=5))
        stage.sandbox.faults.add(Fault("stale", endpoint="odds", times=1))
        fetch_odds(gate, NBA, Purpose.LIVE, Timing())
    times = set(OddsSnapshot.objects.values_list("snapshot_time", flat=True))
    assert times == {before}, "what stood five hours ago is not taken for what stands now"


def test_a_smaller_plan_at_the_reset_is_seen(stage):
    with stage.gate() as gate:
        for _ in range(4):
            fetch_odds(gate, NBA, Purpose.LIVE, Timing())
            stage.at(stage.clock() + timedelta(minutes=30))
        used, remaining = {"x-requests-used": "0"}, {"x-requests-remaining": "500"}
        stage.sandbox.faults.add(Fault("headers", set={**used, **remaining}, endpoint="sports", times=2))
        for _ in range(2):
            stage.at(stage.clock() + timedelta(minutes=30))
            gate.probe()
    assert CreditPeriod.objects.count() == 2
    assert counting.balance_of(counting.current_period("sandbox"), 20_000).quota == 500


def test_a_job_that_fails_unexpectedly_for_one_sport_goes_on_with_the_next(stage, settings):
    """An event whose start is beyond what Python can reckon with stands for whatever nobody foresaw."""
    settings.SPORTS = ["americanfootball_nfl", NBA]

    def gate() -> Gate:
        made = stage.gate()
        call = made.call

        def failing(asked, *args, **kwargs):
            if asked.sport_key == "americanfootball_nfl":
                raise KeyError("unforeseen")
            return call(asked, *args, **kwargs)

        made.call = failing
        return made

    run_due(Job.FETCH_ODDS, gate)
    assert dict(JobTick.objects.values_list("sport_key", "state")) == {
        "americanfootball_nfl": TickState.FAILED,
        NBA: TickState.DONE,
    }
    assert FetchLog.objects.filter(endpoint="odds", sport_key=NBA).exists()
