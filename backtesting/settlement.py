"""What a result makes of a bet, pure: graded at the line taken, and what comes back of the stake.

Scores are those of the whole game, overtime included. What a final score cannot tell is `UNRESOLVED`, never guessed;
`why_not_graded` names the reason.
"""

from __future__ import annotations

from decimal import Decimal
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from odds.choices import Side
from odds.markets import H2H, SPREADS, TOTALS, base_of, is_lay
from odds.pricing import net_of_commission

from .choices import BetState

THREE_WAY = "h2h_3_way"

QUARTER = 0.25  # a margin that only quarter lines have: one half is won or lost, the other is a push
# Games that go on until somebody wins, or nearly so, while a draw is priced for the regular time alone.
_OVERTIME = ("basketball_", "baseball_", "americanfootball_", "icehockey_")


class Selection(NamedTuple):
    """What was bet on. Any (market, side, point) will do in its place."""

    market: str
    side: str
    point: Decimal | None  # the line taken; 0 is a line


class Shape(IntEnum):
    """How a result decides about a bet. From HOME_PLUS on a point is in it."""

    UNGRADABLE = 0
    HOME = 1  # wins
    AWAY = 2
    DRAW = 3
    HOME_PLUS = 4  # wins with its points added
    AWAY_PLUS = 5
    OVER = 6
    UNDER = 7


# (part of the stake that comes back as it is, part that comes back at the price); all other states return nothing.
_PARTS = {
    BetState.HALF_LOST: (0.5, 0.0),
    BetState.PUSH: (1.0, 0.0),
    BetState.VOID: (1.0, 0.0),
    BetState.HALF_WON: (0.5, 0.5),
    BetState.WON: (0.0, 1.0),
}

_SHAPES: dict[tuple[str, str], Shape] = {
    (H2H, Side.HOME): Shape.HOME,
    (H2H, Side.AWAY): Shape.AWAY,
    (H2H, Side.DRAW): Shape.DRAW,
    (SPREADS, Side.HOME): Shape.HOME_PLUS,
    (SPREADS, Side.AWAY): Shape.AWAY_PLUS,
    (TOTALS, Side.OVER): Shape.OVER,
    (TOTALS, Side.UNDER): Shape.UNDER,
}


@lru_cache(maxsize=1024)  # asked for every bet
def shape_of(market: str, side: str) -> Shape:
    """How a final score decides about this side of this market; alternates are as their base market."""
    base = base_of(market)
    if market not in (base, f"alternate_{base}"):
        return Shape.UNGRADABLE  # of a period
    return _SHAPES.get((H2H if base == THREE_WAY else base, side), Shape.UNGRADABLE)


def why_not_graded(
    selection: tuple[str, str, Decimal | None], sport_key: str = "", *, draw_offered: bool = False
) -> str:
    """Why a final score cannot tell what became of a bet, in one line; empty where it can.

    `draw_offered`: the bookmaker had a draw in this market.
    """
    market, side, point = selection
    shape = shape_of(market, side)
    if is_lay(market):
        return f"{market} is an offer to lay, which is not settled"
    if shape is Shape.UNGRADABLE:
        return f"{side} of {market} cannot be told from the final score"
    if shape >= Shape.HOME_PLUS:
        return f"{side} of {market} was taken without a point" if point is None else ""
    if (draw_offered or market == THREE_WAY or shape is Shape.DRAW) and sport_key.startswith(_OVERTIME):
        return f"{side} of {market} with a draw is of regular time, and the final score of {sport_key} is not"
    return ""


def grade(
    selection: tuple[str, str, Decimal | None], home_score: int, away_score: int, *, draw_refunds: bool = True
) -> BetState:
    """What a final score makes of a bet at the line taken.

    A tie gives the stake of a team back, unless a draw could be bet on (`draw_refunds` false, and always so in
    h2h_3_way): then both teams lose. An integer line that is hit is a push, and a quarter line is two half bets.
    """
    if why_not_graded(selection):
        return BetState.UNRESOLVED
    market, side, point = selection
    shape = shape_of(market, side)
    margin = _margin(shape, float(point or 0), home_score, away_score)
    if margin == 0:
        loses = shape in (Shape.HOME, Shape.AWAY) and not (draw_refunds and market != THREE_WAY)
        return BetState.LOST if loses else BetState.PUSH
    if abs(margin) == QUARTER:
        return BetState.HALF_WON if margin > 0 else BetState.HALF_LOST
    return BetState.WON if margin > 0 else BetState.LOST


def _margin(shape: Shape, point: float, home: int, away: int) -> float:
    """By how much the bet is won, in points; below 0 lost. A draw has no margin but 1 and -1."""
    if shape is Shape.DRAW:
        return 1 if home == away else -1
    if shape is Shape.OVER:
        return home + away - point
    if shape is Shape.UNDER:
        return point - (home + away)
    lead = home - away if shape in (Shape.HOME, Shape.HOME_PLUS) else away - home
    return lead if shape < Shape.HOME_PLUS else lead + point


def return_multiple(state: BetState, decimal_price: float, commission: float = 0.0) -> float:
    """What comes back for each unit staked, stake included; commission is a fraction of net winnings.

    0 while nothing is known. Raises ValueError for a price not above 1, or a commission outside [0, 1).
    """
    if not (decimal_price > 1 and 0 <= commission < 1):
        raise ValueError(f"price {decimal_price!r} at commission {commission!r}: expected above 1, and 0 to below 1")
    refunded, paid = _PARTS.get(state, (0.0, 0.0))
    return refunded + paid * net_of_commission(decimal_price, commission)


def returned(state: BetState, stake: float, decimal_price: float, commission: float = 0.0) -> float:
    """What comes back of a stake, stake included: `return_multiple` times it."""
    return stake * return_multiple(state, decimal_price, commission)
