"""`manage.py scheduler_status`."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone
from rich.console import Console

from collectors.choices import Job
from collectors.holder import Holder
from collectors.jobs import run_due, run_now
from collectors.models import CollectorState, JobTick
from collectors.outlook import collector_state, outlook
from collectors.scheduler import LEADER
from collectors.tables import job_document, jobs_table

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch, settings, tmp_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    settings.VAR_DIR = tmp_path


def run(*args):
    out = StringIO()
    call_command("scheduler_status", *args, stdout=out)
    return out.getvalue()


def signed(**over):
    now = timezone.now()
    fields = {"scheduler_pid": 4711, "scheduler_host": "box", "heartbeat_at": now}
    fields["scheduler_started_at"] = now - timedelta(hours=2)
    CollectorState.objects.update_or_create(pk=1, defaults={**fields, **over})


def test_one_that_never_ran_is_no_error_and_tells_how_to_start_it():
    text = run()
    assert text.startswith("⚠ No scheduler runs, and none ever did: start it with `manage.py run_scheduler`\n")
    assert json.loads(run("--json"))["running"] is False
    assert not CollectorState.objects.exists()


def test_one_that_runs_is_told_with_its_process_and_its_sign_of_life():
    signed()
    with Holder() as leader:
        leader.take(LEADER)
        text, answer = run(), json.loads(run("--json"))
    assert "✓ The scheduler runs: process 4711 on box, last sign of life 0 s ago" in text
    assert "(2 h ago)" in text
    assert (answer["running"], answer["scheduler"], answer["pid"], answer["host"]) == (True, "running", 4711, "box")
    assert answer["heartbeat_age_seconds"] < 60


@pytest.mark.parametrize(
    ("over", "told"),
    [
        ({}, "✗ The scheduler ended unexpectedly: it was process 4711 on box"),
        ({"scheduler_pid": None}, "⚠ No scheduler runs: it was stopped"),
    ],
)
def test_one_that_ended_is_told_by_how_it_ended(over, told):
    signed(**over)
    assert run().startswith(told)


def test_a_schema_that_is_behind_is_one_line_and_no_guess():
    MigrationRecorder(connection).record_unapplied("collectors", "0003_names")
    try:
        with pytest.raises(CommandError, match=r"^1 migration is not applied: run `manage\.py migrate`$"):
            run()
    finally:
        MigrationRecorder(connection).record_applied("collectors", "0003_names")


def test_pause_and_throttle_are_told():
    signed(paused_at=timezone.now(), pause_reason="no credits [left]", throttle_note="2 times as seldom")
    text = run()
    assert "no credits [left]" in text
    assert "Given up to make the credits last: 2 times as seldom" in text


def test_each_job_is_told_with_its_last_tick_and_its_next(set_stage):
    stage = set_stage(at=timezone.now())
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    jobs = {job["job"]: job for job in json.loads(run("--json"))["jobs"]}
    assert set(jobs) == set(Job.values)
    assert jobs["fetch_odds"]["state"] == "done"
    assert "credits" in jobs["fetch_odds"]["outcome"]
    assert jobs["tidy"]["last_tick"] is None
    text = run()
    assert jobs["fetch_odds"]["outcome"] in text


def test_a_job_ran_when_it_worked_not_at_its_tick(stage):
    at = stage.clock()
    JobTick.objects.create(
        job=Job.TIDY, tick=at - timedelta(hours=12), started_at=at - timedelta(minutes=5), finished_at=at, state="done",
        missed=2, outcome="removed 0 answers",
    )  # fmt: skip
    (tidy,) = (each for each in outlook(at, CollectorState()) if each.job is Job.TIDY)
    assert job_document(tidy)["started_at"] == at - timedelta(minutes=5)
    console = Console(width=80, file=StringIO())
    console.print(jobs_table([tidy], at))
    _, _, _, first, second = console.file.getvalue().splitlines()
    assert re.split(r"\s{2,}", first.strip()) == [
        "tidy", f"{at - timedelta(minutes=5):%H:%M:%S}", f"{tidy.next_planned:%m-%d %H:%M}", "done, 2 missed before"
    ]  # fmt: skip
    assert "5 min ago" in second
    assert second.rstrip().endswith("removed 0 answers")


def test_no_word_of_the_table_is_broken_at_80_columns(set_stage):
    stage = set_stage(at=timezone.now())
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    jobs = outlook(stage.clock(), collector_state())
    console = Console(width=80, file=StringIO())
    console.print(jobs_table(jobs, stage.clock()))
    text = console.file.getvalue()
    words = {*Job.values, NBA, *" ".join(each.last.outcome for each in jobs if each.last).split()}
    assert words <= set(text.split())
    assert max(map(len, text.splitlines())) <= 80


def test_what_is_planned_is_what_the_jobs_will_do(stage):
    """Worked out without writing, and still the same: nothing is due a second before, and something is then."""
    for job in Job:
        run_due(job, stage.gate)
    planned = {each.job: each.next_planned for each in outlook(stage.clock(), collector_state())}
    for job, moment in sorted(planned.items(), key=lambda item: item[1]):
        stage.at(moment - timedelta(seconds=1))
        assert run_due(job, stage.gate) == []
        stage.at(moment)
        assert [tick.tick for tick in run_due(job, stage.gate)] == [moment]


def test_a_throttle_stretches_what_is_planned(stage, settings):
    settings.CLOSE_LEAD_MINUTES = 0
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    CollectorState.objects.update_or_create(pk=1, defaults={"throttle_level": 2})  # four times as seldom
    planned = {each.job: each.next_planned for each in outlook(stage.clock(), collector_state())}
    assert planned[Job.FETCH_ODDS] == stage.clock() + timedelta(hours=2)
