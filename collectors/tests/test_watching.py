"""What is wrong is told within one look, and once: real calls, real processes, a real channel."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from collectors import health, watching
from collectors.choices import Job
from collectors.gate import Terms
from collectors.holder import Holder
from collectors.jobs import run_due, run_now
from collectors.models import CollectorState, CreditPeriod, FetchLog
from collectors.scheduler import LEADER, is_alive
from collectors.watching import Watch, look
from oddsproject.settings import BASE_DIR
from quality.alerts.entries import tell_new_entries
from quality.alerts.manager import AlertManager
from quality.alerts.sender import Sender, send_due
from quality.choices import AlertState, IssueType, Severity
from quality.models import Alert, DataQualityLog
from quality.tests.alert_server import AlertServer

from .children import environment, manage
from .test_health import NBA, led
from .test_processes import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def server():
    with AlertServer() as server:
        yield server


@pytest.fixture
def watched(stage, settings, server, tmp_path):
    """A stage that the settings describe, and a manager on its clock; no summary."""
    settings.ALERT_ENABLED, settings.ALERT_URLS, settings.DISCORD_WEBHOOK_URL = True, [server.address], ""
    settings.ALERT_SUMMARY_HOUR = -1
    settings.VAR_DIR, settings.ODDS_API_BASE_URL = tmp_path, stage.sandbox.url
    return SimpleNamespace(stage=stage, manager=AlertManager(clock=stage.clock))


def keys() -> Counter[str]:
    """How often each thing was told."""
    return Counter(Alert.objects.values_list("key", flat=True))


def look_for_a_day(watched) -> None:
    """Every hour but the last."""
    begin = watched.stage.clock()
    for hour in range(24):
        watched.stage.at(begin + timedelta(hours=hour))
        look(watched.stage.clock(), watched.manager)
    watched.stage.at(begin)


def test_where_all_is_well_nothing_is_told(watched):
    run_due(Job.FETCH_ODDS, watched.stage.gate)
    look(watched.stage.clock(), watched.manager)
    assert keys() == {}


def test_a_key_that_is_refused_is_told_within_one_look_and_once_a_day(watched, settings, server):
    settings.ODDS_API_KEY = "CANARY0123456789abcdef0123456789"
    watched.stage.terms = Terms.of_settings()
    run_due(Job.FETCH_ODDS, watched.stage.gate)
    look_for_a_day(watched)
    ((key, times),) = keys().items()
    assert key.startswith("key_refused/")
    assert times == 1
    send_due(watched.manager.channels, watched.stage.clock())
    assert server.titles == ["Critical: The provider refuses the key"]
    assert "CANARY" not in str(server.taken[0] | {"path": ""})
    watched.stage.at(watched.stage.clock() + timedelta(hours=24, minutes=1))
    look(watched.stage.clock(), watched.manager)
    assert sum(keys().values()) == 2, "after a day it is told again, as it still is so"


def test_each_threshold_of_the_credits_is_told_once_a_period(watched):
    run_due(Job.FETCH_ODDS, watched.stage.gate)
    for used in (15_999, 16_000, 18_100, 18_200, 19_000, 20_000):
        CreditPeriod.objects.update(used=used, remaining=20_000 - used)
        look_for_a_day(watched)
        watched.stage.at(watched.stage.clock() + timedelta(days=2))
    prefix = "sandbox/quota/2026-02-01/"
    assert keys() == {prefix + each: 1 for each in ("80", "90", "95", "100", "none_left")}


def test_two_intervals_without_a_fetch_are_told(watched):
    run_due(Job.FETCH_ODDS, watched.stage.gate)
    with Holder() as leader:
        assert leader.take(LEADER)
        for minutes, expected in ((59, {}), (2, {f"sandbox/no_fetch/{NBA}": 1}), (5, {f"sandbox/no_fetch/{NBA}": 1})):
            watched.stage.at(watched.stage.clock() + timedelta(minutes=minutes))
            led(watched.stage)
            look(watched.stage.clock(), watched.manager)
            assert keys() == expected


def test_little_room_is_told(watched, monkeypatch):
    monkeypatch.setattr(health, "LEAST_FREE", 2**60)  # bytes: no disk has them
    look_for_a_day(watched)
    assert keys() == {"sandbox/disk_full": 1}


def test_a_change_of_format_and_a_critical_entry_are_told(watched):
    now = watched.stage.clock()
    fields = {"first_seen": now, "last_seen": now, "sport_key": NBA}
    drift = DataQualityLog(fingerprint="1", severity=Severity.WARNING, issue_type=IssueType.SCHEMA_DRIFT, **fields)
    grave = DataQualityLog(fingerprint="2", severity=Severity.CRITICAL, issue_type=IssueType.REFUSED, **fields)
    for _ in range(3):
        for entry in (drift, grave):
            tell_new_entries([entry], watched.manager)
    assert list(Alert.objects.order_by("pk").values_list("title", "repeats")) == [
        ("New in the quality log: the provider's format changed", 2),
        ("New in the quality log: answer refused", 2),
    ]


def test_what_is_over_is_told_once_and_is_news_when_it_comes_back_after_an_hour(watched, monkeypatch):
    begin = watched.stage.clock()
    low = {"free": 0}
    monkeypatch.setattr(health.shutil, "disk_usage", lambda _: SimpleNamespace(free=low["free"]))
    for minutes, free, expected in (
        (0, 0, {"disk_full": 1}),
        (1, 10**12, {"disk_full": 1, "over": 1}),
        (2, 10**12, {"disk_full": 1, "over": 1}),
        (30, 0, {"disk_full": 1, "over": 1}),  # it comes and goes: not now
        (62, 0, {"disk_full": 2, "over": 1}),
        (63, 0, {"disk_full": 2, "over": 1}),
        (90, 10**12, {"disk_full": 2, "over": 2}),
    ):
        low["free"] = free
        watched.stage.at(begin + timedelta(minutes=minutes))
        look(watched.stage.clock(), watched.manager)
        told = Counter("over" if "/over/" in key else key.removeprefix("sandbox/") for key in keys().elements())
        assert dict(told) == expected, minutes
    assert Alert.objects.order_by("-pk")[0].title == "Over: (sandbox) The disk is full"


@pytest.mark.slow
def test_a_scheduler_that_finds_another_dead_tells_so(watched, server, tmp_path):
    CollectorState.objects.update_or_create(pk=1, defaults={"scheduler_pid": 4242, "scheduler_host": "elsewhere"})
    env = environment(watched.stage.sandbox.url, tmp_path, ALERT_ENABLED="true", ALERT_URLS=server.address)
    scheduler = manage("run_scheduler", env=env)
    wait_until(lambda: CollectorState.objects.filter(scheduler_pid=scheduler.pid).exists(), 30)
    scheduler.send_signal(signal.SIGTERM)
    scheduler.communicate(timeout=20)
    told = Alert.objects.get(key="sandbox/scheduler_died")
    assert "(process 4242 on elsewhere) ended unexpectedly" in told.text


@pytest.mark.slow
def test_a_scheduler_sends_and_that_it_was_killed_is_told_by_another_process(watched, server, tmp_path):
    env = environment(watched.stage.sandbox.url, tmp_path, ALERT_ENABLED="true", ALERT_URLS=server.address)
    AlertManager().alert("a message that waits", key="waits")  # now: it is as old as the scheduler takes it for
    scheduler = manage("run_scheduler", env=env)
    wait_until(lambda: CollectorState.objects.filter(scheduler_pid=scheduler.pid).exists(), 30)
    assert server.asked.acquire(timeout=20)
    scheduler.send_signal(signal.SIGKILL)
    scheduler.communicate(timeout=10)
    wait_until(lambda: not is_alive(), 10)
    manager = AlertManager()
    for _ in range(3):
        look(timezone.now(), manager)
    assert keys() == {"waits": 1, "sandbox/scheduler_died": 1}


def test_the_summary_is_told_once_a_day_from_its_hour_on(watched, settings):
    settings.ALERT_SUMMARY_HOUR = 9
    begin = watched.stage.clock().replace(hour=0)
    run_now(Job.FETCH_ODDS, [NBA], watched.stage.gate)
    for hour, expected in ((8, 0), (9, 1), (10, 1), (23, 1), (32, 1), (33, 2)):
        watched.stage.at(begin + timedelta(hours=hour))
        look(watched.stage.clock(), watched.manager)
        assert Alert.objects.filter(key__startswith="sandbox/summary/").count() == expected
    assert keys() == {"sandbox/summary/2026-01-14": 1, "sandbox/summary/2026-01-15": 1}
    newest = Alert.objects.order_by("-pk")[0]
    assert newest.repeats == 0
    assert newest.text.splitlines()[:2] == [
        "Fetches: 1 of 1 paid call brought something",
        "Credits: 3 spent; 3 of 20,000 used in this period",
    ]


def test_a_fetch_comes_to_its_end_while_a_channel_hangs(watched, settings):
    with AlertServer(hangs=True) as hanging:
        settings.ALERT_URLS = [hanging.address + "?rto=60"]
        manager = AlertManager(clock=watched.stage.clock)
        manager.alert("a message", key="a")
        sending = Sender(manager.channels, clock=watched.stage.clock)
        sending.start()
        try:
            assert hanging.asked.acquire(timeout=10)
            run_due(Job.FETCH_ODDS, watched.stage.gate)
            assert FetchLog.objects.filter(endpoint="odds", success=True).count() == 1
            assert manager.alert("another", key="b")
            assert hanging.taken == [], "all that while, the channel did not answer"
            assert Alert.objects.get(key="a").state == AlertState.PENDING
        finally:
            hanging.may_answer.set()
            sending.stop()


def test_without_alerts_there_are_no_threads(watched, settings):
    settings.ALERT_ENABLED = False
    with Watch() as watch:
        assert (watch._sender, watch._thread) == (None, None)


def test_what_breaks_one_look_does_not_end_watching(watched, monkeypatch, server):
    """The thread goes on, and looks again."""
    looks = iter([RuntimeError("a fault of ours")])

    def broken_once(now, manager):
        for error in looks:
            raise error
        manager.alert("seen", key="seen")

    monkeypatch.setattr(watching, "look", broken_once)
    with Watch(every=0.05):
        wait_until(lambda: server.taken or Alert.objects.filter(key="seen").exists(), 10)


def test_a_web_server_watches_and_ends_in_good_order(watched, server, tmp_path):
    env = environment(watched.stage.sandbox.url, tmp_path, ALERT_ENABLED="true", ALERT_URLS=server.address)
    code = "import threading, oddsproject.wsgi; print(*sorted(each.name for each in threading.enumerate()), sep=',')"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=True
    )
    assert {"alerts", "watch"} <= set(done.stdout.strip().split(","))
    assert done.stderr == ""


WATCH_UNTIL_TOLD_TO_END = """
import sys, django
django.setup()
from collectors.watching import Watch
with Watch(every=0.2):
    sys.stdin.read()
