"""What an address names."""

from __future__ import annotations

from rest_framework.exceptions import NotFound

from ..models import Event

LONGEST_ID = 200


def event_or_404(event_id: str) -> Event:
    """The event of exactly this id of the provider's. Raises NotFound."""
    usable = len(event_id) <= LONGEST_ID and "\0" not in event_id
    event = Event.objects.filter(api_id=event_id).first() if usable else None
    if event is None:
        raise NotFound("No event of this id; /api/v1/events lists them.", "unknown_event")
    return event
