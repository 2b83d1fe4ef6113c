"""Whole processes: schedulers that compete, one that dies, and a database that goes away."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from collectors.choices import CallState, Job, TickState
from collectors.models import CreditPeriod, FetchLog, JobTick
from collectors.sandbox.faults import Fault
from collectors.sandbox.server import Sandbox

from .children import environment, manage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Ticks of a second each. TICKS=300 is the full run.
TICKS = int(os.environ.get("TICKS", "12"))
A_SECOND = str(1 / 60)


@pytest.fixture
def sandbox():
    with Sandbox(quota=1_000_000, rate_limit=100_000) as sandbox:
        yield sandbox


def bought(sandbox: Sandbox) -> int:
    return sum(entry.path.endswith("/odds") for entry in sandbox.ledger.entries)


def wait_until(condition, seconds: float) -> float:
    """How long it took."""
    begin = time.monotonic()
    while not condition():
        assert time.monotonic() - begin < seconds, "it took too long"
        time.sleep(0.1)
    return time.monotonic() - begin


def ask_for_more(stop: threading.Event, env: dict[str, str]) -> None:
    """Fetch by hand, again and again."""
    while not stop.is_set():
        manage("fetch_odds", env=env).communicate(timeout=60)


def click_for_more(stop: threading.Event, client: Client, settings, env: dict[str, str]) -> None:
    """Run the job from the admin, again and again."""
    try:
        while not stop.is_set():
            client.post(
                "/admin/django_apscheduler/djangojob/",
                {"action": "run_selected", "_selected_action": Job.FETCH_ODDS.value, "confirmed": "yes"},
            )
            time.sleep(0.05)
    finally:
        connection.close()


def test_two_schedulers_a_command_and_the_admin_make_one_call_a_tick(sandbox, tmp_path: Path, settings):
    """And the scheduler that leads is killed in the middle: the other takes over."""
    env = environment(sandbox.url, tmp_path, FIXED_INTERVAL_MINUTES=A_SECOND, CLOSE_LEAD_MINUTES="0")
    settings.ODDS_API_BASE_URL, settings.FIXED_INTERVAL_MINUTES, settings.VAR_DIR = (
        sandbox.url,
        float(A_SECOND),
        tmp_path,
    )
    settings.CLOSE_LEAD_MINUTES = 0
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin"))
    schedulers = [manage("run_scheduler", env=env) for _ in range(2)]
    wait_until(lambda: bought(sandbox) >= 1, 30)
    stop = threading.Event()
    others = [
        threading.Thread(target=ask_for_more, args=(stop, env)),
        threading.Thread(target=click_for_more, args=(stop, client, settings, env)),
    ]
    for thread in others:
        thread.start()
    begin, before = datetime.now(UTC), bought(sandbox)
    try:
        wait_until(lambda: bought(sandbox) >= before + TICKS // 2, 4 * TICKS)
        leader = next(s for s in schedulers if s.pid == scheduler_pid())
        leader.kill()
        wait_until(lambda: bought(sandbox) >= before + TICKS, 8 * TICKS)
    finally:
        stop.set()
        for thread in others:
            thread.join()
        for scheduler in schedulers:
            scheduler.send_signal(signal.SIGTERM)
        took = time.monotonic()
        outputs = [scheduler.communicate(timeout=30)[0] for scheduler in schedulers]
    assert time.monotonic() - took < 10, "a stop takes less than ten seconds"
    ticks = JobTick.objects.filter(job=Job.FETCH_ODDS)
    made = FetchLog.objects.filter(endpoint="odds").exclude(state=CallState.RELEASED)  # a stop or a kill came before it
    calls = Counter(made.values_list("tick", flat=True))
    assert set(calls.values()) == {1}, "one call for each tick"
    assert bought(sandbox) == len(calls), outputs
    done = set(ticks.filter(state=TickState.DONE).values_list("tick", flat=True))
    assert done <= calls.keys(), "and none without"
    assert len(calls) - len(done) <= 1, "but for the tick at which the scheduler was killed"
    spent = {row.purpose for row in ticks}
    assert spent == {"live", "manual"}, "all of them came first at some tick"
    passed = (datetime.now(UTC) - begin).total_seconds()
    assert bought(sandbox) <= passed + before + 2


def test_a_scheduler_whose_call_hangs_ends_in_time_and_the_next_start_settles_it(sandbox, tmp_path: Path):
    sandbox.faults.add(Fault("hang_before", endpoint="odds", seconds=19))
    env = environment(sandbox.url, tmp_path)
    scheduler = manage("run_scheduler", env=env)
    wait_until(lambda: FetchLog.objects.filter(endpoint="odds", state="sent").exists(), 30)
    time.sleep(0.5)
    begin = time.monotonic()
    scheduler.send_signal(signal.SIGTERM)
    output, _ = scheduler.communicate(timeout=30)
    assert time.monotonic() - begin < 10
    assert scheduler.returncode == 0, output
    sandbox.faults.clear()
    following = manage("run_scheduler", env=env)
    wait_until(lambda: not FetchLog.objects.unsettled().exists(), 30)
    following.send_signal(signal.SIGTERM)
    following.communicate(timeout=30)
    hung = FetchLog.objects.filter(endpoint="odds").order_by("pk").first()
    assert (hung.state, hung.credits_charged) == ("unknown", 3)
    assert CreditPeriod.objects.get().used == sandbox.ledger.used(sandbox.clock())


def scheduler_pid() -> int | None:
    from collectors.models import CollectorState

    return CollectorState.objects.get(pk=1).scheduler_pid
