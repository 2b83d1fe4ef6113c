"""Which opportunities are meant, as people say it, and how one is told."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from .lookups import find_bookmaker
from .opportunities import Consensus, Opportunity, Reference, Terms
from .opportunities.rows import as_row
from .opportunity_search import EventOpportunities
from .pricing import DevigMethod

SHARP = "pinnacle"
CONSENSUS = "consensus"
WORST_OF = "worst_of"
METHODS = [*map(str, DevigMethod), WORST_OF]  # the usual one first
MIN_EDGE = 0.01


def terms_of(*, min_edge: float, max_age: int | None, sharp: str, devig: str) -> Terms:
    """The terms that are meant; `max_age` is in minutes. Raises UnresolvedName for an unknown bookmaker."""
    reference: Reference = sharp if sharp == SHARP else Consensus() if sharp == CONSENSUS else find_bookmaker(sharp)
    return Terms(
        min_return=min_edge,
        min_edge=min_edge,
        max_age_seconds=60 * (settings.MAX_QUOTE_AGE_MINUTES if max_age is None else max_age),
        reference=reference,
        devig=None if devig == WORST_OF else DevigMethod(devig),
    )


def opportunity_document(found: EventOpportunities, opportunity: Opportunity) -> dict[str, Any]:
    """An opportunity with its event."""
    event = found.event
    of_event = {
        "event_id": event.api_id,
        "sport_key": event.sport_key,
        "commence_time": found.commence_time,
        "home_team": event.home_team,
        "away_team": event.away_team,
    }
    return of_event | as_row(opportunity)
