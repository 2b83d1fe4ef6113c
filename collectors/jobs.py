"""What runs on schedule, and what runs when a person asks for it: the same, through the same gate."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError

from . import backups, budget, live, tidying
from .choices import Job, Purpose, TickState
from .errors import AlreadyRunning, CollectorError
from .gate import Gate
from .live import Timing
from .models import JobTick
from .recovery import recover
from .sampling import Due, due, grid_point, interval_at
from .ticks import Outcome, last_tick, manual_tick, run_tick

log = structlog.get_logger(__name__)

# How often each job that is not sampled runs.
INTERVALS = {
    Job.FETCH_SCORES: budget.SCORES_INTERVAL,
    Job.UPDATE_EVENT_STATUS: timedelta(hours=1),
    Job.TIDY: timedelta(days=1),
    Job.BACKUP: timedelta(days=1),
}
# What failed of these is tried again so soon: the network may only just have come.
FAILED_AGAIN_AFTER = timedelta(minutes=10)
PER_SPORT = frozenset({Job.FETCH_ODDS, Job.FETCH_SCORES})

GateMaker = Callable[[], Gate]


def run_due(job: Job, open_gate: GateMaker = Gate) -> list[JobTick]:
    """Do what is due of a job now, for every sport, and return the ticks that were worked at.

    A sport that fails is noted and told, and holds up no other.
    """
    done = []
    with open_gate() as gate:
        recover(gate)
        for sport_key in _sports(job):
            try:
                planned, timing = _due(gate, job, sport_key)
                if planned is not None:
                    work = partial(_work, gate, job, sport_key, Purpose.LIVE, timing)
                    done.append(run_tick(gate, job, sport_key, planned.tick, work, missed=planned.missed))
            except AlreadyRunning as error:
                log.info("tick_taken", job=job.value, sport_key=sport_key, reason=str(error))
            except CollectorError as error:
                log.error("fetch_failed", job=job.value, sport_key=sport_key, reason=str(error))
            except (OperationalError, InterfaceError):
                raise  # without the database there is nothing to be done for the others
            except Exception:
                log.exception("fetch_failed", job=job.value, sport_key=sport_key)
    return done


def work_off(job: Job, open_gate: GateMaker = Gate) -> list[JobTick]:
    """Do what is due of a job, and then what came due meanwhile: while a job is at work nobody else looks."""
    done = []
    while ticks := run_due(job, open_gate):
        done += ticks
    return done


def run_now(
    job: Job, sport_keys: Iterable[str] = (), open_gate: GateMaker = Gate
) -> list[tuple[str, JobTick | CollectorError]]:
    """Do a job because a person asks for it; what came of it for each sport, errors included.

    Within one minute it happens once, whoever asked first.
    """
    results: list[tuple[str, JobTick | CollectorError]] = []
    with open_gate() as gate:
        recover(gate)
        for sport_key in sport_keys or _sports(job):
            try:
                planned = manual_tick(gate.clock())
                work = partial(_work, gate, job, sport_key, Purpose.MANUAL, Timing(tick=planned))
                tick = run_tick(gate, job, sport_key, planned, work, purpose=Purpose.MANUAL)
                results.append((sport_key, tick))
            except CollectorError as error:
                results.append((sport_key, error))
    return results


def _sports(job: Job) -> list[str]:
    return list(settings.SPORTS) if job in PER_SPORT else [""]


def _due(gate: Gate, job: Job, sport_key: str) -> tuple[Due | None, Timing]:
    now = gate.clock()
    last = last_tick(job, sport_key, now)
    if job is not Job.FETCH_ODDS:
        return _due_on_grid(job, now, last)
    sampling, live_need = budget.sampling_now(gate.terms.account, now)
    starts = budget.starts_of(sport_key, min(now, last.tick if last else now) - timedelta(hours=1), now)
    planned = due(now, last.tick if last else None, starts, sampling)
    if planned is None:
        return None, Timing()
    until = max(now, planned.tick) + interval_at(now, starts, sampling)
    return planned, Timing(tick=planned.tick, until=until, live_need=live_need)


def _due_on_grid(job: Job, now: datetime, last: JobTick | None) -> tuple[Due | None, Timing]:
    """The same for a job that is done so often and no oftener; what failed is tried again before its time."""
    interval = INTERVALS[job]
    tick, missed = grid_point(now, interval), 0
    if last is not None:
        if tick <= last.tick and last.state in (TickState.FAILED, TickState.INTERRUPTED):
            tick = grid_point(now, FAILED_AGAIN_AFTER)
        if tick <= last.tick:
            return None, Timing()
        missed = max(0, (tick - grid_point(last.tick, interval)) // interval - 1)
    return Due(tick, missed), Timing(tick=tick, until=tick + interval)


def _work(gate: Gate, job: Job, sport_key: str, purpose: Purpose, timing: Timing) -> Outcome:
    if job is Job.BACKUP:
        return backups.back_up(gate.clock())
    if job is Job.TIDY:
        return TickState.DONE, tidying.tidy(gate.clock())
    if job is Job.UPDATE_EVENT_STATUS:
        report = live.update_event_status(gate, list(settings.SPORTS), timing)
        told = f"{len(report.changed)} changed, {len(report.vanished)} vanished, {len(report.unresolved)} unresolved"
        return TickState.DONE, told
    if job is Job.FETCH_SCORES:
        fetched = live.fetch_scores(gate, sport_key, _scores_purpose(purpose), timing)
    else:
        fetched = live.fetch_odds(gate, sport_key, purpose, timing)
    return (TickState.DONE if fetched.bought else TickState.SKIPPED), fetched.outcome


def _scores_purpose(purpose: Purpose) -> Purpose:
    return Purpose.SCORES if purpose is Purpose.LIVE else purpose
