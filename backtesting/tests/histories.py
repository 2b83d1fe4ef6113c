"""Histories made up at random, without a database: a handful of games, several books, prices that often tie."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import numpy as np

from backtesting.history import History, HistoryEvent
from backtesting.history.records import microseconds
from backtesting.history.tables import MOMENTS, NEVER, UNKNOWN, ArchivePrices, Runs, Snapshots, Tables, Vocabulary
from odds.choices import OddsFormat
from odds.lines import market_order, side_order
from odds.markets import carries_line
from odds.pricing import american_to_decimal
from odds.records import Asked, OutcomeKey

BOOKS = ["betmgm", "betonlineag", "fanduel", "lowvig", "matchbook", "pinnacle", "underdog"]
MARKETS = ["h2h", "spreads", "totals", "alternate_totals", "h2h_lay", "player_points"]
_PRICES = [-300, -130, -115, -110, -105, -100, 100, 105, 110, 120, 240, 280]
_SPORTS = ["basketball_nba", "basketball_nba", "icehockey_nhl", "soccer_epl"]  # no draw, perhaps one, always one
_START = datetime(2026, 1, 15, 0, 30, tzinfo=UTC)
_SPEAKING_OF_ALL = Asked(dict.fromkeys(MARKETS), OddsFormat.AMERICAN)
_SPEAKING_OF_ONE_BOOK = Asked(dict.fromkeys(MARKETS, frozenset({"pinnacle"})), OddsFormat.AMERICAN)
_SPEAKING_OF_H2H = Asked({"h2h": None}, OddsFormat.AMERICAN)


class _Series:
    """One outcome at one book as it was quoted, at one number after another."""

    def __init__(self, event: int, book: str, market: str, outcome: OutcomeKey, point: Decimal | None) -> None:
        self.event, self.book, self.market, self.outcome, self.point = event, book, market, outcome, point


def random_history(random: Random) -> History:
    """One to three games of a sport with snapshots, one that an archive alone knows; sides are missing now and then."""
    sport_key = random.choice(_SPORTS)
    events = [_event(number, sport_key, random) for number in range(random.randint(1, 3))]
    snapshots = [(number, *each) for number, event in enumerate(events) for each in _snapshots(event, random)]
    series = [each for number in range(len(events) + 1) for each in _series(number, random)]
    words = _vocabulary(series)
    archived = [each for each in series if each.event == len(events)]
    runs = [run for each in series if each.event < len(events) for run in _runs(each, snapshots, words, random)]
    table = Runs(*_columns(runs, Runs))
    table = table.take(words.order(table.event, table, table.start))
    return History(
        events=[*events, replace(_event(len(events), sport_key, random), closing_at=None)],
        commissions={"matchbook": 0.05},
        tables=Tables(
            vocabulary=words,
            snapshots=Snapshots(*_columns(snapshots, Snapshots)),
            runs=table,
            archive=ArchivePrices(*_columns([_archived(each, words, random) for each in archived], ArchivePrices)),
        ),
        since=np.full(len(events) + 1, UNKNOWN),
    )


def _event(number: int, sport_key: str, random: Random) -> HistoryEvent:
    start = _START + timedelta(hours=number)
    return HistoryEvent(
        event_id=f"{random.randrange(16**8):08x}{number}",
        sport_key=sport_key,
        home_team="Los Angeles Lakers",
        away_team="Boston Celtics",
        commence_time=start,
        start_is_day=False,
        closing_at=start - timedelta(minutes=5),
        status="final",
        results=(),
    )


def _snapshots(event: HistoryEvent, random: Random) -> Iterator[tuple[int, int, int]]:
    """Time, stated start and what was asked; the last one is the closing one."""
    before = sorted(random.sample(range(10, 240, 10), random.randint(1, 4)), reverse=True)
    for minutes in (*before, 5):
        time = event.commence_time - timedelta(minutes=minutes)
        yield microseconds(time), microseconds(event.commence_time), 0 if minutes == 5 else random.choice([0, 0, 1, 2])


def _series(event: int, random: Random) -> Iterator[_Series]:
    for book in BOOKS:
        for market in MARKETS:
            for description in ["LeBron James", "Jaylen Brown"] if market == "player_points" else [""]:
                number = None if market.startswith("h2h") else Decimal(random.choice(["3.5", "4", "4.0"]))
                for side, name, point in _sides(market, number, random) if random.random() < 0.7 else []:
                    outcome = OutcomeKey(side, name, description, point if carries_line(market) else None)
                    yield _Series(event, book, market, outcome, point)


def _sides(market: str, number: Decimal | None, random: Random) -> list[tuple[str, str, Decimal | None]]:
    if "totals" in market or market == "player_points":
        sides = [("over", "Over", number), ("under", "Under", number)]
    else:
        sides = [
            ("away", "Boston Celtics", number),
            ("home", "Los Angeles Lakers", None if number is None else -number),
        ]
    if market == "h2h" and random.random() < 0.1:
        sides.append(("draw", "Draw", None))
    return [each for each in sides if random.random() < 0.9]


def _runs(each: _Series, snapshots: list, words: Vocabulary, random: Random) -> Iterator[tuple]:
    """One price after another, from some snapshot of the event to some later one or for good."""
    times = [time for number, time, *_ in snapshots if number == each.event]
    bounds = sorted(random.sample(times, random.randint(1, min(3, len(times)))))
    for start, end in zip(bounds, [*bounds[1:], random.choice([NEVER, NEVER, times[-1]])], strict=True):
        if start < end:
            key, (price, decimal) = _key(each, words), _price(random)
            yield (*key, start, end, UNKNOWN, price, decimal, _number(each.point), 0)


def _archived(each: _Series, words: Vocabulary, random: Random) -> tuple:
    price, decimal = _price(random)
    return (*_key(each, words), price, decimal, _number(each.point), MOMENTS.index("closing"))


def _key(each: _Series, words: Vocabulary) -> tuple[int, int, int, int]:
    return (
        each.event,
        words.bookmakers.index(each.book),
        words.markets.index(each.market),
        words.outcomes.index(each.outcome),
    )


def _price(random: Random) -> tuple[int, float]:
    american = random.choice(_PRICES)
    return american, american_to_decimal(american)


def _number(point: Decimal | None) -> float:
    return float("nan") if point is None else float(point)


def _vocabulary(series: list[_Series]) -> Vocabulary:
    def place(outcome: OutcomeKey) -> tuple:
        return outcome.description, side_order(outcome.side), outcome.name, outcome.line or 0

    return Vocabulary(
        bookmakers=sorted({each.book for each in series}),
        markets=sorted({each.market for each in series}, key=market_order),
        outcomes=sorted({each.outcome for each in series}, key=place),
        scopes=[_SPEAKING_OF_ALL, _SPEAKING_OF_ONE_BOOK, _SPEAKING_OF_H2H],
        notes=[""],
    )


def _columns(rows: list[tuple], kind: type) -> list[np.ndarray]:
    types = [str(field.type) for field in kind.__dataclass_fields__.values()]
    columns = list(zip(*rows, strict=True)) or [()] * len(types)
    return [np.array(column, _dtype(name)) for column, name in zip(columns, types, strict=True)]


def _dtype(name: str) -> type:
    return np.int64 if name == "Integers" else getattr(np, name.removeprefix("NDArray[np.").removesuffix("]"))
