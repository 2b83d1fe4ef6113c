"""Figure 6 in numpy: every price at every snapshot lies in memory, and nothing is left to do but the arithmetic."""

from __future__ import annotations

from datetime import datetime, timedelta
from math import prod
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from odds.pricing.arrays import to_decimal

from .figures import fetch
from .peers import (
    BANKROLL,
    BEFORE,
    MIN_EDGE,
    SHARP,
    SIDES,
    STAKE,
    TOLERANCE,
    TOO_GOOD,
    Placed,
    Played,
    require,
)
from .recording import BEGIN, BOOKS, Recording
from .season import LASTS

MARKETS = list(SIDES)
H2H, SPREADS, TOTALS = range(3)
MICROSECOND = timedelta(microseconds=1)
NONE = -1.0  # no edge is that low


class Dense(NamedTuple):
    """The axes are game, snapshot, bookmaker by key, market and side. Times are microseconds since BEGIN."""

    event_ids: list[str]
    bookmakers: list[str]
    starts: NDArray[np.int64]
    scores: NDArray[np.int64]  # by game; home, away
    times: NDArray[np.int64]  # by game and snapshot
    prices: NDArray[np.float64]  # decimal
    points: NDArray[np.float64]  # NaN: none


class Picks(NamedTuple):
    """Bets as columns; what is bet on as indexes in `Dense`."""

    game: NDArray[np.int64]
    book: NDArray[np.int64]
    market: NDArray[np.int64]
    side: NDArray[np.int64]
    price: NDArray[np.float64]
    multiple: NDArray[np.float64]  # what comes back for each unit staked


def dense(season: Recording) -> Dense:
    """A season whose games are in the table `games`."""
    games = sorted(fetch("SELECT event_id, commence_time, home_score, away_score FROM games"))
    books, axes = sorted(BOOKS[: season.books]), (season.books, len(MARKETS), 2)
    order = [BOOKS.index(book) for book in books]
    prices = np.empty((season.games, season.snapshots, *axes))
    points, times = np.empty_like(prices), np.empty(prices.shape[:2], np.int64)
    first = 0
    for number, answer in enumerate(season.answers()):
        snapshot, slate = number % season.snapshots, slice(first, first + len(answer.rows) // prod(axes))
        american, numbers = (np.array([row[n] for row in answer.rows], float).reshape(-1, *axes) for n in (4, 5))
        prices[slate, snapshot], points[slate, snapshot] = to_decimal(american)[:, order], numbers[:, order]
        times[slate, snapshot] = _microseconds(answer.captured_at)
        first = first if snapshot < season.snapshots - 1 else slate.stop
    return Dense(
        event_ids=[game[0] for game in games],
        bookmakers=books,
        starts=np.array([_microseconds(game[1]) for game in games]),
        scores=np.array([game[2:] for game in games]),
        times=times,
        prices=prices,
        points=points,
    )


def play_at_once(season: Dense) -> tuple[Picks, float]:
    """The bets of all games in one go, and their profit."""
    picks = _picks(season, np.arange(len(season.starts)))
    return picks, _profit(season, picks)


def play_game_by_game(season: Dense) -> tuple[Picks, float]:
    """The same with a step in Python for each game."""
    found = [_picks(season, np.array([game])) for game in range(len(season.starts))]
    picks = Picks(*map(np.concatenate, zip(*found, strict=True)))
    return picks, _profit(season, picks)


def played(season: Dense, picks: Picks, profit: float) -> Played:
    """The same with names."""
    bets = [
        Placed(season.event_ids[game], season.bookmakers[book], MARKETS[market], SIDES[MARKETS[market]][side], price)
        for game, book, market, side, price, _ in zip(*(column.tolist() for column in picks), strict=True)
    ]
    return Played(bets, profit)


def _picks(season: Dense, games: NDArray[np.int64]) -> Picks:
    decided = season.starts[games] - BEFORE // MICROSECOND
    seen = (season.times[games] <= decided[:, None]).sum(axis=1) - 1
    prices, points = season.prices[games, seen], season.points[games, seen]
    sharp = season.bookmakers.index(SHARP)
    implied = 1 / prices[:, sharp]
    fair = implied / implied.sum(axis=2, keepdims=True)
    edges = fair[:, None] * prices - 1
    wanted = (edges >= MIN_EDGE - TOLERANCE) & (edges < TOO_GOOD - TOLERANCE)
    wanted &= (points == points[:, sharp, None]) | np.isnan(points)
    wanted[:, sharp] = False
    ranked = np.where(wanted, edges, NONE).transpose(0, 2, 1, 3).reshape(len(games), len(MARKETS), -1)
    best = ranked.argmax(axis=2)  # of equals the first book
    row, market = np.nonzero(ranked.max(axis=2) > NONE)
    book, side = np.divmod(best[row, market], 2)
    price, point = prices[row, book, market, side], points[row, book, market, side]
    return Picks(
        games[row], book, market, side, price, _multiples(season.scores[games[row]], market, side, price, point)
    )


def _multiples(
    scores: NDArray[np.int64],
    market: NDArray[np.int64],
    side: NDArray[np.int64],
    price: NDArray[np.float64],
    point: NDArray[np.float64],
) -> NDArray[np.float64]:
    home, away = scores.T
    sign = 1 - 2 * side
    margin = np.where(market == TOTALS, sign * (home + away - point), sign * (home - away))
    margin = np.where(market == SPREADS, margin + point, margin)
    return np.select([margin > 0, margin == 0], [price, 1.0], 0.0)


def _profit(season: Dense, picks: Picks) -> float:
    """With the money followed through time; at one instant it comes before it goes."""
    starts = season.starts[picks.game]
    moments = np.concatenate([starts + LASTS // MICROSECOND, starts - BEFORE // MICROSECOND])
    flows = np.concatenate([picks.multiple * STAKE, np.full(len(starts), -STAKE)])
    cash = BANKROLL + np.cumsum(flows[np.argsort(moments, kind="stable")])
    require(cash.min(initial=BANKROLL) >= 0)
    return float(flows.sum())


def _microseconds(moment: datetime) -> int:
    return (moment - BEGIN) // MICROSECOND
