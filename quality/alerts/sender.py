"""Brings what is in the outbox to the channels, on a thread of its own: a channel that hangs holds up nothing else.

Any number of processes may send. A row is claimed before it is sent and comes due again if nothing more is heard of it,
so it is sent at least once, and twice only where a process dies, or a channel answers too late, in between.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.db import Error, close_old_connections, connections, transaction
from django.db.models import F
from django.utils import timezone

from ..choices import AlertState, Severity
from ..models import Alert
from . import unwritten
from .channels import DEADLINE, AlertBase, Undelivered
from .manager import try_lock
from .messages import Message, summed

log = structlog.get_logger(__name__)

# Seconds between two looks into the outbox.
EVERY = 5.0
# So many messages in so much time; what is more waits, and goes as one.
MOST_MESSAGES = 5
WINDOW = timedelta(minutes=10)
# Of those that go as one.
MOST_AT_ONCE = 100
# How long to wait after each failed attempt; after one more the message is given up.
PAUSES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2))


class Sender:
    """Sends from `start` to `stop`."""

    def __init__(self, channels: Sequence[AlertBase], *, clock: Callable[[], datetime] = timezone.now) -> None:
        self._channels, self._clock = channels, clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="alerts", daemon=True)

    def start(self) -> None:
        unwritten.served.set()
        self._thread.start()

    def stop(self) -> None:
        """What is not sent yet is left to another process, or to the next start."""
        unwritten.served.clear()
        self._stopping.set()
        self._thread.join(timeout=1)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                close_old_connections()
                send_waiting(self._channels, self._clock())
            except Exception:  # whatever it is, the next message is to get through
                log.exception("alerts_not_sent")
            self._stopping.wait(EVERY)
        connections.close_all()


def send_waiting(channels: Sequence[AlertBase], now: datetime) -> None:
    """Send what is due; without the database, what this process has kept in mind."""
    try:
        unwritten.write()
        send_due(channels, now)
    except Error as error:
        log.warning("outbox_out_of_reach", reason=str(error).partition("\n")[0])
        due = [alert for alert in unwritten.waiting() if _is_due(alert, now)]
        for alert in due:
            alert.attempts += 1
        _deliver(due, channels, now)


def send_due(channels: Sequence[AlertBase], now: datetime) -> int:
    """Send what the outbox has due, as one message to each channel. Returns how many rows were tried."""
    claimed = _claim(now, timedelta(minutes=1, seconds=DEADLINE * len(channels)))
    _deliver(claimed, channels, now)
    Alert.objects.bulk_update(claimed, ["state", "sent_at", "next_attempt_at", "error", "taken_by"])
    return len(claimed)


def _is_due(alert: Alert, now: datetime) -> bool:
    return alert.state == AlertState.PENDING and alert.next_attempt_at <= now


@transaction.atomic
def _claim(now: datetime, lease: timedelta) -> list[Alert]:
    """The rows that are ours to send, the oldest first; none while enough was sent or somebody else is choosing."""
    if not try_lock("sending"):
        return []
    recent = Alert.objects.filter(sent_at__gt=now - WINDOW)
    if recent.order_by().values("sent_at").distinct().count() >= MOST_MESSAGES:
        return []
    due = Alert.objects.due(now).order_by("created_at", "pk").select_for_update(skip_locked=True)
    claimed = list(due[:MOST_AT_ONCE])
    ids = [alert.pk for alert in claimed]
    Alert.objects.filter(pk__in=ids).update(attempts=F("attempts") + 1, next_attempt_at=now + lease)
    for alert in claimed:
        alert.attempts += 1
    return claimed


def _deliver(alerts: Sequence[Alert], channels: Sequence[AlertBase], now: datetime) -> None:
    """Send to each channel what it has not taken yet, and note in the rows, unsaved, what became of it."""
    failures: dict[int, str] = {}
    for channel in channels:
        wanted = [each for each in alerts if channel.takes(each.severity) and channel.fingerprint not in each.taken_by]
        if not wanted:
            continue
        if failure := _send(channel, wanted):
            failures |= dict.fromkeys(map(id, wanted), failure)
        else:
            for alert in wanted:
                alert.taken_by, alert.sent_at = [*alert.taken_by, channel.fingerprint], now
    for alert in alerts:
        _settle(alert, failures.get(id(alert), ""), now)


def _send(channel: AlertBase, alerts: Sequence[Alert]) -> str:
    """Why the channel did not take these; "" if it did."""
    try:
        channel.send(summed([_message(alert) for alert in alerts]))
    except Undelivered as error:
        log.warning("alert_undelivered", channel=channel.name, reason=str(error), alerts=len(alerts))
        return f"{channel.name}: {error}"
    log.info("alert_sent", channel=channel.name, alerts=len(alerts))
    return ""


def _message(alert: Alert) -> Message:
    return Message(key=alert.key, severity=Severity(alert.severity), title=alert.title, text=alert.text)


def _settle(alert: Alert, failure: str, now: datetime) -> None:
    alert.error = failure
    if not failure:
        alert.state = AlertState.SENT
    elif alert.attempts > len(PAUSES):
        alert.state = AlertState.FAILED
        log.error("alert_given_up", key=alert.key, attempts=alert.attempts, reason=failure)
    else:
        alert.next_attempt_at = now + PAUSES[alert.attempts - 1]
