"""What is told of collecting, pure: from the facts of its health to messages, and the summary of a day.

The key of a message says what it is about. Those of a sandbox have keys of their own, so that trying it out keeps
nothing quiet that comes later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from events.times import duration, stamp
from events.wording import plural
from quality.alerts.messages import LONGEST_TEXT, LONGEST_TITLE, SANDBOX, Message, clean, in_one_line
from quality.choices import Severity

from .credits import THRESHOLDS_PERCENT, next_reset
from .facts import Facts
from .the_odds_api.answers import OUT_OF_CREDITS
from .verdict import LITTLE_SPACE_FACTOR, START_IT, WAITING_TOO_LONG, overdue

# What stands for a while and is told when it is over, by the first part of its key.
CONDITIONS = frozenset({
    "migrations", "key_refused", "credits_exhausted", "no_fetch", "disk_full", "disk_low", "scheduler_silent",
    "scheduler_died", "jobs_missing", "answers_waiting", "answers_damaged", "answers_unreadable", "database_down",
    "drill_failed",
})  # fmt: skip
# Longer than any period of credits: once in a period is once.
PERIOD = timedelta(days=40)
DATABASE_DOWN = "database_down"
_THRESHOLDS = dict(zip(THRESHOLDS_PERCENT, Severity, strict=True))

Told = Iterator[Message]


def alarms(facts: Facts) -> list[Message]:
    """What is wrong and somebody has to be told."""
    rules = (_schema, _pause, _credits, _overdue, _room, _scheduler, _jobs, _answers, _backups)
    return [_of_sandbox(told) if facts.sandbox else told for rule in rules for told in rule(facts)]


def database_down(reason: str) -> Message:
    text = (
        f"It does not answer: {reason}. Nothing is fetched or shown until it does; collecting goes on by itself then."
    )
    return _message(DATABASE_DOWN, Severity.CRITICAL, "The database is down", text)


def is_condition(key: str, *, of_sandbox: bool) -> bool:
    """Whether a message of this key is about something that stands for a while, and that these facts would show."""
    what = key.removeprefix(SANDBOX)
    is_ours = key.startswith(SANDBOX) == of_sandbox or what == DATABASE_DOWN
    return is_ours and what.partition("/")[0] in CONDITIONS and "/over/" not in key


def over(key: str, title: str, severity: str, told_at: datetime) -> Message:
    """That what was told is over: to those that it was told to."""
    text = f"What was told at {stamp(told_at)} UTC is no longer so."
    return _message(key, Severity(severity), f"Over: {title}", text, quiet=PERIOD)


def ended_before(who: str, last_seen: datetime | None, *, of_sandbox: bool) -> Message:
    """What the next scheduler tells of one that ended without a word."""
    text = f"The one before ({who}) ended unexpectedly, after {stamp(last_seen)} UTC; this one has taken over."
    message = _message("scheduler_died", Severity.CRITICAL, "The scheduler died", text)
    return _of_sandbox(message) if of_sandbox else message


def _of_sandbox(message: Message) -> Message:
    return replace(message, key=SANDBOX + message.key, title=f"(sandbox) {message.title}")


def _message(key: str, severity: Severity, title: str, text: str, **more: timedelta) -> Message:
    # Reasons and names come from outside.
    return Message(
        key=key, severity=severity, title=in_one_line(title, LONGEST_TITLE), text=clean(text, LONGEST_TEXT), **more
    )


def _schema(facts: Facts) -> Told:
    if facts.unapplied_migrations:
        what = plural(facts.unapplied_migrations, "migration is", "migrations are")
        text = f"{what} not applied: run `manage.py migrate`. Nothing is collected until then."
        yield _message("migrations", Severity.ERROR, "The database is not up to date", text)


def _pause(facts: Facts) -> Told:
    if facts.paused_at is None:
        return
    text = f"Nothing is bought since {stamp(facts.paused_at)} UTC: {facts.pause_reason}."
    if facts.pause_code == OUT_OF_CREDITS:
        yield _message("credits_exhausted", Severity.CRITICAL, "The provider says that no credits are left", text)
    else:
        yield _message(
            f"key_refused/{facts.pause_code}",
            Severity.CRITICAL,
            "The provider refuses the key",
            f"{text} Put it right.",
        )


def _credits(facts: Facts) -> Told:
    """The highest threshold that is reached, and that nothing is left: each once a period."""
    known = facts.credits
    if known is None or known.seen_at is None:
        return
    # Until the first answer of a new period the count is that of the period before.
    if next_reset(known.seen_at, known.resets_at.day) < known.resets_at:
        return
    until = f"{known.resets_at:%Y-%m-%d}"
    text = (
        f"{known.used:,} of {known.quota:,} credits are used and {known.pending:,} set aside; the next come on {until}"
    )
    text += ": see `manage.py quota --forecast`."
    if reached := max((each for each in THRESHOLDS_PERCENT if known.percent >= each), default=None):
        title = f"{reached} % of the credits are used"
        yield _message(f"quota/{until}/{reached}", _THRESHOLDS[reached], title, text, quiet=PERIOD)
    if not known.left_for_live:
        title = "No credits are left for live collection"
        yield _message(f"quota/{until}/none_left", Severity.CRITICAL, title, text, quiet=PERIOD)


def _overdue(facts: Facts) -> Told:
    if facts.paused_at is not None:
        return
    for sport in facts.sports:
        if (late := overdue(facts, sport)) is not None:
            text = f"No odds came for {duration(late)}, and every {duration(sport.interval)} is planned."
            title = f"No odds of {sport.sport_key} come in"
            yield _message(f"no_fetch/{sport.sport_key}", Severity.ERROR, title, text)


def _room(facts: Facts) -> Told:
    if facts.disk_free_bytes is None or facts.disk_free_bytes >= facts.disk_needed_bytes * LITTLE_SPACE_FACTOR:
        return
    free, least = facts.disk_free_bytes // 1024**2, facts.disk_needed_bytes // 1024**2
    text = f"{free:,} MB are free under VAR_DIR; below {least:,} MB nothing is bought."
    if facts.disk_free_bytes < facts.disk_needed_bytes:
        yield _message("disk_full", Severity.CRITICAL, "The disk is full", text)
    else:
        yield _message("disk_low", Severity.WARNING, "Little room is left on the disk", text)


def _scheduler(facts: Facts) -> Told:
    who = f"process {facts.scheduler_pid} on {facts.scheduler_host}"
    since = f"{stamp(facts.heartbeat_at)} UTC"
    if facts.scheduler == "silent":
        text = f"It leads ({who}) and gave no sign of life since {since}: end that process, then {START_IT}."
        yield _message("scheduler_silent", Severity.ERROR, "The scheduler is silent", text)
    elif facts.scheduler == "died":
        text = f"It ({who}) ended unexpectedly, after {since}: {START_IT}. Nothing is fetched until then."
        yield _message("scheduler_died", Severity.CRITICAL, "The scheduler died", text)


def _jobs(facts: Facts) -> Told:
    if facts.scheduler_leads and facts.missing_jobs:
        text = f"It has no job {', '.join(facts.missing_jobs)}: stop it and {START_IT}."
        yield _message("jobs_missing", Severity.ERROR, "The scheduler lacks jobs", text)


def _answers(facts: Facts) -> Told:
    if facts.spool_depth and facts.spool_oldest > WAITING_TOO_LONG:
        what = plural(facts.spool_depth, "answer waits", "answers wait")
        text = f"{what} on disk for the database, the oldest for {duration(facts.spool_oldest)}."
        yield _message("answers_waiting", Severity.WARNING, "Answers are not stored", text)
    if facts.spool_quarantined:
        what = plural(facts.spool_quarantined, "damaged answer lies", "damaged answers lie")
        yield _message(
            "answers_damaged", Severity.WARNING, "Answers were damaged", f"{what} in the folder spool/quarantine."
        )
    if facts.parked_responses:
        what = plural(facts.parked_responses, "answer", "answers")
        text = f"{what} of the last 7 days could not be read: see the raw responses in the admin."
        yield _message("answers_unreadable", Severity.ERROR, "Answers cannot be read", text)


def _backups(facts: Facts) -> Told:
    if facts.backups.drill_problem:
        text = f"{facts.backups.drill_problem}. A backup that cannot be restored is none: see docs/backups.md."
        yield _message("drill_failed", Severity.CRITICAL, "The restore drill failed", text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """The figures of 24 hours up to `facts.now`. Entries of the quality log are counted by severity."""

    facts: Facts
    verdict: str
    findings: tuple[str, ...]  # the most important first
    credits_spent: int
    new_entries: Mapping[str, int]
    open_entries: Mapping[str, int]
    worst_entry: str  # of those that are open; "" where none is


def summary_key(facts: Facts) -> str:
    """One for each day."""
    return f"{SANDBOX if facts.sandbox else ''}summary/{facts.now:%Y-%m-%d}"


def summary(day: Day) -> Message:
    """What one day came to."""
    facts = day.facts
    lines = [
        f"Fetches: {facts.succeeded_24h:,} of {plural(facts.paid_calls_24h, 'paid call')} brought something",
        _spent(day),
        f"Games to come: {sum(sport.events_to_come for sport in facts.sports):,}",
        f"New in the quality log: {_counts(day.new_entries)}",
        f"Open there: {_counts(day.open_entries)}" + (f"; worst: {day.worst_entry}" if day.worst_entry else ""),
        *(f"To look at: {finding}" for finding in day.findings[:3]),
    ]
    text = "\n".join(in_one_line(line, 300) for line in lines)
    title = f"{facts.now:%Y-%m-%d}{' (sandbox)' if facts.sandbox else ''}: collecting is {day.verdict}"
    return _message(summary_key(facts), Severity.INFO, title, text, quiet=PERIOD)


def _spent(day: Day) -> str:
    known = day.facts.credits
    if known is None:
        return f"Credits: {day.credits_spent:,} spent"
    return f"Credits: {day.credits_spent:,} spent; {known.used:,} of {known.quota:,} used in this period"


def _counts(entries: Mapping[str, int]) -> str:
    """'2 critical, 10 warning', the worst first."""
    named = [f"{entries[each]:,} {each.label.lower()}" for each in reversed(Severity) if entries.get(each)]
    return ", ".join(named) or "nothing"
