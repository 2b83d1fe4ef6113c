"""What an address names, and which rows its parameters want."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from rest_framework.exceptions import NotFound

from ..models import Event

Rows = TypeVar("Rows", bound=QuerySet[Any])


def event_or_404(event_id: str) -> Event:
    """The event of exactly this id of the provider's. Raises NotFound."""
    event = Event.objects.with_api_id(event_id).first()
    if event is None:
        raise NotFound("No event of this id; /api/v1/events lists them.", "unknown_event")
    return event


def narrowed(rows: Rows, **limits: Any) -> Rows:
    """The rows within all of these lookups; what is None, as a parameter that was not given, limits nothing."""
    return rows.filter(**{name: limit for name, limit in limits.items() if limit is not None})
