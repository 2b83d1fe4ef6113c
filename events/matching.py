"""Which stored event a game of a file is. What is not clear is told, with the candidates, and never guessed.

Teams and day do not identify a game: there are doubleheaders, and files have days and sides wrong. A game without the
provider's id is the one event of its teams, home and away as given, on its day in the league's time, or none.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db.models import Q
from msgspec import Struct

from . import game_days
from .models import Event
from .times import duration, stamp

# Of two games on one day the nearer one is meant where it is so near, and the other one so much farther.
NEAR = timedelta(hours=6)
CLEARLY = 2
# The ids of events that were made from an archive begin so; those of the provider are hexadecimal.
ARCHIVE_ID = "archive-"

_DAY = timedelta(days=1)


class Game(Struct, frozen=True, kw_only=True):
    """A game of a file. It has an event id, or teams with a day, a start or both."""

    sport_key: str
    home_team: str  # as the provider writes it; "" where the id is all there is
    away_team: str
    event_id: str = ""
    day: date | None = None  # as the league counts it
    start: datetime | None = None  # aware


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """The event that a game is, or why there is none."""

    event: Event | None = None
    reason: str = ""  # "" if there is one
    suggestions: tuple[str, ...] = ()  # the events that might be meant, each with its id
    is_absent: bool = False  # nor is any of these teams stored on this day, either way round: an archive may add it


class Candidates:
    """The stored events that games may be."""

    def __init__(self, events: Iterable[Event]) -> None:
        self._by_id = {event.api_id: event for event in events}
        self._by_pairing: dict[tuple[str, frozenset[str], date], list[Event]] = {}
        for event in self._by_id.values():
            self._by_pairing.setdefault(_pairing(event, game_days.day_of(event.commence_time)), []).append(event)

    def match(self, game: Game) -> Match:
        """The event that a game is, or why there is none."""
        if game.event_id:
            return self._match_id(game)
        day = _day(game)
        if day is None:
            return Match(reason="it has no event id, no date and no start")
        if game.start is not None and game_days.day_of(game.start) != day:
            told = f"its start {stamp(game.start)} UTC is on {game_days.day_of(game.start)} in the league's time"
            return Match(reason=f"{told}, not on {day}")
        return self._match_teams(game, day)

    def _match_id(self, game: Game) -> Match:
        event = self._by_id.get(game.event_id)
        if event is None:
            day = _day(game)
            like_it = self._of(game, day) if day else []
            reason = f"no event {game.event_id!r} is stored"
            return Match(reason=reason, suggestions=_named(like_it), is_absent=not like_it)
        if game.sport_key not in ("", event.sport_key):
            return Match(reason=f"event {event.api_id} is of {event.sport_key}, not of {game.sport_key}")
        if game.home_team and not _same_sides(game, event):
            told = f"{game.away_team} @ {game.home_team}"
            return Match(reason=f"event {event.api_id} is {event.title}, not {told}", suggestions=_named([event]))
        return Match(event=event)

    def _match_teams(self, game: Game, day: date) -> Match:
        played = f"{game.away_team} @ {game.home_team} on {day} (league time)"
        that_day = self._of(game, day)
        fitting = [event for event in that_day if _same_sides(game, event)]
        if fitting:
            return _choose(game, fitting, played)
        if that_day:
            return Match(reason=f"{played} is stored the other way round", suggestions=_named(that_day))
        around = [*self._of(game, day - _DAY), *self._of(game, day + _DAY)]
        told = ", only on the day before or after" if around else ""
        return Match(reason=f"{played} is not stored{told}", suggestions=_named(around), is_absent=True)

    def _of(self, game: Game, day: date) -> list[Event]:
        """The events of the game's teams on a day, either way round."""
        events = self._by_pairing.get(_pairing(game, day), ())
        return [event for event in events if not event.is_sandbox]


def match_games(games: Sequence[Game]) -> list[Match]:
    """The stored event of each game, in the same order. Two queries at most."""
    candidates = Candidates([*_by_ids(games), *_by_teams(games)])
    return [candidates.match(game) for game in games]


def _choose(game: Game, fitting: Sequence[Event], played: str) -> Match:
    """One of the events of the game's teams and day, if it is clear which. The provider's go before an archive's."""
    archived = [event for event in fitting if event.api_id.startswith(ARCHIVE_ID)]
    events = [event for event in fitting if event not in archived] or archived
    if game.start is not None and not any(event.start_is_day for event in events):
        return _nearest(game.start, events, played)
    if max(len(events), len(archived)) > 1:
        return Match(reason=f"{played} is stored more than once, and nothing tells which", suggestions=_named(fitting))
    return Match(event=events[0])


def _nearest(start: datetime, events: Sequence[Event], played: str) -> Match:
    by_distance = sorted(events, key=lambda event: abs(event.commence_time - start))
    first, *others = by_distance
    distance = abs(first.commence_time - start)
    if distance > NEAR:
        told = f"{played} starts {duration(distance)} from the start given, {stamp(start)} UTC"
        return Match(reason=told, suggestions=_named(by_distance))
    next_best = abs(others[0].commence_time - start) if others else None
    if next_best is not None and (next_best == distance or next_best < CLEARLY * distance):
        told = f"{played} is stored more than once, and {stamp(start)} UTC is not clearly nearer to one"
        return Match(reason=told, suggestions=_named(by_distance))
    return Match(event=first)


def _by_ids(games: Sequence[Game]) -> Iterable[Event]:
    ids = {game.event_id for game in games} - {""}
    return Event.objects.filter(api_id__in=ids) if ids else ()


def _by_teams(games: Sequence[Game]) -> Iterable[Event]:
    """All events of the teams of these games, from the day before the first of a sport to the day after the last."""
    dated = sorted((game.sport_key, day, game.home_team, game.away_team) for game in games if (day := _day(game)))
    wanted = Q(pk__in=())
    for sport_key, group in groupby(dated, key=lambda each: each[0]):
        played = list(group)
        start, _ = game_days.bounds(played[0][1] - _DAY)
        _, end = game_days.bounds(played[-1][1] + _DAY)
        teams = {team for _, _, *both in played for team in both}
        sides = Q(home_team__in=teams, away_team__in=teams)
        wanted |= Q(sport_key=sport_key, commence_time__gte=start, commence_time__lt=end) & sides
    return Event.objects.filter(wanted) if dated else ()


def _day(game: Game) -> date | None:
    if game.day is None and game.start is not None:
        return game_days.day_of(game.start)
    return game.day


def _pairing(game: Game | Event, day: date) -> tuple[str, frozenset[str], date]:
    return game.sport_key, frozenset({game.home_team, game.away_team}), day


def _same_sides(game: Game, event: Event) -> bool:
    return (game.home_team, game.away_team) == (event.home_team, event.away_team)


def _named(events: Iterable[Event]) -> tuple[str, ...]:
    return tuple(_name(event) for event in sorted(events, key=lambda event: (event.commence_time, event.api_id)))


def _name(event: Event) -> str:
    start = str(game_days.day_of(event.commence_time)) if event.start_is_day else f"{stamp(event.commence_time)} UTC"
    return f"{event.title}, {start}, event {event.api_id}"
