"""The server whose database is backed up: how to reach it, and which of PostgreSQL's programs suit it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg.conninfo import make_conninfo

from oddsproject.embedded_postgres.base import DatabaseWrapper
from oddsproject.embedded_postgres.binaries import find_programs
from oddsproject.embedded_postgres.errors import EmbeddedPostgresError

from .errors import BackupError, Busy

APPLICATION = "odds backup"
# Databases that every server has; the second one where the first is our own.
MAINTENANCE = ("postgres", "template1")
# Of a password to the server and to a key: neither may be seen in a list of processes.
_SECRET = ("password", "sslpassword")
_LOCK = (0x0DD7, 1)
# What pg_restore 17 and newer sets, whether the server knows it or not.
_HARMLESS = 'unrecognized configuration parameter "transaction_timeout"'


@dataclass(frozen=True)
class Access:
    """A database (`parameters` as libpq names them) and the folder of programs, None to look for them."""

    parameters: Mapping[str, Any]
    bin: Path | None = None

    @classmethod
    def of_settings(cls) -> Access:
        """To the database that the settings name. Starts the embedded server."""
        known = {option.keyword.decode() for option in psycopg.pq.Conninfo.get_defaults()}
        connection = connections[DEFAULT_DB_ALIAS]
        parameters = connection.get_connection_params()
        plain = {name: value for name, value in parameters.items() if name in known and value not in (None, "")}
        return cls(plain, _bin_of(connection))

    @property
    def database(self) -> str:
        return str(self.parameters["dbname"])

    def to(self, database: str) -> Access:
        """To another database of the same server."""
        return replace(self, parameters={**self.parameters, "dbname": database})

    def maintenance(self) -> Access:
        """To a database that is not ours, from which ours can be renamed."""
        return self.to(next(name for name in MAINTENANCE if name != self.database))

    @contextmanager
    def session(self) -> Iterator[psycopg.Connection]:
        """A connection of one's own, each statement by itself. Raises BackupError for what the server says."""
        try:
            parameters = {**self.parameters, "application_name": APPLICATION}
            with psycopg.connect(**parameters, autocommit=True) as session:
                # The server looks for us while it works: a statement of a dead process does not keep its locks.
                session.execute("SELECT set_config('client_connection_check_interval', '1s', false)")
                yield session
        except psycopg.Error as error:
            raise BackupError(f"{self.database}: {in_line(error)}") from error

    @contextmanager
    def alone(self) -> Iterator[psycopg.Connection]:
        """The same, while nobody else backs up or restores from there. Raises Busy where somebody does."""
        with self.session() as session:
            row = session.execute("SELECT pg_try_advisory_lock(%s, %s)", _LOCK).fetchone()
            if not (row and row[0]):
                raise Busy(f"another backup, drill or restore of {self.database} is under way; nothing was done")
            try:
                yield session
            finally:
                # Not left to the end of the connection, which the server may see a moment later than who comes next.
                if not session.closed:
                    session.execute("SELECT pg_advisory_unlock(%s, %s)", _LOCK)

    def server_version(self) -> int:
        """Such as 18, asked of the server."""
        with self.session() as session:
            return session.info.server_version // 10_000

    @cached_property
    def programs(self) -> Path:
        """The folder of pg_dump and pg_restore. Raises BackupError where all are older than the server."""
        server, seen = self.server_version(), []
        for folder in [self.bin] if self.bin else _candidates():
            version = version_of(folder / "pg_dump")
            if version and int(re.split(r"\D", version)[0]) >= server:
                return folder
            seen.append(f"{folder / 'pg_dump'} is {version or 'missing'}")
        raise BackupError(f"no pg_dump for a server of version {server}: {', '.join(seen)}; set PG_BIN to a newer one")

    @contextmanager
    def running(self, program: str, *options: str, what: str) -> Iterator[None]:
        """Run a program on this database beside the block, and wait for its end.

        Raises BackupError, beginning with `what`, where it fails. If the block fails it is killed.
        """
        with self.start(program, *options) as process:
            try:
                yield
                _finish(process, what)
            except BaseException:
                process.kill()
                raise

    def start(self, program: str, *options: str) -> subprocess.Popen[str]:
        """Start a program on this database. The password is in its environment only."""
        plain = {name: value for name, value in self.parameters.items() if name not in _SECRET}
        plain["application_name"] = APPLICATION
        return subprocess.Popen(
            [str(self.programs / program), "--no-password", f"--dbname={make_conninfo(**plain)}", *options],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace",
            env=self._environment(),
        )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("LC_")}
        password = {"PGPASSWORD": str(self.parameters["password"])} if self.parameters.get("password") else {}
        # What is restored is compared before it counts: until then nothing has to wait for the disk.
        return {**ours, **password, "LC_ALL": "C", "PGOPTIONS": "-c synchronous_commit=off"}


def _finish(process: subprocess.Popen[str], what: str) -> None:
    """Wait for its end. Raises BackupError with what it said, unless that is harmless."""
    _, said = process.communicate()
    errors = [line for line in said.splitlines() if " error: " in line and _HARMLESS not in line]
    if errors or (process.returncode and _HARMLESS not in said):
        reasons = [*errors, *said.strip().splitlines(), f"it ended with status {process.returncode}"]
        raise BackupError(f"{what}: {reasons[0]}")


def in_line(error: BaseException) -> str:
    """The first line of what it says."""
    return str(error).strip().partition("\n")[0]


def version_of(program: Path) -> str:
    """Such as "18.4"; "" where it does not run."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return ""
    found = re.search(r"\) (\d+[.\w]*)", said)
    return found[1] if found else ""


def _bin_of(connection: BaseDatabaseWrapper) -> Path | None:
    """Those of the embedded server, or what PG_BIN says."""
    if isinstance(connection, DatabaseWrapper):
        return connection.server.programs.folder
    return Path(settings.PG_BIN).expanduser() if settings.PG_BIN else None


def _candidates() -> Iterator[Path]:
    """On PATH first: whoever runs the server put it there. Then those that came with the installation."""
    if found := shutil.which("pg_dump"):
        yield Path(found).parent
    try:
        yield find_programs("").folder
    except EmbeddedPostgresError:
        return
