"""Events for tests. Every default is valid, so a test states only what matters to it."""

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from events.models import Event, EventScore

TIP = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)  # an evening in Los Angeles, the next day in UTC

_serial = count(1)


def make_event(**over: Any) -> Event:
    """A scheduled game, Celtics at Lakers, with an id of its own of 32 hex digits."""
    commence_time = over.get("commence_time", TIP)
    fields: dict[str, Any] = {
        "api_id": f"{next(_serial):032x}",
        "sport_key": "basketball_nba",
        "sport_title": "NBA",
        "commence_time": commence_time,
        "home_team": "Los Angeles Lakers",
        "away_team": "Boston Celtics",
        "observed_at": commence_time - timedelta(days=1),
        "missing_since": commence_time - timedelta(hours=20) if over.get("missed_listings") else None,
    }
    return Event.objects.create(**{**fields, **over})


def make_score(event: Event | None = None, **over: Any) -> EventScore:
    """A final score of 110–105 to the home side, given two and a half hours after the start."""
    event = event or make_event()
    fields: dict[str, Any] = {
        "observed_at": event.commence_time + timedelta(hours=2, minutes=30),
        "completed": True,
        "home_score": 110,
        "away_score": 105,
    }
    return EventScore.objects.create(event=event, **{**fields, **over})
