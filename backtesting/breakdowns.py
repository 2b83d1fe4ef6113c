"""The figures of a run by month, market, bookmaker, odds and kind, pure.

Many groups are looked at, so that some are good or bad by luck alone: they tell where money came from, not where an
edge is. The closing line value says more about a small group than its yield.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from .clv import summarise_clv
from .counting import game_day, placed, turnover
from .records import Bet

# Lower edges, in decimal.
ODDS_BANDS = (1.0, 1.5, 1.8, 2.0, 2.5, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakdownRow:
    """The bets of one group. `yield_` is None where none was won or lost, the others where none has the value."""

    group: str
    bets: int  # for which money was staked
    turnover: float
    profit: float
    yield_: float | None
    clv: float | None
    clv_standard_error: float | None  # by game day; as if independent where all are of one day
    clv_bets: int


def breakdowns(bets: Iterable[Bet]) -> dict[str, list[BreakdownRow]]:
    """All tables, by what they are grouped by: month, market, bookmaker, odds_band, kind. Unfilled bets are in none."""
    known = placed(bets)
    return {name: breakdown(known, group) for name, group in GROUPINGS.items()}


def breakdown(bets: Iterable[Bet], group: Callable[[Bet], str]) -> list[BreakdownRow]:
    """One table, in the order of the groups' names."""
    groups: dict[str, list[Bet]] = defaultdict(list)
    for bet in bets:
        groups[group(bet)].append(bet)
    return [_row(name, groups[name]) for name in sorted(groups)]


def odds_band(decimal_price: float) -> str:
    """'1.80 to 2.00' for -110. The lower edge belongs to a band, the upper one to the next."""
    place = bisect_right(ODDS_BANDS, decimal_price)
    low = ODDS_BANDS[place - 1]
    return f"{low:.2f} to {ODDS_BANDS[place]:.2f}" if place < len(ODDS_BANDS) else f"{low:.2f} and more"


GROUPINGS: dict[str, Callable[[Bet], str]] = {
    "month": lambda bet: f"{game_day(bet):%Y-%m}",
    "market": lambda bet: bet.market,
    "bookmaker": lambda bet: bet.bookmaker,
    "odds_band": lambda bet: odds_band(bet.decimal_price),
    "kind": lambda bet: bet.kind,
}


def _row(name: str, bets: list[Bet]) -> BreakdownRow:
    staked, profit = sum(map(turnover, bets)), sum(bet.profit for bet in bets)
    price = summarise_clv(bets).price
    return BreakdownRow(
        group=name,
        bets=len(bets),
        turnover=staked,
        profit=profit,
        yield_=profit / staked if staked else None,
        clv=price.value if price else None,
        clv_standard_error=(price.clustered_standard_error or price.standard_error) if price else None,
        clv_bets=price.n if price else 0,
    )
