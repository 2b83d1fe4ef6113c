"""A sign of life that cannot outlive its process: advisory locks on a database connection of its own.

Each gate holds one lock under a number of its own, which its calls carry in the ledger; a call whose number nobody
holds belongs to a process that died. Jobs hold a second one, so that none runs twice at once. The server drops both
with the connection, also at kill -9.
"""

from __future__ import annotations

import threading
import zlib
from random import SystemRandom
from types import TracebackType
from typing import Self

from django.db import DEFAULT_DB_ALIAS, DatabaseError, InterfaceError, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from .errors import NotNow

# The first halves of our advisory locks' keys.
_HOLDERS, _JOBS = 0x0DD5, 0x0DD6


class Holder:
    """A connection and the locks on it, held from entering to leaving. `number` is new each time."""

    def __init__(self) -> None:
        self.number = 0
        self._connection: BaseDatabaseWrapper | None = None
        self._one_at_a_time = threading.Lock()

    def __enter__(self) -> Self:
        self.reconnect()
        return self

    def reconnect(self) -> None:
        """Begin anew, under another number and with no locks: after the connection was lost."""
        self.number = 0
        if self._connection is not None:
            self._connection.close()
        self._connection = _connection_of_its_own()
        self._connection.inc_thread_sharing()  # the lock below keeps threads apart
        # The server looks for us while it works: a statement of a dead process does not keep its locks.
        self._run("SELECT set_config('client_connection_check_interval', '1s', false)")
        # And where the network is cut, it notices within half a minute and not after hours.
        for name, value in (("idle", "10"), ("interval", "5"), ("count", "3")):
            self._run("SELECT set_config(%s, %s, false)", f"tcp_keepalives_{name}", value)
        while not self.number:
            number = SystemRandom().randrange(1, 2**31)
            if self._run("SELECT pg_try_advisory_lock(%s, %s)", _HOLDERS, number):
                self.number = number

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.number = 0
        if self._connection is not None:
            self._connection.close()

    def take(self, job: str) -> bool:
        """Whether nobody else was doing this job; it is ours then until this holder ends."""
        return bool(self._run("SELECT pg_try_advisory_lock(%s, %s)", _JOBS, _key(job)))

    def leave(self, job: str) -> None:
        self._run("SELECT pg_advisory_unlock(%s, %s)", _JOBS, _key(job))

    def assert_alive(self) -> None:
        """Raises NotNow where the connection, and so the locks, are gone: somebody may have taken over."""
        try:
            # No number: a connection that was made anew, without the locks of the one before.
            lost = not self.number or not self._run("SELECT 1")
        except (DatabaseError, InterfaceError):
            lost = True
        if lost:
            raise NotNow("the connection that holds our locks was lost; nothing sent")

    def _run(self, sql: str, *parameters: int | str) -> object:
        assert self._connection is not None, "a holder is used inside `with`"
        with self._one_at_a_time, self._connection.cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchone()[0]


def _connection_of_its_own() -> BaseDatabaseWrapper:
    """A new connection, never one of a pool: closing that would only give it back, with the locks still on it."""
    details = {**connection.settings_dict, "OPTIONS": {**connection.settings_dict["OPTIONS"]}}
    details["OPTIONS"].pop("pool", None)
    kind: type[BaseDatabaseWrapper] = type(connections[DEFAULT_DB_ALIAS])
    return kind(details, DEFAULT_DB_ALIAS)


def _key(job: str) -> int:
    return zlib.crc32(job.encode()) & 0x7FFFFFFF


def living() -> set[int]:
    """The numbers of all holders that live, in this process and in others."""
    return _held(_HOLDERS)


def is_running(job: str) -> bool:
    """Whether anybody holds the lock of this job."""
    return _key(job) in _held(_JOBS)


def _held(first_half: int) -> set[int]:
    sql = """
        SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid = %s AND objsubid = 2
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [first_half])
        return {number for (number,) in cursor.fetchall()}
