"""Once-only: a job happens for a planned instant at most once, whoever asks: schedulers, commands, the admin.

A unique row per job, sport and tick lets it begin; an advisory lock keeps two ticks of one job from running at once.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, IntegrityError, InterfaceError, transaction

from .choices import Job, Purpose, TickState
from .errors import AlreadyRunning, CollectorError, NotNow
from .gate import Gate
from .models import JobTick
from .sampling import grid_point

log = structlog.get_logger(__name__)

# The provider reads the books once a minute: a second look within one brings nothing new.
FINEST = timedelta(minutes=1)

# A tick this far ahead was not planned by a clock that was right.
CLOCK_BELIEVED = timedelta(hours=6)

Outcome = tuple[TickState, str]


def manual_tick(now: datetime) -> datetime:
    """The tick of what a person asks for now: the running minute, or less where sampling is finer."""
    return grid_point(now, min(FINEST, timedelta(minutes=settings.FIXED_INTERVAL_MINUTES)))


def last_tick(job: Job, sport_key: str, now: datetime) -> JobTick | None:
    """The newest tick. One far ahead comes of a clock that was wrong, and holds up nothing once it is right."""
    ticks = JobTick.objects.filter(job=job, sport_key=sport_key, tick__lte=now + CLOCK_BELIEVED)
    return ticks.order_by("-tick").first()


def run_tick(
    gate: Gate,
    job: Job,
    sport_key: str,
    tick: datetime,
    work: Callable[[], Outcome],
    *,
    purpose: Purpose = Purpose.LIVE,
    missed: int = 0,
) -> JobTick:
    """Do the work for this tick and note what came of it. Raises AlreadyRunning where another does it or has done it.

    Known errors of the work are noted and raised again.
    """
    row = JobTick(job=job, sport_key=sport_key, tick=tick, started_at=gate.clock(), purpose=purpose, missed=missed)
    if not gate.holder.take(row.lock_name):
        raise AlreadyRunning(f"{row.lock_name.strip()} is running elsewhere; nothing sent")
    try:
        _claim(row)
        state, outcome = _attempt(gate, row, work)
        _finish(row, state, outcome, gate.clock())
    finally:
        _leave(gate, row)
    return row


def _attempt(gate: Gate, row: JobTick, work: Callable[[], Outcome]) -> Outcome:
    try:
        return work()
    except NotNow as error:
        _finish(row, TickState.SKIPPED, str(error), gate.clock())
        raise
    except CollectorError as error:
        _finish(row, TickState.FAILED, str(error), gate.clock())
        raise
    except (DatabaseError, InterfaceError):
        raise  # there is nowhere to note it: the tick is closed when the database is back
    except Exception as error:
        _finish(row, TickState.FAILED, f"{type(error).__name__}: {error}", gate.clock())
        raise


def _claim(row: JobTick) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        done = JobTick.objects.get(job=row.job, sport_key=row.sport_key, tick=row.tick)
        what = f"{row.lock_name.strip()} for {done.tick:%Y-%m-%d %H:%M:%S} UTC"
        raise AlreadyRunning(f"{what} was done before: {done.outcome or done.state}; nothing sent") from None


def _finish(row: JobTick, state: TickState, outcome: str, now: datetime) -> None:
    row.state, row.outcome, row.finished_at = state, outcome, max(now, row.started_at)
    row.save(update_fields=["state", "outcome", "finished_at"])


def _leave(gate: Gate, row: JobTick) -> None:
    try:
        gate.holder.leave(row.lock_name)
    except (DatabaseError, InterfaceError):
        log.warning("lock_lost", job=row.job, sport_key=row.sport_key)
