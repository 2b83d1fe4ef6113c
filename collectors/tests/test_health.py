"""The facts of health, read from a real database after real calls to the sandbox."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django_apscheduler.models import DjangoJob

from collectors import pause
from collectors.choices import Job, TickState
from collectors.errors import KeyRefused
from collectors.health import DAY, growth_bytes, pipeline_health
from collectors.holder import Holder
from collectors.jobs import run_due, run_now
from collectors.models import CollectorState, FetchLog, JobTick, RawResponse
from collectors.sandbox.faults import Fault
from collectors.scheduler import LEADER
from collectors.verdict import Verdict
from events.tests.factories import make_event
from odds.statistics import statistics

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


def health(stage):
    terms = stage.terms
    return pipeline_health(
        stage.clock(),
        account=terms.account,
        spool_folder=terms.spool,
        quota=terms.quota,
        reserve_fraction=terms.reserve_fraction,
    )


def led(stage, **over):
    """The state that a scheduler leaves which runs well."""
    now = stage.clock()
    fields = {
        "scheduler_pid": 1,
        "scheduler_host": "here",
        "scheduler_started_at": now - timedelta(hours=5),
        "heartbeat_at": now,
    }
    CollectorState.objects.update_or_create(pk=1, defaults={**fields, **over})
    for job in Job:
        DjangoJob.objects.get_or_create(id=job.value, defaults={"job_state": b""})


def test_an_empty_database_is_new(stage):
    found = health(stage)
    assert found.status is Verdict.NEW
    assert found.facts.last_fetch is None
    assert found.facts.credits is None
    assert found.facts.sandbox
    assert set(found.facts.missing_jobs) == set(Job.values)


def test_after_a_fetch_under_a_scheduler_it_is_healthy(stage):
    run_due(Job.FETCH_ODDS, stage.gate)
    led(stage)
    with Holder() as leader:
        assert leader.take(LEADER)
        found = health(stage)
    assert (found.status, found.warnings) == (Verdict.HEALTHY, [])
    assert found.facts.last_fetch == stage.clock()
    assert found.facts.success_rate_24h == 1.0
    assert found.facts.paid_calls_24h == 1
    assert (found.facts.credits.used, found.facts.credits.remaining) == (3, 19_997)
    assert found.facts.sports[0].events_to_come > 0
    assert found.facts.sports[0].interval == timedelta(minutes=30)
    assert found.facts.disk_free_bytes > 0


def test_a_scheduler_leads_by_its_lock_and_not_by_what_it_wrote(stage):
    led(stage)
    found = health(stage)
    assert found.facts.scheduler == "died"
    assert found.status is Verdict.FAILING


def test_without_a_fetch_for_two_intervals_it_is_failing(stage):
    run_due(Job.FETCH_ODDS, stage.gate)
    stage.at(stage.clock() + timedelta(minutes=61))
    led(stage)
    with Holder() as leader:
        leader.take(LEADER)
        found = health(stage)
    assert found.status is Verdict.FAILING
    assert found.warnings[0].startswith("No odds of basketball_nba came for 1 h 1 min")


def test_a_tick_that_found_no_game_counts_as_a_look(stage):
    stage.sandbox.faults.add(Fault("body", endpoint="events", text="[]"))
    run_due(Job.FETCH_ODDS, stage.gate)
    tick = JobTick.objects.get()
    assert tick.state == TickState.SKIPPED
    assert health(stage).facts.sports[0].found_none_at == tick.finished_at


def test_failed_calls_lower_the_success_rate(stage):
    stage.sandbox.faults.add(Fault("status", endpoint="odds", times=3, status=503))
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    stage.at(stage.clock() + timedelta(minutes=2))
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    facts = health(stage).facts
    assert (facts.paid_calls_24h, facts.succeeded_24h) == (4, 1)
    assert facts.ticks_failed_24h == 1
    stage.at(stage.clock() + timedelta(days=2))
    assert health(stage).facts.success_rate_24h is None


def test_a_pause_is_failing_and_says_why(stage):
    pause.begin_if_needed(KeyRefused("the provider answered 401 INVALID_KEY", code="INVALID_KEY"), stage.clock())
    FetchLog.objects.all().delete()
    found = health(stage)
    assert found.status is Verdict.FAILING
    assert "401 INVALID_KEY" in found.warnings[0]


def test_missed_and_interrupted_ticks_of_a_day_are_counted(stage):
    now = stage.clock()
    for hours, missed in ((1, 3), (2, 2), (25, 100)):
        JobTick.objects.create(
            job=Job.FETCH_ODDS,
            sport_key=NBA,
            tick=now - timedelta(hours=hours),
            started_at=now - timedelta(hours=hours),
            missed=missed,
            state=TickState.INTERRUPTED,
        )
    facts = health(stage).facts
    assert (facts.ticks_missed_24h, facts.ticks_interrupted_24h) == (5, 2)


def test_doubtful_events_are_counted_and_named(stage):
    now = stage.clock()
    for number in range(4):
        make_event(commence_time=now - timedelta(hours=25 + number), status="live")
    make_event(commence_time=now - timedelta(days=200), status="live")  # too old to be told of
    make_event(commence_time=now + timedelta(hours=9), missed_listings=3)
    make_event(commence_time=now + timedelta(hours=9), missed_listings=3, status="cancelled", status_is_manual=True)
    facts = health(stage).facts
    assert (facts.unresolved.count, len(facts.unresolved.titles)) == (4, 3)
    assert facts.vanished.count == 1
    assert facts.vanished.titles[0].startswith("Boston Celtics @ Los Angeles Lakers")


def test_waiting_and_damaged_answers_are_counted(stage):
    folder = stage.terms.spool
    (folder / "quarantine").mkdir(parents=True)
    (folder / "a.b.answer").write_bytes(b"")
    (folder / "quarantine" / "c.d.answer").write_bytes(b"")
    facts = health(stage).facts
    assert (facts.spool_depth, facts.spool_quarantined) == (1, 1)
    assert facts.spool_oldest < timedelta(minutes=1)


def test_answers_that_were_not_read_are_counted(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    first, second = RawResponse.objects.order_by("pk")[:2]
    RawResponse.objects.filter(pk=first.pk).update(normalised_at=None)
    RawResponse.objects.filter(pk=second.pk).update(normalised_at=None, problem="no list")
    facts = health(stage).facts
    assert (facts.unread_responses, facts.parked_responses) == (0, 1)  # being read, perhaps
    stage.at(stage.clock() + timedelta(minutes=6))
    assert health(stage).facts.unread_responses == 1


def test_calls_of_the_sandbox_say_nothing_of_the_provider(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    found = pipeline_health(
        stage.clock(), account="key-1", spool_folder=stage.terms.spool, quota=500, reserve_fraction=0.02
    )
    assert found.facts.last_fetch is None
    assert not found.facts.sandbox


def test_health_writes_nothing(stage):
    with CaptureQueriesContext(connection) as captured:
        health(stage)
    verbs = {query["sql"].split()[0] for query in captured}
    assert verbs <= {"SELECT", "BEGIN", "COMMIT", "SAVEPOINT", "RELEASE"}
    assert not CollectorState.objects.exists()


def test_health_asks_the_same_number_of_questions_whatever_is_stored(stage):
    with CaptureQueriesContext(connection) as few:
        health(stage)
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    for number in range(30):
        make_event(commence_time=stage.clock() - timedelta(hours=25 + number), status="live")
    with CaptureQueriesContext(connection) as many:
        health(stage)
    credits = 1  # what is pending is asked only where a period is known
    assert len(many) == len(few) + credits


def test_growth_is_reckoned_from_the_snapshots_that_were_fetched(stage):
    assert growth_bytes(stage.clock(), statistics(), DAY, "sandbox") is None
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    stored = statistics()
    tables = stored.table_bytes["odds_oddssnapshot"] + stored.table_bytes["odds_odds"]
    assert growth_bytes(stage.clock(), stored, DAY, "sandbox") == pytest.approx(tables, rel=0.01)
    assert growth_bytes(stage.clock() + timedelta(days=2), stored, DAY, "sandbox") == 0
