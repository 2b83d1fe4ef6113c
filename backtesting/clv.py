"""Closing line value, pure: how much better the price and the number taken were than the last ones before the start.

Of all figures of a short run it tells most: the closing price, its margin removed, is the best estimate of the chance
there is, so that the value against it is the expected profit, without the noise of results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from odds.choices import Side
from odds.lines import is_complete, line_point, markets_with_draw
from odds.markets import carries_line, draw_in
from odds.pricing import EDGE_TOLERANCE, DevigMethod, expected_value, fair_probabilities

from .counting import game_day
from .estimates import Estimate, mean
from .records import Bet


class ClosingQuote(Protocol):
    """What is asked of a price of an event's closing lines; `history.ClosingPrice` is one."""

    @property
    def bookmaker(self) -> str: ...
    @property
    def market(self) -> str: ...
    @property
    def side(self) -> str: ...
    @property
    def outcome(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def point(self) -> Decimal | None: ...
    @property
    def decimal_price(self) -> float | None: ...  # None in an archive that has a line alone
    @property
    def age_minutes(self) -> float | None: ...  # at the earlier of the stated and the final start
    @property
    def is_timed(self) -> bool: ...  # false: of an archive that tells no time


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingTerms:
    """Against what a bet is measured."""

    bookmaker: str | None = "pinnacle"  # None: each bet's own
    method: DevigMethod = DevigMethod.MULTIPLICATIVE
    max_close_age_minutes: float = 10.0  # prices of archives that tell no time have no age, and are let through


class ClosingMatch(StrEnum):
    """What was found of a bet's closing line. Only the first two give it a closing line value."""

    TIMED = "timed"
    UNTIMED = "untimed"  # of an archive that tells no time
    MISSING = "missing"  # the book has no closing price of this outcome
    OTHER_NUMBER = "other number"  # it has moved to one at which prices cannot be compared
    INCOMPLETE = "incomplete"  # the other side is missing, so the margin cannot be removed
    STALE = "stale"  # last seen too long before the start


@dataclass(frozen=True, slots=True, kw_only=True)
class ClvSummary:
    """Closing line values of some bets. Clusters are game days. None where no bet has one."""

    bets: int
    price: Estimate | None  # mean of decimal price taken × fair closing probability - 1, equally weighted
    share_positive: float | None  # of the `price.n` that have one
    untimed: int  # of those: measured against an archive that tells no time
    points: Estimate | None
    share_positive_points: float | None


def closing_line_value(taken: float, closing_fair: float) -> float:
    """By what fraction the price taken beat the fair closing price.

    Both are decimal prices above 1 for the same outcome and point; the closing one has its margin removed. +0.05 is 5 %
    better than the close. Raises ValueError for a price of 1 or less.
    """
    for price in (taken, closing_fair):
        if not price > 1:
            raise ValueError(f"{price!r} is no decimal price: those are above 1")
    return expected_value(1 / closing_fair, taken)


def points_clv(side: str, taken_point: Decimal, closing_point: Decimal) -> float:
    """By how many points the number taken is better for the bettor than the closing one.

    A team taken at -3 that closes at -4.5 gained 1.5, as did over 220 that closes at 221.5 and under 220 at 218.5.
    Raises ValueError for a side that no number is given to.
    """
    gained = taken_point - closing_point
    if side in (Side.HOME, Side.AWAY, Side.UNDER):
        return float(gained)
    if side == Side.OVER:
        return float(-gained)
    raise ValueError(f"side {side!r} has no number that could move: home, away, over and under have")


def attach_clv(
    bets: Iterable[Bet], closing: Callable[[Bet], Iterable[ClosingQuote]], terms: ClosingTerms | None = None
) -> Counter[ClosingMatch]:
    """Fill the closing fields of bets, filled and unfilled alike, and count what was found of their closing lines.

    `closing` gives the closing prices of a bet's event, of all books and markets or at least of the bet's market.
    """
    terms = terms or ClosingTerms()
    return Counter(_attach(bet, list(closing(bet)), terms) for bet in bets)


def summarise_clv(bets: Sequence[Bet]) -> ClvSummary:
    """The mean closing line value of these bets, in price and in points."""
    priced = [(bet, bet.clv) for bet in bets if bet.clv is not None]
    moved = [(bet, bet.clv_points) for bet in bets if bet.clv_points is not None]
    price, share_positive = _of(priced)
    points, share_positive_points = _of(moved)
    return ClvSummary(
        bets=len(bets),
        price=price,
        share_positive=share_positive,
        untimed=sum(bet.closing_age_minutes is None for bet, _ in priced),
        points=points,
        share_positive_points=share_positive_points,
    )


def _of(found: Sequence[tuple[Bet, float]]) -> tuple[Estimate | None, float | None]:
    values = [value for _, value in found]
    positive = sum(value > EDGE_TOLERANCE for value in values)
    return mean(values, [game_day(bet) for bet, _ in found]), positive / len(values) if values else None


def _attach(bet: Bet, prices: Sequence[ClosingQuote], terms: ClosingTerms) -> ClosingMatch:
    bet.closing_decimal = bet.closing_fair = bet.closing_point = bet.closing_age_minutes = None
    bet.clv = bet.clv_points = None
    book = terms.bookmaker or bet.bookmaker
    in_market = [each for each in prices if (each.market, each.description) == (bet.market, bet.description)]
    offers = [each for each in in_market if each.bookmaker == book]
    own = [each for each in offers if _is_same_outcome(bet, each)]
    if not own:
        return ClosingMatch.MISSING
    shown = next((each for each in own if each.point == bet.point), None)
    _attach_points(bet, shown or own[0])
    if shown is None:
        return ClosingMatch.OTHER_NUMBER
    bet.closing_decimal = shown.decimal_price
    draws = bet.market in markets_with_draw(in_market, draw_in(bet.sport_key))
    return _attach_value(bet, [each for each in offers if _is_same_line(bet, each)], draws, terms)


def _attach_points(bet: Bet, close: ClosingQuote) -> None:
    bet.closing_age_minutes = close.age_minutes
    if carries_line(bet.market):  # several numbers stand side by side there, and none of them moves
        bet.closing_point = bet.point if close.point == bet.point else None
    elif bet.point is not None and close.point is not None:
        bet.closing_point = close.point
        bet.clv_points = points_clv(bet.side, bet.point, close.point)


def _attach_value(bet: Bet, line: Sequence[ClosingQuote], draws: bool, terms: ClosingTerms) -> ClosingMatch:
    decimals = [each.decimal_price for each in line if each.decimal_price is not None]
    if len(decimals) < len(line) or not is_complete(bet.market, [(e.side, e.point) for e in line], draws=draws):
        return ClosingMatch.INCOMPLETE
    if not all(_is_fresh(each, terms) for each in line):
        return ClosingMatch.STALE
    place = next(number for number, each in enumerate(line) if _is_same_outcome(bet, each))
    bet.closing_fair = fair_probabilities(decimals, terms.method)[place]
    # By the chance, not by closing_line_value: the additive method leaves some longshots none, and so no price.
    bet.clv = expected_value(bet.closing_fair, bet.decimal_price)
    return ClosingMatch.TIMED if all(each.is_timed for each in line) else ClosingMatch.UNTIMED


def _is_fresh(close: ClosingQuote, terms: ClosingTerms) -> bool:
    """Whether it was seen late enough; of an archive that tells no time, nobody knows, and it is let through."""
    if not close.is_timed:
        return True
    return close.age_minutes is not None and close.age_minutes <= terms.max_close_age_minutes


def _is_same_outcome(bet: Bet, close: ClosingQuote) -> bool:
    """Sides tell outcomes apart, whatever books call a team; only players and the like are known by name alone."""
    return close.side == bet.side and (bet.side != Side.OTHER or close.outcome == bet.outcome)


def _is_same_line(bet: Bet, close: ClosingQuote) -> bool:
    return line_point(close.side, close.point) == line_point(bet.side, bet.point)
