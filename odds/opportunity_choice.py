"""Which opportunities are meant, as people say it, and how one is told."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from events.models import Event
from events.times import duration

from .lookups import find_bookmaker
from .opportunities import Consensus, Opportunity, OpportunityKind, Reference, Terms
from .opportunities.rows import as_row
from .opportunity_search import EventOpportunities, opportunities_at, opportunities_before
from .pricing import DevigMethod

SHARP = "pinnacle"
CONSENSUS = "consensus"
WORST_OF = "worst_of"
METHODS = [*map(str, DevigMethod), WORST_OF]  # the usual one first
MIN_EDGE = 0.01
NEAR_DAYS = 1  # before and after an instant
# What each kind is called, and what it does.
KINDS = {
    OpportunityKind.ARBITRAGE: ("Arbitrage", "wins the edge whatever happens"),
    OpportunityKind.MIDDLE: ("Middle", "leaves the edge unless both win"),
    OpportunityKind.LOW_HOLD: ("Low hold", "costs little whatever happens"),
    OpportunityKind.VALUE: ("Value", "wins the edge in the long run"),
}


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """What is looked for, and where."""

    event: Event | None
    sport_key: str | None
    days: int | None  # until the start, or from it either way; None for all to come, and NEAR_DAYS either way
    kinds: list[OpportunityKind]
    terms: Terms

    @property
    def rules(self) -> str:
        """What counts, in words."""
        age = duration(timedelta(seconds=self.terms.max_age_seconds or 0))
        judge = f"; fair prices by {self.terms.reference}, {self.terms.devig or 'worst of all methods'}"
        return f"prices not older than {age}" + (judge if OpportunityKind.VALUE in self.kinds else "")

    def standing(self, moment: datetime) -> list[EventOpportunities]:
        if self.event is not None:
            return opportunities_at([self.event], moment, self.terms, self.kinds)
        within = None if self.days is None else timedelta(days=self.days)
        return opportunities_before(moment, self.terms, self.kinds, sport_key=self.sport_key, within=within)

    def is_judged(self, found: Iterable[EventOpportunities]) -> bool:
        """Whether value, if it is looked for, can be told: by a consensus, or by a reference with fresh prices."""
        reference = self.terms.reference
        if OpportunityKind.VALUE not in self.kinds or isinstance(reference, Consensus):
            return True
        return any(reference in each.bookmakers for each in found)

    def around(self, moment: datetime) -> list[Event]:
        """Events that start near the instant, before or after it, by start."""
        if self.event is not None:
            return [self.event]
        span = timedelta(days=self.days or NEAR_DAYS)
        events = Event.objects.commencing_between(moment - span, moment + span)
        if self.sport_key is not None:
            events = events.for_sport(self.sport_key)
        return list(events.order_by("commence_time", "api_id"))


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
