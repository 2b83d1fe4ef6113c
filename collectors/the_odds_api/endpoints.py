"""The calls of The Odds API v4 and what each can cost, pure. Source: the provider's v4 guide and OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from math import ceil

from odds.choices import OddsFormat
from odds.records import Asked

from ..choices import Endpoint

# So many named bookmakers cost as much as one region.
BOOKMAKERS_PER_REGION = 10
HISTORICAL_FACTOR = 10

_PATHS = {
    Endpoint.SPORTS: "/sports",
    Endpoint.EVENTS: "/sports/{sport}/events",
    Endpoint.ODDS: "/sports/{sport}/odds",
    Endpoint.SCORES: "/sports/{sport}/scores",
    Endpoint.EVENT_ODDS: "/sports/{sport}/events/{event}/odds",
    Endpoint.EVENT_MARKETS: "/sports/{sport}/events/{event}/markets",
    Endpoint.PARTICIPANTS: "/sports/{sport}/participants",
    Endpoint.HISTORICAL_ODDS: "/historical/sports/{sport}/odds",
    Endpoint.HISTORICAL_EVENTS: "/historical/sports/{sport}/events",
    Endpoint.HISTORICAL_EVENT_ODDS: "/historical/sports/{sport}/events/{event}/odds",
}
HISTORICAL = frozenset({Endpoint.HISTORICAL_ODDS, Endpoint.HISTORICAL_EVENTS, Endpoint.HISTORICAL_EVENT_ODDS})
_WITH_ODDS = frozenset({Endpoint.ODDS, Endpoint.EVENT_ODDS, Endpoint.HISTORICAL_ODDS, Endpoint.HISTORICAL_EVENT_ODDS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What odds are asked for. Bookmakers go before regions, as they do at the provider."""

    markets: tuple[str, ...]
    bookmakers: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    odds_format: OddsFormat = OddsFormat.AMERICAN

    def parameters(self) -> dict[str, str]:
        where = {"bookmakers": self.bookmakers} if self.bookmakers else {"regions": self.regions}
        listed = {name: ",".join(keys) for name, keys in {**where, "markets": self.markets}.items()}
        return {**listed, "oddsFormat": self.odds_format.value}

    @property
    def asked(self) -> Asked:
        """What an answer to this can speak of. A region's books are the provider's business: all of them."""
        return Asked.of(self.odds_format, self.markets, self.bookmakers or None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call without the key. `parameters` is all that stands behind the question mark but for it."""

    endpoint: Endpoint
    sport_key: str = ""
    event_id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return _PATHS[self.endpoint].format(sport=self.sport_key, event=self.event_id)

    @property
    def cost(self) -> int:
        """The most credits this call can cost; fewer where less comes back than was asked for."""
        if self.endpoint in (Endpoint.SPORTS, Endpoint.EVENTS):
            return 0
        if self.endpoint is Endpoint.SCORES:
            return 2 if "daysFrom" in self.parameters else 1
        if self.endpoint not in _WITH_ODDS:
            return 1
        factor = HISTORICAL_FACTOR if self.endpoint in HISTORICAL else 1
        return factor * len(self.listed("markets") or ("h2h",)) * self._regions()

    @property
    def digest(self) -> str:
        """Equal for calls that ask the same."""
        asked = [self.endpoint.value, self.sport_key, self.event_id, dict(sorted(self.parameters.items()))]
        return sha256(json.dumps(asked).encode()).hexdigest()[:32]

    @property
    def asked(self) -> Asked:
        """What an answer with odds can speak of."""
        bookmakers = self.listed("bookmakers")
        odds_format = OddsFormat(self.parameters.get("oddsFormat", OddsFormat.DECIMAL))
        return Asked.of(odds_format, self.listed("markets") or ("h2h",), bookmakers or None)

    def _regions(self) -> int:
        if bookmakers := self.listed("bookmakers"):
            return ceil(len(bookmakers) / BOOKMAKERS_PER_REGION)
        return len(self.listed("regions"))

    def listed(self, name: str) -> tuple[str, ...]:
        """The keys of a parameter that is a list of them; empty where it is not given."""
        return tuple(dict.fromkeys(key for key in self.parameters.get(name, "").split(",") if key))

    def __str__(self) -> str:
        return " ".join(part for part in (self.endpoint.value, self.sport_key, self.event_id) if part)


def sports() -> Call:
    """All sports in season. Free: what is asked to read the credits off its headers."""
    return Call(endpoint=Endpoint.SPORTS)


def events(sport_key: str) -> Call:
    """The events of a sport that are live or to come, without odds. Free."""
    return Call(endpoint=Endpoint.EVENTS, sport_key=sport_key)


def odds(sport_key: str, wanted: Wanted) -> Call:
    """The odds of all live and coming events of a sport."""
    return Call(endpoint=Endpoint.ODDS, sport_key=sport_key, parameters=wanted.parameters())


def scores(sport_key: str, days_from: int | None = None) -> Call:
    """The scores of live and coming events; with `days_from` (1 to 3) those completed since as well."""
    parameters = {} if days_from is None else {"daysFrom": str(days_from)}
    return Call(endpoint=Endpoint.SCORES, sport_key=sport_key, parameters=parameters)


def event_odds(sport_key: str, event_id: str, wanted: Wanted) -> Call:
    """The odds of one event, in any market."""
    return Call(endpoint=Endpoint.EVENT_ODDS, sport_key=sport_key, event_id=event_id, parameters=wanted.parameters())


def event_markets(sport_key: str, event_id: str, regions: Iterable[str]) -> Call:
    """The markets that bookmakers have lately had for one event."""
    return Call(
        endpoint=Endpoint.EVENT_MARKETS,
        sport_key=sport_key,
        event_id=event_id,
        parameters={"regions": ",".join(regions)},
    )


def participants(sport_key: str) -> Call:
    """The teams, or players, of a sport."""
    return Call(endpoint=Endpoint.PARTICIPANTS, sport_key=sport_key)


def historical_odds(sport_key: str, date: datetime, wanted: Wanted) -> Call:
    """The odds of a sport in the newest snapshot at or before `date`."""
    parameters = {"date": instant(date), **wanted.parameters()}
    return Call(endpoint=Endpoint.HISTORICAL_ODDS, sport_key=sport_key, parameters=parameters)


def historical_events(sport_key: str, date: datetime) -> Call:
    """The events of a sport in the newest snapshot at or before `date`."""
    return Call(endpoint=Endpoint.HISTORICAL_EVENTS, sport_key=sport_key, parameters={"date": instant(date)})


def historical_event_odds(sport_key: str, event_id: str, date: datetime, wanted: Wanted) -> Call:
    """The odds of one event in the newest snapshot at or before `date`, in any market."""
    parameters = {"date": instant(date), **wanted.parameters()}
    return Call(endpoint=Endpoint.HISTORICAL_EVENT_ODDS, sport_key=sport_key, event_id=event_id, parameters=parameters)


def instant(moment: datetime) -> str:
    """A time as the provider takes it: whole seconds with Z; other forms may be refused."""
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
