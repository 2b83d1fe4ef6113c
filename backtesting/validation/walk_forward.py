"""Walk-forward: the configuration that was best on the days before is tried on the days after, again and again."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from ..choices import BetState
from ..engine import commissions, measure_against_close
from ..errors import BacktestError
from ..history import History
from ..metrics import Metrics, measure
from ..placing import Outcome, Position, positions_of, staked
from ..records import Bet, EquityPoint
from ..result import BacktestResult
from ..selection import propose
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
    too_early: int  # proposals decided before `_known_at`, which are left out


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkForward:
    """All steps, and the bets of all test windows as one run with one bankroll, in order of time."""

    steps: list[Step]
    bets: list[Bet]
    equity: list[EquityPoint]
    metrics: Metrics


class _Test(NamedTuple):
    """What is bet on in a test window, before there is money for it."""

    cut: Cut
    chosen: StrategySpec | None
    trained: float | None
    positions: list[Position]
    too_early: int

    @property
    def bets(self) -> list[Bet]:
        return [bet for position in self.positions for bet in position.bets]


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
    tests = [
        _test(history, cut, specs, candidates, best(candidates, by, fewest_bets=fewest_bets), terms, by)
        for cut, candidates in zip(cuts, trained, strict=True)
    ]
    return _walked(history, tests, replace(terms, start=cuts[0][2], end=cuts[-1][3]), by)


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


def _test(
    history: History,
    cut: Cut,
    specs: Sequence[StrategySpec],
    candidates: Sequence[BacktestResult | None],
    place: int | None,
    terms: RunTerms,
    by: str,
) -> _Test:
    """What the chosen configuration, if one was, bets on in the test window from when it could be chosen."""
    chosen = None if place is None else candidates[place]
    if place is None or chosen is None:
        return _Test(cut, None, None, [], 0)
    part, strategy = history.between(cut[2], cut[3]), specs[place].build()
    strategy = strategy.with_commissions(commissions(part, terms))
    proposals, _ = propose(part, strategy)
    known_at = _known_at(cut, candidates)
    in_time = [each for each in proposals if each.moment >= known_at]
    positions = positions_of(part, in_time, strategy, terms)
    return _Test(cut, specs[place], CRITERIA[by](chosen.metrics), positions, len(proposals) - len(in_time))


def _known_at(cut: Cut, candidates: Sequence[BacktestResult | None]) -> datetime:
    """When the last result was known, corrections included, by which one of these was chosen.

    That a stake stays out is no result: it is in no figure before or after.
    """
    settled = (
        verdict.settled_at
        for result in candidates
        if result is not None
        for bet in result.bets
        for verdict in bet.settlements
        if verdict.state is not BetState.UNRESOLVED
    )
    return max(cut[1], *settled)


def _walked(history: History, tests: Sequence[_Test], terms: RunTerms, by: str) -> WalkForward:
    """All tests staked from one bankroll: what is still out at the end of a window is no money for the next one."""
    positions = sorted((each for test in tests for each in test.positions), key=attrgetter("proposal.moment"))
    outcome = staked(positions, terms)
    measure_against_close(history, outcome.bets, terms)
    metrics = measure(
        outcome.bets, outcome.equity, terms.initial_bankroll, seed=terms.seed, start=terms.start, end=terms.end
    )
    steps = [_step(test, outcome, terms, by) for test in tests]
    return WalkForward(steps=steps, bets=outcome.bets, equity=outcome.equity, metrics=metrics)


def _step(test: _Test, outcome: Outcome, terms: RunTerms, by: str) -> Step:
    train_start, train_end, test_start, test_end = test.cut
    tested = _measured(test, outcome, terms)
    return Step(
        train_start=train_start,
        train_end=train_end,
        test_start=test_start,
        test_end=test_end,
        chosen=test.chosen,
        trained=test.trained,
        tested=None if tested is None else CRITERIA[by](tested),
        bets=0 if tested is None else tested.total_bets,
        too_early=test.too_early,
    )


def _measured(test: _Test, outcome: Outcome, terms: RunTerms) -> Metrics | None:
    """The figures of the bets of one test, without those of equity, which is that of all tests together.

    None where nothing was bet on, or there was no money left.
    """
    bets = test.bets
    before = bisect_left(outcome.equity, bets[0].decided_at, key=attrgetter("moment")) if bets else 0
    held = outcome.equity[before - 1].equity if before else terms.initial_bankroll
    if not bets or held <= 0:
        return None
    return measure(bets, [], held, seed=terms.seed, start=test.cut[2], end=test.cut[3])
