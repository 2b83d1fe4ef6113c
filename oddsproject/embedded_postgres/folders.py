"""What lies where: the root of a server, its cluster, its socket."""

import hashlib
import os
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errors import SetupError

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103 if sys.platform == "darwin" else 107  # bytes: what sockaddr_un holds

POINTER_TEXT = """{home}

The database's files are in the folder named above. The server runs there as an unprivileged user who cannot reach this
folder. Keep this file: without it the database would seem not to exist.
"""


@dataclass(frozen=True)
class Folders:
    """The files of one server.

    `root` holds the locks and the marks. The cluster is in its `home`: `root` itself, or the folder that the pointer
    file names.
    """

    root: Path

    @property
    def start_lock(self) -> Path:
        return self.root / "start.lock"

    @property
    def users_lock(self) -> Path:
        return self.root / "users.lock"

    @property
    def keep_mark(self) -> Path:
        """Exists while the server is to run on without users."""
        return self.root / "keep-running"

    @property
    def pointer(self) -> Path:
        return self.root / "data-location.txt"

    @property
    def home(self) -> Path:
        """The folder of data, log and socket."""
        if not self.pointer.exists():
            return self.root
        home = Path(self.pointer.read_text().splitlines()[0])
        if not (home / "data").is_dir():
            raise SetupError(
                f"{self.pointer} says that the database is in {home}, but it is not there. Bring it back, or delete "
                f"{self.pointer} to begin with an empty database."
            )
        return home

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    def make(self) -> None:
        """Make the root, open to its owner alone."""
        self.root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def point_to(self, home: Path) -> None:
        """Write down that the cluster is in `home`."""
        if home != self.home:
            draft = self.pointer.with_suffix(".new")
            draft.write_text(POINTER_TEXT.format(home=home))
            draft.replace(self.pointer)


def socket_folder(home: Path) -> Path:
    """The folder for the socket of the cluster in `home`: inside it; under the temporary folder if that is too long."""
    near = home / "socket"
    if _fits(near):
        return near
    far = Path(tempfile.gettempdir()) / f"pg-{short_hash(str(home))}"
    if _fits(far):
        return far
    raise SetupError(f"No path short enough for a socket: {near} and {far} are both too long. Set TMPDIR or VAR_DIR.")


def make_private(folder: Path, *, uid: int, gid: int) -> None:
    """Make `folder` belong to `uid` and closed to everybody else. Raise SetupError if somebody was there first."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if stat.S_ISDIR(found.st_mode) and found.st_uid == uid and not found.st_mode & 0o077:
            return
        raise SetupError(f"{folder} should be a folder that only uid {uid} can enter. Remove it.") from None
    if os.geteuid() != uid:
        os.chown(folder, uid, gid)


def make_shared(folder: Path) -> None:
    """Make the folder for what a less privileged user needs to reach; refuse one that others could have prepared."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o755)
    found = folder.stat()
    if found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise SetupError(f"{folder} must belong to root and be writable by root alone.")


def make_passable(folder: Path) -> None:
    """Make `folder`, or open it, so that any user can pass through it to what is open inside."""
    folder.mkdir(exist_ok=True)
    folder.chmod(0o711)


def short_hash(text: str) -> str:
    """Twelve characters that stand for `text` in a file name."""
    return hashlib.sha256(os.fsencode(text)).hexdigest()[:12]


def _fits(folder: Path) -> bool:
    # Server and client both read a list of folders where there is a comma, and the server a quoted name.
    plain = not set(str(folder)) & set(',"\n')
    return plain and len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT
