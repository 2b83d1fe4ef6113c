"""What a backup holds, as it is written beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from .digests import TableDigest
from .errors import BackupError

IDENTICAL = "identical"

_READ_AT_ONCE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FileDigest:
    """A file of a backup: its size in bytes, and its SHA-256."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup holds and how it was made; `drill_result` is IDENTICAL, a problem, or "" before the first drill."""

    created_at: datetime
    seconds: float
    database: str
    server_version: str
    pg_dump_version: str
    program_version: str  # the commit, where that is known
    dump: FileDigest
    spool: FileDigest | None  # None: no answer was waiting for the database
    spooled_answers: int
    database_bytes: int
    tables: dict[str, TableDigest]
    migrations: list[str]  # those applied, "app.name", in order
    drilled_at: datetime | None = None
    drill_result: str = ""

    @property
    def rows(self) -> int:
        return sum(table.rows for table in self.tables.values())

    @property
    def drilled_well(self) -> bool:
        return self.drill_result == IDENTICAL


class _Sealed(msgspec.Struct):
    """A manifest with its own hash, so that damage to either is seen."""

    manifest: Manifest
    sha256: str


def encoded(manifest: Manifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(_Sealed(manifest, _seal(manifest)))) + b"\n"


def decoded(content: bytes) -> Manifest:
    """Raises BackupError, with one line, where it is not as it was written."""
    try:
        sealed = msgspec.json.decode(content, type=_Sealed)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise BackupError(f"its manifest cannot be read ({error})") from error
    if sealed.sha256 != _seal(sealed.manifest):
        raise BackupError("its manifest is damaged (its hash is another one)")
    return sealed.manifest


def _seal(manifest: Manifest) -> str:
    return sha256(msgspec.json.encode(manifest, order="sorted")).hexdigest()


def digest_of(path: Path) -> FileDigest:
    """Reads the whole file."""
    hashed = sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_AT_ONCE):
            hashed.update(block)
        return FileDigest(size=file.tell(), sha256=hashed.hexdigest())
