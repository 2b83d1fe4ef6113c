"""Messages that the database could not take, as it is the very thing that is down.

They wait in the memory of a process that sends. That the same is told once, by whichever process of this machine and
across restarts, is kept in a small file for each under VAR_DIR/alerts.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections import deque
from datetime import datetime
from pathlib import Path
from threading import Event, Lock

import structlog
from django.conf import settings

from ..models import Alert
from .messages import Message

log = structlog.get_logger(__name__)

# No more than this is kept: a process without database has little else to tell.
MOST = 50

# Set while a sender runs in this process. Without one nothing is kept, and another process gets to tell it.
served = Event()

_waiting: deque[Alert] = deque()
_told: dict[str, datetime] = {}  # should the file be out of reach too
_one_at_a_time = Lock()


def keep(message: Message, now: datetime) -> bool:
    """Whether it is new and will be sent from here."""
    if not served.is_set():
        return False
    with _one_at_a_time:
        if len(_waiting) >= MOST or not _is_first(message, now):
            return False
        _told[message.key] = now
        _waiting.append(row_of(message, now))
    return True


def row_of(message: Message, now: datetime) -> Alert:
    """The row that a message is in the outbox, not saved."""
    return Alert(
        key=message.key,
        severity=message.severity,
        title=message.title,
        text=message.text,
        created_at=now,
        next_attempt_at=now,
    )


def waiting() -> list[Alert]:
    return list(_waiting)


def write() -> None:
    """Move what waits into the outbox; the sender does it. Raises an error of the database where that is still away."""
    while _waiting:
        _waiting[0].save(force_insert=True)
        _waiting.popleft()


def _is_first(message: Message, now: datetime) -> bool:
    """Whether it was told neither by this process nor by another, within its quiet time; and note that it is now."""
    told = _told.get(message.key)
    if told is not None and now - told < message.quiet:
        return False
    path = Path(settings.VAR_DIR) / "alerts" / hashlib.sha256(message.key.encode()).hexdigest()[:16]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return _is_first_by_file(path, message, now)
    except OSError as error:
        log.warning("alert_note_unwritten", reason=str(error))
        return True


def _is_first_by_file(path: Path, message: Message, now: datetime) -> bool:
    with path.open("a+", encoding="utf-8") as note:
        fcntl.flock(note, fcntl.LOCK_EX)  # released with the file
        note.seek(0)
        try:
            if now - datetime.fromisoformat(note.read()) < message.quiet:
                return False
        except (ValueError, TypeError):
            pass  # new, or cut off
        note.truncate(0)
        note.write(now.isoformat())
    return True
