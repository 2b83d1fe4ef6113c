"""Many configurations of one strategy on the same data, and what the best of them is worth for that."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from ..history import History
from ..overfitting import BLOCKS, Overfitting, probability_of_overfitting
from ..result import BacktestResult
from ..returns import daily_profit
from ..strategies import BettingStrategy, StrategySpec
from ..terms import RunTerms
from .executors import Executor
from .workers import Answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Sweep:
    """All answers, in the order of the configurations."""

    answers: list[Answer]
    overfitting: Overfitting | None  # None for fewer than two results, or too few days with settled bets

    @property
    def results(self) -> list[BacktestResult | None]:
        return [answer.result for answer in self.answers]


def specs_of(strategy: BettingStrategy, combinations: Sequence[Mapping[str, str]]) -> list[StrategySpec]:
    """A spec for each combination of parameters, all else as the strategy has it.

    Raises BadParameter for a name or a value that it does not take, before anything is run.
    """
    told = StrategySpec.of(strategy)
    built = [
        StrategySpec(
            name=told.name, parameters={**told.parameters, **each}, staking=told.staking, decides=told.decides
        ).build()
        for each in combinations
    ]
    return [StrategySpec.of(each) for each in built]


def sweep(
    history: History,
    specs: Sequence[StrategySpec],
    terms: RunTerms,
    execute: Executor,
    *,
    advance: Callable[[], None] = lambda: None,
) -> Sweep:
    """Run every configuration on the history; `advance` is called after each."""
    answers: dict[int, Answer] = {}
    for number, answer in execute(history, [(spec, terms) for spec in specs]):
        answers[number] = answer
        advance()
    in_order = [answers[number] for number in range(len(specs))]
    return Sweep(answers=in_order, overfitting=overfitting([each.result for each in in_order]))


def overfitting(results: Sequence[BacktestResult | None]) -> Overfitting | None:
    """How often the best of these configurations is below the middle on other days."""
    by_day = [daily_profit(result.bets) for result in results if result is not None]
    days: list[date] = sorted(set().union(*by_day))
    if len(by_day) < 2 or len(days) < 2 * BLOCKS:
        return None
    return probability_of_overfitting(np.array([[profits.get(day, 0.0) for profits in by_day] for day in days]))
