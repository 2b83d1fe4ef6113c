"""Which stored event each game of an archive is, and events for those that none is stored of."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from msgspec.structs import replace

from events.game_days import EASTERN, bounds, day_of
from events.matching import ARCHIVE_ID, Game, Match, match_games
from events.models import Event
from events.teams import TeamNames
from odds.records import Problem

from .records import ArchiveGame


@dataclass(slots=True)
class Placing:
    """The event of each game, in the order of the games; None for one that is left out, named in `problems`."""

    events: list[Event | None]
    created: int = 0
    problems: list[Problem] = field(default_factory=list)


def place(games: Sequence[ArchiveGame]) -> Placing:
    """Find the stored event of each game, or make one where surely none is stored. A fixed number of queries.

    A game whose teams are not known, or that may be one of several stored events or one stored a day off, is left out:
    nothing is made on a guess. Without the provider's id an event's id is a digest of sport, day, teams and, of several
    games of a pairing on one day, its number in the file. Call it inside a transaction.
    """
    placing = Placing([None] * len(games))
    wanted = _games(games, placing.problems)
    ids = _ids(wanted, games)
    stored = {event.api_id: event for event in Event.objects.filter(api_id__in=ids.values())}
    matches = dict(zip(wanted, match_games(list(wanted.values())), strict=True))
    a_day_off = _stored_a_day_off(wanted, matches)
    missing: dict[str, Event] = {}
    for number, match in matches.items():
        game, api_id = wanted[number], ids[number]
        event = match.event or (None if game.event_id else stored.get(api_id))
        if event is None and number not in a_day_off and _is_new(game, match, api_id in stored):
            event = missing.setdefault(api_id, _new_event(games[number], game, api_id))
        if event is None:
            placing.problems.append(_left_out(games[number], "unmatched", match.reason, match.suggestions))
        placing.events[number] = event
    # Another import may have made them meanwhile; nothing of theirs is changed then.
    Event.objects.bulk_create(
        missing.values(), update_conflicts=True, unique_fields=["api_id"], update_fields=["sport_key"]
    )
    placing.created = len(missing)
    _learn_starts(zip(games, placing.events, strict=True))
    return placing


def _games(games: Sequence[ArchiveGame], problems: list[Problem]) -> dict[int, Game]:
    """The games with teams as the provider writes them, by their place in the list, without those of unknown teams.

    Where the archive has the provider's id, it has the provider's names too.
    """
    names = {sport_key: TeamNames.of(sport_key) for sport_key in {game.sport_key for game in games}}
    found = {}
    for number, game in enumerate(games):
        teams = names[game.sport_key]
        home, away = (teams.team(name) or (name if game.event_id else None) for name in (game.home, game.away))
        if home is None or away is None:
            unknown = game.home if home is None else game.away
            problems.append(
                _left_out(game, "unknown_team", f"no team {unknown!r} is known", teams.suggestions(unknown))
            )
            continue
        found[number] = Game(
            sport_key=game.sport_key,
            home_team=home,
            away_team=away,
            event_id=game.event_id,
            day=game.day,
            start=game.start,
        )
    return found


def _is_new(game: Game, match: Match, is_stored: bool) -> bool:
    """Whether an event may be made for a game that matches none. An id of the provider is another event's than any."""
    return not is_stored if game.event_id else match.is_absent


def _stored_a_day_off(wanted: Mapping[int, Game], matches: Mapping[int, Match]) -> set[int]:
    """The games that a stored event on the day before or after may be: one that no other game of the file is.

    Archives have games under the wrong day. Where a file has the other day's game too, as in a series, they are two.
    """
    absent = [number for number, match in matches.items() if match.is_absent and not wanted[number].event_id]
    claimed = {match.event.pk for match in matches.values() if match.event is not None}
    off: set[int] = set()
    for step in (timedelta(days=-1), timedelta(days=1)):
        around = [replace(wanted[number], day=_day(wanted[number]) + step, start=None) for number in absent]
        for number, match in zip(absent, match_games(around), strict=True):
            if match.event is not None and match.event.pk not in claimed:
                off.add(number)
    return off


def _left_out(game: ArchiveGame, kind: str, reason: str, suggestions: Sequence[str]) -> Problem:
    meant = f"; perhaps {' or '.join(suggestions)}" if suggestions else ""
    return Problem(kind, f"{game.where}: {game.away} @ {game.home}: {reason}{meant}; game left out")


def _ids(wanted: Mapping[int, Game], games: Sequence[ArchiveGame]) -> dict[int, str]:
    """The id that the event of each game has, or would have if it were made."""
    seen: Counter[tuple[object, ...]] = Counter()
    ids = {}
    for number, game in wanted.items():
        quotes = games[number].quotes
        # One game comes once for each instant of its prices.
        pairing = (game.sport_key, _day(game), game.home_team, game.away_team)
        instant = (*pairing, quotes[0].observed_at if quotes else None)
        seen[instant] += 1
        ids[number] = game.event_id or _archive_id(*pairing, seen[instant])
    return ids


def _archive_id(*identity: object) -> str:
    return ARCHIVE_ID + hashlib.sha256("\n".join(map(str, identity)).encode()).hexdigest()[:24]


def _day(game: Game) -> date:
    """The day on which it is played, in the league's time."""
    if game.start is not None:
        return day_of(game.start)
    if game.day is None:
        raise ValueError(f"{game.away_team} @ {game.home_team} has neither day nor start")
    return game.day


def _new_event(archived: ArchiveGame, game: Game, api_id: str) -> Event:
    """An event as the archive has it. Whatever an answer of the provider says of it later is newer."""
    played = _day(game)
    noon = datetime.combine(played, time(12), EASTERN).astimezone(UTC)
    times = [quote.observed_at for quote in archived.quotes if quote.observed_at is not None]
    return Event(
        api_id=api_id,
        sport_key=game.sport_key,
        home_team=game.home_team,
        away_team=game.away_team,
        commence_time=game.start or noon,
        start_is_day=game.start is None,
        observed_at=min([bounds(played)[0], *times]),
    )


def _learn_starts(placed: Iterable[tuple[ArchiveGame, Event | None]]) -> None:
    """Give events of which the day alone was known the start that the archive has."""
    learned = {}
    for game, event in placed:
        if event is not None and event.start_is_day and game.start is not None:
            event.commence_time, event.start_is_day = game.start, False
            learned[event.pk] = event
    Event.objects.bulk_update(learned.values(), ["commence_time", "start_is_day"])
