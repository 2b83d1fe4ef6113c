"""Sweeps and walk-forwards that are kept: every configuration tried is a run, and counts as one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import uuid4

from ..choices import RunKind, RunState
from ..models import BacktestRun
from ..services import Trial, Trials, daily_sharpe, fill_in, loaded, new_run, trials_of
from ..strategies import BettingStrategy
from ..terms import RunTerms
from .criteria import best
from .executors import Executor
from .sweep import Sweep, specs_of, sweep
from .walk_forward import WalkForward, Windows, walk_forward


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """By what the best is chosen, and of how many bets at least."""

    by: str
    fewest_bets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepReport:
    """A sweep with its runs, in the order of the configurations."""

    group: str
    sweep: Sweep
    runs: list[BacktestRun]  # without an id where nothing was kept; their bets are not stored
    best: int | None  # place of the best; None where none had enough bets


def run_sweep(
    strategy: BettingStrategy,
    combinations: Sequence[Mapping[str, str]],
    terms: RunTerms,
    execute: Executor,
    choice: Choice,
    *,
    dry_run: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> SweepReport:
    """Try every combination of parameters and keep each as a run without its bets: any of them can be run again.

    Raises BacktestError, or BadParameter before anything is run.
    """
    specs = specs_of(strategy, combinations)
    strategies = [spec.build() for spec in specs]
    done = sweep(loaded(strategies, terms), specs, terms, execute, advance=advance)
    group = uuid4().hex[:12]
    runs = [new_run(each, terms, kind=RunKind.SWEEP, group=group) for each in strategies]
    trials = {**trials_of(terms), **_tried(runs, done)}
    for run, answer in zip(runs, done.answers, strict=True):
        if answer.result is None:
            run.state, run.error = RunState.FAILED, answer.error
        else:
            fill_in(run, answer.result, trials)
    if not dry_run:
        BacktestRun.objects.bulk_create(runs)
    return SweepReport(
        group=group, sweep=done, runs=runs, best=best(done.results, choice.by, fewest_bets=choice.fewest_bets)
    )


def run_walk_forward(
    strategy: BettingStrategy,
    combinations: Sequence[Mapping[str, str]],
    terms: RunTerms,
    windows: Windows,
    execute: Executor,
    choice: Choice,
    *,
    advance: Callable[[], None] = lambda: None,
) -> WalkForward:
    """Choose on each training window and test on the one after it. Raises as `run_sweep`."""
    specs = specs_of(strategy, combinations)
    history = loaded([spec.build() for spec in specs], terms)
    return walk_forward(
        history, specs, terms, windows, execute, by=choice.by, fewest_bets=choice.fewest_bets, advance=advance
    )


def _tried(runs: Sequence[BacktestRun], done: Sweep) -> Trials:
    """The configurations of a sweep, none of which is kept yet."""
    answers = zip(runs, done.results, strict=True)
    return {
        run.configuration: Trial(run.strategy, daily_sharpe(result.metrics.as_json()))
        for run, result in answers
        if result is not None
    }
