"""What `manage.py pg status` tells. Looking starts nothing, waits for nothing and counts as no use."""

import os
from dataclasses import dataclass
from pathlib import Path

import psycopg

from .cluster import data_version
from .errors import SetupError
from .postmaster import OWN_SESSIONS, connection_info
from .server import Server


@dataclass(frozen=True)
class Status:
    """State of one server.

    `ready` says that it takes connections, which it does not while it starts, recovers or stops; `kept`, that it runs
    until `pg stop`, not until its last user ends. `version` is that of the server when ready, else the major version
    of the data. `users` are process ids (None: the system does not tell), `connections` the open sessions, psql and
    other guests included.
    """

    running: bool
    ready: bool
    kept: bool
    version: str | None
    pid: int | None
    root: str
    data: str
    data_owner: int | None
    size_bytes: int
    socket: str | None
    log: str
    users: list[int] | None
    connections: int


def status_of(server: Server) -> Status:
    """The state of `server` now. Raise SetupError if its files may not be read."""
    try:
        return _look(server)
    except PermissionError as exc:
        raise SetupError(f"{exc.filename} is closed to this user: ask as the owner of the database.") from exc


def _look(server: Server) -> Status:
    folders, postmaster = server.folders, server.postmaster()
    running = postmaster is not None and postmaster.alive()
    socket = postmaster.socket if postmaster and postmaster.answers() else None
    version, connections = _ask(socket) if socket else (data_version(folders.data), 0)
    return Status(
        running=running,
        ready=socket is not None,
        kept=folders.keep_mark.exists(),
        version=version,
        pid=postmaster.pid if postmaster and running else None,
        root=str(folders.root),
        data=str(folders.data),
        data_owner=folders.data.stat().st_uid if folders.data.exists() else None,
        size_bytes=_size(folders.data),
        socket=str(socket) if socket else None,
        log=str(folders.log),
        users=server.users,
        connections=connections,
    )


def _ask(socket: Path) -> tuple[str, int]:
    query = """
        SELECT split_part(current_setting('server_version'), ' ', 1), count(pid)
        FROM (
            SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND application_name <> %s
        ) AS others
    """
    with psycopg.connect(connection_info(socket), autocommit=True) as connection:
        row = connection.execute(query, [OWN_SESSIONS]).fetchone()
    assert row is not None
    return row[0], row[1]


def _size(folder: Path) -> int:
    """Bytes of the files under `folder`, as they are at this moment: files may vanish while they are counted."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(path, name)).st_size
            except FileNotFoundError:
                continue
    return total
