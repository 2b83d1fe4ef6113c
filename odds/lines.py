"""Prices side by side, pure: which outcomes are bet against each other, what a book keeps of them, where one does best.

A *line* is one bookmaker's outcomes of one market that exclude each other: both teams at -3.5 and +3.5, over and under
220.5. Prices are compared only at equal points; +3.5 at -110 and +4 at -120 are two different bets.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from math import isclose
from typing import Any, Generic, Protocol, TypeVar

from .choices import Side
from .markets import H2H, SPREADS, TOTALS, Draw, has_draw, is_lay
from .pricing import hold, implied_probability, overround

# How markets and sides are put in order; all other markets follow by name.
MARKETS_FIRST = [H2H, SPREADS, TOTALS]
SIDES = [Side.AWAY, Side.HOME, Side.DRAW, Side.OVER, Side.UNDER, Side.OTHER]
_PLACES: dict[str, int] = {side: place for place, side in enumerate(SIDES)}

_TEAMS = {Side.HOME, Side.AWAY}
_THREE_WAY = {Side.HOME, Side.AWAY, Side.DRAW}
_OVER_UNDER = {Side.OVER, Side.UNDER}


class Quote(Protocol):
    """What tells whether a price is for a draw."""

    @property
    def market(self) -> str: ...
    @property
    def side(self) -> str: ...


class Price(Quote, Protocol):
    """What prices have in common, wherever they come from."""

    @property
    def bookmaker(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def point(self) -> Decimal | None: ...
    @property
    def price(self) -> int | None: ...  # None in an archive that has a line alone
    @property
    def decimal_price(self) -> float | None: ...
    @property
    def is_valid(self) -> bool: ...


P = TypeVar("P", bound=Price)


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingPrice:
    """What one book offered for one outcome at an instant, and what was known of it then."""

    event_id: str  # the provider's
    bookmaker: str
    market: str
    outcome: str  # the name as quoted
    side: str
    description: str
    point: Decimal | None
    price: int  # American
    decimal_price: float
    odds_timestamp: datetime | None  # first snapshot that had this price; None: of an archive without times
    valid_until: None = None  # whatever became of it later was not known at the instant
    last_update: datetime | None  # the book's own time, in that first snapshot
    snapshot_time: datetime | None  # the newest snapshot, at the instant, that speaks for this book and market
    age_seconds: float | None  # from that snapshot to the instant
    is_live: bool  # whether that snapshot was taken after the start
    is_valid: bool
    validation_notes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine(Generic[P]):
    """The prices of one line at one book. `overround` and `hold` are None unless the set of outcomes is complete."""

    bookmaker: str
    market: str
    description: str
    point: Decimal | None  # as the home side has it; for all others their own
    prices: tuple[P, ...]  # away before home, over before under
    overround: float | None
    hold: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BestPrice:
    """The highest price for one outcome at one point. Books that tie are all named."""

    event_id: str
    market: str
    outcome: str
    side: str
    description: str
    point: Decimal | None
    price: int
    decimal_price: float
    implied_probability: float
    bookmakers: tuple[str, ...]  # keys, in alphabetical order
    offers: int  # how many books quote this outcome at this point
    snapshot_time: datetime | None  # the oldest of those that speak for the books named
    age_seconds: float | None
    is_live: bool


def book_lines(prices: Iterable[P], draw: Draw = Draw.MAYBE) -> list[BookLine[P]]:
    """All lines, by market, description, point and bookmaker. `draw`: whether the sport has one."""
    prices = list(prices)
    with_draw = markets_with_draw(prices, draw)
    groups: dict[tuple[str, str, str, Decimal | None], list[P]] = defaultdict(list)
    for price in sorted(prices, key=_order):
        groups[price.bookmaker, price.market, price.description, line_point(price.side, price.point)].append(price)
    lines = []
    for (bookmaker, market, description, point), group in groups.items():
        decimals = [price.decimal_price for price in group if price.decimal_price is not None]
        sides = [(price.side, price.point) for price in group if price.decimal_price is not None]
        complete = is_complete(market, sides, draws=market in with_draw)
        lines.append(
            BookLine(
                bookmaker=bookmaker,
                market=market,
                description=description,
                point=point,
                prices=tuple(group),
                overround=overround(decimals) if complete else None,
                hold=hold(decimals) if complete else None,
            )
        )
    return sorted(lines, key=_line_order)


def standing_since(line: BookLine[StandingPrice]) -> datetime:
    """When the newest of a line's prices was first seen. Raises ValueError where no price has a time."""
    return max(price.odds_timestamp for price in line.prices if price.odds_timestamp is not None)


