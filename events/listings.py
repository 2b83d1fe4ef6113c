"""What it says that an event is listed, or not: the provider has no word for cancelled or postponed."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import F, Value
from django.db.models.functions import Coalesce, Least

from .models import Event

# The provider's own clock may be a little ahead: an event this close to its start may have begun.
ABOUT_TO_START = timedelta(minutes=5)
LARGEST_COUNT = 30_000


def note_listing(sport_key: str, listed: Collection[str], at: datetime) -> None:
    """Note which events to come a complete list of a sport lacks, and which are back.

    One that has begun may leave the list for many reasons, so only events still to come count as missing.
    """
    events = Event.objects.for_sport(sport_key)
    # Locked in the order of ids, as everywhere.
    list(events.filter(commence_time__gt=at).select_for_update(no_key=True).order_by("id").values_list("id"))
    events.filter(api_id__in=list(listed), missed_listings__gt=0).update(missing_since=None, missed_listings=0)
    expected = events.filter(commence_time__gt=at + ABOUT_TO_START, observed_at__lt=at)
    expected.exclude(api_id__in=list(listed)).update(
        missing_since=Coalesce("missing_since", Value(at)),
        missed_listings=Least(F("missed_listings") + 1, LARGEST_COUNT),
    )
