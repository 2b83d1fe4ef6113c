"""What the commands that show how collecting goes have in common."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from rich.text import Text

from events.cli import plain, table
from events.times import duration, stamp

from .choices import SamplingMode, TickState
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
    """A line for each job, and each sport where it goes by sport."""
    listing = table("Jobs (times in UTC)")
    for heading in ("Job", "Sport", "Last tick", "State", "Missed before", "Next", "Outcome"):
        listing.add_column(heading, justify="right" if heading == "Missed before" else "left", overflow="fold")
    for each in jobs:
        last = each.last
        listing.add_row(
            each.job.value,
            each.sport_key or "–",
            stamp(last.tick if last else None),
            Text(last.state, TICK_STYLES[TickState(last.state)]) if last else "–",
            f"{last.missed:,}" if last and last.missed else "–",
            f"{stamp(each.next_planned)}, in {duration(each.next_planned - now)}",
            plain(last.outcome if last else "–"),
        )
    return listing


def job_document(each: JobOutlook) -> dict[str, object]:
    """A job as an object of JSON."""
    last = each.last
    return {
        "job": each.job.value,
        "sport_key": each.sport_key,
        "last_tick": last.tick if last else None,
        "state": last.state if last else None,
        "missed": last.missed if last else 0,
        "outcome": last.outcome if last else "",
        "finished_at": last.finished_at if last else None,
        "next_planned": each.next_planned,
    }
