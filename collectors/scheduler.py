"""The clock that starts the jobs. That each happens once does not depend on it: see `ticks`.

APScheduler with django-apscheduler's store, so that the admin shows the jobs. One process leads, by an advisory lock on
a connection of its own; others stand by. The loop survives a database that comes and goes, and signs that it lives.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog
from apscheduler.schedulers.base import STATE_STOPPED
from apscheduler.schedulers.blocking import BlockingScheduler
from apscheduler.triggers.base import BaseTrigger
from django.conf import settings
from django.db import DatabaseError, InterfaceError, OperationalError, close_old_connections
from django.utils import timezone
from django_apscheduler.jobstores import DjangoJobStore
from django_apscheduler.models import DjangoJob
from django_apscheduler.util import close_old_connections as closing_old_connections

from events.times import duration
from events.wording import plural
from quality.alerts.manager import AlertManager

from .alerting import ended_before
from .choices import Job
from .companions import accompanied
from .errors import CollectorError, NotNow
from .gate import Gate, uses_sandbox
from .holder import Holder, is_running
from .jobs import FAILED_AGAIN_AFTER, INTERVALS, work_off
from .models import CollectorState
from .recovery import recover
from .sampling import grid_point
from .ticks import FINEST

log = structlog.get_logger(__name__)

# The scheduler signs at least this often.
HEARTBEAT = 5.0
# After a fault of the database the loop tries again this soon.
RETRY = 2.0
# What a stop waits for a call that is on its way; a container's runtime kills after ten seconds.
GRACE = 8.0
# The advisory lock of the one that leads.
LEADER = "scheduler"

_stopping = threading.Event()
_waiting: set[str] = set()  # jobs that wait for the database
_led: list[Scheduler] = []  # the scheduler of this process, once it leads


class Stopped(NotNow):
    """The scheduler ends; what was being waited for is left to the next one."""


def wait(seconds: float) -> None:
    """Sleep, unless the scheduler is stopping. Raises Stopped then."""
    if _stopping.wait(seconds):
        raise Stopped("the scheduler is stopping")


class GridTrigger(BaseTrigger):
    """Fires at the points of the grid that ticks lie on: at the full minute, the full hour, whenever it was started."""

    def __init__(self, interval: timedelta) -> None:
        self.interval = interval

    def get_next_fire_time(self, previous_fire_time: datetime | None, now: datetime) -> datetime:
        after = now
        if previous_fire_time is not None and previous_fire_time <= now + self.interval:  # else the clock went back
            after = max(now, previous_fire_time)
        return grid_point(after, self.interval) + self.interval

    def __str__(self) -> str:
        return f"every {duration(self.interval)}"


class Scheduler(BlockingScheduler):
    """APScheduler's, with a loop that no fault of the database ends, and a sign of life in each round of it."""

    def __init__(self, leader: Holder) -> None:
        super().__init__(
            timezone=UTC,
            jobstore_retry_interval=RETRY,
            # Whatever was missed, through sleep or a restart, happens once and as soon as possible.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._leader = leader
        self.is_displaced = False

    def _process_jobs(self) -> float:
        try:
            close_old_connections()
            self._leader.assert_alive()
            if _beat():
                self.stop()
                return HEARTBEAT
            self._pull_in()
            soon = super()._process_jobs()
        except (DatabaseError, InterfaceError, CollectorError) as error:
            log.error("scheduler_waits_for_database", reason=str(error).partition("\n")[0])
            self._lead_again()
            return RETRY
        return float(min(HEARTBEAT, soon if soon is not None else HEARTBEAT))

    def _pull_in(self) -> None:
        """Run at once what is planned further ahead than it ever is: the clock was ahead, and was set right."""
        now = timezone.now()
        for job in self.get_jobs():
            if job.next_run_time is not None and job.next_run_time > now + 2 * job.trigger.interval:
                job.modify(next_run_time=now)

    def _lead_again(self) -> None:
        """After the database was away: the lock anew, or standing by where another scheduler has it."""
        try:
            self._leader.reconnect()
            if not self._leader.take(LEADER):
                log.error("scheduler_displaced")
                self.is_displaced = True
                self._event.set()
        except (DatabaseError, InterfaceError):
            self._leader.number = 0  # not back yet

    def stop(self) -> None:
        """End the loop from within or from a signal handler; jobs under way are waited for by `run`."""
        _stopping.set()
        if self.state != STATE_STOPPED:
            self.pause()
            self._event.set()

    def _main_loop(self) -> None:
        while not _stopping.is_set() and not self.is_displaced:
            seconds = self._process_jobs()
            if not _stopping.is_set() and not self.is_displaced:
                self._event.wait(seconds)
                self._event.clear()


def run(on_state: Callable[[str], object]) -> bool:
    """Lead, or stand by until that is possible, and run the jobs until told to stop. Returns whether all ended in time.

    `on_state` is told what happens, in a line for a person.
    """
    from .watching import Watch  # here, as what it watches includes this module

    _stopping.clear()
    with Holder() as leader, Watch(), accompanied():
        while _become_leader(leader, on_state):
            scheduler = Scheduler(leader)
            _led[:] = [scheduler]
            scheduler.add_jobstore(DjangoJobStore(), "default")
            _take_over(on_state)
            _register(scheduler)
            scheduler.start()
            in_time = _end(scheduler)
            if not scheduler.is_displaced:
                return in_time
    return True


def request_stop() -> None:
    """End `run` of this process: what a signal handler calls."""
    _stopping.set()
    for scheduler in _led:
        scheduler.stop()


def _become_leader(leader: Holder, on_state: Callable[[str], object]) -> bool:
    """Wait until nobody else leads; False where a stop came first."""
    told = False
    while not _stopping.is_set():
        try:
            if not leader.number:
                leader.reconnect()
            if leader.take(LEADER):
                return True
            if not told:
                on_state(f"another scheduler runs ({describe()}); standing by to take over when it ends")
                told = True
        except (DatabaseError, InterfaceError) as error:
            log.error("scheduler_waits_for_database", reason=str(error).partition("\n")[0])
            leader.number = 0
        _stopping.wait(RETRY)
    return False


def describe() -> str:
    """Who leads, as the shared state has it."""
    state = CollectorState.objects.filter(pk=1).first()
    if state is None or state.scheduler_pid is None:
        return "unknown"
    since = f"{state.scheduler_started_at:%Y-%m-%d %H:%M:%S} UTC" if state.scheduler_started_at else "unknown"
    return f"process {state.scheduler_pid} on {state.scheduler_host}, since {since}"


def _take_over(on_state: Callable[[str], object]) -> None:
    """Sign as the one that leads, finish what dead processes left, and read the credits off a free call."""
    now = timezone.now()
    _tell_of_the_one_before()
    CollectorState.objects.update_or_create(
        pk=1,
        defaults={
            "scheduler_started_at": now,
            "scheduler_pid": os.getpid(),
            "scheduler_host": socket.gethostname(),
            "heartbeat_at": now,
            "stop_requested_at": None,
        },
    )
    with Gate(sleep=wait) as gate:
        report = recover(gate)
        if report.drained or report.read:
            on_state(f"{plural(report.drained + report.read, 'answer')} stored that a process before had received")
        try:
            gate.probe()
        except CollectorError as error:
            on_state(f"the provider does not answer yet: {error}")


def _tell_of_the_one_before() -> None:
    """One that ended in good order has signed off. Nobody else may have seen it: `run` ends all its processes."""
    before = CollectorState.objects.filter(pk=1, scheduler_pid__isnull=False).first()
    if before is not None:
        who = f"process {before.scheduler_pid} on {before.scheduler_host}"
        AlertManager().tell(ended_before(who, before.heartbeat_at, of_sandbox=uses_sandbox()))


def _register(scheduler: Scheduler) -> None:
    """The jobs, anew at each start: their code may have moved. Each runs at once, and sees for itself what is due."""
    for stale in DjangoJob.objects.exclude(id__in=[job.value for job in Job]):
        stale.delete()
    for job in Job:
        scheduler.add_job(
            run_job,
            GridTrigger(poll_interval(job)),
            id=job.value,
            name=job.value,
            args=[job.value],
            next_run_time=timezone.now(),
            replace_existing=True,
        )


def poll_interval(job: Job) -> timedelta:
    """How often a job looks whether it is due."""
    if job is Job.FETCH_ODDS:
        return min(FINEST, timedelta(minutes=settings.FIXED_INTERVAL_MINUTES))
    return min(INTERVALS[job], FAILED_AGAIN_AFTER)


@closing_old_connections  # type: ignore[untyped-decorator]
def run_job(name: str) -> None:
    """What the store keeps a reference to: it must stay at this place under this name."""
    if _stopping.is_set():
        return
    try:
        work_off(Job(name), partial(Gate, sleep=wait))
    except (OperationalError, InterfaceError) as error:
        log.error("job_failed", job=name, reason=str(error).partition("\n")[0])
        _try_again_soon(name)


def _try_again_soon(name: str) -> None:
    """The database was away: not until the next round, which may be hours ahead. One such wait at a time."""

    def later() -> None:
        stopped = _stopping.wait(RETRY)
        _waiting.discard(name)
        if not stopped:
            run_job(name)

    if name not in _waiting:
        _waiting.add(name)
        threading.Thread(target=later, name=f"{name} again", daemon=True).start()


def _beat() -> bool:
    """Sign; return whether somebody asked for a stop."""
    CollectorState.objects.filter(pk=1).update(heartbeat_at=timezone.now())
    return CollectorState.objects.filter(pk=1, stop_requested_at__isnull=False).exists()


def _end(scheduler: Scheduler) -> bool:
    """Wait for jobs under way; False where one is still not done after the grace."""
    finished = threading.Event()

    def shut() -> None:
        scheduler.shutdown(wait=True)
        finished.set()

    threading.Thread(target=shut, daemon=True).start()
    in_time = finished.wait(GRACE)
    mine = CollectorState.objects.filter(pk=1, scheduler_pid=os.getpid(), scheduler_host=socket.gethostname())
    mine.update(scheduler_pid=None, stop_requested_at=None)
    return in_time


def stop(patience: float) -> bool:
    """Ask the scheduler that leads to end; whether it did within `patience` seconds."""
    CollectorState.objects.filter(pk=1).update(stop_requested_at=timezone.now())
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if not is_alive():
            return True
        time.sleep(0.2)
    return False


def is_alive() -> bool:
    """Whether a scheduler leads, by its lock and not by what it wrote."""
    return is_running(LEADER)
