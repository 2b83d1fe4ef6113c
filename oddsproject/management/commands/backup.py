"""Backups: make one, prove one, list them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from events.cli import ReadCommand, plain
from odds.wording import size
from oddsproject.backups.access import Access
from oddsproject.backups.drill import drill
from oddsproject.backups.errors import BackupError
from oddsproject.backups.folder import Folder
from oddsproject.backups.making import Made, make_backup, planned
from oddsproject.backups.retention import Keep, parse_keep
from oddsproject.backups.tables import backups_table, described, document, drill_described


class Command(ReadCommand):
    help = "Make a backup of the database, prove that it can be restored, or list what there is."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", metavar="DIR", type=Path, help="where they lie (default: BACKUP_DIR)")
        parser.add_argument("--keep", metavar="D,W,M", help="how many of days, weeks, months (default: BACKUP_KEEP)")
        action = parser.add_mutually_exclusive_group()
        action.add_argument("--drill", action="store_true", help="restore the newest beside the database and compare")
        action.add_argument("--list", action="store_true", dest="as_list", help="list what there is")
        action.add_argument("--dry-run", action="store_true", help="tell what would be made and removed")

    def handle(self, *, as_json: bool, out: Path | None, keep: str | None, **options: Any) -> None:
        folder, now = Folder((out or settings.BACKUP_DIR).resolve()), timezone.now()
        try:
            keeping = parse_keep(keep) if keep else settings.BACKUP_KEEP
            if options["as_list"]:
                self._list(folder, now, as_json=as_json)
            elif options["dry_run"]:
                self._plan(folder, now, keeping, as_json=as_json)
            elif options["drill"]:
                self._drill(folder, now, keeping, as_json=as_json)
            else:
                self._tell_made(_made(folder, now, keeping), as_json=as_json)
        except (BackupError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _tell_made(self, made: Made, *, as_json: bool) -> None:
        if as_json:
            self.print_json({**document(made.backup), "removed": [backup.name for backup in made.removed]})
            return
        self._say(f"✓ {described(made.backup)}", f"  in {made.backup.path}")
        if made.removed:
            self._say(f"  removed: {', '.join(backup.name for backup in made.removed)}")

    def _drill(self, folder: Folder, now: datetime, keep: Keep, *, as_json: bool) -> None:
        backups = folder.backups() or [_made(folder, now, keep).backup]
        drilled = drill(Access.of_settings(), backups[0], now)
        if as_json:
            self.print_json({**document(drilled.backup), "drill_seconds": round(drilled.seconds, 3)})
        elif drilled.went_well:
            self._say(f"✓ {drill_described(drilled)}")
        if not drilled.went_well:
            raise CommandError(drill_described(drilled))

    def _list(self, folder: Folder, now: datetime, *, as_json: bool) -> None:
        backups = folder.backups()
        if as_json:
            self.print_json([document(backup) for backup in backups])
            return
        if backups:
            self.console.print(backups_table(backups, now))
        self._say(
            "" if backups else "No backup yet.", f"in {folder.path}", *(f"⚠ {each}" for each in folder.problems())
        )

    def _plan(self, folder: Folder, now: datetime, keep: Keep, *, as_json: bool) -> None:
        plan = planned(Access.of_settings(), folder, now, keep)
        if as_json:
            self.print_json(plan)
            return
        self._say(
            f"Would make a backup in {plan.folder}: up to {size(plan.needed_bytes)} of {size(plan.free_bytes)} free"
        )
        self._say(f"and remove: {', '.join(plan.removed) or 'none'}")

    def _say(self, *lines: str) -> None:
        for line in lines:
            self.console.print(plain(line), soft_wrap=True)


def _made(folder: Folder, now: datetime, keep: Keep) -> Made:
    return make_backup(Access.of_settings(), folder, now, spool=settings.VAR_DIR / "spool", keep=keep)
