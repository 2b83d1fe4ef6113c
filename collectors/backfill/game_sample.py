"""Which games to buy prices of, pure: a sample that is even over time and fair to every team, and that can be redrawn.

It is drawn from who plays when alone, before anybody looks at a price or a result.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import blake2s
from random import Random

# What makes one sample better than another, heaviest first: teams in proportion, no day crowded, few pairings twice.
_TEAMS, _DAYS, _PAIRS = 1.0, 0.25, 0.15
# Rounds of exchanging games after which no further gain is looked for.
_ROUNDS = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """A game that can be drawn."""

    event_id: str
    day: date  # game day, league time
    teams: tuple[str, str]

    @property
    def week(self) -> tuple[int, int]:
        year, week, _ = self.day.isocalendar()
        return year, week


def draw(games: Iterable[Candidate], number: int, seed: int) -> list[Candidate]:
    """So many of the games, by day; all where there are no more. The same games and seed give the same sample.

    Each week has its share; within weeks games are exchanged until every team's share is as near as it can be to that
    of all games, with days and pairings spread.
    """
    ordered = sorted(games, key=lambda game: (game.day, _lot(seed, game)))
    if number >= len(ordered):
        return ordered
    weeks: dict[tuple[int, int], list[Candidate]] = defaultdict(list)
    for game in ordered:
        weeks[game.week].append(game)
    shares = _shares({week: len(group) for week, group in weeks.items()}, number)
    sample = _Sample(ordered, number)
    for week, group in weeks.items():
        for position in _evenly(len(group), shares[week]):
            sample.put(group[position])
    _improve(sample, weeks, Random(seed))  # noqa: S311 - a seeded draw
    return [game for game in ordered if game in sample.chosen]


def _lot(seed: int, game: Candidate) -> bytes:
    return blake2s(f"{seed} {game.event_id}".encode(), digest_size=8).digest()


def _shares(sizes: Mapping[tuple[int, int], int], number: int) -> dict[tuple[int, int], int]:
    """How many games each week gives: in proportion, at least one while there are enough, by largest remainder."""
    total = sum(sizes.values())
    least = 1 if number >= len(sizes) else 0
    exact = {week: number * size / total for week, size in sizes.items()}
    shares = {week: max(least, int(share)) for week, share in exact.items()}
    missing = number - sum(shares.values())
    step = 1 if missing > 0 else -1
    while missing:
        free = [week for week in sizes if least <= shares[week] + step <= sizes[week]]
        week = max(free, key=lambda week: (step * (exact[week] - shares[week]), week))
        shares[week] += step
        missing -= step
    return shares


def _evenly(size: int, number: int) -> list[int]:
    """So many positions of `size`, spread evenly."""
    return [int((2 * place + 1) * size / (2 * number)) for place in range(number)]


@dataclass(slots=True)
class _Sample:
    """The games chosen, and how far they are from what they should be."""

    games: Sequence[Candidate]
    number: int
    chosen: set[Candidate] = field(default_factory=set)
    counts: Counter[object] = field(default_factory=Counter)
    due: dict[object, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        rate = self.number / len(self.games)
        teams, days = (
            Counter(team for game in self.games for team in game.teams),
            Counter(game.day for game in self.games),
        )
        self.due = {key: rate * count for key, count in (*teams.items(), *days.items())}

    def put(self, game: Candidate) -> None:
        self.chosen.add(game)
        self.counts.update(_keys(game))

    def take(self, game: Candidate) -> None:
        self.chosen.discard(game)
        self.counts.subtract(_keys(game))

    def cost(self, keys: Iterable[object]) -> float:
        """How far the counts of these teams, days and pairings are from their due, squared and weighed."""
        return sum(_weight(key) * (self.counts[key] - self.due.get(key, 0.0)) ** 2 for key in keys)


def _keys(game: Candidate) -> tuple[object, ...]:
    return (*game.teams, game.day, frozenset(game.teams))


def _weight(key: object) -> float:
    if isinstance(key, str):
        return _TEAMS
    return _DAYS if isinstance(key, date) else _PAIRS


def _improve(sample: _Sample, weeks: Mapping[tuple[int, int], Sequence[Candidate]], chance: Random) -> None:
    """Exchange games within weeks as long as that brings the sample nearer to its due."""
    order = list(weeks.values())
    for _ in range(_ROUNDS):
        chance.shuffle(order)
        exchanged = [_exchange_in(sample, group) for group in order]
        if not any(exchanged):
            return


def _exchange_in(sample: _Sample, group: Sequence[Candidate]) -> bool:
    """Whether a game of this week was exchanged: each that is in for the one out that gains most."""
    exchanged = False
    for inside in [game for game in group if game in sample.chosen]:
        outside = [game for game in group if game not in sample.chosen]
        gains = [(_gain(sample, inside, other), -place) for place, other in enumerate(outside)]
        if gains and max(gains)[0] > 1e-9:
            other = outside[-max(gains)[1]]
            sample.take(inside)
            sample.put(other)
            exchanged = True
    return exchanged


def _gain(sample: _Sample, inside: Candidate, outside: Candidate) -> float:
    keys = {*_keys(inside), *_keys(outside)}
    before = sample.cost(keys)
    sample.take(inside)
    sample.put(outside)
    after = sample.cost(keys)
    sample.take(outside)
    sample.put(inside)
    return before - after
