"""A database beside ours, to restore a backup into: for a drill, or to take the place of ours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from .access import Access
from .digests import differences, table_digests
from .errors import BackupError
from .folder import Backup

# PostgreSQL cuts longer names.
LONGEST_NAME = 63
DRILL, RESTORE = "drill", "restore"
_NAME = re.compile(r"[a-z_][a-z0-9_]*")
_STAMP = re.compile(r"_\d{8}t\d{6}z$")


def name_of(kind: str, database: str, now: datetime) -> str:
    return with_end(f"{kind}_{database}", f"_{now.astimezone(UTC):%Y%m%dt%H%M%Sz}")


def with_end(name: str, end: str) -> str:
    return name[: LONGEST_NAME - len(end)] + end


@contextmanager
def scratch_database(session: psycopg.Connection, name: str) -> Iterator[None]:
    """An empty database until the end of the block, if it has this name then. Raises BackupError without the right."""
    create(session, name)
    try:
        yield
    finally:
        drop(session, name)


def require_free(session: psycopg.Connection, name: str) -> None:
    """Raises BackupError where no database can have this name, or it would have to be quoted everywhere."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BackupError(
            f"{name!r} is no name for a database: a to z, 0 to 9 and _, no digit first, at most {LONGEST_NAME}; "
            "nothing was restored"
        )
    if session.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone():
        raise BackupError(f"there is a database {name} already; nothing was restored")


def create(session: psycopg.Connection, name: str) -> None:
    try:
        session.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name)))
    except psycopg.errors.InsufficientPrivilege as error:
        who = session.info.user
        raise BackupError(f"{who} may not make databases: as a superuser, ALTER ROLE {who} CREATEDB") from error
    except psycopg.errors.DuplicateDatabase as error:
        raise BackupError(f"there is a database {name} already; nothing was restored") from error


def drop(session: psycopg.Connection, name: str) -> None:
    session.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def drop_leftovers(session: psycopg.Connection, name: str) -> None:
    """Remove those that processes left behind that died, named like this one. Only for whoever is alone here."""
    pattern = re.compile(re.escape(_STAMP.sub("", name)) + _STAMP.pattern)
    for (name,) in session.execute("SELECT datname FROM pg_database").fetchall():
        if pattern.fullmatch(name):
            drop(session, name)


def load(access: Access, backup: Backup) -> list[str]:
    """Restore the backup into this empty database; what differs then from what was backed up, a line for each table.

    Raises BackupError where pg_restore fails.
    """
    options = ("--no-owner", "--no-privileges", str(backup.dump))
    with access.running("pg_restore", *options, what=f"{backup.name} could not be restored"):
        pass
    with access.session() as session:
        return differences(backup.manifest.tables, table_digests(session))
