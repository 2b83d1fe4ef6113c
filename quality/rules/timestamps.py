"""The bookmaker's own time beside a quote, against the instant of the snapshot."""

from __future__ import annotations

from collections.abc import Iterator

from events.times import duration

from ..choices import IssueType, Severity
from ..records import Issue, Stamp, Thresholds
from .registry import stamp_rule


@stamp_rule(IssueType.MISSING_TIMESTAMP)
def time_is_given(stamp: Stamp, thresholds: Thresholds) -> Iterator[Issue]:
    """A market or its bookmaker says when it was last read."""
    if stamp.written is None:
        yield Issue(IssueType.MISSING_TIMESTAMP, Severity.WARNING, "no 'last_update', expected a time")


@stamp_rule(IssueType.BAD_TIMESTAMP)
def time_is_an_instant(stamp: Stamp, thresholds: Thresholds) -> Iterator[Issue]:
    """It is an instant: a time without its zone is not guessed at."""
    if stamp.written is not None and stamp.moment is None:
        seen = repr(stamp.written)[:60]
        text = f"last_update {seen}, expected a time with its zone, such as 2026-01-15T00:30:00Z; left empty"
        yield Issue(IssueType.BAD_TIMESTAMP, Severity.WARNING, text)


@stamp_rule(IssueType.FUTURE_TIMESTAMP)
def time_is_not_ahead(stamp: Stamp, thresholds: Thresholds) -> Iterator[Issue]:
    """It is not later than the snapshot, but for clocks that differ a little."""
    if stamp.moment is not None and stamp.moment > stamp.snapshot_time + thresholds.clocks_apart:
        ahead = duration(stamp.moment - stamp.snapshot_time)
        most = duration(thresholds.clocks_apart)
        text = f"last_update {stamp.written} is {ahead} ahead of the snapshot, expected at most {most}"
        yield Issue(IssueType.FUTURE_TIMESTAMP, Severity.WARNING, text)


@stamp_rule(IssueType.STALE)
def time_is_recent(stamp: Stamp, thresholds: Thresholds) -> Iterator[Issue]:
    """It is not long ago: what a bookmaker no longer confirms may not be on offer."""
    if stamp.moment is not None and stamp.moment < stamp.snapshot_time - thresholds.stale_after:
        age = duration(stamp.snapshot_time - stamp.moment)
        text = f"last_update {stamp.written} is {age} old, expected at most {duration(thresholds.stale_after)}"
        yield Issue(IssueType.STALE, Severity.WARNING, text)
