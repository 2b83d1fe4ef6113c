"""Where records end: a stream and a file that turns over daily.

What cannot be written is told in one line. The standard library would print the record as it was logged, secrets and
all.
"""

from __future__ import annotations

import logging
import sys
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from concurrent_log_handler import ConcurrentTimedRotatingFileHandler

RETENTION_DAYS = 30


class Console(logging.StreamHandler[TextIO]):
    """Standard error."""

    def handleError(self, record: logging.LogRecord) -> None:
        tell_unwritten("terminal")


class Device(logging.FileHandler):
    """A device or a pipe, which stays as it is."""

    def handleError(self, record: logging.LogRecord) -> None:
        tell_unwritten(self.baseFilename)


class DailyFile(ConcurrentTimedRotatingFileHandler):
    """A file that several processes may write; it turns over at midnight UTC and is kept 30 days."""

    def __init__(self, path: Path, when: str = "midnight") -> None:
        super().__init__(str(path), when=when, utc=True, backupCount=RETENTION_DAYS, encoding="utf-8", delay=True)

    def handleError(self, record: logging.LogRecord) -> None:
        tell_unwritten(self.baseFilename)


def daily_file(path: Path, when: str = "midnight") -> logging.Handler:
    """The handler of this file; one that writes nothing, after a line that says so, where there can be no such file.

    A device or a pipe is written to and never turned over: root would put a file in the place of /dev/null.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.is_char_device() or path.is_fifo():
            return Device(path, encoding="utf-8", delay=True)
        return DailyFile(path, when)
    except OSError as error:
        _say(f"LOG_FILE: {path}: {error.strerror}; nothing is logged to a file")
        return logging.NullHandler()


def tell_unwritten(where: str) -> None:
    """Say that the record at hand was not written, and why, without its content."""
    error = sys.exc_info()[1]
    reason = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
    _say(f"a log record was not written to {where}: {reason}")


def _say(line: str) -> None:
    with suppress(Exception):  # standard error may be what is broken
        sys.stderr.write(line + "\n")
