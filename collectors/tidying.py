"""What is thrown away, and when: only copies, and notes of what was done and told."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django_apscheduler.models import DjangoJobExecution

from events.wording import plural
from quality.models import Alert

from .models import JobTick, RawResponse

EXECUTIONS_KEPT = timedelta(days=2)
TICKS_KEPT = timedelta(days=400)
ALERTS_KEPT = timedelta(days=90)
# So many rows at once, so that no lock is held for long.
BATCH = 1_000


def tidy(now: datetime) -> str:
    """Remove whole answers that are stored event by event and old enough, and old notes; what was removed, in a line.

    Answers that could not be read are kept for ever.
    """
    responses = 0
    while removed := _remove_responses(now - timedelta(days=settings.RAW_RESPONSE_DAYS)):
        responses += removed
    executions = DjangoJobExecution.objects.filter(run_time__lt=now - EXECUTIONS_KEPT).delete()[0]
    ticks = JobTick.objects.filter(tick__lt=now - TICKS_KEPT).delete()[0]
    alerts = Alert.objects.filter(created_at__lt=now - ALERTS_KEPT).delete()[0]
    return (
        f"removed {plural(responses, 'answer')}, {plural(executions, 'job execution')}, "
        f"{plural(ticks, 'tick')}, {plural(alerts, 'alert')}"
    )


def _remove_responses(before: datetime) -> int:
    old = RawResponse.objects.filter(normalised_at__isnull=False, problem="", received_at__lt=before)
    batch = list(old.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return RawResponse.objects.filter(pk__in=batch).delete()[0] if batch else 0
