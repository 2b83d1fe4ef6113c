"""What a supervisor asks: /health/, whether this web process answers, and /ready/, whether all around it is well."""

from __future__ import annotations

import structlog
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from .facts import Facts
from .health import health_of_settings
from .verdict import WAITING_TOO_LONG, backup_overdue, overdue

log = structlog.get_logger(__name__)

CHECKS = (
    "database", "migrations", "last_fetch", "heartbeat", "jobs", "spool", "disk", "credits", "pause", "backups",
)  # fmt: skip


@require_safe
@cache_control(no_store=True)
def health(request: HttpRequest) -> HttpResponse:
    """200 as long as this process answers; nothing else is looked at, least of all the database."""
    return JsonResponse({"status": "ok"})


@require_safe
@cache_control(no_store=True)
def ready(request: HttpRequest) -> HttpResponse:
    """200 where every check is true, else 503. A check that could not be made is null."""
    checks = _checks()
    is_ready = all(checks.values())
    return JsonResponse({"ready": is_ready, **checks}, status=200 if is_ready else 503)


def _checks() -> dict[str, bool | None]:
    unknown: dict[str, bool | None] = dict.fromkeys(CHECKS)
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        facts = health_of_settings(timezone.now()).facts
    except Error as error:
        log.warning("database_not_ready", reason=str(error).partition("\n")[0])
        return {**unknown, "database": False}
    except Exception:  # whoever asks reads JSON, whatever happens here
        log.exception("readiness_unknown")
        return {**unknown, "database": False}
    if facts.unapplied_migrations:
        return {**unknown, "database": True, "migrations": False}
    return {"database": True, "migrations": True, **_checks_of(facts)}


def _checks_of(facts: Facts) -> dict[str, bool | None]:
    return {
        "last_fetch": not any(overdue(facts, sport) for sport in facts.sports),
        "heartbeat": facts.scheduler == "running",
        "jobs": not facts.missing_jobs,
        "spool": not facts.spool_quarantined and facts.spool_oldest <= WAITING_TOO_LONG,
        "disk": facts.disk_free_bytes is None or facts.disk_free_bytes >= facts.disk_needed_bytes,
        "credits": facts.credits is None or facts.credits.left_for_live > 0,
        "pause": facts.paused_at is None,
        "backups": not facts.backups.drill_problem and backup_overdue(facts) is None,
    }
