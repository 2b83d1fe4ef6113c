"""Old odds out of the database and into files."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone
from rich.progress import Progress

from events.cli import ReadCommand, asked, plain, whole
from events.queries import find_sport
from events.wording import plural
from odds.archived import archive_folder
from odds.archiving.archive import Archived, archive, plan
from odds.archiving.layout import ArchiveKind
from odds.archiving.manifest import ArchiveError
from odds.exports.selection import ExportError
from odds.wording import size


class Command(ReadCommand):
    help = (
        "Move the odds of events that began long ago into Parquet files: write them, compare every row, then remove it "
        "from the database. Events and scores stay; import_archive --format parquet brings all of it back."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--older-than", type=whole, required=True, metavar="DAYS", help="only events that began so many days ago"
        )
        parser.add_argument("--sport", action="append", default=[], help="only this sport, repeatable: 'nba'")
        parser.add_argument(
            "--raw-only", action="store_true", help="only the raw answers: the prices stay, and answer everything"
        )
        parser.add_argument("--out", type=Path, metavar="DIR", help="where to (VAR_DIR/archive)")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--dry-run", action="store_true", help="tell what would be archived, and do nothing")

    def handle(
        self,
        *,
        older_than: int,
        raw_only: bool,
        out: Path | None,
        as_json: bool,
        yes: bool,
        dry_run: bool,
        **chosen: Any,
    ) -> None:
        kind = ArchiveKind.RAW if raw_only else ArchiveKind.WHOLE
        sports = [find_sport(typed) for typed in chosen["sport"]]
        began_before = timezone.now() - timedelta(days=older_than)
        planned = list(plan(kind, began_before, sports))
        if dry_run or not planned:
            self._tell(planned, dry_run=dry_run, as_json=as_json)
            return
        folder = (out or archive_folder()).expanduser().absolute()
        self._ask(planned, folder, yes=yes, as_json=as_json)
        self._tell(self._archive(kind, began_before, folder, sports, planned, as_json), dry_run=False, as_json=as_json)

    def _archive(
        self,
        kind: ArchiveKind,
        began_before: datetime,
        folder: Path,
        sports: list[str],
        planned: list[Archived],
        as_json: bool,
    ) -> list[Archived]:
        hidden = as_json or not self.console.is_terminal
        try:
            with Progress(console=self.console, transient=True, disable=hidden) as bar:
                task = bar.add_task("Archiving", total=sum(each.events for each in planned))
                done = archive(kind, began_before, folder, sports, advance=lambda more: bar.update(task, advance=more))
                return list(done)
        except (ArchiveError, ExportError) as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(
                f"{error.filename or folder}: {error.strerror or error}; what was not archived whole is still stored"
            ) from error

    def _ask(self, planned: list[Archived], folder: Path, *, yes: bool, as_json: bool) -> None:
        if yes:
            return
        if as_json or not self.console.is_terminal or not sys.stdin.isatty():
            raise CommandError(
                "this removes rows from the database; give --yes, or --dry-run to see what it would take"
            )
        self._tell(planned, dry_run=True, as_json=False)
        if asked(f"Move them to {folder}? [y/N] ") not in ("y", "yes"):
            raise CommandError("not confirmed; nothing was archived")

    def _tell(self, archives: list[Archived], *, dry_run: bool, as_json: bool) -> None:
        if as_json:
            self.print_json({"archives": archives, "dry_run": dry_run})
            return
        if not archives:
            self.console.print("Nothing to archive.")
        for each in archives:
            rows = f"{plural(each.odds, 'row')} of odds" if each.kind == ArchiveKind.WHOLE else "raw answers alone"
            looks = f"{plural(each.events, 'event')}, {plural(each.snapshots, 'snapshot')}"
            counts = f"{each.sport_key} {each.month}: {looks}, {rows}"
            where = "would be archived" if dry_run else f"{size(each.size_bytes)} in {each.path}"
            self.console.print(plain(f"{'' if dry_run else '✓ '}{counts}; {where}"), soft_wrap=True)
