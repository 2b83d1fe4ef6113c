"""Runs that are kept: stored with their bets, and counted as tried."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from hashlib import sha256
from math import sqrt
from pathlib import Path as FilePath
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from .choices import BetState, RunKind, RunState
from .engine import Progress, load, simulate
from .errors import BacktestError, NothingToRun
from .history import History
from .models import BacktestBet, BacktestRun
from .records import Bet, settlements_of
from .result import BacktestResult
from .returns import daily_profit, daily_returns
from .significance import deflated
from .strategies import BettingStrategy, StrategyError, StrategySpec
from .terms import RunTerms, described, digest

_ROOT = FilePath(__file__).resolve().parent.parent
_CODE = ("backtesting", "odds")
# How much of a run is done, about, when its history is loaded and when its bets are chosen.
_LOADED, _CHOSEN = 0.4, 0.9


class Trial(NamedTuple):
    """A configuration that was tried."""

    strategy: str
    sharpe: float | None  # of a day


Trials = Mapping[str, Trial]
"""What was tried on the same data, by the digest of the configuration."""
_BET_COLUMNS = [field.name for field in BacktestBet._meta.concrete_fields if field.name not in ("id", "run")]


def run_backtest(
    strategy: BettingStrategy, terms: RunTerms, *, dry_run: bool = False
) -> tuple[BacktestRun, BacktestResult]:
    """Run a strategy on stored data and keep what came of it; with `dry_run` the run is not saved and has no id.

    Raises BacktestError with one line where it cannot be run; that is then kept as a failed run.
    """
    run = new_run(strategy, terms)
    if not dry_run:
        run.save()
    try:
        result = carry_out(run, strategy, terms)
    except BacktestError as error:
        if not dry_run:
            fail(run, str(error))
        raise
    if not dry_run:
        keep(run, result)
    return run, result


def carry_out(
    run: BacktestRun, strategy: BettingStrategy, terms: RunTerms, progress: Progress = lambda _: None
) -> BacktestResult:
    """Run a strategy and give its run the figures, without saving it. Raises BacktestError with one line."""
    try:
        history = loaded([strategy], terms)
        progress(_LOADED)
        result = simulate(
            history, strategy, terms, progress=lambda chosen: progress(_LOADED + (_CHOSEN - _LOADED) * chosen)
        )
    except (StrategyError, ValueError) as error:
        raise BacktestError(str(error)) from error
    progress(_CHOSEN)
    fill_in(run, result, trials_of(terms))
    return result


def loaded(strategies: Sequence[BettingStrategy], terms: RunTerms) -> History:
    """The history that runs need. Raises NothingToRun where there is no event in the range."""
    history = load(strategies, terms)
    if not history.events:
        raise NothingToRun(
            f"no {terms.sport_key} event is stored that begins from {terms.start:%Y-%m-%d %H:%M} to "
            f"{terms.end:%Y-%m-%d %H:%M} UTC: collect, backfill or import some first"
        )
    return history


def new_run(
    strategy: BettingStrategy, terms: RunTerms, *, kind: RunKind = RunKind.BACKTEST, group: str = ""
) -> BacktestRun:
    """A run that has begun now, not saved yet."""
    configuration = described(strategy, terms)
    return BacktestRun(
        **configuration,
        configuration=digest(configuration),
        kind=kind,
        group=group,
        state=RunState.RUNNING,
        sport_key=terms.sport_key,
        start=terms.start,
        end=terms.end,
        initial_bankroll=terms.initial_bankroll,
        min_coverage=terms.min_coverage,
        seed=terms.seed,
        code_version=code_version(),
        created_at=timezone.now(),
        started_at=timezone.now(),
    )


def strategy_of(run: BacktestRun) -> BettingStrategy:
    """The strategy of a stored run. Raises StrategyError where its class is gone or takes other parameters now."""
    return StrategySpec(name=run.strategy, parameters=run.parameters, staking=run.staking, decides=run.decides).build()


def terms_of(run: BacktestRun, **over: Any) -> RunTerms:
    """The terms of a stored run; `over` are fields that are to be others."""
    beside = ("sport_key", "start", "end", "initial_bankroll", "min_coverage", "seed")
    return RunTerms.from_json(run.terms, **{name: getattr(run, name) for name in beside} | over)


@transaction.atomic
def keep(run: BacktestRun, result: BacktestResult) -> None:
    """Store a run that was filled in, and its bets by COPY."""
    run.save()
    write_bets(run, result.bets)


def fill_in(run: BacktestRun, result: BacktestResult, trials: Trials) -> None:
    """Give a run its figures beside all that was tried, without saving it."""
    figures = result.metrics.as_json()
    tried = {**trials, run.configuration: Trial(run.strategy, daily_sharpe(figures))}
    run.state, run.progress, run.finished_at = RunState.DONE, 1.0, timezone.now()
    run.data_fingerprint = result.data_fingerprint
    run.metrics = figures | {
        "trials": len(tried),
        "deflated": _deflated(run.strategy, result, tried),
        "caveats": result.caveats,
    }
    run.coverage = asdict(result.coverage) | {"fraction": result.coverage.fraction}
    run.equity = [[f"{moment:%Y-%m-%dT%H:%M:%SZ}", cash, stakes] for moment, cash, stakes in result.equity]


def trials_of(terms: RunTerms) -> Trials:
    """What was tried on data of this sport and range."""
    found = BacktestRun.objects.trials(terms.sport_key, terms.start, terms.end).order_by("pk")
    names = ("sharpe_ratio", "settlement_days_per_year")
    rows = found.values_list("configuration", "strategy", *(f"metrics__{name}" for name in names))
    return {
        configuration: Trial(strategy, daily_sharpe(dict(zip(names, values, strict=True))))
        for configuration, strategy, *values in rows
    }


def daily_sharpe(figures: Mapping[str, Any]) -> float | None:
    """The Sharpe ratio of a day, from the annualised one; None of none."""
    ratio, days = figures["sharpe_ratio"], figures["settlement_days_per_year"]
    return None if ratio is None or not days else ratio / sqrt(days)


def fail(run: BacktestRun, error: str) -> None:
    run.state, run.error, run.finished_at = RunState.FAILED, error, timezone.now()
    run.save()


def write_bets(run: BacktestRun, bets: Sequence[Bet]) -> None:
    """Insert the bets of a run."""
    columns = ", ".join(["run_id", *_BET_COLUMNS])
    with connection.cursor() as cursor, cursor.copy(f"COPY backtesting_backtestbet ({columns}) FROM STDIN") as copy:
        for bet in bets:
            copy.write_row([run.pk, *(_stored(bet, name) for name in _BET_COLUMNS)])


def read_bets(run: BacktestRun) -> list[Bet]:
    """The stored bets of a run as records, in their order."""
    return [bet_of(row) for row in run.bets.order_by("number")]


def bet_of(row: BacktestBet) -> Bet:
    """A stored bet as a record."""
    known = {name: getattr(row, name) for name in _BET_COLUMNS}
    return Bet(**known | {"state": BetState(row.state), "settlements": settlements_of(row.settlements)})


def verdicts_as_json(bet: Bet) -> list[list[Any]]:
    return [[f"{at:%Y-%m-%dT%H:%M:%S.%fZ}", state.value, returned] for at, state, returned in bet.settlements]


def _stored(bet: Bet, name: str) -> Any:
    if name == "settlements":
        return json.dumps(verdicts_as_json(bet))
    return getattr(bet, name)


def _deflated(strategy: str, result: BacktestResult, trials: Trials) -> dict[str, Any] | None:
    """Every trial counts, but how far trials lie apart by luck is told by those of the same strategy alone.

    One that loses for certain says nothing about that. None where there is no Sharpe ratio: what never lost, as an
    arbitrage, shows no risk to judge it by.
    """
    if result.metrics.sharpe_ratio is None:
        return None
    returns = daily_returns(daily_profit(result.bets).values(), result.initial_bankroll)
    found = deflated(
        returns,
        trials=len(trials),
        trial_sharpes=[
            each.sharpe for each in trials.values() if each.strategy == strategy and each.sharpe is not None
        ],
        p_value=result.metrics.evidence.p_value,
    )
    return None if found is None else asdict(found)


@lru_cache(maxsize=1)
def code_version() -> str:
    """Twelve hex digits of a digest over the code that makes bets: equal code, equal version."""
    found = sha256()
    for app in _CODE:
        for path in sorted((_ROOT / app).rglob("*.py")):
            if "tests" not in path.parts and "migrations" not in path.parts:
                found.update(path.read_bytes())
    return found.hexdigest()[:12]
