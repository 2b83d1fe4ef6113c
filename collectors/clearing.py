"""Taking the sandbox's games out again, when collecting for real begins."""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet

from events.models import Event, EventScore
from odds import store

from .gate import SANDBOX_KEY
from .models import CreditPeriod, FetchLog, RawResponse


def sandbox_events() -> QuerySet[Event]:
    """The events that the sandbox has made up."""
    return Event.objects.filter(is_sandbox=True)


@transaction.atomic
def clear_sandbox() -> dict[str, int]:
    """Remove the sandbox's events with all their prices and scores, and its calls; how many of each."""
    events = list(sandbox_events().values_list("pk", flat=True))
    return {
        "runs": store.delete_runs(events),
        "snapshots": store.delete_snapshots(events),
        "scores": EventScore.objects.filter(event__in=events).delete()[0],
        "events": Event.objects.filter(pk__in=events).delete()[0],
        "answers": RawResponse.objects.filter(call__account=SANDBOX_KEY).delete()[0],
        "calls": FetchLog.objects.filter(account=SANDBOX_KEY).delete()[0],
        "periods": CreditPeriod.objects.filter(account=SANDBOX_KEY).delete()[0],
    }
