"""What the scheduler does about backups, and what is known of them where it is asked how collecting goes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from collectors.choices import TickState
from collectors.facts import Backups
from collectors.ticks import Outcome
from events.wording import plural
from odds.wording import size

from .access import Access
from .drill import drill
from .folder import Backup, Folder
from .making import make_backup

DRILL_EVERY = timedelta(days=7)


def back_up(now: datetime) -> Outcome:
    """Make a backup, and drill it where the last drill that went well is a week old; what came of it, in a line.

    Raises BackupError where none could be made.
    """
    if not settings.BACKUP_DAILY:
        return TickState.SKIPPED, "BACKUP_DAILY is off"
    access, folder = Access.of_settings(), Folder(settings.BACKUP_DIR)
    made = make_backup(access, folder, now, spool=settings.VAR_DIR / "spool", keep=settings.BACKUP_KEEP)
    told = f"{made.backup.name}, {size(made.backup.size)}, {plural(made.backup.manifest.rows, 'row')}"
    if made.removed:
        told += f"; {len(made.removed)} older removed"
    last = last_good_drill(folder.backups())
    if last is not None and now - last < DRILL_EVERY:
        return TickState.DONE, told
    drilled = drill(access, made.backup, now)
    return TickState.DONE, f"{told}; drill {'failed: ' if not drilled.went_well else ''}{drilled.result}"


def known() -> Backups:
    """Of the folder of the settings. Reads every manifest, and no dump."""
    backups = Folder(settings.BACKUP_DIR).backups()
    drilled = [backup.manifest for backup in backups if backup.manifest.drilled_at is not None]
    newest = max(drilled, key=lambda manifest: manifest.drilled_at or manifest.created_at, default=None)
    return Backups(
        is_daily=settings.BACKUP_DAILY,
        last_good=backups[0].manifest.created_at if backups else None,
        last_good_drill=last_good_drill(backups),
        drill_problem="" if newest is None or newest.drilled_well else newest.drill_result,
    )


def last_good_drill(backups: list[Backup]) -> datetime | None:
    at = [each.manifest.drilled_at for each in backups if each.manifest.drilled_well]
    return max((moment for moment in at if moment is not None), default=None)
