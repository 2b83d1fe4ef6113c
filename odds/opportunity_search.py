"""The opportunities that stood at an instant in what is stored."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db.models import Exists, OuterRef

from events.models import Event

from .event_prices import EventPrices, prices_at
from .models import Bookmaker, OddsSnapshot
from .opportunities import FINDABLE, Opportunity, OpportunityKind, Terms, find, is_usable

# Starts move: a game that is known today to have begun so much earlier was perhaps still to start then.
_MOVED = timedelta(days=2)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventOpportunities:
    """What stood of one event at an instant."""

    event: Event
    commence_time: datetime  # as the newest snapshot at the instant had it, or as last stated if there was none
    snapshot_time: datetime | None  # of that snapshot
    bookmakers: frozenset[str]  # with prices that could be part of one: valid, before the start, not too old
    opportunities: list[Opportunity]


def opportunities_before(
    moment: datetime,
    terms: Terms,
    kinds: Collection[OpportunityKind] = FINDABLE,
    *,
    sport_key: str | None = None,
    within: timedelta | None = None,
) -> list[EventOpportunities]:
    """What stood at an instant of every event that was still to start, by start; a handful of queries for all.

    Which events there were, and when they were to start, is known from their snapshots at or before the instant.
    `within`: only those that start so soon.
    """
    snapshots = OddsSnapshot.objects.filter(event=OuterRef("pk")).as_of(moment)
    events = Event.objects.filter(Exists(snapshots), commence_time__gt=moment - _MOVED)
    if sport_key is not None:
        events = events.for_sport(sport_key)
    last = datetime.max.replace(tzinfo=UTC) if within is None else moment + within
    found = opportunities_at(events, moment, terms, kinds)
    to_come = [each for each in found if moment < each.commence_time <= last]
    return sorted(to_come, key=lambda each: (each.commence_time, each.event.api_id))


def opportunities_at(
    events: Collection[Event], moment: datetime, terms: Terms, kinds: Collection[OpportunityKind] = FINDABLE
) -> list[EventOpportunities]:
    """What stood of each of these events at an instant; of those that had begun, nothing."""
    known = with_stored_commissions(terms)
    return [_opportunities(standing, moment, known, kinds) for standing in prices_at(list(events), moment)]


def with_stored_commissions(terms: Terms) -> Terms:
    """The terms with what each bookmaker takes of winnings, as stored; what the terms say goes before. One query."""
    stored = Bookmaker.objects.filter(commission__gt=0).values_list("key", "commission")
    return replace(terms, commissions={key: float(commission) for key, commission in stored} | dict(terms.commissions))


def _opportunities(
    standing: EventPrices, moment: datetime, terms: Terms, kinds: Collection[OpportunityKind]
) -> EventOpportunities:
    newest, event = standing.newest, standing.event
    commence_time = newest.commence_time if newest else event.commence_time
    prices = standing.prices if commence_time > moment else []
    return EventOpportunities(
        event=event,
        commence_time=commence_time,
        snapshot_time=newest.snapshot_time if newest else None,
        bookmakers=frozenset(price.bookmaker for price in prices if is_usable(price, terms)),
        opportunities=find(prices, terms.in_sport(event.sport_key), kinds),
    )
