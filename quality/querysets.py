"""The questions that are asked of the quality log and of alerts, chainable. Time is always an argument."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Case, Q, Value, When

from .choices import AlertState, ReviewState, Severity

if TYPE_CHECKING:
    from .models import Alert, DataQualityLog  # noqa: F401 - named in the base classes below

INVALIDATING = [severity.value for severity in Severity if severity.invalidates]


class DataQualityLogQuerySet(models.QuerySet["DataQualityLog"]):
    def standing(self) -> Self:
        """Faults that the newest answers which speak for them still showed."""
        return self.filter(ended_at__isnull=True)

    def to_review(self) -> Self:
        """What waits for a person: what stands, and what has ended but keeps prices out of use."""
        return self.filter(Q(ended_at__isnull=True) | Q(severity__in=INVALIDATING), review=ReviewState.OPEN)

    def not_dismissed(self) -> Self:
        """Without what a person called a false alarm."""
        return self.exclude(review=ReviewState.DISMISSED)

    def by_severity(self) -> dict[str, int]:
        """How many there are of each severity that there is."""
        return dict(self.order_by().values_list("severity").annotate(number=models.Count("pk")))

    def of_types(self, types: Iterable[str]) -> Self:
        return self.filter(issue_type__in=list(types))

    def worst_first(self) -> Self:
        """By severity, then the newest."""
        rank = Case(*[When(severity=each, then=Value(each.rank)) for each in Severity])
        return self.annotate(rank=rank).order_by("-rank", "-last_seen", "-pk")


class AlertQuerySet(models.QuerySet["Alert"]):
    def due(self, now: datetime) -> Self:
        """What is to be sent now."""
        return self.filter(state=AlertState.PENDING, next_attempt_at__lte=now)
