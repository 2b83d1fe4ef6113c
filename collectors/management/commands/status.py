"""How collecting goes, at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from events.cli import ReadCommand, plain, table
from odds.management.commands.db_stats import LARGEST
from odds.statistics import statistics
from odds.wording import size
from quality.figures import BookFigures, quality_figures
from quality.tables import figures_tables, remarks

from ...counting import current_period
from ...facts import Facts
from ...gate import Terms
from ...health import DAY, WEEK
from ...models import FetchLog
from ...outlook import collector_state, outlook
from ...spending import Spent, calls_of_period, spent_on
from ...summary import Summary, document, lines, sports_document, summary
from ...tables import job_document, jobs_table, when
from ...verdict import Verdict

if TYPE_CHECKING:
    from rich.table import Table

_VERDICTS = {
    Verdict.NEW: ("cyan", "– New, nothing collected yet"),
    Verdict.HEALTHY: ("green", "✓ Healthy"),
    Verdict.DEGRADED: ("yellow", "⚠ Degraded"),
    Verdict.FAILING: ("red", "✗ Failing"),
}


class Command(ReadCommand):
    help = "Show at a glance whether collecting goes well, how much is stored and how many credits are left."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--verbose", action="store_true", help="also by sport, job and endpoint, with disk, spool and tables"
        )

    def handle(self, *, as_json: bool, verbose: bool, **_: Any) -> None:
        summed = summary(timezone.now(), statistics())
        if summed.health.facts.unapplied_migrations:
            raise CommandError(summed.health.warnings[0])
        if as_json:
            self.print_json(document(summed) | (_details(summed) if verbose else {}))
            return
        self.console.print(_frame(summed))
        for finding in summed.health.findings:
            sign, colour = ("✗", "red") if finding.failing else ("⚠", "yellow")
            self.console.print(plain(f"{sign} {finding.text}", colour))
        if verbose:
            self._show_details(summed)

    def _show_details(self, summed: Summary) -> None:
        facts = summed.health.facts
        for listing in (
            _sports_table(facts),
            jobs_table(outlook(facts.now, collector_state()), facts.now),
            _calls_table(*_calls(facts)),
            _places_table(summed),
        ):
            self.console.print()
            self.console.print(listing)
        figures = _quality(facts)
        self.console.print()
        self.console.print("[bold]Quality, last 7 days[/]")
        for listing in figures_tables(figures):
            self.console.print()
            self.console.print(listing)
        self.console.print()
        for remark in remarks(figures):
            self.console.print(plain(remark, "dim"))


def _frame(summed: Summary) -> Table:
    from rich import box
    from rich.table import Table

    colour, verdict = _VERDICTS[summed.health.status]
    grid = Table.grid(padding=(0, 2))
    for number, group in enumerate(lines(summed, f"[{colour}]{verdict}[/]")):
        if number:
            grid.add_row()
        for label, text in group:
            grid.add_row(f"{label}:", text)
    frame = Table(box=box.DOUBLE, border_style=colour)
    frame.add_column("Odds Pipeline Status", justify="center", header_style="bold")
    frame.add_row(grid)
    return frame


def _sports_table(facts: Facts) -> Table:
    listing = table("Sports")
    for heading in ("Sport", "To come", "Next start", "Last fetch", "Next fetch"):
        listing.add_column(heading, justify="right" if heading == "To come" else "left")
    for sport in facts.sports:
        planned = when(sport.next_planned, facts.now) if sport.events_to_come else "none, no game is to come"
        start = when(sport.next_start, facts.now) if sport.next_start else "–"
        listing.add_row(sport.sport_key, f"{sport.events_to_come:,}", start, when(sport.last_fetch, facts.now), planned)
    return listing


def _calls(facts: Facts) -> tuple[list[Spent], list[Spent]]:
    """Of the last 24 h, and of the period of the credits."""
    account = Terms.of_settings().account
    recent = FetchLog.objects.of_account(account).since(facts.now - DAY)
    return spent_on(recent), spent_on(calls_of_period(current_period(account)))


def _calls_table(recent: list[Spent], period: list[Spent]) -> Table:
    listing = table("Calls and credits")
    for heading in ("Purpose", "Endpoint"):
        listing.add_column(heading)
    for heading in ("Calls, 24 h", "Credits, 24 h", "Calls, period", "Credits, period"):
        listing.add_column(heading, justify="right")
    by_day, by_period = ({(each.purpose, each.endpoint): each for each in spent} for spent in (recent, period))
    for key in sorted(by_day.keys() | by_period.keys()):
        figures = []
        for spent in (by_day.get(key), by_period.get(key)):
            figures += [f"{spent.calls:,}", f"{spent.credits:,}"] if spent else ["–", "–"]
        listing.add_row(*key, *figures)
    return listing


def _places_table(summed: Summary) -> Table:
    facts, stored = summed.health.facts, summed.stored
    listing = table("Storage")
    listing.add_column("What")
    listing.add_column("Size", justify="right")
    listing.add_row("Free under VAR_DIR", size(facts.disk_free_bytes or 0))
    listing.add_row("Answers waiting on disk", f"{facts.spool_depth:,}")
    listing.add_row("Damaged answers set aside", f"{facts.spool_quarantined:,}")
    if summed.grown_7d is not None:
        listing.add_row("Collected in 7 days (estimate)", f"≈ {size(summed.grown_7d)}")
    for name, size_bytes in list(stored.table_bytes.items())[:LARGEST]:
        listing.add_row(name, size(size_bytes))
    return listing


def _quality(facts: Facts) -> list[BookFigures]:
    return quality_figures(facts.now - WEEK, facts.now)


def _details(summed: Summary) -> dict[str, Any]:
    facts = summed.health.facts
    recent, period = _calls(facts)
    return {
        "sports": sports_document(facts),
        "jobs": [job_document(each) for each in outlook(facts.now, collector_state())],
        "calls_24h": recent,
        "calls_period": period,
        "table_bytes": summed.stored.table_bytes,
        "quality": _quality(facts),
    }
