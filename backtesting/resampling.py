"""What the figures might have been: the days of a run drawn again and again, with replacement. Pure.

All bets on events of one game day stay together, for they are not independent (block bootstrap: Künsch 1989; Efron and
Tibshirani 1993, chapters 8, 13 and 14).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from events.wording import plural

from .counting import Floats, coded, game_day, settled, summed, turnover
from .drawdown import underwater
from .estimates import FEWEST_DAYS, NORMAL
from .records import Bet

DRAWS = 2_000
# Days drawn at once, over all paths: few enough to stay in the processor's cache.
_AT_ONCE = 100_000


class IntervalMethod(StrEnum):
    PERCENTILE = "percentile"
    BCA = "bca"  # corrected for bias and for an error that grows with the figure (Efron 1987)


class DayBlocks(NamedTuple):
    """The settled bets of each game day, summed, in order of time."""

    profit: Floats
    turnover: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    estimate: float  # of the days as they were
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """Intervals for the figures of a run; None where there are too few days, and `note` says so."""

    days: int
    draws: int
    level: float
    method: IntervalMethod  # of yield and growth; that of drawdown is always by percentile
    yield_: Interval | None = None
    bankroll_growth: Interval | None = None  # at the stakes as they were
    max_drawdown: Interval | None = None  # the range of what such days bring in another order; `estimate` is by day
    note: str = ""


def day_blocks(bets: Iterable[Bet]) -> DayBlocks:
    """Profit and turnover by game day of the events, for settled bets."""
    known = sorted(settled(bets), key=game_day)
    codes, days = coded([game_day(bet) for bet in known])
    profit = np.array([bet.profit for bet in known], dtype=float)
    staked = np.array([turnover(bet) for bet in known], dtype=float)
    return DayBlocks(summed(profit, codes, days), summed(staked, codes, days))


def bootstrap(
    blocks: DayBlocks,
    initial_bankroll: float,
    *,
    seed: int | Generator,
    draws: int = DRAWS,
    level: float = 0.95,
    method: IntervalMethod = IntervalMethod.PERCENTILE,
) -> Bootstrap:
    """Intervals for yield, bankroll growth and maximum drawdown. The same seed gives the same intervals."""
    days = int(np.count_nonzero(blocks.turnover))
    if days < FEWEST_DAYS:
        note = f"{plural(days, 'game day')} with a bet won or lost, at least {FEWEST_DAYS} are needed"
        return Bootstrap(days=days, draws=draws, level=level, method=method, note=note)
    samples = _samples(blocks, initial_bankroll, draws, np.random.default_rng(seed))
    profit, staked = float(blocks.profit.sum()), float(blocks.turnover.sum())
    without_one = profit - blocks.profit, (profit - blocks.profit) / (staked - blocks.turnover)
    growth_without, yield_without = without_one if method == IntervalMethod.BCA else (None, None)
    fall = float(underwater(initial_bankroll + np.cumsum(blocks.profit), initial_bankroll).max())
    return Bootstrap(
        days=days,
        draws=draws,
        level=level,
        method=method,
        yield_=_interval(profit / staked, samples.yields, level, yield_without),
        bankroll_growth=_interval(profit / initial_bankroll, samples.growths, level, growth_without),
        max_drawdown=_interval(min(fall, 1.0), samples.falls, level),
    )


class _Samples(NamedTuple):
    yields: Floats
    growths: Floats
    falls: Floats


def _samples(blocks: DayBlocks, initial: float, draws: int, rng: Generator) -> _Samples:
    """The figures of as many runs as `draws`, each of as many days as there are."""
    days = len(blocks.profit)
    drawn = []
    for size in _sizes(draws, max(1, _AT_ONCE // days)):
        places = rng.integers(0, days, size=(size, days))
        paths = np.cumsum(blocks.profit[places], axis=1)
        staked = blocks.turnover[places].sum(axis=1)
        some = staked > 0  # by chance a run can have drawn days of pushes alone: it has no yield
        # Stakes do not shrink here as they would have: at the loss of everything a path has ended.
        falls = np.minimum(underwater(initial + paths, initial).max(axis=1), 1.0)
        drawn.append(_Samples(paths[some, -1] / staked[some], paths[:, -1] / initial, falls))
    return _Samples(*map(np.concatenate, zip(*drawn, strict=True)))


def _sizes(total: int, most: int) -> Iterator[int]:
    for begin in range(0, total, most):
        yield min(most, total - begin)


def _interval(estimate: float, samples: Floats, level: float, without_one: Floats | None = None) -> Interval:
    """The middle part of the samples; by BCa where the figures without each single day are given."""
    tails = np.array([(1 - level) / 2, (1 + level) / 2])
    if without_one is not None:
        tails = _corrected(tails, estimate, samples, without_one)
    low, high = np.quantile(samples, tails)
    return Interval(estimate=estimate, low=float(low), high=float(high))


def _corrected(tails: Floats, estimate: float, samples: Floats, without_one: Floats) -> Floats:
    """The quantiles that BCa takes in place of these (Efron and Tibshirani 1993, equations 14.10 to 14.15)."""
    below = float(np.mean(samples < estimate) + np.mean(samples == estimate) / 2)
    edge = 0.5 / len(samples)
    bias = NORMAL.inv_cdf(min(max(below, edge), 1 - edge))
    rest = without_one.mean() - without_one
    squares = float(rest @ rest)
    acceleration = float((rest**3).sum()) / (6 * squares**1.5) if squares else 0.0
    shifted = [bias + NORMAL.inv_cdf(float(tail)) for tail in tails]
    return np.array([NORMAL.cdf(bias + each / (1 - acceleration * each)) for each in shifted])
