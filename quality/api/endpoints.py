"""What was found wrong, and how good the prices of each bookmaker were."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet

from events.api.endpoints import EXAMPLE as EVENT
from events.api.errors import BadParameter
from events.api.lookups import narrowed
from events.api.views import InstantView, TableView

from ..figures import quality_figures
from ..models import DataQualityLog
from .filters import EntryQuery, FigureQuery
from .serializers import EntryRow, FigureRow

USUAL = timedelta(days=7)
ENTRY = {
    "id": 71,
    "severity": "error",
    "issue_type": "booksum_below_one",
    "sport_key": "basketball_nba",
    "event_id": EVENT["event_id"],
    "bookmaker": "fanduel",
    "market": "h2h",
    "outcome": "",
    "description": "The implied probabilities sum to 0.966; a book that takes bets on both sides has at least 1",
    "first_seen": "2026-01-14T22:30:00Z",
    "last_seen": "2026-01-14T23:30:00Z",
    "occurrences": 3,
    "ended_at": None,
    "review": "open",
}
FIGURE = {
    "bookmaker": "fanduel",
    "market": "h2h",
    "asked": 1344,
    "quoted": 1331,
    "coverage": 0.9903,
    "last_quoted": "2026-01-14T23:30:00Z",
    "changes": 212,
    "age_median_seconds": 18.0,
    "age_p95_seconds": 61.0,
    "flags": 3,
    "flags_per_thousand": 2.25,
    "lines": 1331,
    "overround_median": 0.0455,
    "overround_mad": 0.0021,
    "moves": 90,
    "first": 12.5,
    "first_share": 0.1389,
    "resolution_seconds": 1800.0,
}


class QualityEntriesView(TableView):
    """Entries of the quality log, the newest first. A fault that is seen again is the same entry."""

    summary, tag, example, name = "Quality entries", "quality", ENTRY, "quality-entries"
    row_class, query_class = EntryRow, EntryQuery
    order = ("-id",)
    lookups = tuple("event__api_id" if field == "event_id" else field for field in EntryRow().fields)

    def chosen(self, query: dict[str, Any]) -> QuerySet[DataQualityLog]:
        named = {name: query.get(name) for name in ("severity", "issue_type", "review", "bookmaker", "market")}
        return narrowed(
            DataQualityLog.objects.all(),
            **named,
            event__api_id=query.get("event_id"),
            sport_key=query.get("sport"),
            last_seen__gte=query.get("from"),
            last_seen__lt=query.get("to"),
            ended_at__isnull=query.get("standing"),
        )


class QualityFiguresView(InstantView):
    """How much of what was asked came, how old it was, how often it was flagged, and who moves first."""

    summary, tag, example, name = "Quality figures", "quality", FIGURE, "quality-figures"
    row_class, query_class = FigureRow, FigureQuery

    def rows(self, query: dict[str, Any], moment: datetime) -> Sequence[Sequence[Any]]:
        start, end = _period(query, moment)
        names = {name: query.get(name) for name in ("sport", "bookmaker", "market")}
        figures = quality_figures(start, end, pre_match_only=not query["live"], **names)
        read = attrgetter(*self.columns())
        return [read(each) for each in figures]


def _period(query: dict[str, Any], moment: datetime) -> tuple[datetime, datetime]:
    start, end = query.get("from"), query.get("to")
    if end is None:
        end = moment if start is None else min(moment, start + FigureQuery.longest)
    start = start or end - USUAL
    if start >= end:
        raise BadParameter("from", "Not before `to`, which is now unless given.", "range")
    return start, end
