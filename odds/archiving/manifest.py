"""What an archive says of itself, and whether its files are still as they were written."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import file_digest, sha256
from pathlib import Path

import msgspec

from .layout import MANIFEST, TABLES, VERSION, ArchiveKind


class ArchiveError(Exception):
    """An archive that cannot be written, believed or restored; the message is one line for a person."""


class FileEntry(msgspec.Struct, frozen=True, kw_only=True):
    rows: int
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """`fingerprint` is of the rows that were removed, as the database gave them, in order. `digest` is of all else."""

    version: int
    kind: ArchiveKind
    sport_key: str
    month: str  # of the starts, "2026-01", in UTC
    files: Mapping[str, FileEntry]
    fingerprint: str
    digest: str = ""

    def encoded(self) -> bytes:
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    def signed(self) -> Manifest:
        return msgspec.structs.replace(self, digest=self._digest())

    def _digest(self) -> str:
        return sha256(msgspec.structs.replace(self, digest="").encoded()).hexdigest()


def entry_of(path: Path, rows: int) -> FileEntry:
    with path.open("rb") as file:
        return FileEntry(rows=rows, size_bytes=path.stat().st_size, sha256=file_digest(file, "sha256").hexdigest())


def read_manifest(folder: Path) -> Manifest:
    """The manifest of an archive, with every byte of it and of the files as they were written. Raises ArchiveError."""
    path = folder / MANIFEST
    try:
        content = path.read_bytes()
        manifest = msgspec.json.decode(content, type=Manifest)
    except msgspec.ValidationError as error:
        raise ArchiveError(f"{path} is not that of an archive of odds: {error}; nothing was restored") from error
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}; nothing was restored") from error
    if manifest.encoded() != content or manifest.signed() != manifest:
        raise ArchiveError(f"{path} is not as it was written; nothing was restored")
    if manifest.version != VERSION:
        raise ArchiveError(f"{path} is of version {manifest.version}, {VERSION} is read here; nothing was restored")
    for table in TABLES[manifest.kind]:
        _check(folder / table.file, manifest.files.get(table.file))
    return manifest


def _check(path: Path, expected: FileEntry | None) -> None:
    if expected is None:
        raise ArchiveError(f"{path} is not in its manifest; nothing was restored")
    try:
        found = entry_of(path, expected.rows)
    except OSError as error:
        raise ArchiveError(f"{path} cannot be read: {error.strerror or error}; nothing was restored") from error
    if found != expected:
        raise ArchiveError(
            f"{path} is not as it was written: SHA-256 {found.sha256[:16]}… of {found.size_bytes:,} bytes, "
            f"expected {expected.sha256[:16]}… of {expected.size_bytes:,}; nothing was restored"
        )
