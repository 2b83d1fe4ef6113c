"""Which events a person should look into, as conditions on the table; `lifecycle.doubt` says the same of one event."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F, Q, Value
from django.db.models.functions import Least

from .choices import EventStatus
from .lifecycle import GONE_UNTIL_VANISHED, LISTS_UNTIL_VANISHED, UNRESOLVED_AFTER

_OPEN = Q(
    status_is_manual=False, completed_at__isnull=True, status__in=[EventStatus.SCHEDULED.value, EventStatus.LIVE.value]
)


def vanished(now: datetime) -> Q:
    """Gone from the lists before its start."""
    return _OPEN & Q(
        missed_listings__gte=LISTS_UNTIL_VANISHED,
        missing_since__lte=Least(Value(now), F("commence_time")) - GONE_UNTIL_VANISHED,
        commence_time__gt=now - UNRESOLVED_AFTER,
    )


def unresolved(now: datetime) -> Q:
    """Long begun, and no final score."""
    return _OPEN & Q(commence_time__lte=now - UNRESOLVED_AFTER)
