"""The closed vocabularies of events."""

from django.db.models import TextChoices


class EventStatus(TextChoices):
    SCHEDULED = "scheduled"
    LIVE = "live"
    FINAL = "final"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"
