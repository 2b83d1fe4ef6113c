"""Prices and snapshots for tests. Every default is valid, so a test states only what matters to it."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from events.models import Event
from events.tests.factories import make_event
from odds.choices import OddsFormat, Side, Source
from odds.markets import carries_line
from odds.models import Bookmaker, Market, Odds, OddsSnapshot, Outcome, Scope
from odds.pricing import american_to_decimal
from odds.records import Asked

Number = Decimal | float | str

# Every book, in the markets that tests use.
ASKED: dict[str, list[str] | None] = {"h2h": None, "h2h_lay": None, "spreads": None, "totals": None}

_DEFAULT_POINTS = {
    ("spreads", "home"): "-3.5",
    ("spreads", "away"): "3.5",
    ("totals", "over"): "220.5",
    ("totals", "under"): "220.5",
}


def make_bookmaker(key: str = "fanduel", **over: Any) -> Bookmaker:
    """The bookmaker of this key, made if it is not there."""
    return Bookmaker.objects.get_or_create(key=key, defaults={"title": key.title(), **over})[0]


def make_market(key: str = "h2h") -> Market:
    """The market of this key, made if it is not there."""
    return Market.objects.get_or_create(key=key)[0]


def make_outcome(
    name: str = "Los Angeles Lakers", side: str = Side.HOME, description: str = "", line: Number | None = None
) -> Outcome:
    """The outcome of these four, made if it is not there."""
    exact = None if line is None else Decimal(str(line))
    return Outcome.objects.get_or_create(name=name, side=side, description=description, line=exact)[0]


def make_scope(asked: Mapping[str, list[str] | None] | None = None, odds_format: str = OddsFormat.AMERICAN) -> Scope:
    """What was asked: `{market: None for every book, or a list of books}`; the featured markets unless told."""
    request = Asked.from_json(ASKED if asked is None else asked, odds_format)
    found = {"asked": request.as_json(), "odds_format": odds_format}
    return Scope.objects.get_or_create(digest=request.digest, defaults=found)[0]


def make_snapshot(event: Event | None = None, **over: Any) -> OddsSnapshot:
    """One event as one answer had it, without bookmakers, an hour before its start unless told when."""
    event = event or make_event()
    commence_time = over.pop("commence_time", event.commence_time)
    snapshot_time = over.pop("snapshot_time", commence_time - timedelta(hours=1))
    raw_data = over.pop("raw_data", None) or {
        "id": event.api_id,
        "sport_key": event.sport_key,
        "sport_title": event.sport_title,
        "commence_time": f"{commence_time:%Y-%m-%dT%H:%M:%SZ}",
        "home_team": event.home_team,
        "away_team": event.away_team,
        "bookmakers": [],
    }
    fields: dict[str, Any] = {
        "snapshot_time": snapshot_time,
        "commence_time": commence_time,
        "is_live": snapshot_time >= commence_time,
        "scope": over.pop("scope", None) or make_scope(),
        "bookmaker_count": len(raw_data["bookmakers"]),
        "source": Source.LIVE,
        "raw_data": raw_data,
    }
    return OddsSnapshot.objects.create(event=event, **{**fields, **over})


def make_odds(
    event: Event | None = None,
    bookmaker: str = "fanduel",
    market: str = "h2h",
    side: str = "home",
    *,
    name: str | None = None,
    description: str = "",
    price: int = -110,
    point: Number | None = None,
    **over: Any,
) -> Odds:
    """A price that has stood since two hours before the start; spreads are -3.5/+3.5 and totals 220.5 unless told."""
    event = event or make_event()
    point = _DEFAULT_POINTS.get((market, side)) if point is None else point
    exact = None if point is None else Decimal(str(point))
    names = {"home": event.home_team, "away": event.away_team}
    outcome = make_outcome(
        name or names.get(side, side.title()), side, description, exact if carries_line(market) else None
    )
    odds_timestamp = over.pop("odds_timestamp", event.commence_time - timedelta(hours=2))
    fields: dict[str, Any] = {
        "odds_timestamp": odds_timestamp,
        "decimal_price": american_to_decimal(price),
        "is_live": odds_timestamp >= event.commence_time,
    }
    return Odds.objects.create(
        event=event,
        bookmaker=make_bookmaker(bookmaker),
        market=make_market(market),
        outcome=outcome,
        price=price,
        point=exact,
        **{**fields, **over},
    )


def make_pair(
    event: Event | None = None,
    bookmaker: str = "fanduel",
    market: str = "h2h",
    *,
    prices: Mapping[str, int],
    point: Number | None = None,
    **over: Any,
) -> list[Odds]:
    """Prices of one book that are bet against each other, by side: `prices={"home": -110, "away": -110}`.

    `point` is the home side's, or the total; the away side gets its opposite.
    """
    event = event or make_event()
    exact = None if point is None else Decimal(str(point))
    return [
        make_odds(
            event, bookmaker, market, side, price=price, point=-exact if exact and side == "away" else exact, **over
        )
        for side, price in prices.items()
    ]


def make_game(**over: Any) -> Event:
    """At 35 minutes h2h +110 at a and +105 at b, totals that are dear, and pinnacle at -110 all round."""
    event = make_event(**over)
    for minutes in (60, 35):
        make_snapshot(event, snapshot_time=event.commence_time - timedelta(minutes=minutes))
    began = {"odds_timestamp": event.commence_time - timedelta(minutes=35)}
    make_odds(event, "a", "h2h", "home", price=110, **began)
    make_odds(event, "b", "h2h", "away", price=105, **began)
    for market, sides in (("h2h", ("home", "away")), ("totals", ("over", "under"))):
        make_pair(event, "pinnacle", market, prices=dict.fromkeys(sides, -110), **began)
    return event