def compared(price: StandingPrice, line: BookLine[StandingPrice]) -> dict[str, Any]:
    """A price with its implied probability, and what the book keeps of the line it belongs to."""
    return asdict(price) | {
        "implied_probability": implied_probability(price.decimal_price),
        "overround": line.overround,
        "hold": line.hold,
    }


def line_point(side: str, point: Decimal | None) -> Decimal | None:
    """The point that outcomes bet against each other share: the home side's, so -3.5 for an away side at +3.5."""
    return -point if side == Side.AWAY and point is not None else point


def markets_with_draw(prices: Iterable[Quote], draw: Draw) -> set[str]:
    """The markets of these prices in which a set without a draw lacks one.

    Somebody quotes it, or the sport has one: what is quoted may be flagged, or not asked for, and so be missing here.
    """
    return {price.market for price in prices if price.side == Side.DRAW or has_draw(price.market, draw)}


def is_complete(market: str, outcomes: Sequence[tuple[str, Decimal | None]], *, draws: bool = False) -> bool:
    """Whether exactly one of these outcomes, given as (side, point) of one line, wins or all are refunded.

    Both teams, with the draw where `draws` says that it is offered; over and under one number. Offers to lay never are.
    """
    sides = [side for side, _ in outcomes]
    if is_lay(market) or len(sides) != len(set(sides)):
        return False
    has_points = all(point is not None for _, point in outcomes)
    if set(sides) == _OVER_UNDER:
        return has_points
    if SPREADS in market:
        return set(sides) == _TEAMS and has_points
    return set(sides) == (_THREE_WAY if draws else _TEAMS)


def best_prices(prices: Iterable[StandingPrice]) -> list[BestPrice]:
    """The best price of each outcome and point, by market, description, point and side.

    Equal decimal prices tie, so -100 and +100 do. Flagged prices and offers to lay are left out.
    """
    groups: dict[Hashable, list[StandingPrice]] = defaultdict(list)
    for price in sorted(prices, key=_order):
        if counts(price):
            groups[bet(price)].append(price)
    return [_best(group) for group in groups.values()]


def bet(price: Price) -> Hashable:
    """What two prices share if they are offers for the same bet, and so can be compared."""
    return price.market, price.description, price.side, price.outcome, price.point


def counts(price: Price) -> bool:
    """Whether it can be a best price: there, not flagged, and no offer to lay."""
    return price.is_valid and price.decimal_price is not None and not is_lay(price.market)


def _best(group: Sequence[StandingPrice]) -> BestPrice:
    top = max(group, key=lambda price: (price.decimal_price, price.price))
    ties = [price for price in group if isclose(price.decimal_price, top.decimal_price)]
    oldest = max(ties, key=lambda price: price.age_seconds or 0)
    return BestPrice(
        event_id=top.event_id,
        market=top.market,
        outcome=top.outcome,
        side=top.side,
        description=top.description,
        point=top.point,
        price=top.price,
        decimal_price=top.decimal_price,
        implied_probability=implied_probability(top.decimal_price),
        bookmakers=tuple(sorted(price.bookmaker for price in ties)),
        offers=len(group),
        snapshot_time=oldest.snapshot_time,
        age_seconds=oldest.age_seconds,
        is_live=any(price.is_live for price in ties),
    )


def market_order(market: str) -> tuple[int, str]:
    """A key to sort by: head to head, spreads and totals first, then the others by name."""
    return MARKETS_FIRST.index(market) if market in MARKETS_FIRST else len(MARKETS_FIRST), market


def side_order(side: str) -> int:
    """A key to sort by: away before home, over before under."""
    return _PLACES[side]


def _order(price: Price) -> tuple[object, ...]:
    return (
        market_order(price.market),
        price.description,
        _sortable(line_point(price.side, price.point)),
        side_order(price.side),
        price.outcome,
        price.bookmaker,
    )


def _line_order(line: BookLine[P]) -> tuple[object, ...]:
    return market_order(line.market), line.description, _sortable(line.point), line.bookmaker


def _sortable(point: Decimal | None) -> tuple[bool, Decimal]:
    return point is not None, point or Decimal()
