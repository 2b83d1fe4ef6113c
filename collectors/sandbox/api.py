"""The API without sockets: a request and an instant in, the answer and its cost out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from . import parameters as read
from . import payloads
from .errors import ApiError
from .history import ADDITIONAL_FROM, Snapshot, snapshot, wrapped
from .league import Game, League
from .markets import BULK
from .recordings import Recordings
from .sports import DAY, SPORTS, Sport
from .times import from_iso

HISTORICAL_FACTOR = 10


@dataclass(frozen=True, slots=True)
class World:
    """What answers are made from."""

    league: League
    keys: frozenset[str] = frozenset({"sandbox"})
    deactivated_keys: frozenset[str] = frozenset()
    free_plan: bool = False
    recordings: Recordings | None = None

    def played(self, sport_key: str) -> Recordings | None:
        """The recordings, for a sport that is in them."""
        return self.recordings if self.recordings and sport_key in self.recordings.sports else None


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back, and its cost in credits."""

    status: int
    body: bytes
    credits: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    error_code: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """One of the endpoints: its name, the path as the documentation writes it, and what answers."""

    endpoint: str
    template: str
    pattern: re.Pattern[str]
    handler: Callable[[Call], Answer]


@dataclass(frozen=True, slots=True)
class Call:
    """A request to one endpoint at an instant, in seconds since 1970."""

    world: World
    at: float
    parameters: Mapping[str, str]
    sport_key: str = ""
    event_id: str = ""
    past: Snapshot | None = None

    @property
    def sport(self) -> Sport:
        return read.sport(self.sport_key)

    def then(self) -> Call:
        """The same request at the snapshot it asks for. Raises ApiError."""
        if self.world.free_plan:
            code = "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN"
            raise ApiError(401, code, "Historical data is only available on paid usage plans")
        date = read.date(self.parameters)
        if played := self.world.played(self.sport_key):
            past = played.snapshot(self.sport_key, date, self.at)
        else:
            past = snapshot(self.world.league.seed, self.sport, date, self.at)
        return replace(self, at=past.at, past=past)

    def games(self) -> list[Game]:
        """The events asked for, of those the odds have."""
        window = read.window(self.parameters)
        listed = self.world.league.listed(self.sport, self.at)
        return [game for game in listed if window.holds(game.id, game.commence_time(self.at))]

    def game(self) -> Game:
        """The event asked for. Raises ApiError if the odds do not have it."""
        sport, event_id = self.sport, read.event_id(self.event_id)
        game = self.world.league.game(event_id)
        if game is None or game.sport is not sport or not game.is_listed(self.at):
            raise ApiError(404, "EVENT_NOT_FOUND", "Event not found. It may have expired, or the event id is invalid")
        return game

    def answer(self, data: Any, cost: int) -> Answer:
        """A list or an object, in the wrapper of history where it is about the past."""
        return Answer(200, msgspec.json.encode(wrapped(self.past, data) if self.past else data), cost)


def find(path: str) -> tuple[Route, dict[str, str]] | None:
    """The endpoint of a path and what the path names, or None."""
    for route in ROUTES:
        if found := route.pattern.fullmatch(path):
            return route, found.groupdict()
    return None


def respond(world: World, path: str, parameters: Mapping[str, str], at: float) -> Answer:
    """The answer to a request. It is not yet known whether the account can pay."""
    try:
        _check_key(world, parameters)
        found = find(path)
        if found is None:
            return Answer(404, b'{"message":"Not Found"}')
        route, names = found
        return route.handler(Call(world, at, parameters, names.get("sport", ""), names.get("event", "")))
    except ApiError as error:
        return refusal(error)


def refusal(error: ApiError) -> Answer:
    return Answer(error.status, msgspec.json.encode(error.payload()), error_code=error.code)


def _check_key(world: World, parameters: Mapping[str, str]) -> None:
    key = parameters.get("apiKey", "")
    if not key:
        raise ApiError(401, "MISSING_KEY", "API key is missing")
    if key in world.deactivated_keys:
        raise ApiError(401, "DEACTIVATED_KEY", "API key has been deactivated")
    if key not in world.keys:
        raise ApiError(401, "INVALID_KEY", "API key is not valid")


def _sports(call: Call) -> Answer:
    everything = read.flag(call.parameters, "all", "INVALID_ALL_SPORTS_PARAM")
    return call.answer([payloads.sport(sport) for sport in SPORTS.values() if sport.teams or everything], 0)


def _events(call: Call) -> Answer:
    form, sport = read.form(call.parameters), call.sport
    if played := call.world.played(sport.key):
        found = played.events(sport.key, call.at)
    else:
        found = [payloads.event(game, call.at, form) for game in call.games()]
    return call.answer(found, 1 if call.past and found else 0)


