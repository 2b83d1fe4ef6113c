"""The start of the server process, with the settings that suit a laptop."""

import time
from pathlib import Path

from .binaries import Programs
from .cluster import telling_line
from .errors import StartError
from .folders import make_private, socket_folder
from .postmaster import remove_remains, wait_until_ready
from .privileges import Runner

LOG_LIMIT_BYTES = 10_000_000
RETRY_SECONDS = 20
# Reasons not to start that pass by themselves: sessions of a killed server have yet to notice its end.
PASSING_REASONS = ("pre-existing shared memory block", "lock file")

DEFAULTS = {
    "shared_buffers": "256MB",
    "work_mem": "16MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",  # solid state disks
    "jit": "off",  # compiling takes longer than the short queries here
    "timezone": "UTC",
    "log_timezone": "UTC",
    "client_connection_check_interval": "1s",  # a dead client's statement, and the locks it holds, end soon
}
FIXED = {"listen_addresses": "", "port": "5432", "unix_socket_permissions": "0700"}


def launch(runner: Runner, programs: Programs, home: Path, options: dict[str, str]) -> Path:
    """The socket folder of a server that takes connections, started on the cluster in `home`.

    `options` are PostgreSQL's settings, over DEFAULTS. Nobody else may start one meanwhile. Raise StartError with the
    reason if it does not come up.
    """
    data, log = home / "data", home / "server.log"
    socket = socket_folder(home)
    make_private(socket, uid=runner.uid, gid=runner.gid)
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(home / "server.log.1")
    command = [str(programs.path("postgres")), "-D", str(data), *_arguments(options, socket)]
    deadline = time.monotonic() + RETRY_SECONDS
    while True:
        remove_remains(data, socket)
        begin = log.stat().st_size if log.exists() else 0
        if ready := wait_until_ready(data, runner.spawn(*command, log=log)):
            return ready
        said = log.read_bytes()[begin:].decode(errors="replace")
        if time.monotonic() > deadline or not any(reason in said for reason in PASSING_REASONS):
            raise StartError(f"PostgreSQL did not start: {telling_line(said)} ({log} has more)")
        time.sleep(0.2)


def _arguments(options: dict[str, str], socket: Path) -> list[str]:
    settings = {**DEFAULTS, **options, **FIXED, "unix_socket_directories": str(socket)}
    return [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
