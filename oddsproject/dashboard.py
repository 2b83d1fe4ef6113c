"""The first page of the admin: what waits for a person, whether collecting is well, and what could not be told."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from collectors.health import health_of_settings
from collectors.pages import findings_shown
from quality.choices import AlertState, Severity
from quality.models import Alert, DataQualityLog

from .sidebar import GROUPS, QUEUE

SHOWN = 5  # entries named
RECENT_ALERTS = 5


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """The page's context with what this person may look at."""
    health = health_of_settings(timezone.now())
    context["ways"] = [(title, address) for title, permission, address in _ways() if request.user.has_perm(permission)]
    context |= {"verdict": health.status.value, "findings": findings_shown(health.findings)}
    if request.user.has_perm(QUEUE.permission()):
        context |= _waiting()
    if request.user.has_perm("quality.view_alert"):
        context["untold"] = Alert.objects.exclude(state=AlertState.SENT)[:RECENT_ALERTS]
    return context


def _ways() -> list[tuple[str, str, str]]:
    """Lists that are narrowed down to what a person comes for: title, permission and address."""
    lists = (
        ("Events without a result", "events.event", "doubt=unresolved"),
        ("Events that vanished", "events.event", "doubt=vanished"),
        ("Flagged prices", "odds.odds", "is_valid__exact=0"),
        ("Calls that failed", "collectors.fetchlog", "state__exact=failed"),
        ("Calls of unknown cost", "collectors.fetchlog", "state__exact=unknown"),
        ("Answers left alone", "collectors.rawresponse", "reading=aside"),
        ("Run a job now", "django_apscheduler.djangojob", ""),
    )
    tables = {table.model: table for group in GROUPS.values() for table in group}
    return [
        (title, tables[model].permission(), f"{tables[model].address()}?{query}".rstrip("?"))
        for title, model, query in lists
    ]


def _waiting() -> dict[str, Any]:
    """How many entries of each severity wait, the worst first, with the way to them; and the first few of all."""
    entries = DataQualityLog.objects.to_review()
    counts = entries.by_severity()
    return {
        "waiting": [
            (severity, counts[severity], f"{QUEUE.address()}?severity__exact={severity.value}")
            for severity in reversed(Severity)
            if severity in counts
        ],
        "worst": entries.worst_first().select_related("event").defer("raw_data")[:SHOWN],
        "queue": QUEUE.address(),
    }
