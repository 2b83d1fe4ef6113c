"""Archives in Parquet that this project wrote itself, back into the database."""

from __future__ import annotations

from pathlib import Path

from django.db import transaction

from odds.archived import RawArchived
from odds.archiving.manifest import ArchiveError
from odds.archiving.restore import RestoreReport, restore_archive

from ..pipeline import rebuild


def restore(path: Path, *, dry_run: bool = False) -> RestoreReport:
    """Restore what lies there, and derive anew the runs of events that got other snapshots meanwhile.

    Raises `odds.archiving.manifest.ArchiveError`, with one line.
    """
    with transaction.atomic():
        report = restore_archive(path)
        try:
            for event_id in report.rebuild:
                report.odds += rebuild(event_id)
        except RawArchived as error:
            raise ArchiveError(f"{error}, together with this one: name the folder that both are in") from error
        transaction.set_rollback(dry_run)
    return report
