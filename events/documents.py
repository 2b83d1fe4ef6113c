"""Events as documents, in the names of the data model."""

from __future__ import annotations

from typing import Any

from .models import Event

# The name of each column, and the field it is read from.
EVENT_FIELDS = {
    "event_id": "api_id",
    "sport_key": "sport_key",
    "sport_title": "sport_title",
    "commence_time": "commence_time",
    "start_is_day": "start_is_day",
    "home_team": "home_team",
    "away_team": "away_team",
    "status": "status",
    "home_score": "home_score",
    "away_score": "away_score",
    "completed_at": "completed_at",
    "closing_at": "closing_at",
}


def event_document(event: Event) -> dict[str, Any]:
    return {name: getattr(event, field) for name, field in EVENT_FIELDS.items()}
