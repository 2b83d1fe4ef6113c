"""The outbox: told once, sent by one process, tried a few times, never in the way."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from quality.alerts import sender, unwritten
from quality.alerts.channels import DEADLINE
from quality.alerts.entries import tell_new_entries
from quality.alerts.manager import AlertManager
from quality.alerts.messages import Message
from quality.alerts.sender import MOST_MESSAGES, PAUSES, WINDOW, Sender, send_due, send_waiting
from quality.choices import AlertState, IssueType, Severity
from quality.models import Alert, DataQualityLog

from .alert_server import AlertServer

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 1, 14, 12, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def later(self, **span: float) -> datetime:
        self.now += timedelta(**span)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def server():
    with AlertServer() as server:
        yield server


@pytest.fixture
def manager(settings, server, clock) -> AlertManager:
    settings.ALERT_ENABLED, settings.ALERT_URLS, settings.DISCORD_WEBHOOK_URL = True, [server.address], ""
    return AlertManager(clock=clock)


def rows() -> list[tuple[str, str, int]]:
    return list(Alert.objects.order_by("pk").values_list("key", "state", "repeats"))


def test_off_nothing_is_written_and_nothing_asked_of_the_database(settings, server):
    settings.ALERT_URLS = [server.address]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert AlertManager().alert("the disk is full", "critical", key="disk") is False
    assert len(queries) == 0


def test_the_same_is_told_once_in_a_day_and_counted_meanwhile(manager, clock, server):
    assert manager.alert("the disk is full", "critical", key="disk", title="Disk")
    for _ in range(3):
        clock.later(hours=7.9)
        assert not manager.alert("the disk is still full", "critical", key="disk")
        send_due(manager.channels, clock())
    assert rows() == [("disk", AlertState.SENT, 3)]
    clock.later(minutes=19)
    assert manager.alert("the disk is full", "critical", key="disk", title="Disk")
    send_due(manager.channels, clock())
    assert server.titles == ["Critical: Disk"] * 2


def test_without_a_key_the_same_text_is_the_same(manager):
    assert manager.alert("one\nmore of it")
    assert not manager.alert("one\nmore of it", "critical")
    assert manager.alert("two")
    assert list(Alert.objects.order_by("pk").values_list("title", flat=True)) == ["one", "two"]


def test_two_that_tell_the_same_at_once_tell_it_once(manager):
    told = []

    def tell() -> None:
        told.append(manager.alert("the disk is full", key="disk"))
        connection.close()

    threads = [threading.Thread(target=tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == [False, False, False, True]
    assert Alert.objects.count() == 1


def test_in_a_transaction_it_is_told_only_if_that_is_committed(manager):
    def told_and_lost() -> None:
        with transaction.atomic():
            manager.alert("a new entry", key="entry")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        told_and_lost()
    assert rows() == []
    assert manager.alert("a new entry", key="entry")


def test_whoever_tells_something_never_fails_for_it(manager):
    assert not manager.alert("a", "no severity")
    assert not manager.alert(None)  # type: ignore[arg-type]
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            _ = 1 / 0
        assert manager.alert("\x00\ud800 refused by PostgreSQL", key="\x00")
    with transaction.atomic():
        transaction.set_rollback(True)
        assert not manager.alert("in a transaction that is lost already", key="lost")


def test_a_channel_that_fails_is_tried_again_later_and_later_and_then_no_more(manager, clock, server):
    server.refusals = 99
    manager.alert("the disk is full", "critical", key="disk")
    tries = []
    for _ in range(60):
        if send_due(manager.channels, clock()):
            tries.append(clock() - NOON)
        clock.later(minutes=10)
    assert len(tries) == len(PAUSES) + 1
    alert = Alert.objects.get()
    assert (alert.state, alert.attempts) == (AlertState.FAILED, 5)
    assert "error=503" in alert.error
    assert "CANARY" not in alert.error
    assert manager.alert("the disk is full", "critical", key="disk"), "nobody was told, so it is told anew"


def test_it_gets_through_at_the_third_try(manager, clock, server):
    server.refusals = 2
    manager.alert("the disk is full", key="disk")
    for pause in (timedelta(0), *PAUSES[:2]):
        clock.later(seconds=pause.total_seconds())
        send_due(manager.channels, clock())
    assert (Alert.objects.get().state, Alert.objects.get().error) == (AlertState.SENT, "")
    assert len(server.taken) == 1


def test_a_channel_that_took_it_is_spared_when_another_is_tried_again(settings, manager, clock, server):
    with AlertServer(refusals=1) as other:
        settings.ALERT_URLS = [server.address, other.address]
        channels = AlertManager(clock=clock).channels
        manager.alert("the disk is full", key="disk")
        send_due(channels, clock())
        send_due(channels, clock.later(minutes=1))
    assert (len(server.taken), len(other.taken)) == (1, 1)
    assert Alert.objects.get().state == AlertState.SENT


def test_each_channel_gets_what_is_severe_enough_for_it(settings, manager, clock, server):
    with AlertServer() as urgent:
        settings.ALERT_URLS = [server.address, f"error+{urgent.address}"]
        manager = AlertManager(clock=clock)
        for severity in Severity:
            manager.alert(severity.value, severity, key=severity.value)
            send_due(manager.channels, clock())
    assert server.titles == ["Info: info", "Warning: warning", "Error: error", "Critical: critical"]
    assert urgent.titles == ["Error: error", "Critical: critical"]
    settings.ALERT_URLS = [f"error+{urgent.address}"]
    assert not AlertManager(clock=clock).alert("for nobody", "info")


def test_many_at_once_are_one_message_and_many_in_a_row_wait(manager, clock, server):
    for number in range(10):
        manager.alert(f"number {number}", key=str(number))
    send_due(manager.channels, clock())
    assert server.titles == ["Info: 10 messages"]
    for number in range(10, 30):
        manager.alert(f"number {number}", key=str(number))
        send_due(manager.channels, clock.later(seconds=5))
    assert len(server.taken) == MOST_MESSAGES
    send_due(manager.channels, clock.later(seconds=WINDOW.total_seconds()))
    assert len(server.taken) == MOST_MESSAGES + 1
    assert server.titles[-1] == "Info: 16 messages"
    assert set(Alert.objects.values_list("state", flat=True)) == {AlertState.SENT}


def test_a_channel_that_fails_does_not_lift_the_limit_for_one_that_works(settings, manager, clock, server):
    with AlertServer(refusals=99) as broken:
        settings.ALERT_URLS = [server.address, broken.address]
        manager = AlertManager(clock=clock)
        for number in range(10):
            manager.alert(f"number {number}", key=str(number))
            send_due(manager.channels, clock.later(seconds=5))
    assert len(server.taken) == MOST_MESSAGES


def test_two_senders_send_each_alert_once(manager, clock, server):
    def send() -> None:
        for _ in range(10):
            send_due(manager.channels, clock())
        connection.close()

    threads = [threading.Thread(target=send) for _ in range(3)]
    for number in range(3):
        manager.alert(f"number {number}", key=str(number))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = "".join(each["title"] + each["message"] for each in server.taken)
    assert [told.count(f"number {number}") > 0 for number in range(3)] == [True] * 3
    assert set(Alert.objects.values_list("attempts", "state")) == {(1, AlertState.SENT)}


def test_what_a_dead_process_had_claimed_comes_due_again(manager, clock, server):
    manager.alert("the disk is full", key="disk")
    sender._claim(clock(), timedelta(minutes=1, seconds=DEADLINE))
    assert send_due(manager.channels, clock.later(minutes=1)) == 0
    assert send_due(manager.channels, clock.later(minutes=1)) == 1


def test_telling_goes_on_while_a_channel_hangs(settings, manager, clock):
    """The sender is in the middle of a message, and whoever has something to tell does not notice."""
    with AlertServer(hangs=True) as hanging:
        settings.ALERT_URLS = [hanging.address + "?rto=60"]
        manager = AlertManager(clock=clock)
        manager.alert("the first", key="first")
        sending = Sender(manager.channels, clock=clock)
        sending.start()
        try:
            assert hanging.asked.acquire(timeout=10)
            assert manager.alert("the second", key="second")
            assert not manager.alert("the first", key="first"), "also where it is being sent just now"
            assert rows() == [("first", AlertState.PENDING, 1), ("second", AlertState.PENDING, 0)]
        finally:
            hanging.may_answer.set()
            sending.stop()
    assert hanging.taken[0]["title"] == "Info: the first"


def test_without_the_database_it_is_sent_from_memory_once_for_all_processes(
    settings, manager, clock, server, tmp_path, monkeypatch
):
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(unwritten, "_told", {})
    gone = Message(key="database_down", severity=Severity.CRITICAL, title="Down", text="no answer")
    assert not unwritten.keep(gone, clock()), "without a sender in this process nobody would send it"
    unwritten.served.set()
    try:
        assert unwritten.keep(gone, clock())
        assert not unwritten.keep(gone, clock.later(hours=23))
        monkeypatch.setattr(unwritten, "_told", {})  # as in another process, or after a restart
        assert not unwritten.keep(gone, clock())
        send_waiting(manager.channels, clock())
        assert rows() == [("database_down", AlertState.SENT, 0)], "the database was back: it is a row like any other"
        assert unwritten.keep(gone, clock.later(hours=2))
    finally:
        unwritten.served.clear()
        unwritten._waiting.clear()
    assert server.titles == ["Critical: Down"]


def entry(number: int, severity=Severity.CRITICAL, kind=IssueType.IMPOSSIBLE_QUOTE) -> DataQualityLog:
    return DataQualityLog(
        fingerprint=str(number), severity=severity, issue_type=kind, bookmaker=f"book{number}", market="h2h",
        description=f"price {number} is none\x1b[0m", first_seen=NOON, last_seen=NOON,
    )  # fmt: skip


def test_ten_new_entries_of_one_answer_are_one_message(manager):
    entries = [entry(number) for number in range(10)]
    assert tell_new_entries(entries, manager)
    assert not tell_new_entries(reversed(entries), manager)
    alert = Alert.objects.get()
    assert alert.title == "New in the quality log: 10 × quote that cannot be read"
    assert alert.text.splitlines()[-1] == "… and 2 more: see the quality log in the admin"
    first = "• Quote that cannot be read: book0 h2h: price 0 is none\N{REPLACEMENT CHARACTER}[0m"
    assert alert.text.splitlines()[0] == first


def test_only_critical_entries_and_drift_are_told(manager):
    mild = entry(1, Severity.ERROR)
    assert not tell_new_entries([mild], manager)
    assert not tell_new_entries([], manager)
    assert tell_new_entries([mild, entry(2, Severity.WARNING, IssueType.SCHEMA_DRIFT)], manager)
    assert tell_new_entries([entry(3)], manager), "another one is told too"
    assert list(Alert.objects.order_by("pk").values_list("severity", flat=True)) == ["warning", "critical"]
