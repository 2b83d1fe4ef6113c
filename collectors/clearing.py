"""Taking the sandbox's games out again, when collecting for real begins."""

from __future__ import annotations

from django.db import transaction
from django.db.models import Q, QuerySet

from events.models import Event, EventScore
from odds import store
from quality.models import DataQualityLog
from quality.querysets import DataQualityLogQuerySet

from .gate import SANDBOX_KEY
from .models import BackfillItem, BackfillRun, CreditPeriod, FetchLog, RawResponse


def sandbox_events() -> QuerySet[Event]:
    """The events that the sandbox has made up."""
    return Event.objects.filter(is_sandbox=True)


@transaction.atomic
def clear_sandbox() -> dict[str, int]:
    """Remove the sandbox's events with all their prices, scores and faults, and its calls; how many of each."""
    events = list(sandbox_events().values_list("pk", flat=True))
    return {
        "runs": store.delete_runs(events),
        "snapshots": store.delete_snapshots(events),
        "scores": EventScore.objects.filter(event__in=events).delete()[0],
        "entries": _entries(events).delete()[1].get(DataQualityLog._meta.label, 0),
        "events": Event.objects.filter(pk__in=events).delete()[0],
        "backfills": BackfillRun.objects.filter(is_sandbox=True).delete()[1].get(BackfillRun._meta.label, 0),
        "purchases": BackfillItem.objects.filter(is_sandbox=True).delete()[1].get(BackfillItem._meta.label, 0),
        "answers": RawResponse.objects.filter(call__account=SANDBOX_KEY).delete()[0],
        "calls": FetchLog.objects.filter(account=SANDBOX_KEY).delete()[0],
        "periods": CreditPeriod.objects.filter(account=SANDBOX_KEY).delete()[0],
    }


def _entries(events: list[int]) -> DataQualityLogQuerySet:
    """The faults of these events, and those of whole answers that the sandbox's alone showed."""
    answered = RawResponse.objects.filter(call__account=SANDBOX_KEY).values("received_at")
    of_answers = Q(event=None, first_seen__in=answered, last_seen__in=answered)
    return DataQualityLog.objects.filter(Q(event__in=events) | of_answers)
