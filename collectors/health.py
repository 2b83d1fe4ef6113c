"""How collecting goes: pipeline_health(). It reads and writes nothing."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import ProgrammingError, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django_apscheduler.models import DjangoJob

from events import doubts
from events.choices import EventStatus
from events.lifecycle import UNRESOLVED_TOLD_FOR
from events.models import Event
from odds.statistics import Statistics

from . import backups, budget, counting
from .choices import CallState, Endpoint, Job, Purpose, TickState
from .credits import next_reset
from .facts import Credits, Doubtful, Facts, Sport
from .gate import SANDBOX_KEY, Terms
from .holder import is_running
from .models import CollectorState, FetchLog, JobTick, RawResponse
from .outlook import collector_state, mode_of, next_planned, sampling_of
from .querysets import FetchLogQuerySet
from .sampling import Sampling, interval_at
from .scheduler import LEADER
from .spool import LEAST_FREE, Spool
from .verdict import WAITING_TOO_LONG, Finding, Verdict, judge

DAY = timedelta(hours=24)
WEEK = timedelta(days=7)
# Fetches of single sports are looked for this far back.
LOOK_BACK = timedelta(days=30)
TITLES = 3
# How the outcome of a tick begins that found no game to fetch odds of.
NOTHING_TO_FETCH = "nothing to fetch"


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineHealth:
    """The verdict, a line for each thing to look at, and the facts behind both."""

    status: Verdict
    findings: list[Finding]
    facts: Facts

    @property
    def warnings(self) -> list[str]:
        return [finding.text for finding in self.findings]


def health_of_settings(now: datetime) -> PipelineHealth:
    """The health of the installation that the settings describe."""
    terms = Terms.of_settings()
    return pipeline_health(
        now,
        account=terms.account,
        spool_folder=terms.spool,
        quota=terms.quota,
        reserve_fraction=terms.reserve_fraction,
    )


def pipeline_health(
    now: datetime, *, account: str, spool_folder: Path, quota: int, reserve_fraction: float
) -> PipelineHealth:
    """How collecting with this account goes. Raises an error of the database where it cannot be asked."""
    unapplied = unapplied_migrations()
    try:
        with transaction.atomic():
            facts = _facts(now, account, Spool(spool_folder), quota, reserve_fraction, unapplied)
    except ProgrammingError:
        if not unapplied:
            raise
        facts = Facts(now=now, sandbox=account == SANDBOX_KEY, unapplied_migrations=unapplied)
    status, findings = judge(facts)
    return PipelineHealth(status=status, findings=findings, facts=facts)


def unapplied_migrations() -> int:
    """How many of the migrations that the program has are not in the database."""
    return len(_migrations() - MigrationRecorder(connection).applied_migrations().keys())


@lru_cache(maxsize=1)
def _migrations() -> frozenset[tuple[str, str]]:
    """(app, name) of all there are. They are files of the program: read once."""
    return frozenset(MigrationLoader(None).disk_migrations)


def calls_of(account: str) -> FetchLogQuerySet:
    """Calls to the provider, or to the sandbox: a new key continues what an older one did."""
    if account == SANDBOX_KEY:
        return FetchLog.objects.of_account(SANDBOX_KEY)
    return FetchLog.objects.exclude(account=SANDBOX_KEY)


def _facts(now: datetime, account: str, spool: Spool, quota: int, reserve_fraction: float, unapplied: int) -> Facts:
    state = collector_state()
    calls = calls_of(account)
    first_call = calls.order_by("pk").values_list("fetch_time", flat=True).first()
    fetches = calls.filter(endpoint=Endpoint.ODDS, success=True)
    paid, succeeded = _paid_calls(calls.since(now - DAY))
    missed, failed, interrupted = _ticks(now - DAY)
    depth, oldest = _waiting(spool)
    unread, parked = _answers(now)
    return Facts(
        now=now,
        sandbox=account == SANDBOX_KEY,
        unapplied_migrations=unapplied,
        calls_made=first_call is not None,
        first_call_at=first_call,
        last_fetch=fetches.order_by("-fetch_time").values_list("received_at", flat=True).first(),
        paid_calls_24h=paid,
        succeeded_24h=succeeded,
        sports=_sports(now, fetches, sampling_of(state)),
        scheduler_leads=is_running(LEADER),
        scheduler_pid=state.scheduler_pid,
        scheduler_host=state.scheduler_host,
        scheduler_started_at=state.scheduler_started_at,
        heartbeat_at=state.heartbeat_at,
        missing_jobs=_missing_jobs(),
        sampling_mode=mode_of(state),
        throttle_note=state.throttle_note,
        spool_depth=depth,
        spool_oldest=oldest,
        spool_quarantined=spool.quarantined(),
        disk_free_bytes=_free(spool.folder),
        disk_needed_bytes=LEAST_FREE,
        credits=_credits(now, account, quota, reserve_fraction, state),
        paused_at=state.paused_at,
        pause_code=state.pause_code,
        pause_reason=state.pause_reason,
        ticks_missed_24h=missed,
        ticks_failed_24h=failed,
        ticks_interrupted_24h=interrupted,
        vanished=_doubtful(Event.objects.filter(doubts.vanished(now))),
        unresolved=_doubtful(Event.objects.filter(doubts.unresolved(now), commence_time__gt=now - UNRESOLVED_TOLD_FOR)),
        unread_responses=unread,
        parked_responses=parked,
        backups=backups.known(),
    )


def _paid_calls(calls: FetchLogQuerySet) -> tuple[int, int]:
    """How many paid calls came to an end, and how many of them brought something of use."""
    under_way = Q(state=CallState.SENT) | Q(state=CallState.RECEIVED, error_code="")
    ended = calls.filter(~Q(state__in=[CallState.RELEASED, CallState.RESERVED]), credits_reserved__gt=0)
    counts = ended.exclude(under_way).aggregate(all=Count("pk"), good=Count("pk", filter=Q(success=True)))
    return counts["all"], counts["good"]


def _ticks(since: datetime) -> tuple[int, int, int]:
    """Planned instants missed, ticks failed, ticks interrupted."""
    # By job and sport, as the index has them: the table alone has no order of time.
    ticks = JobTick.objects.filter(job__in=Job.values, sport_key__in=["", *settings.SPORTS], tick__gte=since)
    counts = ticks.aggregate(
        missed=Coalesce(Sum("missed"), 0),
        failed=Count("pk", filter=Q(state=TickState.FAILED)),
        interrupted=Count("pk", filter=Q(state=TickState.INTERRUPTED)),
    )
    return counts["missed"], counts["failed"], counts["interrupted"]


def _sports(now: datetime, fetches: FetchLogQuerySet, sampling: Sampling) -> tuple[Sport, ...]:
    recent = fetches.since(now - LOOK_BACK).order_by().values_list("sport_key").annotate(last=Max("received_at"))
    last = dict(recent)
    return tuple(_sport(sport_key, now, last.get(sport_key), sampling) for sport_key in settings.SPORTS)


def _sport(sport_key: str, now: datetime, last_fetch: datetime | None, sampling: Sampling) -> Sport:
    starts = budget.starts_of(sport_key, min(now, last_fetch or now), now)
    to_come = Event.objects.for_sport(sport_key).upcoming(now).filter(missed_listings=0)
    to_come = to_come.exclude(status__in=[EventStatus.CANCELLED, EventStatus.POSTPONED])
    intervals = [interval_at(moment, starts, sampling) for moment in (now, last_fetch or now)]
    found_none = JobTick.objects.filter(
        job=Job.FETCH_ODDS, sport_key=sport_key, state=TickState.SKIPPED, outcome__startswith=NOTHING_TO_FETCH
    )
    return Sport(
        sport_key=sport_key,
        events_to_come=to_come.count(),
        next_start=next((start for start in starts if start > now), None),
        last_fetch=last_fetch,
        found_none_at=found_none.filter(tick__gte=now - LOOK_BACK).aggregate(at=Max("finished_at"))["at"],
        next_planned=next_planned(Job.FETCH_ODDS, now, starts, sampling),
        interval=max(intervals),
    )


def _missing_jobs() -> tuple[str, ...]:
    present = set(DjangoJob.objects.values_list("id", flat=True))
    return tuple(job.value for job in Job if job.value not in present)


def _waiting(spool: Spool) -> tuple[int, timedelta]:
    """How many answers wait on disk, and for how long the oldest has, by the clock of the files."""
    began = []
    for path in spool.folder.glob("*.answer"):
        try:
            began.append(path.stat().st_mtime)
        except FileNotFoundError:
            continue  # stored meanwhile
    return len(began), timedelta(seconds=max(0.0, time.time() - min(began))) if began else timedelta(0)


def _free(folder: Path) -> int:
    """Bytes free where the folder is or would be."""
    return shutil.disk_usage(next(path for path in (folder, *folder.parents) if path.exists())).free


def _credits(now: datetime, account: str, quota: int, reserve_fraction: float, state: CollectorState) -> Credits | None:
    period = counting.current_period(account)
    if period is None:
        return None
    balance = counting.balance_of(period, quota)
    return Credits(
        quota=balance.quota,
        used=balance.used,
        pending=balance.pending,
        remaining=balance.remaining,
        percent=balance.percent,
        left_for_live=balance.left(Purpose.LIVE, reserve_fraction=reserve_fraction),
        seen_at=period.seen_at,
        resets_at=next_reset(now, settings.QUOTA_RESET_DAY),
        forecast_need=state.live_need,
    )


def _answers(now: datetime) -> tuple[int, int]:
    """Answers that wait to be read for too long, and answers of the last days that never will be."""
    unread = RawResponse.objects.filter(normalised_at__isnull=True, problem="")
    parked = RawResponse.objects.filter(
        call__fetch_time__gte=now - WEEK, call__http_status=200, normalised_at__isnull=True
    ).exclude(problem="")
    return unread.filter(received_at__lt=now - WAITING_TOO_LONG).count(), parked.count()


def _doubtful(events: QuerySet[Event]) -> Doubtful:
    count = events.count()
    first = events.order_by("commence_time", "api_id")[:TITLES]
    return Doubtful(count=count, titles=tuple(str(event) for event in first))


def growth_bytes(now: datetime, stored: Statistics, span: timedelta, account: str) -> int | None:
    """An estimate of what collecting added within `span`: its snapshots, at the bytes that one takes on average.

    None where nothing is stored to reckon from. Imports are not in it, as the ledger does not know them.
    """
    if not stored.snapshots:
        return None
    each = sum(stored.table_bytes.get(name, 0) for name in ("odds_oddssnapshot", "odds_odds")) / stored.snapshots
    brought = calls_of(account).since(now - span).filter(success=True, bookmakers_count__gt=0)
    return round(each * (brought.aggregate(total=Sum(F("events_count")))["total"] or 0))
