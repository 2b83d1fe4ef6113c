from contextlib import nullcontext
from typing import Any

from django.core.management import CommandError, CommandParser
from django.db import transaction
from rich.progress import track

from collectors.pipeline import rebuild
from events.cli import ReadCommand, plain
from events.models import Event
from events.queries import find_event
from events.wording import plural
from odds.archived import RawArchived, lying_in_archives
from odds.models import Odds


class Command(ReadCommand):
    help = "Write the runs of standing prices anew from the raw snapshots. Costs no credit; the rows come out the same."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--event-id", metavar="ID", help="only this event")
        parser.add_argument("--dry-run", action="store_true", help="do it, report, and take it back")

    def handle(self, *, event_id: str | None, dry_run: bool, as_json: bool, **options: Any) -> None:
        ids = list(Event.objects.order_by("id").values_list("id", flat=True))
        if event_id is not None:
            ids = [find_event(event_id).pk]
        archived = lying_in_archives(ids)
        if event_id is not None and archived:
            raise CommandError(str(RawArchived(archived.values())))
        ids = [each for each in ids if each not in archived]
        hidden = as_json or not self.console.is_terminal
        with transaction.atomic() if dry_run else nullcontext():
            grown = sum(map(rebuild, track(ids, "Rebuilding", console=self.console, disable=hidden, transient=True)))
            rows = Odds.objects.filter(event_id__in=ids).count()
            if dry_run:
                transaction.set_rollback(True)
        if as_json:
            counts = {"events": len(ids), "odds_records": rows, "difference": grown}
            self.print_json({**counts, "archived": sorted(archived.values()), "dry_run": dry_run})
        else:
            verb = "would be written" if dry_run else "written"
            self.console.print(
                f"✓ {plural(rows, 'row')} of odds of {plural(len(ids), 'event')} {verb}, {grown:+,} against before"
            )
            if archived:
                self.console.print(
                    plain(f"⚠ left as they are: {RawArchived(archived.values())}", "yellow"), soft_wrap=True
                )
