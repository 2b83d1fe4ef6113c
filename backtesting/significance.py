"""How sure a result is, and what is left of it once all that was tried is counted. Pure.

Of many strategies without any edge the best looks good. A run is one of all configurations that were tried on its data,
so its figures stand beside what the best of as many would reach by luck.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from math import e, expm1, log1p, sqrt
from operator import attrgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from events.wording import plural

from .counting import Floats, coded, game_day, settled, summed, turnover
from .estimates import FEWEST_DAYS, NORMAL, Estimate, ratio
from .records import Bet
from .returns import FEWEST_RETURNS

SIGMAS = 1.96
_EULER = 0.5772156649015329  # the constant of Euler and Mascheroni
_NO_SPREAD = 1e-12
FEWEST_TRIALS = 5  # fewer do not tell how far trials lie apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """How far a run's yield is from none. What cannot be told is None, and `note` says why.

    A bet is a position here: the legs of an arbitrage win and lose together, and are no evidence of their own.
    """

    yield_: Estimate | None  # by game day: clusters of bets that share lines and news
    t_statistic: float | None = None  # yield over its clustered standard error
    p_value: float | None = None  # chance of a t statistic at least as high without an edge; one-sided, normal
    bets_needed: int | None = None  # for a yield like this to be 1.96 standard errors from none, as if independent
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deflated:
    """A run's daily Sharpe ratio against the best that as many trials without an edge would have had."""

    trials: int
    expected_maximum: float  # of the t statistics of as many independent trials without an edge
    sharpe: float  # of a day, not annualised
    benchmark_sharpe: float  # of a day: the expected highest of the trials
    probability: float  # deflated Sharpe ratio: that the true one exceeds 0, the trials counted; above 0.95 is sure
    bonferroni: float | None  # p values corrected for the trials; None where none was given
    sidak: float | None


def bets_needed(win_probability: float, decimal_price: float, sigmas: float = SIGMAS) -> int | None:
    """How many equal bets at this chance and price until the expected profit is so many standard errors from 0.

    At -110 that is 1,386 at 55 %, 3,640 at 54 % and 24,971 at 53 %. None where the bets win nothing in the long run.
    """
    gain = win_probability * decimal_price - 1
    return bets_for(gain, decimal_price * sqrt(win_probability * (1 - win_probability)), sigmas)


def bets_for(mean: float, standard_deviation: float, sigmas: float = SIGMAS) -> int | None:
    """(sigmas × standard deviation / mean)², to the nearest bet, and at least 1; None for a mean of 0 or below."""
    return max(1, round((sigmas * standard_deviation / mean) ** 2)) if mean > 0 else None


def evidence(bets: Sequence[Bet]) -> Evidence:
    """How far the yield of these bets is from 0, in standard errors clustered by game day."""
    found = _yield(bets)
    if found is None:
        return Evidence(yield_=None, note="no bet was won or lost")
    if found.clusters < FEWEST_DAYS:
        return Evidence(
            yield_=found,
            note=f"{plural(found.clusters, 'game day')} with settled bets, at least {FEWEST_DAYS} are needed",
        )
    needed = bets_for(found.value, (found.standard_error or 0.0) * sqrt(found.n))
    if (found.clustered_standard_error or 0.0) <= _NO_SPREAD:
        return Evidence(yield_=found, bets_needed=needed, note="every day had the same yield: there is no error")
    t = found.value / (found.clustered_standard_error or 1.0)
    note = "" if needed else "the yield is not above 0: no number of such bets would show that it is"
    return Evidence(yield_=found, t_statistic=t, p_value=NORMAL.cdf(-t), bets_needed=needed, note=note)


def _yield(bets: Sequence[Bet]) -> Estimate | None:
    """Profit over turnover, of positions."""
    known = [bet for bet in settled(bets) if turnover(bet) or bet.profit]  # a push that cost nothing tells nothing
    days: dict[int, date] = {}
    for bet in known:
        days.setdefault(bet.position, game_day(bet))
    codes, positions = coded([bet.position for bet in known])
    profit, staked = (np.array([part(bet) for bet in known], dtype=float) for part in (attrgetter("profit"), turnover))
    return ratio(summed(profit, codes, positions), summed(staked, codes, positions), list(days.values()))


def deflated(
    returns: ArrayLike, *, trials: int, trial_sharpes: Sequence[float] = (), p_value: float | None = None
) -> Deflated | None:
    """What remains of a run once all configurations tried on its data are counted (Bailey and López de Prado 2014).

    `returns` are daily; `trial_sharpes` the daily Sharpe ratios of the trials, as far as known: how they spread tells
    how high the best gets by luck. Fewer than five count as spread like independent trials without an edge. Trials that
    resemble each other count as fewer, so this errs on the side of doubt. `p_value` is the run's own, as of
    `evidence`. None for fewer than 30 returns, or for returns without spread. Raises ValueError for no trials.
    """
    found = _moments(np.asarray(returns, dtype=float))
    expected = expected_maximum(trials)
    if found is None:
        return None
    spread = float(np.std(trial_sharpes, ddof=1)) if len(trial_sharpes) >= FEWEST_TRIALS else 1 / sqrt(found.n - 1)
    return Deflated(
        trials=trials,
        expected_maximum=expected,
        sharpe=found.sharpe,
        benchmark_sharpe=spread * expected,
        probability=probabilistic_sharpe(found, spread * expected),
        bonferroni=None if p_value is None else min(1.0, trials * p_value),
        sidak=None if p_value is None else sidak(p_value, trials),
    )


def expected_maximum(trials: int) -> float:
    """The expected highest of so many independent standard normal values: (1 - γ) Φ⁻¹(1 - 1/N) + γ Φ⁻¹(1 - 1/(Ne)).

    An approximation (Bailey et al. 2014, proposition 1), within 8 % for two and 3 % from ten on; 0 for one. Raises
    ValueError for none.
    """
    if trials < 1:
        raise ValueError(f"{trials} trials: the run itself is one, so there is at least 1")
    if trials == 1:
        return 0.0
    return (1 - _EULER) * NORMAL.inv_cdf(1 - 1 / trials) + _EULER * NORMAL.inv_cdf(1 - 1 / (trials * e))


def sidak(p_value: float, trials: int) -> float:
    """The chance that the lowest of so many independent p values is this low: 1 - (1 - p)^N (Šidák 1967)."""
    return 1.0 if p_value >= 1 else -expm1(trials * log1p(-p_value))


class Moments(NamedTuple):
    """What is needed of returns to judge their Sharpe ratio."""

    n: int
    sharpe: float  # of one period
    skewness: float
    kurtosis: float  # 3 for a normal distribution


def probabilistic_sharpe(returns: Moments, benchmark: float) -> float:
    """The chance that the true Sharpe ratio exceeds the benchmark, both of one period (Bailey and López de Prado 2012).

    0.5 where the two are equal. Skewness below 0 and fat tails bring it closer to that.
    """
    sharpe = returns.sharpe
    variance = 1 - returns.skewness * sharpe + (returns.kurtosis - 1) / 4 * sharpe**2
    return NORMAL.cdf((sharpe - benchmark) * sqrt((returns.n - 1) / variance))


def _moments(returns: Floats) -> Moments | None:
    if len(returns) < FEWEST_RETURNS or (spread := float(returns.std(ddof=1))) <= _NO_SPREAD:
        return None
    scaled = (returns - returns.mean()) / returns.std()
    sharpe = float(returns.mean()) / spread
    return Moments(len(returns), sharpe, float((scaled**3).mean()), float((scaled**4).mean()))
