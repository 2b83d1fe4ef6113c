"""What a book quotes: a price of two outcomes that has the book's margin in it, from what it believes of the result."""

from __future__ import annotations

from functools import lru_cache
from math import log
from typing import NamedTuple

from .books import Book, is_missing, is_quoting, seen_at
from .draws import normal, uniform
from .league import HOUR, Game
from .truth import Path, margin_above, margin_path, total_above, total_path

OPINION_SPAN = 16 * HOUR  # so long a book keeps an opinion of its own
LONGSHOT = 0.01  # books price nothing as less likely
LIVE_OVERROUND = 0.03  # more than before the start
LIVE_SD = 0.2  # no book thinks a game decided: what it adds to the play, in standard deviations of the result
LIVE_LONGSHOT = 0.02  # during the play nobody offers a winner less likely than this


class Outcome(NamedTuple):
    """One side of a market at an American price."""

    name: str
    price: int
    point: float | None = None
    description: str | None = None


class Market(NamedTuple):
    """A market as one book has it."""

    key: str
    outcomes: tuple[Outcome, ...]


class View(NamedTuple):
    """What a book believes of the result, in points, and what it adds to the implied probabilities."""

    margin: float
    margin_sd: float
    total: float
    total_sd: float
    overround: float


@lru_cache(maxsize=8192)
def featured(book: Book, game: Game, read: int) -> tuple[Market, ...]:
    """The book's h2h, spreads and totals of an event when read; none while it does not quote it."""
    if not is_quoting(book, game, read):
        return ()
    markets = _featured(book, game, view(book, game, read))
    return tuple(market for market in markets if not is_missing(book, game, market.key, read))


def view(book: Book, game: Game, read: int) -> View:
    seen = seen_at(book, game, read)
    margin, margin_sd = _belief(book, game, margin_path(game), "margin", seen)
    total, total_sd = _belief(book, game, total_path(game), "total", seen)
    overround = book.overround + (LIVE_OVERROUND if seen >= game.tipoff else 0)
    return View(margin, margin_sd, total, total_sd, overround)


def _belief(book: Book, game: Game, path: Path, name: str, seen: float) -> tuple[float, float]:
    index = path.index(seen)
    turn = uniform(book.source, game.id, name, "turn")
    opinion = normal(book.source, game.id, name, int(seen / OPINION_SPAN + turn))
    least = LIVE_SD * (game.sport.margin_sd if name == "margin" else game.sport.total_sd)
    return path.means[index] + path.sds[index] * book.noise * opinion, max(path.sds[index], least)


@lru_cache(maxsize=16_384)
def _featured(book: Book, game: Game, seen: View) -> tuple[Market, ...]:
    spread, points = -main_line(seen.margin) or (-1.0 if seen.margin > 0 else 1.0), main_line(seen.total)
    h2h = spread_market("h2h", book, game, seen, None)
    markets = [] if _is_decided(book, game, seen) else [h2h, _lay(h2h)] if book.has_lay else [h2h]
    markets.append(spread_market("spreads", book, game, seen, spread))
    if uniform(game.id, book.key, "order") > 0.55:
        markets = [market._replace(outcomes=market.outcomes[::-1]) for market in markets]
    return (*markets, totals_market("totals", book, seen, points))


def _is_decided(book: Book, game: Game, seen: View) -> bool:
    """Whether, during the play, one side is too unlikely to win for anybody to offer it."""
    home, _ = margin_above(0, seen.margin, seen.margin_sd)
    return seen.overround > book.overround and not LIVE_LONGSHOT < home < 1 - LIVE_LONGSHOT


def spread_market(key: str, book: Book, game: Game, seen: View, point: float | None) -> Market:
    """Home and away with this handicap for home, or as the winner where there is none."""
    over, push = margin_above(-point if point else 0.0, seen.margin, seen.margin_sd)
    home, away = two_way(over / max(1e-9, 1 - push), seen.overround, book.rounding)
    away_point = None if point is None else -point
    return Market(key, (Outcome(game.home, home, point), Outcome(game.away, away, away_point)))


def totals_market(key: str, book: Book, seen: View, point: float) -> Market:
    over, push = total_above(point, seen.total, seen.total_sd, seen.margin, seen.margin_sd)
    return over_under(key, over / max(1e-9, 1 - push), book, seen.overround, point)


def over_under(
    key: str, over: float, book: Book, overround: float, point: float, description: str | None = None
) -> Market:
    prices = two_way(over, overround, book.rounding)
    names = ("Over", "Under")
    return Market(key, tuple(Outcome(n, p, point, description) for n, p in zip(names, prices, strict=True)))


def main_line(expected: float) -> float:
    """The nearest multiple of half a point."""
    return round(expected * 2) / 2


@lru_cache(maxsize=32_768)
def two_way(probability: float, overround: float, rounding: int = 1) -> tuple[int, int]:
    """American prices of an outcome and its opposite: implied probabilities p^k and (1-p)^k, 1 + overround in sum."""
    p = min(max(probability, LONGSHOT), 1 - LONGSHOT)
    q = 1 - p
    # Newton's way from below the root, where it cannot overshoot.
    k = 0.5
    for _ in range(5):
        a, b = p**k, q**k
        k -= (a + b - 1 - overround) / (a * log(p) + b * log(q))
    return american(p**-k, rounding), american(q**-k, rounding)


def american(decimal: float, rounding: int = 1) -> int:
    """The American price nearest to a decimal one, never between -100 and 100."""
    exact = (decimal - 1) * 100 if decimal >= 2 else -100 / (decimal - 1)
    return round(exact / rounding) * rounding


def decimal(price: int) -> float:
    """The decimal price the provider makes of an American one: two places."""
    return round(1 + (price / 100 if price > 0 else 100 / -price), 2)


def _lay(h2h: Market) -> Market:
    """What an exchange offers to those who bet against: prices a little longer than the ones for."""
    outcomes = (outcome._replace(price=american(decimal(outcome.price) + 0.02)) for outcome in h2h.outcomes)
    return Market("h2h_lay", tuple(outcomes))
