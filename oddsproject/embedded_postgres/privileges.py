"""As whom the server's programs run: PostgreSQL refuses to run as root.

An ordinary user runs them directly. Root runs them through a user namespace in which it is called `nobody`: outside of
it, the files and the server still belong to root, so that folders closed to everybody else need not be opened. Where
such namespaces are forbidden, as in a locked-down container, the programs run as the uid of `nobody`.

The owner of an existing data folder decides between these ways: they are never mixed on one folder.
"""

import os
import pwd
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .errors import SetupError

NOBODY = 65534
IN_NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")


@dataclass(frozen=True)
class Runner:
    """A way to run the server's programs; `uid` and `gid` own the files they make."""

    uid: int
    gid: int
    wrapper: tuple[str, ...] = ()

    @property
    def drops(self) -> bool:
        """Whether the programs have another uid than this process, and so need files of their own."""
        return self.uid != os.geteuid()

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run `command` to its end; errors and output come together as `stdout`."""
        return self._run([*self.wrapper, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)

    def spawn(self, *command: str | Path, log: Path) -> int:
        """Start `command` in the background, writing to `log`; return its process id.

        It goes through a shell that ends at once: the server is then nobody's child here, and nothing that waits for
        children (a web server's master, a test) finds one it does not know.
        """
        background = ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *self.wrapper, *map(str, command)]
        descriptor = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.fchown(descriptor, self.uid, self.gid)
            return int(self._run(background, stdout=subprocess.PIPE, stderr=descriptor).stdout)
        finally:
            os.close(descriptor)

    def reaches(self, *, folder: Path, program: Path) -> bool:
        """Whether the programs could work in `folder` and `program` would run; found out by trying it."""
        attempt = self.run("/bin/sh", "-c", 'cd -- "$1" && exec "$2" --version', "sh", folder, program)
        return attempt.returncode == 0

    def _run(self, command: list[str], *, stdout: int, stderr: int) -> subprocess.CompletedProcess[str]:
        other = self.drops
        try:
            return subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=stdout,
                stderr=stderr,
                text=True,
                errors="replace",
                cwd="/",  # wherever we are may be closed to the other uid
                env=_environment(),
                umask=0o077,
                start_new_session=True,  # Ctrl-C at our terminal is not meant for the server
                user=self.uid if other else None,
                group=self.gid if other else None,
                extra_groups=[] if other else None,
            )
        except PermissionError as exc:
            if not other:
                raise
            raise SetupError(
                f"PostgreSQL does not run as root, and this process may not become uid {self.uid} ({exc.strerror}). "
                "Run as an ordinary user, or set DATABASE_URL to a server."
            ) from exc


def runner_for(owner: os.stat_result | None, *, namespaces: bool, works: Callable[[Runner], bool]) -> Runner:
    """The way to run a cluster whose data folder has `owner` (None: there is none yet).

    `works` tells whether a runner reaches what it needs. Raise SetupError if the folder is somebody else's.
    """
    uid, gid = os.geteuid(), os.getegid()
    if uid != 0:
        if owner and owner.st_uid != uid:
            raise SetupError(
                f"The database belongs to uid {owner.st_uid}, this process to uid {uid}. Run as that user, or set "
                "VAR_DIR to a folder of your own."
            )
        return Runner(uid, gid) if _has_name(uid) else Runner(uid, gid, IN_NAMESPACE)
    inside = Runner(uid, gid, IN_NAMESPACE)
    if (owner is None or owner.st_uid == 0) and namespaces and _possible(works, inside):
        return inside
    if owner and owner.st_uid == 0:
        raise SetupError(
            "The database belongs to root, whose programs must run in a user namespace, and that is not possible here "
            f"(`{' '.join(IN_NAMESPACE)} true`). Allow it, or stop every user of the database and give it away: "
            f"`chown -R {NOBODY}:{NOBODY}` on its folder `data`."
        )
    return Runner(owner.st_uid, owner.st_gid) if owner else Runner(NOBODY, NOBODY)


def _possible(works: Callable[[Runner], bool], runner: Runner) -> bool:
    try:
        return works(runner)
    except FileNotFoundError:  # no `unshare` on this system
        return False


def _has_name(uid: int) -> bool:
    """Whether the system knows the uid: initdb refuses to run for one without a name."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True


def _environment() -> dict[str, str]:
    """Ours, without what would move the server elsewhere, and with messages in the language we look for."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}
