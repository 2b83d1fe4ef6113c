"""Markets that only the odds of one event have: other lines, teams, players, parts of the game. None during play."""

from __future__ import annotations

from math import sqrt

from .books import Book, is_missing, is_quoting
from .draws import between, uniform
from .league import Game
from .markets import FEATURED, PERIODS, split
from .prices import Market, Outcome, View, featured, main_line, over_under, spread_market, totals_market, view
from .truth import margin_above

LADDER = (-6, -4.5, -3, -1.5, 0, 1.5, 3, 4.5, 6)  # points away from the main line
PLAYERS_A_TEAM = 5
PLAYER_MEANS = {"player_points": 20.0, "player_rebounds": 7.0, "player_assists": 5.5, "player_threes": 2.5}
FIRST_NAMES = (
    "Aaron",
    "Blake",
    "Calvin",
    "Darius",
    "Elijah",
    "Frank",
    "Gabriel",
    "Hector",
    "Isaac",
    "Jordan",
    "Keenan",
)
LAST_NAMES = (
    "Abbott",
    "Barnes",
    "Coleman",
    "Dawson",
    "Ellison",
    "Fowler",
    "Grant",
    "Hollis",
    "Ingram",
    "Keller",
    "Lowry",
)


def market(book: Book, game: Game, read: int, key: str) -> Market | None:
    """A book's market by its key, or None where it has none."""
    if key in FEATURED or key == "h2h_lay":
        return next((found for found in featured(book, game, read) if found.key == key), None)
    if read >= game.tipoff or not is_quoting(book, game, read) or is_missing(book, game, key, read):
        return None
    outcomes = _outcomes(book, game, view(book, game, read), key)
    return Market(key, tuple(outcomes)) if outcomes else None


def keys(game: Game) -> tuple[str, ...]:
    """The keys a book may have for an event before it starts."""
    bases = (*FEATURED, "team_totals", "alternate_spreads", "alternate_totals")
    parts = (f"{base}_{period}" for base in bases for period in PERIODS)
    return (*bases, *parts, *(PLAYER_MEANS if game.sport.group == "Basketball" else ()))


def _outcomes(book: Book, game: Game, seen: View, key: str) -> list[Outcome]:
    base, period = split(key)
    if period:
        seen = _part(seen, PERIODS[period])
    if key in keys(game) and key in PLAYER_MEANS:
        return _players(book, game, key)
    return _of_teams(book, game, seen, base) if key in keys(game) else []


def _of_teams(book: Book, game: Game, seen: View, base: str) -> list[Outcome]:
    spread, total = -main_line(seen.margin) or -0.5, main_line(seen.total)
    if base == "h2h":
        return [*spread_market(base, book, game, seen, None).outcomes]
    if base == "team_totals":
        return _team_totals(book, game, seen)
    steps = LADDER if base.startswith("alternate") else (0,)
    if base.endswith("spreads"):
        lines = [spread + step for step in steps if spread + step]
        return [outcome for line in lines for outcome in spread_market(base, book, game, seen, line).outcomes]
    return [outcome for step in steps for outcome in totals_market(base, book, seen, total + step).outcomes]


def _part(seen: View, share: float) -> View:
    """What is expected of a part of the game."""
    root = sqrt(share)
    return View(seen.margin * share, seen.margin_sd * root, seen.total * share, seen.total_sd * root, seen.overround)


def _team_totals(book: Book, game: Game, seen: View) -> list[Outcome]:
    sd = sqrt(seen.margin_sd**2 + seen.total_sd**2) / 2
    found: list[Outcome] = []
    for team, mean in ((game.home, (seen.total + seen.margin) / 2), (game.away, (seen.total - seen.margin) / 2)):
        point = round(mean) + 0.5
        found.extend(
            over_under("team_totals", margin_above(point, mean, sd)[0], book, seen.overround, point, team).outcomes
        )
    return found


def _players(book: Book, game: Game, key: str) -> list[Outcome]:
    found: list[Outcome] = []
    for team in (game.home, game.away):
        for number in range(PLAYERS_A_TEAM):
            name = _player(team, number)
            point = int(PLAYER_MEANS[key] * between(0.4, 1.4, name, key)) + 0.5
            over = between(0.44, 0.56, game.id, book.source, name, key)
            found.extend(over_under(key, over, book, book.overround, point, name).outcomes)
    return found


def _player(team: str, number: int) -> str:
    """A made-up person."""
    first, last = (names[int(uniform(team, number, names[0]) * len(names))] for names in (FIRST_NAMES, LAST_NAMES))
    return f"{first} {last}"
