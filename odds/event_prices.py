"""Prices of many events in few queries, and all that one event ever had, for those who ask at many instants."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db.models import QuerySet

from events.models import Event
from events.reading import rows_of, rows_of_sql

from .dimensions import Requests
from .lines import StandingPrice
from .models import Odds, OddsSnapshot
from .records import Asked
from .standing import Sighting

_RUN = (
    "event_id", "event__api_id", "bookmaker__key", "market__key", "outcome__name", "outcome__side",
    "outcome__description", "point", "price", "decimal_price", "odds_timestamp", "valid_until", "last_update",
    "is_valid", "validation_notes",
)  # fmt: skip
# What stood of some events at an instant. In two parts: the index on events and ends answers each, but not both in one.
_STANDING_SQL = """
    SELECT odds.event_id, event.api_id, bookmaker.key, market.key, outcome.name, outcome.side, outcome.description,
        odds.point, odds.price, odds.decimal_price, odds.odds_timestamp, odds.valid_until, odds.last_update,
        odds.is_valid, odds.validation_notes
    FROM (
        SELECT * FROM odds_odds WHERE event_id = ANY(%(events)s) AND valid_until IS NULL
        UNION ALL
        SELECT * FROM odds_odds WHERE event_id = ANY(%(events)s) AND valid_until > %(moment)s
    ) AS odds
    JOIN events_event AS event ON event.id = odds.event_id
    JOIN odds_bookmaker AS bookmaker ON bookmaker.id = odds.bookmaker_id
    JOIN odds_market AS market ON market.id = odds.market_id
    JOIN odds_outcome AS outcome ON outcome.id = odds.outcome_id
    WHERE odds.odds_timestamp <= %(moment)s
        AND (%(bookmaker)s::text IS NULL OR bookmaker.key = %(bookmaker)s)
        AND (%(market)s::text IS NULL OR market.key = %(market)s)
"""
# The newest snapshot of each of some events, at an instant, for each thing asked.
_NEWEST_SQL = """
    SELECT newest.event_id, newest.scope_id, newest.snapshot_time, newest.commence_time, newest.is_live,
        scope.asked, scope.odds_format
    FROM (
        SELECT DISTINCT ON (event_id, scope_id) event_id, scope_id, snapshot_time, commence_time, is_live
        FROM odds_oddssnapshot WHERE event_id = ANY(%(events)s) AND snapshot_time <= %(moment)s
        ORDER BY event_id, scope_id, snapshot_time DESC
    ) AS newest
    JOIN odds_scope AS scope ON scope.id = newest.scope_id
"""
_SNAPSHOT = ("scope_id", "snapshot_time", "commence_time", "is_live")


class PriceRun(NamedTuple):
    """A price for as long as it stood, with names for keys."""

    event_row: int
    event_id: str  # the provider's
    bookmaker: str
    market: str
    outcome: str
    side: str
    description: str
    point: Decimal | None
    price: int  # American
    decimal_price: float
    odds_timestamp: datetime
    valid_until: datetime | None
    last_update: datetime | None
    is_valid: bool
    validation_notes: str

    def at(self, moment: datetime, seen: Sighting) -> StandingPrice:
        """As it stood at an instant; `seen` is the newest snapshot then that asked for its book and market."""
        return StandingPrice(
            event_id=self.event_id,
            bookmaker=self.bookmaker,
            market=self.market,
            outcome=self.outcome,
            side=self.side,
            description=self.description,
            point=self.point,
            price=self.price,
            decimal_price=self.decimal_price,
            odds_timestamp=self.odds_timestamp,
            last_update=self.last_update,
            snapshot_time=seen.snapshot_time,
            age_seconds=(moment - seen.snapshot_time).total_seconds(),
            is_live=seen.is_live,
            is_valid=self.is_valid,
            validation_notes=self.validation_notes,
        )


class Sightings(dict[int, Sighting]):
    """The newest snapshot of one event, at some instant, for each thing asked (by the id of the scope)."""

    @property
    def newest(self) -> Sighting | None:
        return max(self.values(), key=lambda sighting: sighting.snapshot_time, default=None)

    def prices(self, runs: Iterable[PriceRun], moment: datetime) -> list[StandingPrice]:
        """These runs as they stood at the instant. What no snapshot asked for is not known to stand, and left out."""
        speaking: dict[tuple[str, str], Sighting | None] = {}
        prices = []
        for run in runs:
            offer = run.bookmaker, run.market
            if offer not in speaking:
                asked = (sighting for sighting in self.values() if sighting.asked.covers(*offer))
                speaking[offer] = max(asked, key=lambda sighting: sighting.snapshot_time, default=None)
            seen = speaking[offer]
            if seen is not None:
                prices.append(run.at(moment, seen))
        return prices


@dataclass(frozen=True, slots=True, kw_only=True)
class EventPrices:
    """What stood of an event at an instant."""

    event: Event
    newest: Sighting | None  # of all its snapshots; None if there was none yet
    prices: list[StandingPrice]


def prices_at(
    events: Collection[Event], moment: datetime, *, bookmaker: str | None = None, market: str | None = None
) -> list[EventPrices]:
    """What stood of each of these events at an instant, as `standing_odds` has it, those of one book or market (by key)
    if named. Two queries."""
    asked = {"events": [event.pk for event in events], "moment": moment, "bookmaker": bookmaker, "market": market}
    sightings: dict[int, Sightings] = defaultdict(Sightings)
    scopes: dict[int, Asked] = {}
    for row, scope, snapshot_time, commence_time, is_live, *request in rows_of_sql(_NEWEST_SQL, asked):
        if scope not in scopes:
            scopes[scope] = Asked.from_json(*request)
        sightings[row][scope] = Sighting(
            snapshot_time=snapshot_time, commence_time=commence_time, is_live=is_live, asked=scopes[scope]
        )
    runs: dict[int, list[PriceRun]] = defaultdict(list)
    for run in map(PriceRun._make, rows_of_sql(_STANDING_SQL, asked)):
        runs[run.event_row].append(run)
    return [
        EventPrices(
            event=event,
            newest=sightings[event.pk].newest,
            prices=sightings[event.pk].prices(runs[event.pk], moment),
        )
        for event in events
    ]


def all_runs(event: Event, until: datetime | None = None) -> list[PriceRun]:
    """Every price the event had up to an instant, by when it was first seen. One query."""
    rows = Odds.objects.filter(event=event)
    if until is not None:
        rows = rows.filter(odds_timestamp__lte=until)
    return sorted(_runs(rows), key=lambda run: run.odds_timestamp)


def all_sightings(event: Event, until: datetime | None = None) -> list[tuple[int, Sighting]]:
    """Every snapshot of the event up to an instant in time order, each with the id of its scope. One query, and one a
    scope."""
    rows = OddsSnapshot.objects.filter(event=event).order_by("snapshot_time")
    if until is not None:
        rows = rows.as_of(until)
    scopes = Requests()
    return [
        (
            scope,
            Sighting(snapshot_time=snapshot_time, commence_time=commence_time, is_live=is_live, asked=scopes[scope]),
        )
        for scope, snapshot_time, commence_time, is_live in rows_of(rows.values_list(*_SNAPSHOT))
    ]


def _runs(rows: QuerySet[Odds]) -> Iterator[PriceRun]:
    return map(PriceRun._make, rows_of(rows.order_by().values_list(*_RUN)))
