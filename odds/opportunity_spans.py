"""For how long opportunities stood, from all that is stored of an event."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator
from datetime import datetime

from events.models import Event

from .event_prices import PriceRun, Sightings, all_runs, all_sightings
from .opportunities import FINDABLE, Look, Opportunity, OpportunityKind, OpportunitySpan, Terms, find, spans
from .opportunity_search import with_stored_commissions
from .standing import Sighting


def opportunity_spans(
    event: Event,
    terms: Terms,
    kinds: Collection[OpportunityKind] = FINDABLE,
    *,
    until: datetime | None = None,
) -> list[OpportunitySpan]:
    """For how long each opportunity before the start stood, by when it was first seen; three queries, and one a scope.

    `until`: as it was known at that instant. Every snapshot is looked at, and judged anew where anything had changed.
    """
    known = with_stored_commissions(terms).in_sport(event.sport_key)
    return spans(_looks(all_runs(event, until), all_sightings(event, until), known, kinds))


def _looks(
    runs: list[PriceRun],
    snapshots: list[tuple[int, Sighting]],
    terms: Terms,
    kinds: Collection[OpportunityKind],
) -> Iterator[Look]:
    coming, standing, sightings = deque(runs), list[PriceRun](), Sightings()
    found: list[Opportunity] = []
    judged_by: int | None = None  # the scope of the snapshot before, if it showed every price there was
    for scope, snapshot in snapshots:
        moment = snapshot.snapshot_time
        has_changed = _advance(standing, coming, moment)
        sightings[scope] = snapshot
        if snapshot.is_live:
            found, judged_by = [], None
        elif has_changed or scope != judged_by:
            prices = sightings.prices(standing, moment)
            found = find(prices, terms, kinds)
            judged_by = scope if all(price.snapshot_time == moment for price in prices) else None
        yield Look(moment, snapshot.commence_time, found)


def _advance(standing: list[PriceRun], coming: deque[PriceRun], moment: datetime) -> bool:
    """Bring what stands up to the instant; whether anything changed."""
    before = len(standing)
    standing[:] = [run for run in standing if run.valid_until is None or run.valid_until > moment]
    has_changed = len(standing) != before
    while coming and coming[0].odds_timestamp <= moment:
        standing.append(coming.popleft())
        has_changed = True
    return has_changed
