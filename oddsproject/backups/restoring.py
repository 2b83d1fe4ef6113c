"""A backup in the place of the database: restored beside it, compared, and only then given its name."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from django.db import connection, connections
from django.db.migrations.loader import MigrationLoader
from psycopg import sql

from .access import Access, in_line
from .errors import BackupError
from .folder import Backup
from .scratch import RESTORE, create, drop, drop_leftovers, load, name_of, require_free, with_end
from .spooled import unpack

# Seconds within which the server has noticed that a connection was closed: our own just was.
ENDING = 2.0
_OTHERS = """
    SELECT pid, coalesce(nullif(application_name, ''), usename, 'unknown') FROM pg_stat_activity
    WHERE datname = %s AND pid <> pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid
"""


@dataclass(frozen=True, slots=True)
class Schema:
    """How a backup's tables compare with what this program expects of them."""

    missing: list[str]  # migrations that the backup has not
    unknown: list[str]  # migrations that this program has not

    def __str__(self) -> str:
        if self.unknown:
            return f"made by a newer program: {_listed(self.unknown)} is not known here; update the program first"
        if self.missing:
            return f"made by an older program: run `manage.py migrate` afterwards, for {_listed(self.missing)}"
        return "the tables are those of this program"


@dataclass(frozen=True, slots=True)
class Restored:
    """A database that holds what the backup holds; `kept` is the one before under its new name, "" for none."""

    database: str
    kept: str
    put_back: int  # answers put back into the spool


def schema_of(backup: Backup) -> Schema:
    """By the names of migrations."""
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    applied = set(backup.manifest.migrations)
    return Schema(missing=sorted(known - applied), unknown=sorted(applied - known))


def require_known(schema: Schema, into: str | None) -> None:
    """Raises BackupError where the program does not know the tables that would take the place of its own."""
    if into is None and schema.unknown:
        raise BackupError(f"{schema}, or restore beside with --into; nothing was restored")


def require_place(access: Access, into: str | None) -> None:
    """Raises BackupError where no backup can be restored there now."""
    with access.maintenance().session() as session:
        if into is None:
            require_nobody(access, session)
        else:
            require_free(session, into)


def restore_beside(access: Access, backup: Backup, name: str) -> Restored:
    """Restore into a new database of this name and leave it there. Raises BackupError, without one, where it fails."""
    with access.maintenance().session() as session:
        _restore(access, session, backup, name)
    return Restored(name, "", 0)


def restore(access: Access, backup: Backup, now: datetime, spool: Path) -> Restored:
    """Put the backup in the place of the database, which is kept under another name.

    Raises BackupError, with the database as it was, where anything else is connected to it or the backup is not
    restored as it was made.
    """
    name = name_of(RESTORE, access.database, now)
    with access.maintenance().alone() as session:
        require_nobody(access, session)
        drop_leftovers(session, name)
        _restore(access, session, backup, name)
        try:
            kept = _swap(access, session, name, now)
        except BaseException:
            drop(session, name)
            raise
    return Restored(access.database, kept, unpack(backup.spool, spool) if backup.manifest.spool else 0)


def require_nobody(access: Access, session: psycopg.Connection) -> None:
    """Raises BackupError, naming them, where others are connected to the database."""
    connections.close_all()
    deadline = time.monotonic() + ENDING
    while (others := session.execute(_OTHERS, (access.database,)).fetchall()) and time.monotonic() < deadline:
        time.sleep(0.05)
    if others:
        named = ", ".join(f"pid {pid} ({application})" for pid, application in others)
        server = getattr(connection, "server", None)
        pids = [pid for pid in (server.users or []) if pid != os.getpid()] if server else []
        stop = f"stop process {', '.join(map(str, pids))}" if pids else "stop `make run`, the scheduler, the web server"
        raise BackupError(f"{access.database} is in use by {named}: {stop}, then try again; nothing was restored")


def _restore(access: Access, session: psycopg.Connection, backup: Backup, name: str) -> None:
    create(session, name)
    try:
        if differing := load(access.to(name), backup):
            raise BackupError(f"{backup.name} was not restored as it was made: {'; '.join(differing[:5])}")
        with access.to(name).session() as restored:
            restored.execute("ANALYZE")
    except BaseException:
        drop(session, name)
        raise


def _swap(access: Access, session: psycopg.Connection, name: str, now: datetime) -> str:
    """Both names change at once or not at all."""
    kept = with_end(access.database, f"_before_restore_{now.astimezone(UTC):%Y%m%dt%H%M%Sz}")
    rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    require_nobody(access, session)
    try:
        with session.transaction():
            session.execute(rename.format(sql.Identifier(access.database), sql.Identifier(kept)))
            session.execute(rename.format(sql.Identifier(name), sql.Identifier(access.database)))
    except psycopg.Error as error:
        raise BackupError(f"{access.database}: {in_line(error)}; it is as it was") from error
    return kept


def _listed(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
