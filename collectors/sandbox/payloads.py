"""The JSON shapes of the API, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from . import additional
from .books import Book, last_read
from .draws import digest, uniform
from .league import Game, League
from .markets import UNASKED
from .parameters import Form
from .prices import Market, Outcome, decimal, featured
from .scores import score
from .sports import Sport
from .times import iso


def sport(of: Sport) -> dict[str, Any]:
    return {
        "key": of.key,
        "group": of.group,
        "title": of.title,
        "description": of.description,
        "active": bool(of.teams),
        "has_outrights": False,
    }


def participant(team: str) -> dict[str, Any]:
    return {"full_name": team, "id": f"par_{digest(team, size=13).hex()}"}


def event(game: Game, at: float, form: Form) -> dict[str, Any]:
    head: dict[str, Any] = {
        "id": game.id,
        "sport_key": game.sport.key,
        "sport_title": game.sport.title,
        "commence_time": moment(game.commence_time(at), form),
        "home_team": game.home,
        "away_team": game.away,
    }
    if form.rotations:
        number = 500 + 2 * int(uniform(game.id, "rotation") * 200)
        head |= {"home_rotation": number + 2, "away_rotation": number + 1}
    return head


def event_score(game: Game, at: float, form: Form) -> dict[str, Any]:
    found = score(game, at)
    head = event(game, at, form)
    sides = [{"name": game.home, "score": str(found.home)}, {"name": game.away, "score": str(found.away)}]
    if uniform(game.id, "score order") < 0.3:
        sides.reverse()
    return {
        **{key: head[key] for key in ("id", "sport_key", "sport_title", "commence_time")},
        "completed": found.completed,
        "home_team": game.home,
        "away_team": game.away,
        "scores": None if found.home is None else sides,
        "last_update": None if found.last_update is None else moment(found.last_update, form),
    }


def bulk_odds(game: Game, at: float, books: Sequence[Book], markets: Sequence[str], form: Form) -> dict[str, Any]:
    """An event with the featured markets of each book."""
    wanted = {*markets, *(key for key, asked in UNASKED.items() if asked in markets)}
    bookmakers = []
    for book in _ordered(books, game):
        read = last_read(book, at)
        if found := [market for market in featured(book, game, read) if market.key in wanted]:
            bookmakers.append(_bookmaker(book, game, found, read, form, bulk=True))
    return event(game, at, form) | {"bookmakers": bookmakers}


def event_odds(game: Game, at: float, books: Sequence[Book], markets: Sequence[str], form: Form) -> dict[str, Any]:
    """An event with any markets of each book. Its books have no last_update, their markets do."""
    wanted = [*markets, *(key for key, asked in UNASKED.items() if asked in markets and key not in markets)]
    bookmakers = []
    for book in _ordered(books, game):
        read = last_read(book, at)
        if found := [market for key in wanted if (market := additional.market(book, game, read, key))]:
            bookmakers.append(_bookmaker(book, game, found, read, form, bulk=False))
    return event(game, at, form) | {"bookmakers": bookmakers}


def event_markets(game: Game, at: float, books: Sequence[Book], form: Form) -> dict[str, Any]:
    """An event with the keys of the markets each book has."""
    bookmakers = []
    for book in _ordered(books, game):
        read = last_read(book, at)
        found = [key for key in additional.keys(game) if additional.market(book, game, read, key)]
        if found:
            times = [{"key": key, "last_update": moment(read, form)} for key in found]
            bookmakers.append({"key": book.key, "title": book.title, "markets": times})
    return event(game, at, form) | {"bookmakers": bookmakers}


def upcoming(league: League, sports: Sequence[Sport], at: float) -> list[Game]:
    """The live games of all sports, and the next eight."""
    games = sorted(
        (game for sport in sports for game in league.listed(sport, at)), key=lambda game: game.commence_time(at)
    )
    live = [game for game in games if game.commence_time(at) <= at]
    return games[: len(live) + 8]


def moment(seconds: int, form: Form) -> str | int:
    return seconds if form.unix else iso(seconds)


def _ordered(books: Sequence[Book], game: Game) -> list[Book]:
    return sorted(books, key=lambda book: digest(game.id, book.key))


def _bookmaker(
    book: Book, game: Game, markets: Sequence[Market], read: int, form: Form, *, bulk: bool
) -> dict[str, Any]:
    listing: dict[str, Any] = {"key": book.key, "title": book.title}
    if bulk:
        listing["last_update"] = moment(read, form)
    listing |= _references(form, f"https://{book.key}.example/{game.id}", game.id[:12])
    listing["markets"] = [_market(book, game, market, read, form) for market in markets]
    return listing


def _market(book: Book, game: Game, market: Market, read: int, form: Form) -> dict[str, Any]:
    # A market is read with its book, but now and then some seconds before.
    name = uniform(game.id, book.key, market.key, read)
    updated = read - int(name * 200) if name < 0.04 else read
    return {
        "key": market.key,
        "last_update": moment(updated, form),
        **_references(form, None, None),
        "outcomes": [_outcome(book, outcome, form) for outcome in market.outcomes],
    }


def _outcome(book: Book, outcome: Outcome, form: Form) -> dict[str, Any]:
    written: dict[str, Any] = {"name": outcome.name}
    if outcome.description is not None:
        written["description"] = outcome.description
    written["price"] = decimal(outcome.price) if form.decimal else outcome.price
    if outcome.point is not None:
        written["point"] = outcome.point
    written |= _references(form, None, None)
    if form.limits:
        written["bet_limit"] = 2_500 if book.region in ("us_ex", "au") else None
    if form.multipliers:
        written["multiplier"] = None
    return written


def _references(form: Form, link: str | None, sid: str | None) -> dict[str, str | None]:
    return ({"link": link} if form.links else {}) | ({"sid": sid} if form.sids else {})
