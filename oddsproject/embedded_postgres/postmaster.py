"""The running server process: found, asked, awaited, stopped."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path

from psycopg import pq
from psycopg.conninfo import make_conninfo

from .errors import SetupError, StartError, StopError
from .folders import SOCKET_NAME

PATIENCE_SECONDS = 120  # recovery after a crash may take long; so may the last checkpoint
PID_FILE = "postmaster.pid"
OWN_SESSIONS = "embedded_postgres"


@dataclass(frozen=True)
class Postmaster:
    """What the server wrote about itself into its data folder. It may be long dead: ask `alive`."""

    pid: int
    data: Path
    socket: Path | None
    ready: bool

    @classmethod
    def read(cls, data: Path) -> "Postmaster | None":
        """The server of the data folder; None if the last one ended in order, or there never was one."""
        try:
            lines = os.fsdecode((data / PID_FILE).read_bytes()).splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return None
        # One line each: pid, data folder, start time, port, socket folder, address, memory key, state; the last
        # ones follow while the server starts.
        if not lines or not lines[0].strip().isdigit():
            return None
        socket = Path(lines[4]) if len(lines) > 4 and lines[4] else None
        return cls(int(lines[0]), data, socket, ready=len(lines) > 7 and lines[7].strip() == "ready")

    def alive(self) -> bool:
        """Whether the process still is this server: neither dead, nor a zombie, nor another one with its number."""
        if not is_running(self.pid):
            return False
        try:
            return os.path.samefile(f"/proc/{self.pid}/cwd", self.data)
        except PermissionError:
            return Path(f"/proc/{self.pid}/comm").read_text().strip() == "postgres"
        except FileNotFoundError:
            return not Path("/proc/self/cwd").exists()  # without /proc there is nothing more to learn

    def answers(self) -> bool:
        """Whether it takes connections now."""
        if not self.ready or not self.socket:
            return False
        return pq.PGconn.ping(connection_info(self.socket).encode()) == pq.Ping.OK

    def stop(self) -> None:
        """End it at once but in order: sessions are cut off, what was committed stays.

        Raise SetupError if this user may not, StopError if it does not end.
        """
        try:
            os.kill(self.pid, signal.SIGINT)
        except ProcessLookupError:
            return
        except PermissionError:
            raise SetupError(f"Process {self.pid}, the server, may not be stopped by this user.") from None
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.alive():
            if time.monotonic() > deadline:
                raise StopError(f"The server (process {self.pid}) still has not stopped after {PATIENCE_SECONDS} s.")
            time.sleep(0.01)


def connection_info(socket: Path, database: str = "postgres") -> str:
    """How to reach the server, in libpq's words. Sessions begun so carry a name by which they can be left out."""
    where: dict[str, str | int] = {"host": str(socket), "port": 5432, "user": "postgres", "dbname": database}
    return make_conninfo("", **where, connect_timeout=5, application_name=OWN_SESSIONS)


def wait_until_ready(data: Path, spawned: int | None = None) -> Path | None:
    """The server's socket folder, as soon as it takes connections; None if there is no server, or it died.

    `spawned` is the process id of one just begun, which has yet to write its own. Raise StartError after two minutes.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = Postmaster.read(data)
        if found and found.answers():
            return found.socket
        if not (is_running(spawned) if spawned else found and found.alive()):
            return None
        if time.monotonic() > deadline:
            raise StartError(
                f"The server (process {spawned or (found and found.pid)}) is not ready after {PATIENCE_SECONDS} s; it "
                "may still be recovering from a crash. Wait and try again; `manage.py pg log` shows how far it is."
            )
        time.sleep(0.02)


def remove_remains(data: Path, socket: Path) -> None:
    """Remove what a killed server left behind. To be called only when it is known to be dead.

    PostgreSQL does so itself, but not while the dead one is a zombie (for ever, if nothing reaps it) or its number has
    gone to another process (likely in a container, where numbers are small).
    """
    for path in (data / PID_FILE, socket / SOCKET_NAME, socket / f"{SOCKET_NAME}.lock"):
        path.unlink(missing_ok=True)


def is_running(pid: int) -> bool:
    """Whether there is such a process and it is not a zombie."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    try:
        state = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return not Path("/proc/self/stat").exists()
    return state not in (b"Z", b"X")
