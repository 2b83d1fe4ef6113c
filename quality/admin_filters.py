"""By what the queue of entries is narrowed down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest

from .choices import IssueType, ReviewState
from .models import DataQualityLog
from .querysets import DataQualityLogQuerySet

ALL = "all"


class StateFilter(admin.SimpleListFilter):
    """What waits for a person, unless something else is asked for."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        decided = [(state.value, state.label.capitalize()) for state in ReviewState if state != ReviewState.OPEN]
        return [("standing", "Standing"), ("ended", "Ended"), *decided, (ALL, "All")]

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        choices = super().choices(changelist)
        yield {**next(choices), "display": "To review"}
        yield from choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        entries: DataQualityLogQuerySet = queryset  # type: ignore[assignment]
        match self.value():
            case None:
                return entries.to_review()
            case "standing":
                return entries.standing()
            case "ended":
                return entries.filter(ended_at__isnull=False)
            case value if value in ReviewState.values:
                return entries.filter(review=value)
        return entries


class SeverityFilter(admin.ChoicesFieldListFilter):
    """The worst first."""

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        everything, *severities = super().choices(changelist)
        yield from (everything, *reversed(severities))


class _Occurring(admin.SimpleListFilter):
    """The values of a field that occur; that of the parameter's name."""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        field = self.parameter_name or ""
        values = DataQualityLog.objects.exclude(**{field: ""}).order_by(field).values_list(field, flat=True).distinct()
        return [(value, self.label(value)) for value in values]

    def label(self, value: str) -> str:
        return value

    def queryset(self, request: HttpRequest, queryset: QuerySet[DataQualityLog]) -> QuerySet[DataQualityLog]:
        return queryset.filter(**{self.parameter_name or "": self.value()}) if self.value() else queryset


class TypeFilter(_Occurring):
    title = "type"
    parameter_name = "issue_type"

    def label(self, value: str) -> str:
        return IssueType(value).label


class BookmakerFilter(_Occurring):
    title = parameter_name = "bookmaker"


class MarketFilter(_Occurring):
    title = parameter_name = "market"


class SportFilter(_Occurring):
    title = "sport"
    parameter_name = "sport_key"
