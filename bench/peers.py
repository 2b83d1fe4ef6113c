"""Figure 6 without us: one strategy as most projects write it, with a query for each event. `dense` has it in numpy.

Of each market of a game it takes the best price that pays at least MIN_EDGE more than is fair by Pinnacle, whose margin
is removed, at the same number; but none so good that it must be an error. It decides an hour before the start, and its
stakes are all the same: there is money enough, or it is an error.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import Max, QuerySet

from odds.pricing import american_to_decimal

from .figures import fetch
from .recording import BOOKS
from .season import LASTS
from .specification import SpecificationOdds, SpecificationSnapshot

SHARP = BOOKS[0]
MIN_EDGE, TOO_GOOD, TOLERANCE = 0.02, 0.15, 1e-9
BEFORE = timedelta(hours=1)
BANKROLL, STAKE = 100_000.0, 100.0
SIDES = {"h2h": ("home", "away"), "spreads": ("home", "away"), "totals": ("over", "under")}


class Placed(NamedTuple):
    event_id: str
    bookmaker: str
    market: str
    side: str
    decimal_price: float


class Played(NamedTuple):
    bets: list[Placed]
    profit: float


class Game(NamedTuple):
    event_id: str
    start: datetime
    home_team: str
    home_score: int
    away_score: int


Query = Callable[[str, datetime], Iterable[SpecificationOdds]]
"""The newest row of each bookmaker, market and outcome of an event at an instant."""


def found_by_sql(event_id: str, moment: datetime) -> Iterable[SpecificationOdds]:
    series = "bookmaker_key", "market_key", "outcome_name"
    return _known(event_id, moment).order_by(*series, "-odds_timestamp").distinct(*series)


def found_by_python(event_id: str, moment: datetime) -> Iterable[SpecificationOdds]:
    """Among all rows up to the instant."""
    known = _known(event_id, moment).order_by("odds_timestamp")
    return {(row.bookmaker_key, row.market_key, row.outcome_name): row for row in known}.values()


def found_by_snapshots(event_id: str, moment: datetime) -> Iterable[SpecificationOdds]:
    """Those of the last snapshot, whose instant the specification's other table has."""
    earlier = SpecificationSnapshot.objects.filter(event_id=event_id, snapshot_time__lte=moment)
    last = earlier.aggregate(at=Max("snapshot_time"))["at"]
    return SpecificationOdds.objects.filter(event_id=event_id, odds_timestamp=last, is_valid=True)


def _known(event_id: str, moment: datetime) -> QuerySet[SpecificationOdds]:
    return SpecificationOdds.objects.filter(event_id=event_id, odds_timestamp__lte=moment, is_valid=True)


def all_games() -> list[Game]:
    """Those of the table `games`, by start."""
    columns = ", ".join(Game._fields).replace("start", "commence_time")
    return [Game(*row) for row in fetch(f"SELECT {columns} FROM games ORDER BY commence_time, event_id")]


def play_event_by_event(games: Iterable[Game], query: Query) -> Played:
    """Games in the order of their starts, with one query for the prices of each."""
    bets: list[Placed] = []
    cash, profit = BANKROLL, 0.0
    due: deque[tuple[datetime, float]] = deque()
    for game in games:
        now = game.start - BEFORE
        while due and due[0][0] <= now:
            cash += due.popleft()[1]
        for bet, point in _chosen(game, query(game.event_id, now)):
            require(cash >= STAKE)
            returned = STAKE * _multiple(game, bet, point)
            cash -= STAKE
            profit += returned - STAKE
            due.append((game.start + LASTS, returned))
            bets.append(bet)
    return Played(bets, profit)


def _chosen(game: Game, prices: Iterable[SpecificationOdds]) -> Iterator[tuple[Placed, float | None]]:
    """What to bet on, with its point."""
    offers: dict[str, dict[tuple[str, str], tuple[float, float | None]]] = defaultdict(dict)
    for row in prices:
        side = row.outcome_name.lower() if row.market_key == "totals" else _team_side(game, row.outcome_name)
        offers[row.market_key][row.bookmaker_key, side] = american_to_decimal(row.price), row.point
    for market, sides in SIDES.items():
        sharp = [offers[market].get((SHARP, side)) for side in sides]
        if None in sharp:
            continue
        total = sum(1 / price for price, _ in sharp)
        found = []
        for (book, side), (price, point) in offers[market].items():
            fair, number = sharp[sides.index(side)]
            edge = 1 / fair / total * price - 1
            if book != SHARP and point == number and MIN_EDGE - TOLERANCE <= edge < TOO_GOOD - TOLERANCE:
                found.append((-edge, -price, book, side, point))
        if found:
            _, price, book, side, point = min(found)
            yield Placed(game.event_id, book, market, side, -price), point


def _team_side(game: Game, name: str) -> str:
    return "home" if name == game.home_team else "away"


def _multiple(game: Game, bet: Placed, point: float | None) -> float:
    """What comes back for each unit staked."""
    margin = game.home_score - game.away_score
    if bet.market == "totals":
        margin = game.home_score + game.away_score - point
    margin = margin if bet.side in ("home", "over") else -margin
    if bet.market == "spreads":
        margin += point
    return bet.decimal_price if margin > 0 else float(margin == 0)


def require(enough: bool) -> None:
    if not enough:
        raise ValueError(f"a bankroll of {BANKROLL:,.0f} runs out: the peers of figure 6 do not cut stakes, give more")