def _odds(call: Call) -> Answer:
    form, choice = read.form(call.parameters), read.choice(call.parameters, free_plan=call.world.free_plan)
    markets = read.markets(call.parameters, bulk=True)
    cost = len(markets) * choice.units * (HISTORICAL_FACTOR if call.past else 1)
    if played := call.world.played(call.sport_key):
        body = played.odds(call.sport_key, call.at)
        return call.answer(msgspec.Raw(body), 0 if body == b"[]" else cost)
    if call.sport_key == "upcoming" and not call.past:
        games = payloads.upcoming(call.world.league, list(SPORTS.values()), call.at)
    else:
        games = call.games()
    found = [payloads.bulk_odds(game, call.at, choice.books, markets, form) for game in games]
    return call.answer(found, cost if found else 0)


def _scores(call: Call) -> Answer:
    form, days, window = read.form(call.parameters), read.days_from(call.parameters), read.window(call.parameters)
    sport, since = call.sport, call.at - (days or 0) * DAY
    if call.world.played(sport.key):
        return call.answer([], 0)  # recordings hold no results
    games = {game.id: game for game in call.world.league.between(sport, since - 12 * DAY, call.at)}
    found = [
        payloads.event_score(game, call.at, form)
        for game in sorted(games.values(), key=lambda game: game.commence_time(call.at))
        if _has_score_entry(game, call.at, days, since) and window.holds(game.id, game.commence_time(call.at))
    ]
    return call.answer(found, (2 if days else 1) if found else 0)


def _has_score_entry(game: Game, at: float, days: int | None, since: float) -> bool:
    """Upcoming and live events always have one, finished ones for the days asked for."""
    if at < game.listed or (not game.is_played and at >= game.delisted):
        return False
    return at < game.finished or (days is not None and game.tipoff >= since)


def _event_odds(call: Call) -> Answer:
    form, choice = read.form(call.parameters), read.choice(call.parameters, free_plan=call.world.free_plan)
    markets = read.markets(call.parameters, bulk=False)
    additional = [market for market in markets if market not in BULK]
    if call.past and additional and call.at < (from_iso(ADDITIONAL_FROM) or 0):
        code = "HISTORICAL_MARKETS_UNAVAILABLE_AT_DATE"
        raise ApiError(422, code, f"Not available before {ADDITIONAL_FROM}: {', '.join(additional)}")
    found = payloads.event_odds(call.game(), call.at, choice.books, markets, form)
    returned = {market["key"] for book in found["bookmakers"] for market in book["markets"]}
    return call.answer(found, len(returned & {*markets}) * choice.units * (HISTORICAL_FACTOR if call.past else 1))


def _event_markets(call: Call) -> Answer:
    form, choice = read.form(call.parameters), read.choice(call.parameters, free_plan=call.world.free_plan)
    return call.answer(payloads.event_markets(call.game(), call.at, choice.books, form), 1)


def _participants(call: Call) -> Answer:
    found = [payloads.participant(team) for team in call.sport.teams]
    return call.answer(found, 1 if found else 0)


def _route(endpoint: str, template: str, handler: Callable[[Call], Answer]) -> Route:
    names = template.replace("{sport}", "(?P<sport>[^/]+)").replace("{eventId}", "(?P<event>[^/]+)")
    return Route(endpoint, template, re.compile(f"{names}/?"), handler)


ROUTES = (
    _route("sports", "/v4/sports", _sports),
    _route("events", "/v4/sports/{sport}/events", _events),
    _route("odds", "/v4/sports/{sport}/odds", _odds),
    _route("scores", "/v4/sports/{sport}/scores", _scores),
    _route("event_odds", "/v4/sports/{sport}/events/{eventId}/odds", _event_odds),
    _route("event_markets", "/v4/sports/{sport}/events/{eventId}/markets", _event_markets),
    _route("participants", "/v4/sports/{sport}/participants", _participants),
    _route("historical_odds", "/v4/historical/sports/{sport}/odds", lambda call: _odds(call.then())),
    _route("historical_odds", "/v4/sports/{sport}/odds-history", lambda call: _odds(call.then())),
    _route("historical_events", "/v4/historical/sports/{sport}/events", lambda call: _events(call.then())),
    _route(
        "historical_event_odds",
        "/v4/historical/sports/{sport}/events/{eventId}/odds",
        lambda call: _event_odds(call.then()),
    ),
)
ENDPOINTS = tuple(dict.fromkeys(route.endpoint for route in ROUTES))
