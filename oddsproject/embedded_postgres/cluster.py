"""The data folder: made whole or not at all, and refused if another major version made it."""

import os
import shutil
from pathlib import Path

from .binaries import Programs
from .errors import SetupError
from .folders import make_private
from .privileges import Runner

VERSION_FILE = "PG_VERSION"


def ensure_cluster(data: Path, runner: Runner, programs: Programs, *, durable: bool) -> bool:
    """Make sure that `data` is a data folder for these programs; return whether it had to be made.

    `durable` False leaves it to the system when a new one reaches the disk. Raise SetupError if what is there is not
    such a folder.
    """
    if data.exists() and any(data.iterdir()):
        _refuse_other_version(data, programs)
        return False
    draft = data.with_name("data.new")
    shutil.rmtree(draft, ignore_errors=True)
    make_private(draft, uid=runner.uid, gid=runner.gid)
    _initdb(draft, runner, programs, durable=durable)
    # Under its own name only when complete: a half-made cluster is never taken for a whole one.
    draft.rename(data)
    _sync(data.parent)
    return True


def data_version(data: Path) -> str | None:
    """The major version that made the data folder, such as "18"; None if there is none."""
    try:
        return (data / VERSION_FILE).read_text().strip()
    except FileNotFoundError:
        return None


def _refuse_other_version(data: Path, programs: Programs) -> None:
    made_by = data_version(data)
    if made_by is None:
        raise SetupError(f"{data} holds files, but is not a data folder of PostgreSQL. Move it away.")
    if made_by != str(programs.major):
        raise SetupError(
            f"The database in {data} was made by PostgreSQL {made_by}; the programs in {programs.folder} are "
            f"{programs.version} and cannot read it. Nothing was started or changed. Either set PG_BIN to the bin "
            f"folder of a PostgreSQL {made_by} and stay with it; or set it for as long as pg_dump takes to write the "
            f"database to a file, move {data} away, unset it, and load the file with `manage.py pg psql`."
        )


def _initdb(target: Path, runner: Runner, programs: Programs, *, durable: bool) -> None:
    # C.UTF-8 sorts alike on every machine and knows upper case beyond ASCII; macOS lacks it.
    for locale in ("C.UTF-8", "C"):
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", f"--locale={locale}", "--data-checksums"]
        sync = [] if durable else ["--no-sync"]
        made = runner.run(programs.path("initdb"), "--pgdata", target, *options, *sync, "--no-instructions")
        if made.returncode == 0:
            return
        if "invalid locale name" not in made.stdout:
            break
    shutil.rmtree(target, ignore_errors=True)
    raise SetupError(f"PostgreSQL could not make a data folder in {target.parent}: {telling_line(made.stdout)}")


def telling_line(output: str) -> str:
    """The line of a program's output that says what went wrong: the first error, of which others follow."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if "error:" in line or "FATAL:" in line or "PANIC:" in line]
    return telling[0] if telling else lines[-1] if lines else "it gave no reason"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
