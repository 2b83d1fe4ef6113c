"""Who starts the server and who uses it, told by locks that the kernel takes back however a process ends."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .errors import SetupError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]


def require_locks() -> None:
    """Raise SetupError where the system has no such locks."""
    if fcntl is None:
        raise SetupError(
            "The embedded PostgreSQL needs Linux or macOS: install a PostgreSQL server and set DATABASE_URL to it."
        )


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold `path` against every other process; wait for it first."""
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # closing is not enough where another thread has forked meanwhile
        os.close(descriptor)


class Users:
    """The processes that use a server: each holds a shared lock on one file.

    `join`, `leave` and `others` are to be called under the start lock, so that nobody comes between a look and a deed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._held: int | None = None

    @property
    def joined(self) -> bool:
        """Whether this process is a user."""
        return self._held is not None

    def join(self) -> None:
        """Become a user, until `leave` or the end of this process."""
        if self._held is None:
            self._held = self._shared()

    def leave(self) -> None:
        """Be a user no longer."""
        if self._held is not None:
            os.close(self._held)
            self._held = None

    def others(self) -> bool:
        """Whether anyone but this process is a user."""
        joined = self.joined
        self.leave()  # not to stand in our own way; and a lock shared with a forked child would not see the child
        descriptor = _open(self._path)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        else:
            return False
        finally:
            os.close(descriptor)
            if joined:
                self.join()

    def after_fork(self) -> None:
        """In a child: hold a lock of one's own in place of the parent's, which counts for both until here."""
        if self._held is not None:
            inherited, self._held = self._held, self._shared()
            os.close(inherited)

    def pids(self) -> list[int] | None:
        """The process ids of the users; None where the system does not list its locks (all but Linux)."""
        try:
            locks = Path("/proc/locks").read_text()
            inode = str(self._path.stat().st_ino)
        except FileNotFoundError:
            return [] if Path("/proc/locks").exists() else None
        held = (line.split() for line in locks.splitlines() if "FLOCK" in line and "->" not in line)
        # The device is left out: some file systems report another one here than in stat.
        fields = ((mode, int(pid), file) for _, _, _, mode, pid, file, *_ in held)
        return sorted({pid for mode, pid, file in fields if mode == "READ" and file.endswith(f":{inode}")})

    def _shared(self) -> int:
        descriptor = _open(self._path)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return descriptor


def _open(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    if os.geteuid() == 0:  # sudo in somebody's folder must not lock its owner out
        folder = path.parent.stat()
        os.fchown(descriptor, folder.st_uid, folder.st_gid)
    return descriptor
