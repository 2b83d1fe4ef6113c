"""A backup: pg_dump's file, what is in every table as hashes of the same instant, and answers not stored yet."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg
from django.conf import settings

from .access import Access, version_of
from .digests import TableDigest, table_digests
from .errors import BackupError
from .folder import DUMP, MANIFEST, SPOOL, Backup, Folder, create, sync, write
from .manifest import Manifest, digest_of, encoded
from .retention import Keep
from .spooled import pack

# A dump may have grown by half since the last one.
GROWTH = 1.5


@dataclass(frozen=True, slots=True)
class Made:
    """A backup, and those that were removed as it came."""

    backup: Backup
    removed: list[Backup]


@dataclass(frozen=True, slots=True)
class Planned:
    """What making a backup would need, in bytes, and which ones would be removed then."""

    folder: str
    needed_bytes: int
    free_bytes: int
    removed: list[str]


def make_backup(access: Access, folder: Folder, now: datetime, *, spool: Path, keep: Keep) -> Made:
    """Make a backup, and remove those that need not be kept.

    Raises BackupError, with nothing made, where it cannot be; Busy where another is under way.
    """
    with access.alone() as session:
        try:
            folder.clear_drafts()
            require_room(folder, database_bytes(session))
            with folder.draft(now) as draft:
                _make(access, session, draft, now, spool)
            backup = folder.named_as(draft)
            removed = folder.surplus(keep)
            for old in removed:
                folder.remove(old)
        except OSError as error:
            raise BackupError(f"{error.filename or folder.path}: {error.strerror}; no backup was made") from error
    return Made(backup, removed)


def planned(access: Access, folder: Folder, now: datetime, keep: Keep) -> Planned:
    """What `make_backup` would do now. Raises BackupError where there is no room for it."""
    with access.session() as session:
        needed = require_room(folder, database_bytes(session))
    removed = [backup.name for backup in folder.surplus(keep, now)]
    return Planned(str(folder.path), needed, shutil.disk_usage(folder.existing()).free, removed)


def require_room(folder: Folder, database_bytes: int) -> int:
    """The bytes that a backup is taken to need. Raises BackupError where they are not free."""
    last = next((backup.size for backup in folder.backups()), None)
    needed = database_bytes if last is None else int(last * GROWTH)
    free = shutil.disk_usage(folder.existing()).free
    if free < needed:
        what = f"{free // 1024**2:,} MB are free and {needed // 1024**2:,} MB may be needed"
        raise BackupError(f"{folder.path}: {what}; no backup was made")
    return needed


def database_bytes(session: psycopg.Connection) -> int:
    return int(_only(session, "SELECT pg_database_size(current_database())"))


def _make(access: Access, session: psycopg.Connection, draft: Path, now: datetime, spool: Path) -> None:
    begin = time.monotonic()
    # Before the snapshot: an answer goes from the spool to the database, so that one of the two has it.
    spooled = pack(spool, draft / SPOOL)
    tables, migrations = _dump(access, session, draft / DUMP)
    manifest = Manifest(
        created_at=now,
        seconds=round(time.monotonic() - begin, 3),
        database=access.database,
        server_version=_only(session, "SHOW server_version"),
        pg_dump_version=version_of(access.programs / "pg_dump"),
        program_version=program_version(),
        dump=digest_of(draft / DUMP),
        spool=digest_of(draft / SPOOL) if spooled else None,
        spooled_answers=spooled,
        database_bytes=database_bytes(session),
        tables=tables,
        migrations=migrations,
    )
    write(draft / MANIFEST, encoded(manifest))


def _dump(access: Access, session: psycopg.Connection, target: Path) -> tuple[dict[str, TableDigest], list[str]]:
    """Write the dump, and meanwhile hash the tables as that dump has them: both see one snapshot."""
    with session.transaction():
        session.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        snapshot = _only(session, "SELECT pg_export_snapshot()")
        os.close(create(target))
        # Into a file that it opens itself: it cannot go back in one that it is given, and writes its contents twice.
        options = ("--format=custom", f"--file={target}", f"--snapshot={snapshot}", "--lock-wait-timeout=60s")
        with access.running("pg_dump", *options, what=f"{access.database}: no backup was made"):
            tables, migrations = table_digests(session), _migrations(session)
    sync(target)
    return tables, migrations


def _migrations(session: psycopg.Connection) -> list[str]:
    if _only(session, "SELECT to_regclass('django_migrations')::text") is None:
        return []
    return [f"{app}.{name}" for app, name in session.execute("SELECT app, name FROM django_migrations ORDER BY id")]


def _only(session: psycopg.Connection, query: str) -> str:
    row = session.execute(query).fetchone()
    assert row is not None
    value: str = row[0]
    return value


def program_version() -> str:
    """The commit of the code, where it lies in a repository; "" elsewhere."""
    command = ["git", "-C", str(settings.BASE_DIR), "rev-parse", "--short", "HEAD"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
