"""Synthetic answers of The Odds API: slates of games quoted by many books, a tenth of whose markets move each time.

Everything follows from the seed. Text is rendered anew only for what moved, so that a hundred million prices take
minutes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

BOOKS = (
    "pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada", "betonlineag", "lowvig",
    "betus",
)  # fmt: skip
MARKETS = ("h2h", "spreads", "totals")
POINTS_PER_BOOK = 6
GAMES_PER_SLATE = 24
BEGIN = datetime(2025, 10, 21, tzinfo=UTC)

Row = tuple[str, str, str, str, int, float | None]
"""Event id, bookmaker, market, outcome, price, point."""


@dataclass(slots=True)
class Market:
    """What one book offers in one market of one game, as text and as rows."""

    text: str = ""
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: a whole slate at one instant."""

    captured_at: datetime
    body: bytes
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Recording:
    """Slates that follow each other, each observed `snapshots` times at even steps.

    Games begin in six turns from nine tenths of that time on, and are live from then to its end.
    """

    games: int
    snapshots: int
    books: int = len(BOOKS)
    moves: float = 0.1
    seed: int = 7
    first_game: int = 0
    step: timedelta = timedelta(minutes=10)

    @property
    def price_points(self) -> int:
        return self.games * self.snapshots * self.books * POINTS_PER_BOOK

    def answers(self) -> Iterator[Answer]:
        chance = Random(self.seed)
        for first in range(self.first_game, self.first_game + self.games, GAMES_PER_SLATE):
            last = min(first + GAMES_PER_SLATE, self.first_game + self.games)
            yield from self._slate([_Game(number, self.books) for number in range(first, last)], chance)

    def _slate(self, games: list[_Game], chance: Random) -> Iterator[Answer]:
        begin = BEGIN + games[0].number * timedelta(hours=1)
        starts = {game.id: begin + self.step * (self.snapshots * (54 + game.number % 6) // 60) for game in games}
        for number in range(self.snapshots):
            now = begin + self.step * number
            for game in games:
                game.move(chance, 1.0 if number == 0 else self.moves)
            texts = [game.render(now, starts[game.id], chance) for game in games]
            rows = [row for game in games for market in game.markets.values() for row in market.rows]
            yield Answer(now, f"[{','.join(texts)}]".encode(), rows)


class _Game:
    def __init__(self, number: int, books: int) -> None:
        self.number = number
        self.id = f"{number:032x}"
        self.home, self.away = f"Home City Team {number}", f"Away City Team {number}"
        self.markets = {(book, market): Market() for book in BOOKS[:books] for market in MARKETS}

    def move(self, chance: Random, share: float) -> None:
        for (book, key), market in self.markets.items():
            if chance.random() < share:
                before = market.text
                while market.text == before:
                    self._quote(book, key, market, chance)

    def _quote(self, book: str, key: str, market: Market, chance: Random) -> None:
        first = -chance.randrange(101, 120)
        second = -221 - first
        names, points = (self.home, self.away), (None, None)
        if key == "spreads":
            line = chance.choice((-3.0, -3.5, -4.0))
            points = (line, -line)
        elif key == "totals":
            names, points = ("Over", "Under"), (chance.choice((219.5, 220.0, 220.5)),) * 2
        market.rows = [
            (self.id, book, key, name, price, point)
            for name, price, point in zip(names, (first, second), points, strict=True)
        ]
        market.text = ",".join(
            f'{{"name":"{name}","price":{price}}}' if point is None
            else f'{{"name":"{name}","price":{price},"point":{point}}}'
            for *_, name, price, point in market.rows
        )  # fmt: skip

    def render(self, now: datetime, commence_time: datetime, chance: Random) -> str:
        books = []
        for book in dict.fromkeys(book for book, _ in self.markets):
            updated = f'"last_update":"{now - timedelta(seconds=chance.randrange(90)):%Y-%m-%dT%H:%M:%SZ}"'
            markets = ",".join(
                f'{{"key":"{key}",{updated},"outcomes":[{self.markets[book, key].text}]}}' for key in MARKETS
            )
            books.append(f'{{"key":"{book}","title":"{book.title()}",{updated},"markets":[{markets}]}}')
        return (
            f'{{"id":"{self.id}","sport_key":"basketball_nba","sport_title":"NBA",'
            f'"commence_time":"{commence_time:%Y-%m-%dT%H:%M:%SZ}","home_team":"{self.home}",'
            f'"away_team":"{self.away}","bookmakers":[{",".join(books)}]}}'
        )
