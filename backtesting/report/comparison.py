"""Several runs side by side: a row for each figure, a column for each run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ..choices import RunKind, RunState
from ..models import BacktestRun
from .figures import Figure, groups, headline
from .run_list import period, settings_told

# Of all figures, those that follow the headline, in this order.
_FURTHER = (
    "Profit",
    "Turnover",
    "Bankroll growth",
    "Final bankroll",
    "Win rate",
    "Average odds",
    "Deepest drawdown",
    "Sharpe ratio",
    "t statistic",
)


class ComparedRow(NamedTuple):
    label: str
    cells: list[Figure]


def compared(runs: Sequence[BacktestRun]) -> list[ComparedRow]:
    """What each run is, then its figures, each row in the order of the runs. Empty for no run."""
    columns = [[*_facts(run), *headline(run.metrics, run.coverage), *_further(run)] for run in runs]
    return [ComparedRow(cells[0].label, list(cells)) for cells in zip(*columns, strict=True)]


def unlike(runs: Sequence[BacktestRun]) -> str:
    """Why the figures of these runs do not compare; empty where they are of the same data."""
    if len({run.sport_key for run in runs}) > 1:
        return "These runs are of several sports: their figures tell nothing about which strategy is better."
    if len({(run.start, run.end) for run in runs}) > 1:
        return (
            "These runs are of different periods: a difference between them may be one of the games, not of the bets."
        )
    if len({run.data_fingerprint for run in runs}) > 1:
        return "These runs read different data: prices came or were corrected between them, or they looked at others."
    return ""


def _facts(run: BacktestRun) -> list[Figure]:
    return [
        Figure("Strategy", run.strategy, settings_told(run)),
        Figure("Period", period(run), run.sport_key),
        Figure("State", RunState(run.state).label, RunKind(run.kind).label),
    ]


def _further(run: BacktestRun) -> list[Figure]:
    known = {figure.label: figure for _, figures in groups(run.metrics, run.coverage) for figure in figures}
    return [known.get(label, Figure(label, "–")) for label in _FURTHER]
