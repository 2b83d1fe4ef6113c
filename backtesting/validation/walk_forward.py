"""Walk-forward: the configuration that was best on the days before is tried on the days after, again and again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..engine import simulate
from ..errors import BacktestError
from ..history import History
from ..metrics import Metrics, measure
from ..records import Bet, EquityPoint
from ..result import BacktestResult
from ..strategies import StrategySpec
from ..terms import RunTerms
from .criteria import CRITERIA, best
from .executors import Executor

Cut = tuple[datetime, datetime, datetime, datetime]
"""Training from and until, test from and until."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Windows:
    """How the range is cut: a training window, a gap, a test window; then all of it further on by a test window."""

    train: timedelta
    test: timedelta
    embargo: timedelta = timedelta(days=1)  # bets of the last training day are settled by then

    def __post_init__(self) -> None:
        if self.train <= timedelta(0) or self.test <= timedelta(0) or self.embargo < timedelta(0):
            raise ValueError(f"windows of {self}: training and test take a day or more, the embargo none or more")

    def __str__(self) -> str:
        return f"{self.train.days} days, embargo {self.embargo.days}, {self.test.days} days"

    def over(self, start: datetime, end: datetime) -> Iterator[Cut]:
        """Every step over [start, end); the last test window may be shorter."""
        begin = start
        while (test_from := begin + self.train + self.embargo) < end:
            yield begin, begin + self.train, test_from, min(test_from + self.test, end)
            begin += self.test


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One training window, what was chosen on it, and what that then brought."""

    train_start: datetime
    train_end: datetime
    test_start: datetime
    test_end: datetime
    chosen: StrategySpec | None  # None: no configuration had enough bets, so none was bet on
    trained: float | None  # the criterion on the training window
    tested: float | None  # and on the test window
    bets: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkForward:
    """All steps, and the bets of all test windows as one run: each goes on with the bankroll of the one before."""

    steps: list[Step]
    bets: list[Bet]
    equity: list[EquityPoint]
    metrics: Metrics


def walk_forward(
    history: History,
    specs: Sequence[StrategySpec],
    terms: RunTerms,
    windows: Windows,
    execute: Executor,
    *,
    by: str,
    fewest_bets: int = 20,
    advance: Callable[[], None] = lambda: None,
) -> WalkForward:
    """Choose by criterion `by` on each training window and test what was chosen on the window after it.

    `advance` is called after each training run, of which there are `len(specs)` for each window. Raises BacktestError
    where the range is too short for one step.
    """
    cuts = list(windows.over(terms.start, terms.end))
    if not cuts:
        raise BacktestError(f"windows of {windows} do not fit between {terms.start:%Y-%m-%d} and {terms.end:%Y-%m-%d}")
    terms = replace(terms, min_coverage=0.0)  # a window without games is no reason to stop
    trained = _trained(history, specs, [replace(terms, start=cut[0], end=cut[1]) for cut in cuts], execute, advance)
    steps: list[Step] = []
    results: list[BacktestResult] = []
    bankroll = terms.initial_bankroll
    for cut, candidates in zip(cuts, trained, strict=True):
        place = best(candidates, by, fewest_bets=fewest_bets)
        tested = None
        if place is not None and bankroll > 0:
            tested = _tested(history, specs[place], replace(terms, start=cut[2], end=cut[3], initial_bankroll=bankroll))
            results.append(tested)
            bankroll = tested.metrics.final_bankroll
        steps.append(_step(cut, specs, candidates, place, tested, by))
    return _joined(steps, results, replace(terms, start=cuts[0][2], end=cuts[-1][3]))


def _trained(
    history: History,
    specs: Sequence[StrategySpec],
    windows: Sequence[RunTerms],
    execute: Executor,
    advance: Callable[[], None],
) -> list[list[BacktestResult | None]]:
    """The result of every configuration on every training window."""
    found: list[list[BacktestResult | None]] = [[None] * len(specs) for _ in windows]
    for number, answer in execute(history, [(spec, window) for window in windows for spec in specs]):
        window, place = divmod(number, len(specs))
        found[window][place] = answer.result
        advance()
    return found


def _tested(history: History, spec: StrategySpec, terms: RunTerms) -> BacktestResult:
    return simulate(history.between(terms.start, terms.end), spec.build(), terms)


def _step(
    cut: Cut,
    specs: Sequence[StrategySpec],
    candidates: Sequence[BacktestResult | None],
    place: int | None,
    tested: BacktestResult | None,
    by: str,
) -> Step:
    chosen = None if place is None else candidates[place]
    return Step(
        train_start=cut[0],
        train_end=cut[1],
        test_start=cut[2],
        test_end=cut[3],
        chosen=None if place is None else specs[place],
        trained=None if chosen is None else CRITERIA[by](chosen),
        tested=None if tested is None else CRITERIA[by](tested),
        bets=tested.total_bets if tested else 0,
    )


def _joined(steps: list[Step], results: Sequence[BacktestResult], terms: RunTerms) -> WalkForward:
    bets: list[Bet] = []
    for result in results:
        positions = bets[-1].position if bets else 0
        bets += [replace(bet, number=len(bets) + place, position=positions + bet.position)
                 for place, bet in enumerate(result.bets, 1)]  # fmt: skip
    equity = [point for result in results for point in result.equity]
    metrics = measure(bets, equity, terms.initial_bankroll, seed=terms.seed, start=terms.start, end=terms.end)
    return WalkForward(steps=steps, bets=bets, equity=equity, metrics=metrics)
