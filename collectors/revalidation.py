"""The rules once more over what is stored: revalidate()."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from events.locking import once_more
from odds.archived import RawArchived
from odds.models import Odds
from quality.choices import Severity
from quality.event_checks import check_events, end_what_is_over
from quality.models import DataQualityLog

from .pipeline import rebuild


@dataclass(slots=True, kw_only=True)
class RuleResult:
    """What one rule comes to over the events that were validated."""

    issue_type: str
    severity: str
    entries: int = 0
    occurrences: int = 0  # snapshots that showed them
    standing: int = 0
    new: int = 0  # entries that the log did not have
    gone: int = 0  # entries that the log had, and that are not found any more


@dataclass(slots=True, kw_only=True)
class Validation:
    """What validating came to. Prices are runs of standing prices."""

    events: int = 0
    prices: int = 0
    invalid_prices: int = 0
    invalid_before: int = 0
    archived: list[str] = field(default_factory=list)  # ids of events left out: their raw answers are archived
    rules: list[RuleResult] = field(default_factory=list)  # the worst first


def revalidate(event_ids: Iterable[int], now: datetime, *, dry_run: bool = False) -> Validation:
    """Judge these events anew from their raw answers, one transaction each, and bring verdicts and log up to that.

    Decisions of people stay in force. Done twice, the second time changes nothing. A dry run takes it all back.
    """
    report = Validation()
    results: dict[tuple[str, str], RuleResult] = {}
    for event_id in event_ids:
        try:
            _revalidate(event_id, now, report, results, dry_run=dry_run)
        except RawArchived as error:
            report.archived += error.event_ids
    if not dry_run:
        check_events(now)
    report.rules = sorted(
        results.values(), key=lambda each: (-Severity(each.severity).rank, -each.occurrences, each.issue_type)
    )
    return report


@once_more
@transaction.atomic
def _revalidate(
    event_id: int, now: datetime, report: Validation, results: dict[tuple[str, str], RuleResult], *, dry_run: bool
) -> None:
    before, invalid_before = _entries(event_id), Odds.objects.filter(event=event_id, is_valid=False).count()
    rebuild(event_id)
    end_what_is_over(now, [event_id])
    after = _entries(event_id)
    report.events += 1
    report.invalid_before += invalid_before
    report.prices += Odds.objects.filter(event=event_id).count()
    report.invalid_prices += Odds.objects.filter(event=event_id, is_valid=False).count()
    for fingerprint, row in after.items():
        result = _result(row, results)
        result.entries += 1
        result.occurrences += row["occurrences"]
        result.standing += row["ended_at"] is None
        result.new += fingerprint not in before
    for fingerprint in before.keys() - after.keys():
        _result(before[fingerprint], results).gone += 1
    if dry_run:
        transaction.set_rollback(True)


def _entries(event_id: int) -> dict[str, dict[str, Any]]:
    rows = DataQualityLog.objects.filter(event=event_id, is_derived=True)
    columns = ("fingerprint", "issue_type", "severity", "occurrences", "ended_at")
    return {row["fingerprint"]: row for row in rows.values(*columns)}


def _result(row: dict[str, Any], results: dict[tuple[str, str], RuleResult]) -> RuleResult:
    key = row["issue_type"], row["severity"]
    return results.setdefault(key, RuleResult(issue_type=key[0], severity=key[1]))
