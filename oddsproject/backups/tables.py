"""Backups as tables for people and as documents for programs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from events.cli import plain, table
from events.times import duration, stamp
from events.wording import plural
from odds.wording import size

from .drill import Drilled
from .folder import Backup

if TYPE_CHECKING:
    from rich.table import Table


def document(backup: Backup) -> dict[str, Any]:
    """What the manifest says, with the place."""
    manifest = backup.manifest
    return {
        "name": backup.name,
        "path": str(backup.path),
        "created_at": manifest.created_at,
        "seconds": manifest.seconds,
        "size_bytes": backup.size,
        "sha256": manifest.dump.sha256,
        "database": manifest.database,
        "database_bytes": manifest.database_bytes,
        "server_version": manifest.server_version,
        "pg_dump_version": manifest.pg_dump_version,
        "program_version": manifest.program_version,
        "rows": manifest.rows,
        "tables": manifest.tables,
        "spooled_answers": manifest.spooled_answers,
        "drilled_at": manifest.drilled_at,
        "drill_result": manifest.drill_result,
    }


def described(backup: Backup) -> str:
    manifest = backup.manifest
    answers = f", {plural(manifest.spooled_answers, 'answer')} from the spool" if manifest.spooled_answers else ""
    what = f"{plural(manifest.rows, 'row')} of {plural(len(manifest.tables), 'table')}{answers}"
    return f"{backup.name}: {what}, {size(backup.size)} in {manifest.seconds:.1f} s"


def drill_described(drilled: Drilled) -> str:
    """The outcome in one line."""
    if not drilled.went_well:
        return f"the drill of {drilled.backup.name} failed: {drilled.result}"
    tables = len(drilled.backup.manifest.tables)
    return f"drill of {drilled.backup.name}: restored in {drilled.seconds:.1f} s, all {tables} tables identical"


def backups_table(backups: Sequence[Backup], now: datetime) -> Table:
    listing = table()
    for heading in ("Backup", "Age", "Size", "Rows", "Last drill"):
        listing.add_column(heading, justify="right" if heading in ("Age", "Size", "Rows") else "left")
    for backup in backups:
        manifest = backup.manifest
        drilled = "–"
        if manifest.drilled_at is not None:
            drilled = f"{stamp(manifest.drilled_at)} UTC: {manifest.drill_result}"
        age = duration(max(now - manifest.created_at, now - now))
        listing.add_row(backup.name, age, size(backup.size), f"{manifest.rows:,}", plain(drilled))
    return listing
