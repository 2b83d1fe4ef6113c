"""Which events are meant."""

from __future__ import annotations

from datetime import date, datetime

from . import game_days
from .models import Event
from .querysets import EventQuerySet


def chosen_events(
    now: datetime,
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    day: date | None = None,
    team: str | None = None,
    sport: str | None = None,
    status: str | None = None,
) -> EventQuerySet:
    """Events that start in [start, end) and on this game day, of this team and sport (as stored), in this state now."""
    events: EventQuerySet = Event.objects.all()
    if start is not None:
        events = events.filter(commence_time__gte=start)
    if end is not None:
        events = events.filter(commence_time__lt=end)
    if day is not None:
        events = events.commencing_between(*game_days.bounds(day))
    if team is not None:
        events = events.for_team(team)
    if sport is not None:
        events = events.for_sport(sport)
    return events if status is None else events.with_status(status, now)
