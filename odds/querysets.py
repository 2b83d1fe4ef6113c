"""The questions that are asked of prices and snapshots, chainable. Time is always an argument."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from .models import Odds, OddsSnapshot  # noqa: F401 - named in the base classes below


class OddsQuerySet(models.QuerySet["Odds"]):
    def as_of(self, moment: datetime) -> Self:
        """Prices standing at `moment` (aware): first seen at or before it, not yet changed or withdrawn.

        What began later stays invisible. It says nothing about age: ask when the event was last looked at as well.
        """
        return self.filter(Q(valid_until__gt=moment) | Q(valid_until__isnull=True), odds_timestamp__lte=moment)

    def standing(self) -> Self:
        """Prices that the newest snapshot of their event still had."""
        return self.filter(valid_until__isnull=True)

    def closing(self) -> Self:
        """Valid prices that stood at the last pre-match snapshot; none for an event without one.

        Where the one that stood is flagged there is none: the valid price before it had been replaced.
        """
        return self.valid().filter(
            Q(valid_until__gt=F("event__closing_at")) | Q(valid_until__isnull=True),
            odds_timestamp__lte=F("event__closing_at"),
        )

    def opening(self) -> Self:
        """The first valid pre-match price of each series: a bookmaker's outcome in a market of an event.

        Pre-match as for `closing`; none for an event without a pre-match snapshot. It orders the rows by series.
        """
        series = ("event_id", "bookmaker_id", "market_id", "outcome_id")
        pre_match = self.valid().filter(is_live=False, odds_timestamp__lte=F("event__closing_at"))
        return pre_match.order_by(*series, "odds_timestamp").distinct(*series)

    def valid(self) -> Self:
        return self.filter(is_valid=True)

    def for_market(self, key: str) -> Self:
        return self.filter(market__key=key)

    def for_bookmaker(self, key: str) -> Self:
        return self.filter(bookmaker__key=key)


class OddsSnapshotQuerySet(models.QuerySet["OddsSnapshot"]):
    def as_of(self, moment: datetime) -> Self:
        """Snapshots taken at or before `moment`."""
        return self.filter(snapshot_time__lte=moment)

    def pre_match(self) -> Self:
        return self.filter(is_live=False)

    def raw_texts(self) -> models.QuerySet[OddsSnapshot, str | None]:
        """The raw answers as the texts that came in; None for one that lies in an archive."""
        return self.values_list(Cast("raw_data", models.TextField()), flat=True)
