"""What is played, when, and how it ended."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ..choosing import chosen_events
from ..documents import EVENT_FIELDS, event_document
from ..querysets import EventQuerySet
from .filters import EventQuery
from .lookups import event_or_404
from .serializers import EventRow
from .views import ObjectView, TableView

EVENT_PATH = {"event_id": "the provider's id of the event"}
EXAMPLE = {
    "event_id": "6f9c2a7d1b3e4f5a8c0d9e8f7a6b5c4d",
    "sport_key": "basketball_nba",
    "sport_title": "NBA",
    "commence_time": "2026-01-15T00:30:00Z",
    "start_is_day": False,
    "home_team": "Los Angeles Lakers",
    "away_team": "Boston Celtics",
    "status": "final",
    "home_score": 110,
    "away_score": 105,
    "completed_at": "2026-01-15T03:01:00Z",
    "closing_at": "2026-01-15T00:29:00Z",
}


class EventsView(TableView):
    """Events by start, the earliest first. One team, one day or one season: the filters go together."""

    summary, tag, example = "Events", "events", EXAMPLE
    row_class, query_class = EventRow, EventQuery
    name = "events"
    lookups = tuple(EVENT_FIELDS.values())
    order = ("commence_time", "api_id")

    def chosen(self, query: dict[str, Any]) -> EventQuerySet:
        filters = {name: query.get(name) for name in ("day", "team", "status", "sport")}
        return chosen_events(timezone.now(), start=query.get("from"), end=query.get("to"), **filters)


class EventView(ObjectView):
    """One event, by the provider's id."""

    summary, tag, example = "One event", "events", EXAMPLE
    row_class = EventRow
    path_parameters = EVENT_PATH

    def document(self, query: dict[str, Any]) -> dict[str, Any]:
        return event_document(event_or_404(self.kwargs["event_id"]))
