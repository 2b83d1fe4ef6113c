"""What stood at an instant, and how old the knowledge of it was."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from events.models import Event

from .dimensions import Requests
from .lines import StandingPrice
from .models import Odds, OddsSnapshot
from .records import Asked


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """The newest snapshot, at an instant, among those of one event that asked for the same."""

    snapshot_time: datetime
    commence_time: datetime  # as stated then
    is_live: bool
    asked: Asked


class StandingOdds(list[Odds]):
    """The prices of one event that stood at `moment`, as a list, with what was known of the event then.

    `valid_until` is null on every row: when a price would change was not known yet. Their own `is_live` says whether
    they began in play; `sighting(row).is_live` says whether the event was in play when they were last seen.
    """

    def __init__(self, rows: Iterable[Odds], *, event: Event, moment: datetime, sightings: list[Sighting]) -> None:
        super().__init__(rows)
        self.event = event
        self.moment = moment
        self.sightings = sightings

    @property
    def newest(self) -> Sighting | None:
        """The newest snapshot at or before the instant, whatever it asked for; None if there is none."""
        return max(self.sightings, key=lambda sighting: sighting.snapshot_time, default=None)

    @property
    def age(self) -> timedelta | None:
        """From the newest snapshot to the instant; None if there is no snapshot."""
        return self.moment - self.newest.snapshot_time if self.newest else None

    @property
    def is_live(self) -> bool:
        """Whether the newest snapshot was taken after the start."""
        return self.newest is not None and self.newest.is_live

    def sighting(self, row: Odds) -> Sighting | None:
        """The newest snapshot that asked for this price's book and market; one of h2h says nothing of spreads."""
        speaking = (each for each in self.sightings if each.asked.covers(row.bookmaker.key, row.market.key))
        return max(speaking, key=lambda sighting: sighting.snapshot_time, default=None)

    def prices(self) -> list[StandingPrice]:
        """The same as plain records, with names for keys."""
        return [self._record(row) for row in self]

    def _record(self, row: Odds) -> StandingPrice:
        seen = self.sighting(row)
        seen_at = seen.snapshot_time if seen else None
        return StandingPrice(
            event_id=self.event.api_id,
            bookmaker=row.bookmaker.key,
            market=row.market.key,
            outcome=row.outcome.name,
            side=row.outcome.side,
            description=row.outcome.description,
            point=row.point,
            price=row.price,
            decimal_price=row.decimal_price,
            odds_timestamp=row.odds_timestamp,
            last_update=row.last_update,
            snapshot_time=seen_at,
            age_seconds=(self.moment - seen_at).total_seconds() if seen_at else None,
            is_live=seen.is_live if seen else row.is_live,
            is_valid=row.is_valid,
            validation_notes=row.validation_notes,
        )


def standing_odds(
    event: Event,
    moment: datetime,
    *,
    bookmaker: str | None = None,
    market: str | None = None,
    max_age: timedelta | None = None,
) -> StandingOdds:
    """Prices of the event that stood at `moment`, those of one book or market (by key) if named.

    `max_age` leaves out what no snapshot has confirmed for longer than that before the instant. Three queries.
    """
    rows = Odds.objects.filter(event=event).as_of(moment).select_related("bookmaker", "market", "outcome")
    if bookmaker is not None:
        rows = rows.for_bookmaker(bookmaker)
    if market is not None:
        rows = rows.for_market(market)
    standing = StandingOdds(rows, event=event, moment=moment, sightings=sightings(event, moment))
    for row in standing:
        row.valid_until = None
        row.event = event
    if max_age is not None:
        standing[:] = [row for row in standing if _seen_since(standing.sighting(row), moment - max_age)]
    return standing


def sightings(event: Event, moment: datetime) -> list[Sighting]:
    """For each thing asked of the event, the newest snapshot at or before `moment`. Two queries."""
    newest = (
        OddsSnapshot.objects.filter(event=event)
        .as_of(moment)
        .order_by("scope_id", "-snapshot_time")
        .distinct("scope_id")
        .values_list("scope_id", "snapshot_time", "commence_time", "is_live")
    )
    scopes = Requests()
    return [
        Sighting(snapshot_time=snapshot_time, commence_time=commence_time, is_live=is_live, asked=scopes[scope_id])
        for scope_id, snapshot_time, commence_time, is_live in newest
    ]


def _seen_since(sighting: Sighting | None, earliest: datetime) -> bool:
    return sighting is not None and sighting.snapshot_time >= earliest
