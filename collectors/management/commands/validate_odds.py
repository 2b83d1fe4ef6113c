"""Whether what is stored is believable, by the rules as they are now."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone
from rich.progress import track

from collectors.revalidation import Validation, revalidate
from events.cli import ReadCommand, day_option, plain, table
from events.models import Event
from events.queries import find_event, find_sport
from events.wording import plural
from odds.archived import RawArchived
from quality.choices import IssueType

_LOOKS = {"info": "cyan", "warning": "yellow", "error": "red", "critical": "bold red"}


class Command(ReadCommand):
    help = (
        "Run the rules once more over stored answers, and bring the verdicts on prices and the quality log up to what "
        "they find. Costs no credit; what people decided stays; done twice, the second time changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--from", dest="since", metavar="DAY", help="only events from this day (UTC) on")
        parser.add_argument("--to", metavar="DAY", help="only events up to this day (UTC)")
        parser.add_argument("--sport", help="only this sport: 'nba', basketball_nba")
        parser.add_argument("--event-id", metavar="ID", help="only this event")
        parser.add_argument(
            "--rule",
            action="append",
            choices=IssueType.values,
            metavar="TYPE",
            help="report on these only, repeatable, such as unusual_overround; a verdict is always of all rules",
        )
        parser.add_argument("--dry-run", action="store_true", help="report what would be found and change nothing")

    def handle(self, *, as_json: bool, dry_run: bool, rule: list[str] | None, **chosen: Any) -> None:
        if not settings.ENABLE_VALIDATION:
            raise CommandError("checks are switched off: set ENABLE_VALIDATION=true")
        ids = _chosen(**{name: chosen[name] for name in ("since", "to", "sport", "event_id")})
        hidden = as_json or not self.console.is_terminal
        progress = track(ids, "Validating", console=self.console, disable=hidden, transient=True)
        report = revalidate(progress, timezone.now(), dry_run=dry_run)
        if rule is not None:
            report.rules = [result for result in report.rules if result.issue_type in rule]
        if as_json:
            self.print_json({**asdict(report), "dry_run": dry_run})
        else:
            self._show(report, dry_run)

    def _show(self, report: Validation, dry_run: bool) -> None:
        if report.rules:
            listing = table("Found by the rules")
            for heading in ("Type", "Severity"):
                listing.add_column(heading)
            for heading in ("Entries", "Snapshots", "Standing", "New", "Gone"):
                listing.add_column(heading, justify="right")
            for each in report.rules:
                figures = (each.entries, each.occurrences, each.standing, each.new, each.gone)
                look = _LOOKS[each.severity]
                listing.add_row(each.issue_type, f"[{look}]{each.severity}[/]", *(f"{number:,}" for number in figures))
            self.console.print(listing)
            self.console.print()
        verb = "would be" if dry_run else "are"
        change = report.invalid_prices - report.invalid_before
        self.console.print(
            f"✓ {plural(report.events, 'event')} judged anew: {report.invalid_prices:,} of "
            f"{plural(report.prices, 'price')} {verb} invalid, {change:+,} against before"
        )
        if report.archived:
            self.console.print(plain(f"⚠ left as they are: {RawArchived(report.archived)}", "yellow"), soft_wrap=True)


def _chosen(since: str | None, to: str | None, sport: str | None, event_id: str | None) -> list[int]:
    events = Event.objects.order_by("id")
    if event_id is not None:
        events = events.filter(pk=find_event(event_id).pk)
    if sport is not None:
        events = events.for_sport(find_sport(sport))
    if (first := day_option(since, "--from")) is not None:
        events = events.filter(commence_time__gte=datetime.combine(first, time(), UTC))
    if (last := day_option(to, "--to")) is not None:
        events = events.filter(commence_time__lt=datetime.combine(last, time(), UTC) + timedelta(days=1))
    return list(events.values_list("id", flat=True))
