"""Runs that were asked for on the pages: asking for one, and running it as the command would."""

from __future__ import annotations

from functools import partial

import structlog
from django.db import transaction

from . import queue
from .choices import RunKind, RunState
from .errors import BacktestError
from .models import BacktestRun
from .result import BacktestResult
from .services import carry_out, code_version, keep, new_run, strategy_of, terms_of
from .strategies import BettingStrategy, strategies
from .terms import RunTerms

log = structlog.get_logger(__name__)


def ask(strategy: BettingStrategy, terms: RunTerms, *, asked_by: str) -> BacktestRun:
    """A run that waits for its turn. Raises ValueError where too many do."""
    queue.check_room()
    run = new_run(strategy, terms)
    run.state, run.started_at, run.asked_by = RunState.QUEUED, None, asked_by
    run.save()
    return run


def is_repeatable(run: BacktestRun) -> bool:
    """Whether a page may ask for it again: never for a strategy that is named by a file or a module."""
    return run.kind == RunKind.BACKTEST and run.strategy in strategies()


def ask_again(run: BacktestRun, *, asked_by: str) -> BacktestRun:
    """Another run of the same configuration on the same days.

    Raises ValueError where the code has changed too much, or too many wait.
    """
    return ask(strategy_of(run), terms_of(run), asked_by=asked_by)


def perform(number: int) -> None:
    """Run what was taken, and keep what came of it unless it was cancelled meanwhile."""
    run = BacktestRun.objects.get(pk=number)
    run.code_version = code_version()
    try:
        result = carry_out(run, strategy_of(run), terms_of(run), partial(queue.note_progress, number))
        _keep(run, result)
    except (BacktestError, ValueError) as error:
        queue.fail(number, str(error))
    except Exception as error:  # whatever a strategy raises: the log has all of it, whoever asked has a line
        log.exception("backtest_failed", run=number)
        queue.fail(number, " ".join(f"{type(error).__name__}: {error}".split()))


@transaction.atomic
def _keep(run: BacktestRun, result: BacktestResult) -> None:
    if BacktestRun.objects.select_for_update().filter(pk=run.pk, state=RunState.RUNNING).exists():
        keep(run, result)
