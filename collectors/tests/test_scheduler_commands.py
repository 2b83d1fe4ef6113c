"""Starting the scheduler and stopping it."""

from __future__ import annotations

import re
import signal
import time

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from collectors.choices import Job
from collectors.holder import Holder
from collectors.management.commands import stop_scheduler
from collectors.models import CollectorState, JobTick
from collectors.sandbox.server import Sandbox
from collectors.scheduler import LEADER, is_alive

from .children import environment, manage
from .commands import answer, fails, run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


def test_without_a_scheduler_there_is_nothing_to_stop():
    assert run("stop_scheduler") == "– no scheduler runs\n"
    assert answer("stop_scheduler") == {"stopped": False}
    assert not CollectorState.objects.filter(stop_requested_at__isnull=False).exists()


def test_a_scheduler_that_does_not_stop_is_named(monkeypatch):
    monkeypatch.setattr(stop_scheduler, "PATIENCE", 0.3)
    CollectorState.objects.create(scheduler_pid=4711, scheduler_host="box")
    with Holder() as leader:
        leader.take(LEADER)
        told = fails("stop_scheduler")
    assert told == "the scheduler (process 4711 on box, since unknown) did not stop within 0 s"
    assert CollectorState.objects.get().stop_requested_at


def test_a_scheduler_does_not_start_on_a_schema_that_is_behind():
    MigrationRecorder(connection).record_unapplied("collectors", "0003_names")
    try:
        told = fails("run_scheduler")
    finally:
        MigrationRecorder(connection).record_applied("collectors", "0003_names")
    assert re.fullmatch(r"1 migrations? (is|are) not applied: run `manage\.py migrate`; nothing collected", told)


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["command", "signal"])
def test_a_scheduler_collects_until_it_is_stopped(tmp_path, by):
    with Sandbox(quota=1_000_000, rate_limit=100_000) as sandbox:
        scheduler = manage("run_scheduler", env=environment(sandbox.url, tmp_path))
        try:
            wait_until(lambda: JobTick.objects.filter(job=Job.FETCH_ODDS, state="done").exists())
            assert is_alive()
            if by == "command":
                assert run("stop_scheduler") == "✓ stopped\n"
            else:
                scheduler.send_signal(signal.SIGINT)
            output, _ = scheduler.communicate(timeout=15)
        finally:
            scheduler.kill()
            scheduler.wait()
    assert scheduler.returncode == 0
    assert output.splitlines() == [
        "collecting basketball_nba from the sandbox: a made-up league, no key is set; Ctrl-C stops it",
        "stopped",
    ]
    assert not is_alive()
    state = CollectorState.objects.get()
    assert (state.scheduler_pid, state.stop_requested_at) == (None, None)
