"""How the page of events is narrowed down."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from . import game_days
from .choices import EventStatus
from .models import Event
from .querysets import EventQuerySet

_DAYS = (MinValueValidator(date(1900, 1, 1)), MaxValueValidator(date(2199, 12, 31)))


def _sports(*_: Any) -> list[tuple[str, str]]:
    return [(key, title or key) for key, title in Event.objects.sports().items()]


class EventFilter(FilterSet):
    """Games from today on, soonest first; of a day that day's; of the past those before today, newest first.

    What is no choice narrows nothing, and is told beside its field.
    """

    team = CharFilter(label="Team or id", method="search", max_length=100, widget=forms.TextInput({"type": "search"}))
    day = DateFilter(
        label="Game day", method="leave", validators=_DAYS, widget=forms.DateInput({"type": "date"}, "%Y-%m-%d")
    )
    sport = ChoiceFilter(label="Sport", field_name="sport_key", choices=_sports, empty_label="All")
    status = ChoiceFilter(label="Status", method="in_state", choices=EventStatus.choices, empty_label="Any")
    past = ChoiceFilter(label="When", method="leave", choices=[("1", "Before today")], empty_label="From today")

    def __init__(self, *args: Any, now: datetime, **options: Any) -> None:
        super().__init__(*args, **options)
        self.now = now

    def search(self, events: EventQuerySet, name: str, value: str) -> EventQuerySet:
        """By a part of a team's name, or the beginning of an id."""
        team = Q(home_team__icontains=value) | Q(away_team__icontains=value)
        return events.filter(team | Q(api_id__startswith=value))

    def in_state(self, events: EventQuerySet, name: str, value: str) -> EventQuerySet:
        return events.with_status(value, self.now)

    def leave(self, events: EventQuerySet, name: str, value: Any) -> EventQuerySet:
        """Nothing yet: day and past are one question, asked when all else is narrowed down."""
        return events

    def filter_queryset(self, queryset: Any) -> EventQuerySet:
        found = cast("EventQuerySet", super().filter_queryset(queryset))
        said = self.form.cleaned_data
        if day := said.get("day"):
            return found.commencing_between(*game_days.bounds(day)).order_by("commence_time", "api_id")
        today, _ = game_days.bounds(game_days.day_of(self.now))
        if said.get("past"):
            return found.filter(commence_time__lt=today).order_by("-commence_time", "api_id")
        return found.filter(commence_time__gte=today).order_by("commence_time", "api_id")
