"""Games as they were recorded: look by look, stored as the project stores them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from events.models import Event
from events.records import EventRecord, ScoreRecord
from events.services import record_scores
from events.tests.factories import TIP, make_event
from odds import store
from odds.choices import Side
from odds.pricing import american_to_decimal
from odds.records import OutcomeKey
from odds.runs import Run
from odds.tests.factories import make_snapshot

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)

Offer = int | tuple[int, str | None]
Offers = Mapping[tuple[str, str, str], Offer]
"""(bookmaker, market, side): the American price, with the point where there is one"""


class Look(NamedTuple):
    """One snapshot: when it was taken, what was offered, and the start it states (the event's own unless given)."""

    at: datetime
    offers: Offers
    start: datetime | None = None


def record(*looks: Look, event: Event | None = None, **fields: Any) -> Event:
    """A game with these looks in order of time: snapshots, runs of standing prices, last start and closing time."""
    event = event or make_event(**fields)
    standing: dict[tuple[str, str, str], Run] = {}
    runs = []
    for look in looks:
        start = look.start or event.commence_time
        snapshot = make_snapshot(event, snapshot_time=look.at, commence_time=start)
        for key in [key for key, run in standing.items() if _told(look.offers.get(key)) != (run.price, run.point)]:
            standing.pop(key).valid_until = look.at
        for key in look.offers.keys() - standing.keys():
            standing[key] = _begun(event, key, look, is_live=snapshot.is_live)
            runs.append(standing[key])
        event.commence_time = start
    event.save()
    store.write_runs({event.pk: runs}, {})
    store.refresh_closing([event.pk])
    event.refresh_from_db()
    return event


def finish(event: Event, home: int, away: int, *, at: datetime | None = None) -> None:
    """A final score that the provider gave, two and a half hours after the start unless told when."""
    at = at or event.commence_time + 2.5 * HOUR
    names = ("api_id", "sport_key", "sport_title", "home_team", "away_team", "commence_time")
    told = EventRecord(**{name: getattr(event, name) for name in names}, observed_at=at)
    record_scores([ScoreRecord(event=told, completed=True, home_score=home, away_score=away, last_update=at)])
    event.refresh_from_db()


def _told(offer: Offer | None) -> tuple[int | None, Decimal | None]:
    price, point = offer if isinstance(offer, tuple) else (offer, None)
    return price, None if point is None else Decimal(point)


def _begun(event: Event, key: tuple[str, str, str], look: Look, *, is_live: bool) -> Run:
    bookmaker, market, side = key
    price, point = _told(look.offers[key])
    assert price is not None
    name = {"home": event.home_team, "away": event.away_team}.get(side, side.title())
    return Run(
        bookmaker=bookmaker,
        market=market,
        outcome=OutcomeKey(Side(side), name, "", None),
        price=price,
        decimal_price=american_to_decimal(price),
        point=point,
        odds_timestamp=look.at,
        last_update=look.at - MINUTE,
        is_live=is_live,
    )


def before(minutes: float) -> datetime:
    """The instant so many minutes before TIP."""
    return TIP - minutes * MINUTE
