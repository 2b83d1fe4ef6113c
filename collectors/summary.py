"""The health of collecting and what is stored, summed up: lines for people, one document for programs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from events.choices import EventStatus
from events.models import Event
from events.times import duration
from odds.statistics import Statistics
from odds.wording import size
from quality.tally import StandingWarnings, standing_warnings

from .choices import Purpose
from .facts import Facts
from .gate import Terms
from .health import DAY, WEEK, PipelineHealth, calls_of, growth_bytes, health_of_settings
from .tables import when


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    health: PipelineHealth
    stored: Statistics
    events_scheduled: int  # without those that are long over and have no result
    last_backfill: datetime | None  # the newest answer that a backfill bought
    grown_24h: int | None  # bytes, an estimate: see growth_bytes
    grown_7d: int | None
    validation: StandingWarnings


def summary(now: datetime, stored: Statistics) -> Summary:
    """Everything that `status` tells of the installation that the settings describe; `stored` was counted before."""
    account = Terms.of_settings().account
    bought = calls_of(account).filter(purpose=Purpose.BACKFILL, success=True).order_by("-fetch_time")
    return Summary(
        health=health_of_settings(now),
        stored=stored,
        events_scheduled=Event.objects.with_status(EventStatus.SCHEDULED, now).count(),
        last_backfill=bought.values_list("received_at", flat=True).first(),
        grown_24h=growth_bytes(now, stored, DAY, account),
        grown_7d=growth_bytes(now, stored, WEEK, account),
        validation=standing_warnings(),
    )


def lines(summed: Summary, verdict: str) -> list[list[tuple[str, str]]]:
    """Labels and texts, in groups."""
    facts = summed.health.facts
    return [_state(facts, verdict, summed.last_backfill), _stored(summed), _credits(facts), _storage(summed)]


def _state(facts: Facts, verdict: str, last_backfill: datetime | None) -> list[tuple[str, str]]:
    source = "sandbox, a made-up league" if facts.sandbox else "The Odds API"
    backfill = [("Last Backfill", when(last_backfill, facts.now))] if last_backfill else []
    return [
        ("Last Fetch", when(facts.last_fetch, facts.now)),
        *backfill,
        ("Status", verdict),
        ("Source", source),
        ("Scheduler", _scheduler(facts)),
        ("Sampling", facts.sampling_mode + (f", [yellow]{facts.throttle_note}[/]" if facts.throttle_note else "")),
    ]


def _scheduler(facts: Facts) -> str:
    if facts.scheduler == "running" and facts.heartbeat_age is not None:
        return f"[green]✓ running[/], last sign of life {duration(facts.heartbeat_age)} ago"
    return f"[{'red' if facts.scheduler in ('died', 'silent') else 'yellow'}]{facts.scheduler}[/]"


def _stored(summed: Summary) -> list[tuple[str, str]]:
    def figure(name: str) -> str:
        return ("≈ " if name in summed.stored.estimated else "") + f"{getattr(summed.stored, name):,}"

    return [
        ("Events (Scheduled)", f"{summed.events_scheduled:,}"),
        ("Events (Total)", figure("events")),
        ("Odds Records", figure("odds_records")),
        ("Price Points", figure("price_points")),
    ]


def _credits(facts: Facts) -> list[tuple[str, str]]:
    known = facts.credits
    if known is None:
        return [("API Quota Used", f"not known yet, of {settings.ODDS_API_QUOTA:,}")]
    lines = [("API Quota Used", f"{known.used:,} / {known.quota:,}")]
    if known.pending:
        lines.append(("Set Aside", f"{known.pending:,} for calls of unknown cost"))
    if known.remaining is not None:
        share = f" ({known.remaining / known.quota:.1%})" if known.quota else ""
        lines.append(("Quota Remaining", f"{known.remaining:,}{share}"))
    lines.append(("Quota Renewed", when(known.resets_at, facts.now)))
    return lines


def _storage(summed: Summary) -> list[tuple[str, str]]:
    facts = summed.health.facts
    rate = facts.success_rate_24h
    grown = f", ≈ {size(summed.grown_24h)} more in 24 h" if summed.grown_24h else ""
    share = "no paid call" if rate is None else f"{rate:.1%}"
    return [
        ("DB Size", size(summed.stored.db_size_bytes) + grown),
        ("Fetch Success Rate", f"{share} (24h)"),
        ("Validation Warnings", str(summed.validation)),
        ("Last Backup", _backups(facts)),
    ]


def _backups(facts: Facts) -> str:
    known = facts.backups
    if known.last_good is None:
        return "none yet" if known.is_daily else "none, BACKUP_DAILY is off"
    if known.drill_problem:
        return f"{when(known.last_good, facts.now)}; [red]the last drill failed[/]"
    drilled = "never" if known.last_good_drill is None else when(known.last_good_drill, facts.now)
    return f"{when(known.last_good, facts.now)}; restored as a drill: {drilled}"


def document(summed: Summary) -> dict[str, Any]:
    """One object: what the specification names first, then the facts behind it."""
    facts, stored = summed.health.facts, summed.stored
    known = facts.credits
    return {
        "status": summed.health.status.value,
        "warnings": summed.health.warnings,
        "last_fetch": facts.last_fetch,
        "last_backfill": summed.last_backfill,
        "events_scheduled": summed.events_scheduled,
        "events_total": stored.events,
        "odds_records": stored.odds_records,
        "price_points": stored.price_points,
        "estimated": stored.estimated,
        "quota": known.quota if known else settings.ODDS_API_QUOTA,
        "quota_used": known.used if known else None,
        "quota_remaining": known.remaining if known else None,
        "quota_percent": known.percent if known else None,
        "quota_seen_at": known.seen_at if known else None,
        "quota_resets_at": known.resets_at if known else None,
        "credits_pending": known.pending if known else None,
        "forecast_need": known.forecast_need if known else None,
        "db_size_bytes": stored.db_size_bytes,
        "growth_bytes_24h_estimate": summed.grown_24h,
        "growth_bytes_7d_estimate": summed.grown_7d,
        "fetch_success_rate_24h": facts.success_rate_24h,
        "validation_warnings": summed.validation.count,
        "validation_warning_rate": summed.validation.rate,
        **_facts(facts),
    }


def _facts(facts: Facts) -> dict[str, Any]:
    age = facts.heartbeat_age
    return {
        "sandbox": facts.sandbox,
        "scheduler": facts.scheduler,
        "heartbeat_at": facts.heartbeat_at,
        "heartbeat_age_seconds": None if age is None else age.total_seconds(),
        "missing_jobs": facts.missing_jobs,
        "sampling_mode": facts.sampling_mode,
        "throttle_note": facts.throttle_note,
        "paused_at": facts.paused_at,
        "pause_code": facts.pause_code,
        "pause_reason": facts.pause_reason,
        "paid_calls_24h": facts.paid_calls_24h,
        "ticks_missed_24h": facts.ticks_missed_24h,
        "ticks_failed_24h": facts.ticks_failed_24h,
        "ticks_interrupted_24h": facts.ticks_interrupted_24h,
        "spool_depth": facts.spool_depth,
        "spool_quarantined": facts.spool_quarantined,
        "disk_free_bytes": facts.disk_free_bytes,
        "unread_responses": facts.unread_responses,
        "parked_responses": facts.parked_responses,
        "vanished_events": facts.vanished.count,
        "unresolved_events": facts.unresolved.count,
        "last_backup": facts.backups.last_good,
        "last_drill": facts.backups.last_good_drill,
        "drill_problem": facts.backups.drill_problem,
    }


def sports_document(facts: Facts) -> list[dict[str, Any]]:
    return [
        {
            "sport_key": sport.sport_key,
            "events_to_come": sport.events_to_come,
            "next_start": sport.next_start,
            "last_fetch": sport.last_fetch,
            "next_planned": sport.next_planned,
            "interval_minutes": sport.interval.total_seconds() / 60,
        }
        for sport in facts.sports
    ]
