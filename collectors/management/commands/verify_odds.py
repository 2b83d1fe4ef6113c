import sys
from dataclasses import asdict
from typing import Any

from django.core.management import CommandError, CommandParser
from rich.progress import track

from collectors.verification import verify
from events.cli import ReadCommand, plain
from events.models import Event
from events.queries import find_event
from events.wording import plural
from odds.fingerprint import fingerprint

# Of the events that lie in archives.
NAMED = 5


class Command(ReadCommand):
    help = "Compare all prices of all raw snapshots with the runs of standing prices; exit code 1 if any differs."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--event-id", metavar="ID", help="only this event")
        parser.add_argument("--fingerprint", action="store_true", help="print a hash of all that is stored, too")

    def handle(self, *, event_id: str | None, as_json: bool, **options: Any) -> None:
        events = Event.objects.order_by("id")
        if event_id is not None:
            events = events.filter(pk=find_event(event_id).pk)
        hidden = as_json or not self.console.is_terminal
        report = verify(
            track(events.iterator(), "Verifying", events.count(), console=self.console, disable=hidden, transient=True)
        )
        whole = {"fingerprint": fingerprint()} if options["fingerprint"] else {}
        if as_json:
            self.print_json({**asdict(report), **whole})
            if report.differences:
                sys.exit(1)
            return
        for line in report.examples:
            self.console.print(plain(f"✗ {line}", "red"))
        if report.differences:
            raise CommandError(
                f"{plural(report.differences, 'difference')} in {plural(report.price_points, 'price point')}; "
                "rebuild_odds writes the runs anew from the raw snapshots"
            )
        self.console.print(
            f"✓ {plural(report.price_points, 'price point')} of {plural(report.snapshots, 'snapshot')} of "
            f"{plural(report.events, 'event')} equal their {plural(report.runs, 'run')}, both ways"
        )
        if report.archived:
            self.console.print(plain(f"⚠ {_archived(report.archived)}", "yellow"), soft_wrap=True)
        for name, value in whole.items():
            self.console.print(f"  {name} {value}")


def _archived(names: list[str]) -> str:
    more = f" and {len(names) - NAMED:,} more, which --json names" if len(names) > NAMED else ""
    told = plural(len(names), "event lies in an archive and was", "events lie in archives and were")
    return f"{told} not compared: {', '.join(names[:NAMED])}{more}"
