"""A backup in the place of the database, or beside it."""

from __future__ import annotations

import sys
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from events.cli import ReadCommand, asked, plain
from events.times import stamp
from events.wording import plural
from oddsproject.backups.access import Access
from oddsproject.backups.errors import BackupError
from oddsproject.backups.folder import Backup, Folder
from oddsproject.backups.restoring import (
    Restored,
    Schema,
    require_known,
    require_place,
    restore,
    restore_beside,
    schema_of,
)


class Command(ReadCommand):
    help = "Restore a backup: beside the database, compared with what was backed up, and then in its place."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("backup", metavar="FILE", help="a backup's name, its folder, or a file in that")
        parser.add_argument("--into", metavar="NAME", help="into a new database of this name, and leave it there")
        parser.add_argument("--yes", action="store_true", help="do not ask before the database is replaced")
        parser.add_argument("--dry-run", action="store_true", help="check the backup and tell what would be done")

    def handle(self, *, as_json: bool, into: str | None, yes: bool, dry_run: bool, **options: Any) -> None:
        try:
            access, backup = Access.of_settings(), Folder(settings.BACKUP_DIR).find(options["backup"])
            require_place(access, into)
            backup.check()
            schema = schema_of(backup)
            if not as_json:
                self._introduce(backup, schema)
            require_known(schema, into)
            if dry_run:
                restored = Restored(into or access.database, "", 0)
            elif into is not None:
                restored = restore_beside(access, backup, into)
            else:
                self._confirm(access, yes=yes)
                restored = restore(access, backup, timezone.now(), settings.VAR_DIR / "spool")
        except BackupError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.print_json(_document(backup, schema, restored, dry_run=dry_run))
        else:
            self._conclude(backup, restored, beside=into is not None, dry_run=dry_run)

    def _introduce(self, backup: Backup, schema: Schema) -> None:
        manifest = backup.manifest
        self._say(
            f"{backup.name}: {plural(manifest.rows, 'row')} as of {stamp(manifest.created_at)} UTC, undamaged; {schema}"
        )

    def _confirm(self, access: Access, *, yes: bool) -> None:
        if yes:
            return
        if not sys.stdin.isatty():
            raise CommandError(f"the database {access.database} would be replaced: say --yes; nothing was restored")
        if asked(f"Replace the database {access.database}? It is kept under another name. Type yes: ") != "yes":
            raise CommandError("not confirmed; nothing was restored")

    def _conclude(self, backup: Backup, restored: Restored, *, beside: bool, dry_run: bool) -> None:
        if dry_run:
            self._say(f"Would be restored into {restored.database}; nothing was changed.")
            return
        self._say(
            f"✓ {backup.name} is the database {restored.database}: all {len(backup.manifest.tables)} tables identical"
        )
        if restored.put_back:
            self._say(
                f"  {plural(restored.put_back, 'answer')} put back into the spool; whatever collects next stores them"
            )
        if restored.kept:
            self._say(f"  the one before is {restored.kept}; once it is not needed: {_drop(restored.kept)}")

        if beside:
            name = restored.database
            self._say(f"  to look at it: manage.py dbshell, and there \\c {name}; once it is not needed: {_drop(name)}")

    def _say(self, line: str) -> None:
        self.console.print(plain(line), soft_wrap=True)


def _drop(name: str) -> str:
    return f"""manage.py dbshell -- -c 'DROP DATABASE "{name}"'"""


def _document(backup: Backup, schema: Schema, restored: Restored, *, dry_run: bool) -> dict[str, Any]:
    return {
        "backup": backup.name,
        "created_at": backup.manifest.created_at,
        "database": restored.database,
        "kept": restored.kept or None,
        "answers_put_back": restored.put_back,
        "tables": len(backup.manifest.tables),
        "rows": backup.manifest.rows,
        "migrations_missing": schema.missing,
        "migrations_unknown": schema.unknown,
        "dry_run": dry_run,
    }
