"""What is stored as it came: raw snapshots and bookmakers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from rest_framework.exceptions import NotFound

from events.api.endpoints import EVENT_PATH
from events.api.lookups import event_or_404, narrowed
from events.api.query import Query
from events.api.views import ObjectView, TableView
from events.times import parse_time

from ..models import Bookmaker, OddsSnapshot
from .examples import BOOKMAKER, SNAPSHOT
from .filters import SnapshotQuery
from .serializers import BookmakerRow, SnapshotRow

# Every column but the last, which is the raw answer.
LOOKUPS = (
    "event__api_id", "snapshot_time", "commence_time", "is_live", "source", "scope__asked", "bookmaker_count",
    "raw_text",
)  # fmt: skip


class SnapshotsView(TableView):
    """The raw answers about one event, the newest last. A page has few, since they are long."""

    summary, tag, example, name = "Raw snapshots", "raw", SNAPSHOT, "snapshots"
    row_class, query_class = SnapshotRow, SnapshotQuery
    path_parameters = EVENT_PATH
    lookups, order = LOOKUPS, ("snapshot_time",)
    page_size, largest_page = 20, 100

    def chosen(self, query: dict[str, Any]) -> QuerySet[OddsSnapshot]:
        snapshots = _with_text(OddsSnapshot.objects.filter(event=event_or_404(self.kwargs["event_id"])))
        limits = {"snapshot_time__gte": query.get("from"), "snapshot_time__lt": query.get("to")}
        return narrowed(snapshots, **limits, is_live=query.get("live"))

    def finished(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        return [(*row[:-1], _raw(row[-1])) for row in rows]


class SnapshotView(ObjectView):
    """One raw answer, by its time: 2026-01-15T00:29:00Z."""

    summary, tag, example = "One raw snapshot", "raw", SNAPSHOT
    row_class, query_class = SnapshotRow, Query
    path_parameters = {**EVENT_PATH, "snapshot_time": "as the list of snapshots has it, with its offset"}

    def document(self, query: dict[str, Any]) -> dict[str, Any]:
        event, moment = event_or_404(self.kwargs["event_id"]), parse_time(self.kwargs["snapshot_time"][:40])
        found = _with_text(OddsSnapshot.objects.filter(event=event, snapshot_time=moment)) if moment else None
        row = found and found.values_list(*LOOKUPS).first()
        if not row:
            raise NotFound("No snapshot of that instant; the list of snapshots has them.", "unknown_snapshot")
        return dict(zip(SnapshotsView.columns(), (*row[:-1], _raw(row[-1])), strict=True))


class BookmakersView(TableView):
    """Every bookmaker that was seen, by key."""

    summary, tag, example, name = "Bookmakers", "prices", BOOKMAKER, "bookmakers"
    row_class = BookmakerRow
    lookups = ("key", "title", "kind", "commission", "overround_min", "overround_max")
    order = ("key",)

    def chosen(self, query: dict[str, Any]) -> QuerySet[Bookmaker]:
        return Bookmaker.objects.all()

    def finished(self, rows: Sequence[Sequence[Any]]) -> Sequence[Sequence[Any]]:
        return [(*row[:3], float(row[3]), *row[4:]) for row in rows]


def _with_text(snapshots: QuerySet[OddsSnapshot]) -> QuerySet[Any]:
    """With the raw answer as the text that it is stored as, which need not be read to be handed on."""
    return snapshots.annotate(raw_text=Cast("raw_data", TextField()))


def _raw(text: str | None) -> Any:
    return None if text is None else msgspec.Raw(text.encode())
