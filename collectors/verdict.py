"""What the facts of collecting come to, pure: a verdict, and a line for each thing that a person should look into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from events.times import duration, stamp
from events.wording import plural

from .facts import Facts, Sport

# So many intervals without a fetch are too many.
INTERVALS_WITHOUT_FETCH = 2
# An answer lies in the spool, or unread in the database, for a moment; longer, its process died or the database did.
WAITING_TOO_LONG = timedelta(minutes=5)
LEAST_SUCCESS_RATE = 0.9
MANY_CREDITS_PERCENT = 80
# A backup is made every day, and drilled every week; see docs/backups.md.
BACKUP_TOO_OLD = timedelta(hours=48)
DRILL_TOO_OLD = timedelta(days=14)
# Told of this many times the free space below which nothing is bought.
LITTLE_SPACE_FACTOR = 4
START_IT = "start it with `manage.py run_scheduler`"


class Verdict(StrEnum):
    NEW = "new"  # nothing has run yet
    HEALTHY = "healthy"
    DEGRADED = "degraded"  # something to look at
    FAILING = "failing"  # nothing is being collected


@dataclass(frozen=True, slots=True)
class Finding:
    text: str
    failing: bool = False


Found = Iterator[Finding]


def judge(facts: Facts) -> tuple[Verdict, list[Finding]]:
    """The verdict, and what to look at: what keeps anything from being collected first."""
    rules = (_schema, _pause, _scheduler, _overdue, _jobs, _room, _credits, _calls, _ticks, _answers, _events, _backups)
    findings = sorted((found for rule in rules for found in rule(facts)), key=lambda found: not found.failing)
    if any(found.failing for found in findings):
        return Verdict.FAILING, findings
    if not facts.has_run:
        begin = f"Nothing was collected yet: {START_IT}, or fetch once with `manage.py fetch_odds`"
        return Verdict.NEW, [Finding(begin), *findings]
    return (Verdict.DEGRADED if findings else Verdict.HEALTHY), findings


def overdue(facts: Facts, sport: Sport) -> timedelta | None:
    """For how long no fetch came, where games are to come and that is too long; None where all is well."""
    if not sport.events_to_come or facts.scheduler_pid is None:
        return None
    looks = [sport.last_fetch, sport.found_none_at, facts.scheduler_started_at]
    since = max((look for look in looks if look is not None), default=None)
    if since is None or facts.now - since <= INTERVALS_WITHOUT_FETCH * sport.interval:
        return None
    return facts.now - (sport.last_fetch or since)


def _schema(facts: Facts) -> Found:
    if facts.unapplied_migrations:
        what = plural(facts.unapplied_migrations, "migration is", "migrations are")
        yield Finding(f"{what} not applied: run `manage.py migrate`", failing=True)


def _pause(facts: Facts) -> Found:
    if facts.paused_at is not None:
        told = f"Nothing is bought since {stamp(facts.paused_at)} UTC: {facts.pause_reason}"
        yield Finding(f"{told}. It goes on by itself when the provider takes calls again", failing=True)


def _scheduler(facts: Facts) -> Found:
    who = f"process {facts.scheduler_pid} on {facts.scheduler_host}"
    if facts.is_silent:
        since = f"since {stamp(facts.heartbeat_at)} UTC" if facts.heartbeat_at else "so far"
        told = f"The scheduler ({who}) leads but gave no sign of life {since}"
        yield Finding(f"{told}: end that process, then {START_IT}", failing=True)
    elif facts.scheduler_leads:
        return
    elif facts.scheduler_pid is not None:
        told = f"The scheduler ({who}) ended unexpectedly, after {stamp(facts.heartbeat_at)} UTC"
        yield Finding(f"{told}: {START_IT}", failing=True)
    elif facts.has_run:
        yield Finding(f"No scheduler runs, so nothing is fetched by itself: {START_IT}")


def _overdue(facts: Facts) -> Found:
    if facts.paused_at is not None:
        return
    for sport in facts.sports:
        if (late := overdue(facts, sport)) is not None:
            told = f"No odds of {sport.sport_key} came for {duration(late)}, though games are to come"
            plan = f"every {duration(sport.interval)} is planned"
            yield Finding(f"{told} and {plan}: see `manage.py scheduler_status`", failing=True)


def _jobs(facts: Facts) -> Found:
    if facts.scheduler_leads and facts.missing_jobs:
        named = ", ".join(facts.missing_jobs)
        yield Finding(f"The scheduler has no job {named}: stop it and {START_IT}", failing=True)


def _room(facts: Facts) -> Found:
    if facts.disk_free_bytes is None or facts.disk_free_bytes >= facts.disk_needed_bytes * LITTLE_SPACE_FACTOR:
        return
    least = f"below {facts.disk_needed_bytes // 1024**2} MB nothing is bought"
    short = facts.disk_free_bytes < facts.disk_needed_bytes
    yield Finding(f"Only {facts.disk_free_bytes // 1024**2} MB are free under VAR_DIR, and {least}: make room", short)


def _credits(facts: Facts) -> Found:
    if (known := facts.credits) is None:
        return
    if not known.left_for_live:
        told = f"No credits are left for live collection until {known.resets_at:%Y-%m-%d}"
        yield Finding(f"{told}: see `manage.py quota`", failing=True)
    elif known.percent >= MANY_CREDITS_PERCENT:
        yield Finding(f"{known.percent:.0f} % of the credits are used or set aside: see `manage.py quota --forecast`")
    if facts.throttle_note:
        told = f"Odds are fetched more seldom than set, to make the credits last: {facts.throttle_note}"
        yield Finding(f"{told}; see `manage.py quota --forecast`")
    if known.left_for_live and known.forecast_need > known.left_for_live:
        need = f"{plural(known.forecast_need, 'credit is', 'credits are')} needed until {known.resets_at:%Y-%m-%d}"
        yield Finding(f"{need} and {known.left_for_live:,} are left: see `manage.py quota --forecast`")


def _calls(facts: Facts) -> Found:
    rate = facts.success_rate_24h
    if rate is not None and rate < LEAST_SUCCESS_RATE:
        told = f"{facts.succeeded_24h} of {plural(facts.paid_calls_24h, 'paid call')} of the last 24 h succeeded"
        yield Finding(f"Only {told}: see the ledger in the admin")


def _ticks(facts: Facts) -> Found:
    if facts.ticks_missed_24h:
        told = plural(facts.ticks_missed_24h, "planned tick was", "planned ticks were")
        yield Finding(f"{told} missed, as seen in the last 24 h: the scheduler was down or the machine slept")
    if facts.ticks_failed_24h:
        told = plural(facts.ticks_failed_24h, "tick", "ticks")
        yield Finding(f"{told} failed in the last 24 h: see the ticks in the admin")
    if facts.ticks_interrupted_24h:
        told = plural(facts.ticks_interrupted_24h, "tick was", "ticks were")
        yield Finding(f"{told} interrupted in the last 24 h, as the process ended: see the ticks in the admin")


def _answers(facts: Facts) -> Found:
    if facts.spool_depth and facts.spool_oldest > WAITING_TOO_LONG:
        told = plural(facts.spool_depth, "answer waits", "answers wait")
        yield Finding(f"{told} on disk for the database, the oldest for {duration(facts.spool_oldest)}: {START_IT}")
    if facts.spool_quarantined:
        told = plural(facts.spool_quarantined, "damaged answer lies", "damaged answers lie")
        yield Finding(f"{told} in the folder spool/quarantine: look at it, then move it away")
    if facts.unread_responses:
        told = plural(facts.unread_responses, "answer is", "answers are")
        yield Finding(f"{told} stored and not read yet: the next job does it")
    if facts.parked_responses:
        told = plural(facts.parked_responses, "answer", "answers")
        yield Finding(
            f"{told} of the last 7 days could not be read: see the raw responses in the admin, where the bytes are kept"
        )


def _events(facts: Facts) -> Found:
    for doubt, what in ((facts.vanished, "vanished before the start"), (facts.unresolved, "began and got no result")):
        if doubt.count:
            named = "; ".join(doubt.titles) + ("; …" if doubt.count > len(doubt.titles) else "")
            told = f"{plural(doubt.count, 'event', 'events')} {what} ({named})"
            yield Finding(f"{told}: set the status by hand in the admin")


def backup_overdue(facts: Facts) -> timedelta | None:
    """For how long no good backup was made, where one is to be made daily and that is too long."""
    return _overdue_since(facts, facts.backups.last_good, BACKUP_TOO_OLD)


def _overdue_since(facts: Facts, last: datetime | None, longest: timedelta) -> timedelta | None:
    since = last or facts.first_call_at
    if not facts.backups.is_daily or since is None or facts.now - since <= longest:
        return None
    return facts.now - since


def _backups(facts: Facts) -> Found:
    if (late := backup_overdue(facts)) is not None:
        yield Finding(
            f"No good backup was made for {duration(late)}: see the job backup in `manage.py scheduler_status`"
        )
    if facts.backups.drill_problem:
        yield Finding(f"The last restore drill failed: {facts.backups.drill_problem}; see docs/backups.md")
    elif (late := _overdue_since(facts, facts.backups.last_good_drill, DRILL_TOO_OLD)) is not None:
        yield Finding(f"No backup was restored as a drill for {duration(late)}: run `manage.py backup --drill`")
