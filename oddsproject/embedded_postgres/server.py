"""One private PostgreSQL server: joined, started, kept, stopped."""

import atexit
import os
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import structlog

from .binaries import Programs, find_programs, reachable_programs
from .cluster import data_version, ensure_cluster
from .errors import EmbeddedPostgresError, InUseError, SetupError
from .folders import Folders, make_passable, make_shared, short_hash
from .launch import launch
from .locks import Users, exclusive, require_locks
from .postmaster import Postmaster, wait_until_ready
from .privileges import Runner, runner_for

SHARED = Path("/var/lib/oddsproject-postgres")

log = structlog.get_logger(__name__)


class Server:
    """The server whose files are under `root`; `options` are PostgreSQL's settings, over `launch.DEFAULTS`.

    Processes that call `join` share it. It stops when the last of them has called `leave`, which the end of the
    interpreter does, unless `keep` was called. One that is killed leaves too, but stopping falls to the next last one.
    """

    def __init__(
        self,
        root: Path,
        *,
        bin: str | Path = "",
        options: dict[str, str] | None = None,
        namespaces: bool = True,
        shared: Path = SHARED,
    ) -> None:
        self.folders = Folders(Path(root).resolve())
        self._options = options or {}
        self._bin = bin
        self._namespaces = namespaces
        self._shared = shared
        self._users = Users(self.folders.users_lock)
        self._socket: Path | None = None
        self._mutex = threading.RLock()
        self._leaves_at_exit = False
        _every_server.add(self)

    @property
    def programs(self) -> Programs:
        """The programs of this server, for clients such as psql and pg_dump."""
        return find_programs(self._bin)

    @property
    def users(self) -> list[int] | None:
        """The process ids of its users, where the system tells; else None."""
        return self._users.pids()

    def join(self) -> Path:
        """The folder of the server's socket; this process is a user from now on. Starts the server if it must."""
        with self._mutex:
            return self._socket or self.revive()

    def revive(self) -> Path:
        """As `join`, but make sure that the server still runs."""
        with self._mutex, self._alone():
            self._users.join()
            self._socket = None
            try:
                self._socket = self._ensure_running()
            except BaseException:
                self._users.leave()
                raise
            if not self._leaves_at_exit:
                self._leaves_at_exit = True
                atexit.register(self._leave_at_exit)
            return self._socket

    def leave(self) -> None:
        """Be a user no longer; the last one stops the server."""
        with self._mutex:
            if not self._users.joined:
                return
            with self._alone():
                self._users.leave()
                self._socket = None
                if not self.folders.keep_mark.exists() and not self._users.others():
                    self._stop()

    def keep(self) -> Path:
        """The folder of the server's socket; it runs until `stop` from now on, with or without users."""
        with self._mutex, self._alone():
            socket = self._ensure_running()
            self.folders.keep_mark.touch(mode=0o600)
            return socket

    def stop(self, *, force: bool = False) -> bool:
        """Stop the server for all; False if none ran. Raise InUseError if it has users, unless `force`."""
        if not self.folders.root.is_dir():
            return False
        with self._mutex, self._alone():
            if not force and self._users.others():
                raise InUseError(
                    f"The server is in use by {describe_users(self.users)}. End what uses it first, or cut it off "
                    "with --force."
                )
            self.folders.keep_mark.unlink(missing_ok=True)
            self._socket = None
            return self._stop()

    def runs(self) -> bool:
        """Whether there is a server process, be it ready or not. Costs next to nothing."""
        postmaster = self.postmaster()
        return postmaster is not None and postmaster.alive()

    def answers(self) -> bool:
        """Whether the server takes connections now; found out by trying."""
        postmaster = self.postmaster()
        return postmaster is not None and postmaster.answers()

    def postmaster(self) -> Postmaster | None:
        """What is known of the server process; None if there is none."""
        with _plain_errors(self.folders.root):
            return Postmaster.read(self.folders.data)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        require_locks()
        with _plain_errors(self.folders.root):
            self.folders.make()
            with exclusive(self.folders.start_lock):
                yield

    def _ensure_running(self) -> Path:
        return wait_until_ready(self.folders.data) or self._start()

    def _start(self) -> Path:
        runner, programs, home = self._settle()
        data = home / "data"
        durable = self._options.get("fsync") != "off"
        if ensure_cluster(data, runner, programs, durable=durable):
            log.info("postgres_cluster_made", data=str(data), version=programs.version)
        self.folders.point_to(home)
        socket = launch(runner, programs, home, self._options)
        log.debug("postgres_started", data=str(data), version=programs.version)
        return socket

    def _settle(self) -> tuple[Runner, Programs, Path]:
        """As whom, with which programs and where the server runs."""
        programs, home = self.programs, self.folders.home
        owner = (home / "data").stat() if data_version(home / "data") else None
        postgres = programs.path("postgres")
        runner = runner_for(
            owner, namespaces=self._namespaces, works=lambda way: way.reaches(folder=home, program=postgres)
        )
        if not runner.drops:
            return runner, programs, home
        programs = reachable_programs(programs, runner, self._shared)
        if home.stat().st_uid == os.geteuid():
            make_passable(home)  # the server's uid must come through to `data`, which is its own and closed
        if runner.reaches(folder=home, program=programs.path("postgres")):
            return runner, programs, home
        if owner:
            raise SetupError(f"uid {runner.uid}, who owns {home / 'data'}, cannot reach it: open the folders above it.")
        make_shared(self._shared)
        home = self._shared / short_hash(str(self.folders.root))
        make_passable(home)
        return runner, programs, home

    def _stop(self) -> bool:
        postmaster = Postmaster.read(self.folders.data)
        if postmaster is None or not postmaster.alive():
            return False
        postmaster.stop()
        if postmaster.socket and postmaster.socket.parent != self.folders.home:
            with suppress(OSError):
                postmaster.socket.rmdir()  # the one under the temporary folder
        log.debug("postgres_stopped", data=str(self.folders.data))
        return True

    def _leave_at_exit(self) -> None:
        try:
            self.leave()
        except EmbeddedPostgresError as exc:
            log.warning("postgres_not_stopped", reason=str(exc))

    def _after_fork(self) -> None:
        self._mutex = threading.RLock()  # another thread of the parent may have held it
        self._users.after_fork()


_every_server: "weakref.WeakSet[Server]" = weakref.WeakSet()


def _after_fork_in_child() -> None:
    for server in list(_every_server):
        server._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def describe_users(pids: list[int] | None) -> str:
    """Such as "2 processes (17, 18)"."""
    if not pids:
        return "other processes"
    return f"{len(pids)} process{'es' if len(pids) > 1 else ''} ({', '.join(map(str, pids))})"


@contextmanager
def _plain_errors(root: Path) -> Iterator[None]:
    """Turn what the system says of files (no permission, disk full, read-only) into one line."""
    try:
        yield
    except OSError as exc:
        where = f"{exc.filename}: " if exc.filename else ""
        whose = ""
        if isinstance(exc, PermissionError):
            whose = f" This process runs as uid {os.geteuid()}; the folder belongs to {_owner(root)}."
        what = f"The embedded database under {root} cannot be used: {where}{exc.strerror or exc}.{whose}"
        raise SetupError(what) from exc


def _owner(folder: Path) -> str:
    try:
        return f"uid {folder.stat().st_uid}"
    except OSError:
        return "somebody else"