"""
LOOK_ONCE = """
import django
django.setup()
from django.utils import timezone
from quality.alerts import unwritten
from quality.alerts.manager import AlertManager
from collectors.watching import look
unwritten.served.set()
look(timezone.now(), AlertManager())
print(len(unwritten.waiting()))
"""


@pytest.mark.slow
def test_a_database_that_is_down_is_told_by_one_process_and_once(server, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "oddsproject.settings", "VAR_DIR": str(tmp_path),
        "DATABASE_URL": f"postgres://odds:CANARYpassword@127.0.0.1:{port}/odds",
        "ALERT_ENABLED": "true", "ALERT_URLS": server.address, "LOG_FILE": "log",
    }  # fmt: skip

    def child(code: str, **over: str) -> subprocess.Popen:
        return subprocess.Popen(
            [sys.executable, "-c", code], cwd=BASE_DIR, env=env | over, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    watching = child(WATCH_UNTIL_TOLD_TO_END)
    try:
        assert server.asked.acquire(timeout=30)
        assert child(LOOK_ONCE).communicate(timeout=30)[0] == "0\n", "another process knows that it was told"
        assert child(LOOK_ONCE, VAR_DIR=str(tmp_path / "other")).communicate(timeout=30)[0] == "1\n"
    finally:
        _, errors = watching.communicate(timeout=30)
    assert watching.returncode == 0, errors
    assert server.titles == ["Critical: The database is down"]
    assert "Connection refused" in server.taken[0]["message"]
    told = errors + (tmp_path / "log").read_text()
    assert "alert_without_database" in told
    assert "CANARY" not in told


def test_a_state_that_is_read_twice_is_told_once(watched):
    """By the scheduler's process and by the web server's, which both look."""
    CollectorState.objects.update_or_create(pk=1, defaults={"paused_at": watched.stage.clock(), "pause_code": "X"})
    other = AlertManager(clock=watched.stage.clock)
    for manager in (watched.manager, other, watched.manager):
        look(watched.stage.clock(), manager)
    assert list(Alert.objects.values_list("key", "repeats")) == [("sandbox/key_refused/X", 2)]
