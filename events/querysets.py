"""The questions that are asked of events, chainable."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import Q

from . import doubts
from .choices import EventStatus
from .lifecycle import GONE_UNTIL_VANISHED, LISTS_UNTIL_VANISHED

if TYPE_CHECKING:
    from .models import Event  # noqa: F401 - named in the base class below

LONGEST_ID = 200  # characters


class EventQuerySet(models.QuerySet["Event"]):
    def with_api_id(self, typed: str) -> Self:
        """The event of exactly this id of the provider's; none for what cannot be one."""
        usable = len(typed) <= LONGEST_ID and "\0" not in typed
        return self.filter(api_id=typed) if usable else self.none()

    def commencing_between(self, start: datetime, end: datetime) -> Self:
        """Events whose start, as last stated, lies in [start, end)."""
        return self.filter(commence_time__gte=start, commence_time__lt=end)

    def for_team(self, name: str) -> Self:
        """Events in which a team of exactly this name plays, at home or away."""
        return self.filter(Q(home_team=name) | Q(away_team=name))

    def for_sport(self, key: str) -> Self:
        return self.filter(sport_key=key)

    def with_status(self, status: str, now: datetime) -> Self:
        """Events in this state. A game that began over a day ago is neither to come nor live, whatever became of it."""
        of_status = self.filter(status=status)
        is_open = status in (EventStatus.SCHEDULED, EventStatus.LIVE)
        return of_status.exclude(doubts.unresolved(now)) if is_open else of_status

    def of_one_kind(self) -> Self:
        """The real events; those that the sandbox made up only where there is no real one."""
        real = self.filter(is_sandbox=False)
        return real if real.exists() else self.filter(is_sandbox=True)

    def team_names(self) -> list[str]:
        """The name of every team that plays in these events, once each, in alphabetical order."""
        names: set[str] = set()
        for side in ("home_team", "away_team"):
            names.update(self.order_by().values_list(side, flat=True).distinct())
        return sorted(names - {""})

    def sports(self) -> dict[str, str]:
        """The titles of the sports of these events by key, in order of keys."""
        return dict(self.order_by("sport_key").values_list("sport_key", "sport_title").distinct())

    def not_vanished(self, now: datetime) -> Self:
        """Events that have not been gone from the lists too often and too long; as `lifecycle.has_vanished`."""
        return self.exclude(missed_listings__gte=LISTS_UNTIL_VANISHED, missing_since__lte=now - GONE_UNTIL_VANISHED)

    def upcoming(self, now: datetime) -> Self:
        return self.filter(commence_time__gt=now)
