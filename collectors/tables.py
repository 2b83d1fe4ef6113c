"""What the commands that show how collecting goes have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rich.text import Text

from events.cli import plain, table
from events.times import duration, stamp

from .choices import SamplingMode, TickState
from .models import JobTick
from .outlook import JobOutlook
from .sampling import Sampling

if TYPE_CHECKING:
    from rich.table import Table

TICK_STYLES = {
    TickState.RUNNING: "cyan",
    TickState.DONE: "green",
    TickState.SKIPPED: "dim",
    TickState.FAILED: "red",
    TickState.INTERRUPTED: "yellow",
}


def when(moment: datetime | None, now: datetime) -> str:
    """'2026-01-15 00:30:00 UTC (12 min ago)', or with 'in 12 min' for what is to come."""
    if moment is None:
        return "never"
    span = f"in {duration(moment - now)}" if moment > now else f"{duration(now - moment)} ago"
    return f"{stamp(moment)} UTC ({span})"


def sampling_text(sampling: Sampling) -> str:
    """'fixed: every 30 min', or the interval of each tier."""
    if sampling.mode is SamplingMode.FIXED:
        text = f"fixed: every {duration(sampling.fixed)}"
    else:
        tiers = ", ".join(f"{tier} {duration(interval)}" for tier, interval in sampling.intervals.items())
        text = f"adaptive: {tiers}"
    return text + (f", and {duration(sampling.close_lead)} before each start" if sampling.close_lead else "")


def jobs_table(jobs: Iterable[JobOutlook], now: datetime) -> Table:
    """Two lines for each job, and each sport where it goes by sport, which a terminal of 80 columns holds.

    When it ran last is told by the time of its work, not by the tick: a daily job of today's first start has the tick
    of midnight.
    """
    listing = table("Jobs (times in UTC)")
    for heading in ("Job", "Last run", "Next"):
        listing.add_column(heading, no_wrap=True)
    listing.add_column("Outcome", overflow="fold")
    for each in jobs:
        last = each.last
        listing.add_row(
            f"{each.job.value}\n  {each.sport_key}",
            f"{_short(last.started_at, now)}\n{duration(max(now - last.started_at, timedelta()))} ago" if last else "–",
            f"{_short(each.next_planned, now)}\nin {duration(each.next_planned - now)}",
            _came_of(last) if last else "–",
        )
    return listing


def _short(moment: datetime, now: datetime) -> str:
    """The time of an instant of today, day and minute of another."""
    is_today = moment.astimezone(UTC).date() == now.astimezone(UTC).date()
    return f"{moment.astimezone(UTC):{'%H:%M:%S' if is_today else '%m-%d %H:%M'}}"


def _came_of(last: JobTick) -> Text:
    state = Text(last.state, TICK_STYLES[TickState(last.state)])
    missed = f", {last.missed:,} missed before" if last.missed else ""
    return Text.assemble(state, missed, "\n", plain(last.outcome))


def job_document(each: JobOutlook) -> dict[str, object]:
    """A job as an object of JSON."""
    last = each.last
    return {
        "job": each.job.value,
        "sport_key": each.sport_key,
        "last_tick": last.tick if last else None,
        "started_at": last.started_at if last else None,
        "state": last.state if last else None,
        "missed": last.missed if last else 0,
        "outcome": last.outcome if last else "",
        "finished_at": last.finished_at if last else None,
        "next_planned": each.next_planned,
    }
