"""Arbitrage, middles, low hold and value among the prices of events to come."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from events.api.errors import BadParameter
from events.api.lookups import event_or_404
from events.api.views import InstantView
from events.names import UnresolvedName

from ..opportunities import FINDABLE, OpportunityKind, Terms
from ..opportunity_choice import Chosen, opportunity_document, terms_of
from .examples import OPPORTUNITY
from .filters import OpportunityQuery
from .serializers import OpportunityRow


class OpportunitiesView(InstantView):
    """What stands before the start, now or at an instant, event by event and of each kind the best first. Prices are
    net of commission; what is flagged or too old does not count."""

    summary, tag, example, name = "Opportunities", "prices", OPPORTUNITY, "opportunities"
    row_class, query_class = OpportunityRow, OpportunityQuery
    page_size = 100

    def rows(self, query: dict[str, Any], moment: datetime) -> Sequence[Sequence[Any]]:
        read = itemgetter(*self.columns())
        found = _chosen(query).standing(moment)
        return [read(opportunity_document(each, one)) for each in found for one in each.opportunities]


def _chosen(query: dict[str, Any]) -> Chosen:
    return Chosen(
        event=event_or_404(query["event_id"]) if "event_id" in query else None,
        sport_key=query.get("sport"),
        days=query["days"],
        kinds=[OpportunityKind(kind) for kind in query.get("kind") or FINDABLE],
        terms=_terms(query),
    )


def _terms(query: dict[str, Any]) -> Terms:
    names = ("min_edge", "max_age", "sharp", "devig")
    try:
        return terms_of(**{name: query.get(name) for name in names})  # type: ignore[arg-type]
    except UnresolvedName as error:
        raise BadParameter("sharp", str(error), "unknown_name") from error
