"""An audit as people read it in a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from events.cli import plain, table
from events.times import stamp
from events.wording import plural

from .records import AuditReport, Change, Finding

if TYPE_CHECKING:
    from rich.table import Table


def described(report: AuditReport) -> str:
    """The outcome in one sentence."""
    if not report.repeated:
        return (
            f"{report.strategy}: no decision in {plural(report.events, 'event')}, so nothing was looked at and nothing "
            "is proved; widen the range, or decide at another time (--decide)"
        )
    looked_at = (
        f"{report.repeated:,} of {plural(report.decisions, 'decision')} on cut and on scrambled data, "
        f"{plural(report.twins, 'whole run')} on scrambled data; {plural(report.bets, 'bet')} in "
        f"{plural(report.events, 'event')}, seed {report.seed}"
    )
    if report.findings:
        checks = len({(finding.moment, finding.event_id) for finding in report.findings})
        told = plural(checks, "decision differs", "decisions differ")
        return f"{report.strategy} looks ahead: {told}, looked at {looked_at}"
    idle = "" if report.bets else "; it bet on nothing, so little is proved"
    return f"{report.strategy}: nothing found in {looked_at}{idle}"


def findings_table(findings: Sequence[Finding]) -> Table:
    """One row a finding: the decision, what changed, and the row that it knew."""
    listing = table()
    for name in ("Decided (UTC)", "Event", "What", "As it is", "Without it", "Seen on", "Knew"):
        listing.add_column(name, overflow="fold")
    for each in findings:
        game = f"{each.game} {each.event_id}".strip() or "–"
        cells = (game, each.change, each.before, each.after, each.seen_on, _knew(each))
        listing.add_row(stamp(each.moment), *map(plain, cells))
    return listing


def _knew(finding: Finding) -> str:
    if finding.leak is None:
        unsteady = finding.change is Change.UNSTEADY
        return "nothing: it answers differently each time" if unsteady else "no single part of what came later"
    more = f" and {finding.leak.rows - 1:,} more such rows together" if finding.leak.rows > 1 else ""
    elsewhere = "" if finding.leak.event_id == finding.event_id else f" of event {finding.leak.event_id}"
    return f"{finding.leak.row}{elsewhere}{more}"
