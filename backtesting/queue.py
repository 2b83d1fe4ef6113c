"""Backtests that wait for their turn: a run is asked for, taken, and done, failed or cancelled.

The row of the run is the request. Every step is one conditional UPDATE, so that of two at once only one happens. Who
takes runs holds an advisory lock of the database, which ends with its connection, also at kill -9.
"""

from __future__ import annotations

from django.db import connection, transaction
from django.utils import timezone

from .choices import RunKind, RunState
from .models import BacktestRun
from .querysets import BacktestRunQuerySet

# The advisory lock of the one that takes runs.
_LOCK = 0x0DD9
# So many may wait: nobody would wait for more, and a page reloaded in a loop makes no more rows than this.
MOST_WAITING = 20
_LEFT_OVER = "its process ended before it was done, killed or for want of memory: ask for it again"


def attend() -> bool:
    """Whether this connection is now the one that takes runs; it is until it closes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, 0)", [_LOCK])
        return bool(cursor.fetchone()[0])


def is_attended() -> bool:
    """Whether anybody takes runs: a scheduler that lives, by its lock."""
    sql = """
        SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [_LOCK])
        return bool(cursor.fetchone()[0])


def check_room() -> None:
    """Raise ValueError with one line where so many runs wait that no more may be asked for."""
    waiting = BacktestRun.objects.filter(state=RunState.QUEUED).count()
    if waiting >= MOST_WAITING:
        raise ValueError(f"{waiting} backtests wait already: ask again when some are done, or cancel some")


def take() -> BacktestRun | None:
    """The run that has waited longest, running from now on; None where none waits."""
    for run in BacktestRun.objects.filter(state=RunState.QUEUED).order_by("created_at", "pk"):
        if _move(run.pk, RunState.QUEUED, RunState.RUNNING, started_at=timezone.now(), progress=0.0):
            return run
    return None


def is_cancelled(number: int) -> bool:
    return BacktestRun.objects.filter(pk=number, state=RunState.CANCELLED).exists()


def note_progress(number: int, done: float) -> None:
    """Keep how much of a run is done, 0 to 1."""
    _taken().filter(pk=number).update(progress=done)


def put_back(number: int) -> None:
    """Let a run wait again whose process is ended through no fault of its own."""
    _move(number, RunState.RUNNING, RunState.QUEUED, started_at=None, progress=0.0)


def fail(number: int, error: str) -> None:
    _move(number, RunState.RUNNING, RunState.FAILED, error=error, finished_at=timezone.now())


def fail_left_over() -> None:
    """Close what was running when the one before ended: only who attends may ask this, before it takes any."""
    _taken().update(state=RunState.FAILED, error=_LEFT_OVER, finished_at=timezone.now())


def cancel(number: int) -> bool:
    """Whether a run that waited or ran is cancelled now; what was done before stays as it is."""
    return any(
        _move(number, state, RunState.CANCELLED, finished_at=timezone.now())
        for state in (RunState.QUEUED, RunState.RUNNING)
    )


def is_waited_for(run: BacktestRun) -> bool:
    """Whether a run that was asked for on the pages is not over."""
    return bool(run.asked_by) and run.state in (RunState.QUEUED, RunState.RUNNING)


def place_in_line(run: BacktestRun) -> int:
    """How many runs are done before this one, those under way among them."""
    waiting = BacktestRun.objects.filter(state=RunState.QUEUED, created_at__lt=run.created_at)
    return waiting.count() + _taken().count()


def _taken() -> BacktestRunQuerySet:
    """Those under way that were asked for on the pages; a command's own are none of ours."""
    return BacktestRun.objects.filter(kind=RunKind.BACKTEST, state=RunState.RUNNING).exclude(asked_by="")


@transaction.atomic
def _move(number: int, before: RunState, after: RunState, **changed: object) -> bool:
    runs = BacktestRun.objects.filter(pk=number, kind=RunKind.BACKTEST, state=before).exclude(asked_by="")
    return runs.update(state=after, **changed) == 1
