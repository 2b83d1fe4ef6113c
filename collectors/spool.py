"""Answers on disk until the database has them. A received answer is here, synced, before anything else happens to it.

One file an answer: a line of JSON that says what it is, then the body. The file's name ends in the SHA-256 of all of
it, so that a torn or damaged file is known for what it is; such a file is set aside, never deleted.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import structlog

from .errors import NoRoom
from .failpoints import reach
from .the_odds_api.answers import Answer

# Below so much free space nothing is bought: logs, database and answers need it.
LEAST_FREE = 256 * 1024 * 1024
# Set aside before a call, so that its answer has a place; the usual answer is smaller.
SET_ASIDE = 1024 * 1024

log = structlog.get_logger(__name__)

_SUFFIX = ".answer"


@dataclass(frozen=True, slots=True)
class Spooled:
    """One file of the spool."""

    path: Path
    request_id: UUID
    answer: Answer

    def forget(self) -> None:
        """Remove the file: the database has the answer."""
        self.path.unlink(missing_ok=True)


class Place:
    """Room for one answer, set aside before it is asked for."""

    def __init__(self, draft: Path) -> None:
        self._draft = draft

    def keep(self, request_id: UUID, answer: Answer) -> Spooled:
        """Write the answer and sync it; when this returns, it survives the loss of power.

        Where the disk refuses, that is told, and the answer is handed on in memory alone.
        """
        content = _content(request_id, answer)
        path = self._draft.with_name(f"{request_id}.{sha256(content).hexdigest()}{_SUFFIX}")
        try:
            # Made anew if it has gone: an answer that is here is not lost for want of its place.
            descriptor = os.open(self._draft, os.O_RDWR | os.O_CREAT, 0o600)
            with os.fdopen(descriptor, "r+b") as file:
                file.write(content)
                file.truncate()
                file.flush()
                os.fsync(file.fileno())
            self._draft.rename(path)
            _sync_folder(path.parent)
        except OSError as error:
            # It is paid for: the database may still take it.
            log.critical("answer_not_spooled", request_id=str(request_id), reason=error.strerror)
        reach("after_spool")
        return Spooled(path, request_id, answer)

    def give_back(self) -> None:
        """Free what was not needed. Nothing happens once an answer is kept."""
        self._draft.unlink(missing_ok=True)


class Spool:
    """The folder, with `quarantine` beside for what cannot be read."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.quarantine = folder / "quarantine"

    def set_aside(self, request_id: UUID) -> Place:
        """A place for an answer. Raises NoRoom where the disk has none: better before the call is paid than after."""
        draft = self.folder / f"{request_id}.draft"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            free = shutil.disk_usage(self.folder).free
            if free < LEAST_FREE:
                raise NoRoom(
                    f"{self.folder}: only {free // 1024**2} MB free, {LEAST_FREE // 1024**2} needed; nothing sent"
                )
            with draft.open("wb") as file:
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(file.fileno(), 0, SET_ASIDE)
        except OSError as error:
            with contextlib.suppress(OSError):
                draft.unlink(missing_ok=True)
            raise NoRoom(f"{self.folder}: {error.strerror}; an answer could not be kept, nothing sent") from error
        return Place(draft)

    def waiting(self) -> Iterator[Spooled]:
        """The answers that wait for the database, oldest first. What is damaged goes to the quarantine."""
        for path in sorted(self.folder.glob(f"*{_SUFFIX}"), key=_age):
            try:
                yield _read(path)
            except FileNotFoundError:
                continue  # another process has stored it meanwhile
            except (ValueError, KeyError, IndexError, OSError):
                self.set_apart(path)

    def set_apart(self, path: Path) -> None:
        """Move a file to the quarantine: nothing is deleted that was paid for."""
        self.quarantine.mkdir(exist_ok=True)
        path.rename(self.quarantine / path.name)

    def drafts(self) -> list[Path]:
        """Places that were set aside and neither used nor given back, by calls under way or by processes that died."""
        return list(self.folder.glob("*.draft"))

    def depth(self) -> int:
        """How many answers wait for the database."""
        return sum(1 for _ in self.folder.glob(f"*{_SUFFIX}"))

    def quarantined(self) -> int:
        return sum(1 for _ in self.quarantine.glob(f"*{_SUFFIX}"))


def _age(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _content(request_id: UUID, answer: Answer) -> bytes:
    about = {
        "request_id": str(request_id),
        "status": answer.status,
        "headers": dict(answer.headers),
        "received_at": answer.received_at.isoformat(),
        "response_time_ms": answer.response_time_ms,
        "damage": answer.damage,
    }
    return json.dumps(about).encode() + b"\n" + answer.body


def _read(path: Path) -> Spooled:
    """Raises ValueError, KeyError or IndexError for a file that is not as it was written."""
    content = path.read_bytes()
    if path.name.split(".")[1] != sha256(content).hexdigest():
        raise ValueError(f"{path.name} is damaged")
    about, _, body = content.partition(b"\n")
    facts = json.loads(about)
    answer = Answer(
        status=facts["status"],
        headers=facts["headers"],
        body=body,
        received_at=datetime.fromisoformat(facts["received_at"]),
        response_time_ms=facts["response_time_ms"],
        damage=facts["damage"],
    )
    return Spooled(path, UUID(facts["request_id"]), answer)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
