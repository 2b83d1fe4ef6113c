"""Where backups lie: a folder for each, which gets its name in the moment in which it is whole and on the disk."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from .errors import BackupError
from .manifest import Manifest, decoded, digest_of, encoded
from .retention import Keep, kept

DUMP, SPOOL, MANIFEST = "database.dump", "spool.tar", "manifest.json"

_NAME = re.compile(r"odds-\d{8}T\d{6}Z")
_DRAFT = re.compile(r"\.draft-odds-\d{8}T\d{6}Z")


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that is whole: what its manifest says was there when it was made."""

    path: Path
    manifest: Manifest

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def dump(self) -> Path:
        return self.path / DUMP

    @property
    def spool(self) -> Path:
        return self.path / SPOOL

    @property
    def size(self) -> int:
        """Bytes."""
        return self.manifest.dump.size + (self.manifest.spool.size if self.manifest.spool else 0)

    @classmethod
    def read(cls, path: Path) -> Backup:
        """The backup in this folder. Raises BackupError where there is none, or only a part of one."""
        try:
            backup = cls(path, decoded((path / MANIFEST).read_bytes()))
            if backup.dump.stat().st_size != backup.manifest.dump.size:
                raise BackupError(f"{DUMP} has another size than when it was made")
        except OSError as error:
            raise BackupError(f"{path}: no whole backup ({error.strerror}: {Path(error.filename).name})") from error
        except BackupError as error:
            raise BackupError(f"{path}: {error}; not used") from error
        return backup

    def check(self) -> None:
        """Read it all. Raises BackupError where a byte is another one than when it was made."""
        files = {self.dump: self.manifest.dump} | ({self.spool: self.manifest.spool} if self.manifest.spool else {})
        for path, expected in files.items():
            try:
                found = digest_of(path)
            except OSError as error:
                raise BackupError(f"{path}: {error.strerror}; nothing was restored") from error
            if found != expected:
                raise BackupError(f"{path} is damaged: its SHA-256 is not that of the manifest; nothing was restored")

    def drilled(self, at: datetime, result: str) -> Backup:
        """Note what a drill came to. Raises BackupError where that cannot be written."""
        noted = replace(self, manifest=replace(self.manifest, drilled_at=at, drill_result=result))
        draft = self.path / f".{MANIFEST}.draft"
        try:
            write(draft, encoded(noted.manifest))
            draft.replace(self.path / MANIFEST)
            sync(self.path)
        except OSError as error:
            raise BackupError(f"{draft}: {error.strerror}; the outcome of the drill ({result}) is not noted") from error
        return noted


class Folder:
    """All backups of an installation. Nothing in it is touched that was not made by it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def backups(self) -> list[Backup]:
        """Those that are whole, the newest first."""
        found = [backup for path in self._named(_NAME) if isinstance(backup := _read(path), Backup)]
        return sorted(found, key=lambda backup: backup.manifest.created_at, reverse=True)

    def problems(self) -> list[str]:
        """What is wrong with those that are not, a line for each."""
        return [problem for path in self._named(_NAME) if isinstance(problem := _read(path), str)]

    def find(self, name: str) -> Backup:
        """The backup of this name in here, or anywhere by its folder or a file in it. Raises BackupError for none."""
        paths = [Path(name).expanduser().resolve(), self.path / name]
        for path in paths:
            if path.is_dir():
                return Backup.read(path)
            if path.is_file():
                return Backup.read(path.parent)
        raise BackupError(f"{name}: there is no such backup; `manage.py backup --list` names them")

    @contextmanager
    def draft(self, now: datetime) -> Iterator[Path]:
        """A folder to make a backup in: at the end of the block it is one, and if that fails there is nothing."""
        name = f"odds-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        if (self.path / name).exists():
            raise BackupError(f"{self.path / name} is there already; no other was made")
        draft = self.path / f".draft-{name}"
        try:
            draft.mkdir(mode=0o700)
            yield draft
            sync(draft)
            draft.rename(self.path / name)
            sync(self.path)
        except BaseException:
            shutil.rmtree(draft, ignore_errors=True)
            raise

    def named_as(self, draft: Path) -> Backup:
        """The backup that a draft has become."""
        return Backup.read(self.path / draft.name.removeprefix(".draft-"))

    def existing(self) -> Path:
        """This folder, or the one in which it will be made."""
        return next(path for path in (self.path, *self.path.parents) if path.exists())

    def clear_drafts(self) -> None:
        """Remove what processes left behind that died. Only for whoever is alone here."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        for draft in self._named(_DRAFT):
            shutil.rmtree(draft)

    def surplus(self, keep: Keep, *coming: datetime) -> list[Backup]:
        """Those that need not be kept, once there are some of the times `coming` as well.

        The newest stays, and the newest that was restored as a drill.
        """
        backups = self.backups()
        stay = kept([*coming, *(backup.manifest.created_at for backup in backups)], keep)
        proved = [backup.manifest.created_at for backup in backups if backup.manifest.drilled_well]
        return [backup for backup in backups if backup.manifest.created_at not in stay.union(proved[:1])]

    def remove(self, backup: Backup) -> None:
        draft = backup.path.with_name(f".draft-{backup.name}")
        backup.path.rename(draft)  # not a backup any more, however far the next line comes
        shutil.rmtree(draft)

    def _named(self, pattern: re.Pattern[str]) -> list[Path]:
        try:
            return [path for path in sorted(self.path.iterdir()) if pattern.fullmatch(path.name)]
        except FileNotFoundError:
            return []


def _read(path: Path) -> Backup | str:
    try:
        return Backup.read(path)
    except BackupError as error:
        return str(error)


def write(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read, and wait until it is on the disk."""
    with os.fdopen(create(path), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def create(path: Path) -> int:
    """A descriptor to write to an empty file that only its owner can read."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)


def sync(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
