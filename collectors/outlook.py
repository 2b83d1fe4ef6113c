"""What is planned, without changing any of it: how odds are sampled now, what each job did last and does next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.conf import settings

from . import budget
from .choices import Job
from .jobs import INTERVALS, PER_SPORT
from .models import CollectorState, JobTick
from .sampling import Sampling, grid_point, next_tick, stretched


@dataclass(frozen=True, slots=True, kw_only=True)
class JobOutlook:
    """A job, for one sport where it goes sport by sport."""

    job: Job
    sport_key: str
    last: JobTick | None
    next_planned: datetime


def collector_state() -> CollectorState:
    """The shared row, or what it would be: nothing is written."""
    return CollectorState.objects.filter(pk=1).first() or CollectorState()


def mode_of(state: CollectorState) -> str:
    return state.sampling_mode or str(settings.SAMPLING_MODE)


def sampling_of(state: CollectorState) -> Sampling:
    """How odds are sampled, as frugally as the newest forecast made it."""
    chosen = budget.sampling_in_effect(mode_of(state))
    _, frugal = next(islice(stretched(chosen), state.throttle_level, None), ("", chosen))
    return frugal


def next_planned(job: Job, now: datetime, starts: Sequence[datetime], sampling: Sampling) -> datetime:
    """The next instant at which a job looks whether there is something to do. `starts` are those of its sport."""
    if job is Job.FETCH_ODDS:
        return next_tick(now, starts, sampling)
    return grid_point(now, INTERVALS[job]) + INTERVALS[job]


def outlook(now: datetime, state: CollectorState) -> list[JobOutlook]:
    """Every job, in the order in which they are declared."""
    sampling = sampling_of(state)
    return [
        JobOutlook(
            job=job,
            sport_key=sport_key,
            last=last_of(job, sport_key),
            next_planned=next_planned(job, now, _starts(job, sport_key, now), sampling),
        )
        for job in Job
        for sport_key in (settings.SPORTS if job in PER_SPORT else [""])
    ]


def last_of(job: Job, sport_key: str) -> JobTick | None:
    return JobTick.objects.filter(job=job, sport_key=sport_key).order_by("-tick").first()


def _starts(job: Job, sport_key: str, now: datetime) -> list[datetime]:
    return budget.starts_of(sport_key, now, now) if job is Job.FETCH_ODDS else []
