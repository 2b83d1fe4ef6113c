"""Whether the scheduler runs, and what each job did last and does next."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.management import CommandError
from django.utils import timezone

from events.cli import ReadCommand, plain
from events.times import duration, stamp

from ...facts import Facts
from ...health import health_of_settings
from ...outlook import JobOutlook, collector_state, outlook, sampling_of
from ...sampling import Sampling
from ...tables import job_document, jobs_table, sampling_text, when
from ...verdict import START_IT


class Command(ReadCommand):
    help = "Show whether a scheduler runs, what each job did last, and when it comes next."

    def handle(self, *, as_json: bool, **_: Any) -> None:
        now = timezone.now()
        health = health_of_settings(now)
        if health.facts.unapplied_migrations:
            raise CommandError(health.warnings[0])
        state = collector_state()
        facts, jobs = health.facts, outlook(now, state)
        if as_json:
            self.print_json(_document(facts, sampling_of(state), jobs))
            return
        self._show_scheduler(facts, now)
        self._show_sampling(facts, sampling_of(state))
        self.console.print()
        self.console.print(jobs_table(jobs, now))

    def _show_scheduler(self, facts: Facts, now: datetime) -> None:
        age = "none" if facts.heartbeat_age is None else f"{duration(facts.heartbeat_age)} ago"
        who = f"process {facts.scheduler_pid} on {facts.scheduler_host}"
        sign = f"last sign of life {age}"
        told = {
            "running": f"[green]✓ The scheduler runs[/]: {who}, {sign}",
            "silent": f"[red]✗ The scheduler leads but is silent[/]: {who}, {sign}; end it, then {START_IT}",
            "died": f"[red]✗ The scheduler ended unexpectedly[/]: it was {who}, {sign}; {START_IT}",
            "stopped": f"[yellow]⚠ No scheduler runs[/]: it was stopped, {sign}; {START_IT}",
            "never started": f"[yellow]⚠ No scheduler runs[/], and none ever did: {START_IT}",
        }
        self.console.print(told[facts.scheduler])
        if facts.scheduler_leads:
            self.console.print(f"Since {when(facts.scheduler_started_at, now)}")

    def _show_sampling(self, facts: Facts, sampling: Sampling) -> None:
        self.console.print(f"Sampling {sampling_text(sampling)}")
        if facts.throttle_note:
            self.console.print(f"[yellow]⚠ Given up to make the credits last: {facts.throttle_note}[/]")
        if facts.paused_at is not None:
            why = plain(f"✗ Nothing is bought since {stamp(facts.paused_at)} UTC: {facts.pause_reason}", "red")
            self.console.print(why)
        if facts.scheduler_leads and facts.missing_jobs:
            self.console.print(f"[red]✗ Jobs it does not have: {', '.join(facts.missing_jobs)}; start it anew[/]")


def _document(facts: Facts, sampling: Sampling, jobs: list[JobOutlook]) -> dict[str, Any]:
    age = facts.heartbeat_age
    return {
        "running": facts.scheduler_leads,
        "scheduler": facts.scheduler,
        "pid": facts.scheduler_pid,
        "host": facts.scheduler_host,
        "started_at": facts.scheduler_started_at,
        "heartbeat_at": facts.heartbeat_at,
        "heartbeat_age_seconds": None if age is None else age.total_seconds(),
        "sampling_mode": facts.sampling_mode,
        "sampling": sampling_text(sampling),
        "throttle_note": facts.throttle_note,
        "paused_at": facts.paused_at,
        "pause_reason": facts.pause_reason,
        "missing_jobs": facts.missing_jobs,
        "jobs": [job_document(each) for each in jobs],
    }
