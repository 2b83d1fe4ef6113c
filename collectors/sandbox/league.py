"""The schedule: which events exist at an instant, under which id, and when each is said to start.

Everything is a function of the seed and the instant, in seconds since 1970. Nothing is remembered but what is costly to
work out twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from . import ids
from .draws import between, digest, normal, uniform
from .sports import DAY, SPORTS, Sport

MINUTE = 60
HOUR = 3_600
SPORT_KEYS = tuple(SPORTS)
LONGEST_DELAY_DAYS = 9  # of a game that is postponed
FIRST_LEAVES, LAST_LEAVES = 104 * MINUTE, 220 * MINUTE  # a finished game leaves the odds so long after its start


class Fate(Enum):
    """What becomes of an event."""

    PLAYED = "played"
    POSTPONED = "postponed"  # keeps its id, the start jumps a day or more
    VANISHED = "vanished"  # disappears before the start, without trace
    REPLACED = "replaced"  # disappears; the game is played on another day under another id


@dataclass(frozen=True, slots=True, eq=False)
class Game:
    """One event. All times are in seconds since 1970."""

    id: str
    sport: Sport
    home: str
    away: str
    fate: Fate
    starts: tuple[tuple[int, int], ...]  # (known from, start as stated), the first known from the listing on
    tipoff: int  # the real start
    finished: int
    delisted: int  # when the odds no longer have it
    opening_margin: float  # expected at the listing: home minus away, points
    opening_total: float

    @property
    def listed(self) -> int:
        return self.starts[0][0]

    @property
    def is_played(self) -> bool:
        return self.fate in (Fate.PLAYED, Fate.POSTPONED)

    def commence_time(self, at: float) -> int:
        """The start as stated at `at`."""
        return next((start for known, start in reversed(self.starts) if known <= at), self.starts[0][1])

    def is_listed(self, at: float) -> bool:
        return self.listed <= at < self.delisted


class _Pairing(NamedTuple):
    """Who plays whom, and what is expected of it when it is listed: home minus away, and the total, in points."""

    place: ids.Place
    sport: Sport
    home: str
    away: str
    margin: float
    total: float


class League:
    """All events of all sports for one seed."""

    def __init__(self, seed: int = 1) -> None:
        self.seed = seed
        self.round = lru_cache(maxsize=2048)(self._round)
        self._pairings = lru_cache(maxsize=2048)(self._pair)

    def listed(self, sport: Sport, at: float) -> list[Game]:
        """The events the odds have at `at`, by the start stated then."""
        back = LONGEST_DELAY_DAYS + sport.round_days + 1
        games = [game for game in self.between(sport, at - back * DAY, at) if game.is_listed(at)]
        return sorted(games, key=lambda game: (game.commence_time(at), game.id))

    def between(self, sport: Sport, start: float, end: float) -> Iterator[Game]:
        """The events of all rounds that touch this time, and of those being listed in it."""
        if sport.teams:
            length = sport.round_days * DAY
            for number in range(int(start // length), int((end + (sport.listed_days + 1) * DAY) // length) + 1):
                yield from self.round(sport.key, number)

    def game(self, event_id: str) -> Game | None:
        """The event with this id, whenever it is."""
        place = ids.read(self.seed, event_id)
        if place is None or place.sport >= len(SPORT_KEYS):
            return None
        games = self.round(SPORT_KEYS[place.sport], place.round)
        return next((game for game in games if game.id == event_id), None)

    def _round(self, sport_key: str, number: int) -> tuple[Game, ...]:
        sport = SPORTS[sport_key]
        return tuple(
            game
            for index, (home, away) in enumerate(self._pairings(sport_key, number))
            for game in self._games(sport, number, index, home, away)
        )

    def _pair(self, sport_key: str, number: int) -> tuple[tuple[str, str], ...]:
        """(home, away) of a round: all teams in a drawn order, two by two."""
        sport = SPORTS[sport_key]
        fewest, most = sport.games
        count = fewest + int(uniform(self.seed, sport_key, number, "games") * (most - fewest + 1))
        order = sorted(sport.teams, key=lambda team: digest(self.seed, sport_key, number, team))
        return tuple((order[2 * index], order[2 * index + 1]) for index in range(count))

    def _games(self, sport: Sport, number: int, index: int, home: str, away: str) -> Iterator[Game]:
        """The event of a game, and the one that takes its place if it is replaced."""
        name = (self.seed, sport.key, number, index)
        slot = sport.slots[int(uniform(*name, "slot") * len(sport.slots))]
        scheduled = number * sport.round_days * DAY + slot * MINUTE
        listed = scheduled - int(sport.listed_days * DAY) + int(between(0, 6 * HOUR, *name, "listed"))
        fate = _fate(uniform(*name, "fate"))
        pairing = self._pairing(sport, number, index, home, away)
        event_id, second_id = (ids.write(self.seed, pairing.place._replace(variant=variant)) for variant in (0, 1))
        if fate is Fate.PLAYED:
            yield _played(event_id, pairing, fate, (listed, scheduled))
            return
        later = scheduled + self._delay_days(sport, number, home, away) * DAY
        if fate is Fate.POSTPONED:
            announced = scheduled + int(between(-10 * HOUR, 1 * HOUR, *name, "announced"))
            yield _played(event_id, pairing, fate, (listed, scheduled), (announced, later))
            return
        gone = scheduled - int(between(10 * MINUTE, 10 * HOUR, *name, "announced"))
        played = _played(event_id, pairing, fate, (listed, scheduled))
        yield replace(played, starts=played.starts[:1], delisted=gone)
        if fate is Fate.REPLACED:
            yield _played(second_id, pairing, Fate.PLAYED, (gone + 2 * HOUR, later))

    def _pairing(self, sport: Sport, number: int, index: int, home: str, away: str) -> _Pairing:
        season = number * sport.round_days // 365
        home_strength, away_strength = (normal(self.seed, sport.key, season, team) for team in (home, away))
        margin = sport.home_advantage + sport.strength * (home_strength - away_strength)
        total = sport.total * (1 + 0.03 * normal(self.seed, sport.key, number, index, "total"))
        place = ids.Place(SPORT_KEYS.index(sport.key), number, index, 0)
        return _Pairing(place, sport, home, away, margin, total)

    def _delay_days(self, sport: Sport, number: int, home: str, away: str) -> int:
        """The days to the first round in which neither team plays, in a sport of weekly rounds 2."""
        if sport.round_days > 1:
            return 2
        for days in range(1, LONGEST_DELAY_DAYS):
            busy = {team for pair in self._pairings(sport.key, number + days) for team in pair}
            if not busy & {home, away}:
                return days
        return LONGEST_DELAY_DAYS


def _fate(draw: float) -> Fate:
    """One game in a hundred is not played as scheduled."""
    if draw < 0.005:
        return Fate.POSTPONED
    if draw < 0.0075:
        return Fate.VANISHED
    return Fate.REPLACED if draw < 0.01 else Fate.PLAYED


def _played(event_id: str, pairing: _Pairing, fate: Fate, *starts: tuple[int, int]) -> Game:
    """The event with what becomes known of its start: a nudge for some, then the observed start."""
    known, start = starts[-1]
    if uniform(event_id, "nudge") < 0.35:
        moved = start + (-5, 5, 10, 15)[int(uniform(event_id, "by") * 4)] * MINUTE
        starts = (*starts, (max(known + HOUR, start - int(between(1 * HOUR, 20 * HOUR, event_id, "nudged"))), moved))
        start = moved
    tipoff = start + _delay(event_id)
    observed = max(start - 2 * MINUTE, tipoff) + int(between(10, 70, event_id, "observed"))
    minutes, spread = pairing.sport.duration
    duration = int((minutes + spread * max(-2.2, min(3.0, normal(event_id, "duration")))) * MINUTE)
    stays = duration + int(between(-8 * MINUTE, 2 * MINUTE, event_id, "leaves"))
    return Game(
        id=event_id,
        sport=pairing.sport,
        home=pairing.home,
        away=pairing.away,
        fate=fate,
        starts=(*starts, (observed, tipoff)),
        tipoff=tipoff,
        finished=tipoff + duration,
        delisted=tipoff + max(FIRST_LEAVES, min(LAST_LEAVES, stays)),
        opening_margin=pairing.margin,
        opening_total=pairing.total,
    )


def _delay(event_id: str) -> int:
    """Seconds from the stated to the real start: -120 to 600, mostly one to two minutes."""
    if uniform(event_id, "late") < 0.08:
        return int(between(180, 600, event_id, "delay"))
    return max(-120, min(300, int(90 + 60 * normal(event_id, "delay"))))
