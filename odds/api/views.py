"""What views of one event's prices have in common."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from events.api.endpoints import EVENT_PATH
from events.api.lookups import event_or_404
from events.api.views import InstantView
from events.models import Event

from ..archived import archive_note


class EventPricesView(InstantView):
    """Rows about one event."""

    tag = "prices"
    path_parameters = EVENT_PATH

    def rows(self, query: dict[str, Any], moment: datetime) -> Sequence[Sequence[Any]]:
        records, columns = self.records(event_or_404(self.kwargs["event_id"]), query, moment), self.columns()
        if records and getattr(records[0], "_fields", ()) == columns:
            return records  # which are rows as they are
        read = attrgetter(*columns)
        return [read(record) for record in records]

    def records(self, event: Event, query: dict[str, Any], moment: datetime) -> Sequence[Any]:
        """Records whose fields are the columns."""
        raise NotImplementedError

    def note(self) -> str:
        """Where the odds lie, if they lie in an archive."""
        return archive_note(event_or_404(self.kwargs["event_id"]))


def keys_of(query: dict[str, Any], *names: str) -> dict[str, Any]:
    """The bookmaker and the market that are meant, as the questions of this app take them."""
    return {name: query.get(name) for name in names or ("bookmaker", "market")}
