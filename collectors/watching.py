"""A second pair of eyes: looks every minute at how collecting goes, and has told what is wrong.

It runs on a thread of its own beside the scheduler, and in the web server too: only another process can tell that the
scheduler is dead. That both see the same is told once.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connections
from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from quality.alerts.manager import AlertManager, is_over, over_key, told
from quality.alerts.messages import in_one_line
from quality.alerts.sender import Sender
from quality.choices import AlertState, Severity
from quality.models import Alert, DataQualityLog

from .alerting import Day, alarms, database_down, is_condition, over, summary, summary_key
from .facts import Facts
from .gate import Terms
from .health import PipelineHealth, calls_of, health_of_settings

log = structlog.get_logger(__name__)

# Seconds between two looks. The first one waits as long, so that a start is not taken for a fault.
EVERY = 60.0
DAY = timedelta(hours=24)
# What was told longer ago than this is not told to be over.
LOOK_BACK = timedelta(days=7)
# A call whose cost is not known yet counts as the most that it can be.
_COST = Coalesce("credits_charged", "credits_reserved")


class Watch:
    """Watches and sends from start to stop, in threads that hold up nothing; without ALERT_ENABLED it does neither."""

    def __init__(self, every: float = EVERY) -> None:
        self._manager = AlertManager()
        self._every = every
        self._stopping = threading.Event()
        self._sender: Sender | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        if not self._manager.channels:
            return
        self._sender = Sender(self._manager.channels)
        self._sender.start()
        self._thread = threading.Thread(target=self._run, name="watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._sender is not None:
            self._sender.stop()
        if self._thread is not None:
            self._thread.join(timeout=1)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _run(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                close_old_connections()
                look(timezone.now(), self._manager)
            except Exception:  # whatever it is, the next look may see more
                log.exception("watch_failed")
        connections.close_all()


def look(now: datetime, manager: AlertManager) -> None:
    """Tell what is wrong at this moment, and once a day what the last one came to."""
    try:
        health = health_of_settings(now)
    except (OperationalError, InterfaceError) as error:
        manager.tell(database_down(in_one_line(str(error).partition("\n")[0], 200)))
        return
    messages = alarms(health.facts)
    for message in messages:
        manager.tell(message)
    _tell_what_is_over(health.facts, {message.key for message in messages}, manager)
    if _is_summary_due(health.facts, manager):
        manager.tell(summary(day_of(health)))


def _tell_what_is_over(facts: Facts, standing: set[str], manager: AlertManager) -> None:
    lately = Alert.objects.filter(created_at__gt=facts.now - LOOK_BACK).exclude(state=AlertState.FAILED, taken_by=[])
    for alert in lately.order_by("created_at"):
        if is_condition(alert.key, of_sandbox=facts.sandbox) and alert.key not in standing and not is_over(alert):
            manager.tell(over(over_key(alert), alert.title, alert.severity, alert.created_at))


def _is_summary_due(facts: Facts, manager: AlertManager) -> bool:
    """Whether the hour has come, somebody wants it, and it was not told today: it is much to work out every minute."""
    if not 0 <= settings.ALERT_SUMMARY_HOUR <= facts.now.hour or not manager.reaches(Severity.INFO):
        return False
    return not told(summary_key(facts), facts.now - DAY).exists()


def day_of(health: PipelineHealth) -> Day:
    """The figures of the last 24 hours."""
    since = health.facts.now - DAY
    spent = calls_of(Terms.of_settings().account).since(since).aggregate(total=Sum(_COST))["total"] or 0
    standing = DataQualityLog.objects.to_review()
    worst = standing.worst_first().first()
    return Day(
        facts=health.facts,
        verdict=health.status.value,
        findings=tuple(health.warnings),
        credits_spent=spent,
        new_entries=_by_severity(DataQualityLog.objects.filter(created_at__gte=since)),
        open_entries=_by_severity(standing),
        worst_entry="" if worst is None else f"{worst}: {worst.description}",
    )


def _by_severity(entries: QuerySet[DataQualityLog]) -> dict[str, int]:
    return dict(entries.order_by().values_list("severity").annotate(Count("pk")))
