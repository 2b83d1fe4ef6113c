"""Returns by day of settlement, and what they earn for their risk. Pure.

A day is one in US/Eastern on which at least one bet was settled; other days are left out. Its return is the profit of
the day over the bankroll at its beginning, open stakes at cost. A corrected result counts on the day of the correction,
by what it changed. Ratios are those of such days times the root of how many of them a year has: of a season alone some
165, not 365.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import sqrt

import numpy as np

from events.game_days import day_of
from events.wording import plural

from .counting import Floats, is_settled, settled
from .records import Bet

FEWEST_RETURNS = 30
_YEAR = timedelta(days=365)
# Returns that spread by less than a millionth of the bankroll have no risk that a ratio could be reckoned on.
_NO_SPREAD = 1e-6
# As a fraction of the bankroll at first: what floats leave of it when everything is lost.
_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskRatios:
    """Annualised ratios of daily returns, against a return of 0. Those that mean nothing are None, with the reason."""

    days: int  # on which bets were settled
    days_per_year: int  # the most of them that lie within 365 days
    sharpe: float | None = None
    sharpe_standard_error: float | None = None  # for independent returns (Lo 2002, equation 9)
    sortino: float | None = None
    note: str = ""  # why the ratios are None


def daily_profit(bets: Iterable[Bet]) -> dict[date, float]:
    """The profit of each day on which bets were settled, in order; the sum is the profit of all settled bets."""
    profits: dict[date, float] = defaultdict(float)
    for bet in settled(bets):
        for day, amount in _movements(bet):
            profits[day] += amount
    return dict(sorted(profits.items()))


def daily_returns(profits: Iterable[float], initial_bankroll: float) -> Floats:
    """The profits of days in order, each over the bankroll at its beginning; it ends with the loss of everything."""
    amounts = np.fromiter(profits, dtype=float)
    before = initial_bankroll + np.cumsum(amounts) - amounts
    lost = np.flatnonzero(before <= _NOTHING * initial_bankroll)
    end = lost[0] if len(lost) else len(amounts)
    returns: Floats = amounts[:end] / before[:end]
    return returns


def risk_ratios(bets: Iterable[Bet], initial_bankroll: float) -> RiskRatios:
    """Sharpe and Sortino ratios of these bets (Sharpe 1994; Sortino and van der Meer 1991)."""
    profits = daily_profit(bets)
    returns = daily_returns(profits.values(), initial_bankroll)
    days, per_year = len(returns), most_in_a_year(list(profits))
    note = _without_ratios(returns)
    if note:
        return RiskRatios(days=days, days_per_year=per_year, note=f"n/a: {note}")
    mean, scale = float(returns.mean()), sqrt(per_year)
    each = mean / float(returns.std(ddof=1))
    return RiskRatios(
        days=days,
        days_per_year=per_year,
        sharpe=scale * each,
        sharpe_standard_error=scale * sqrt((1 + each * each / 2) / days),
        sortino=scale * mean / sqrt(float(np.mean(np.minimum(returns, 0.0) ** 2))),
    )


def most_in_a_year(days: Sequence[date]) -> int:
    """The most of these days, given in order, that lie within 365 days.

    For one season that is all of its days, and for several those of one, whether or not a summer was part of the run.
    """
    return max((bisect_left(days, day + _YEAR) - place for place, day in enumerate(days)), default=0)


def _without_ratios(returns: Floats) -> str:
    """Why these returns have no ratios; empty where they have."""
    if len(returns) < FEWEST_RETURNS:
        return f"{plural(len(returns), 'day')} with settlements, at least {FEWEST_RETURNS} are needed"
    if returns.min() >= 0 or returns.std(ddof=1) < _NO_SPREAD:
        return "the daily returns show no risk to reckon on: none is a loss, or all are the same (as of arbitrage)"
    return ""


def _movements(bet: Bet) -> Iterator[tuple[date, float]]:
    """What a settled bet won or lost, and on which days: more than one where its result was corrected."""
    verdicts = [each for each in bet.settlements if is_settled(each.state)]
    if not verdicts:
        if bet.settled_at is None:
            raise ValueError(f"bet {bet.number} is {bet.state} and has no time of settlement: its profit has no day")
        yield day_of(bet.settled_at), bet.profit
        return
    known = bet.stake + bet.cost
    for verdict in verdicts:
        yield day_of(verdict.settled_at), verdict.returned - known
        known = verdict.returned
