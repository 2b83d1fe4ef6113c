"""Runs as rows of a list, without reading what is large of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F

from .. import queue
from ..choices import RunKind, RunState
from ..models import BacktestRun
from ..paper.accounts import Standing
from ..querysets import BacktestRunQuerySet
from ..wording import between, count, estimated, game_days, money, settings, share, signed_share

# What the list shows of a run's figures, and where they are.
_FIGURES = {
    "bet_count": "metrics__total_bets",
    "yield_value": "metrics__yield",
    "yield_interval": "metrics__intervals__yield",
    "interval_level": "metrics__intervals__level",
    "clv_price": "metrics__clv__price",
    "final_bankroll": "metrics__final_bankroll",
}


class RunRow(NamedTuple):
    """A run as texts."""

    number: int
    strategy: str
    settings: str
    period: str
    kind: str
    state: RunState
    is_waited_for: bool  # it will change by itself
    progress: str  # of a run under way, else empty
    bets: str
    yield_text: str
    interval: str  # empty where there is none
    clv: str
    bankroll: str
    made: datetime


def with_figures(runs: BacktestRunQuerySet) -> BacktestRunQuerySet:
    """The runs with the figures that rows show, and without the documents that hold them."""
    shown: BacktestRunQuerySet = runs.defer("metrics", "coverage", "equity", "terms").annotate(
        **{name: F(place) for name, place in _FIGURES.items()}
    )
    return shown


def run_rows(runs: Iterable[Any]) -> list[RunRow]:
    """Rows of runs that were read `with_figures`."""
    return [
        RunRow(
            number=run.pk,
            strategy=run.strategy,
            settings=settings_told(run),
            period=period(run),
            kind=RunKind(run.kind).label,
            state=RunState(run.state),
            is_waited_for=queue.is_waited_for(run),
            progress=share(run.progress, 0) if queue.is_waited_for(run) and run.state == RunState.RUNNING else "",
            bets=count(run.bet_count),
            yield_text=signed_share(run.yield_value),
            interval=_interval(run.yield_interval, run.interval_level),
            clv=estimated(run.clv_price),
            bankroll=money(run.final_bankroll),
            made=run.created_at,
        )
        for run in runs
    ]


def settings_told(run: BacktestRun | Standing) -> str:
    """'min_ev=0.03; 60m; flat:100': the parameters, when it decides, and the stakes."""
    parameters = [f"{name}={value}" for name, value in settings(run.parameters)]
    return "; ".join([*parameters, run.decides, run.staking])


def period(run: BacktestRun) -> str:
    """The league days of the events; paper trading has no last one."""
    if run.kind == RunKind.PAPER:
        return f"from {run.start:%Y-%m-%d} on"
    return game_days(run.start, run.end)


def _interval(found: Mapping[str, float] | None, level: float | None) -> str:
    return f"{share(level, 0)}: {between(found)}" if found else ""
