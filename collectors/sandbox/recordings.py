"""Recorded answers played back: at each instant the newest one taken until then, as its exact bytes."""

from __future__ import annotations

import gzip
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import IO, Any

import msgspec

from .errors import unusable
from .history import Snapshot
from .times import iso

GZIP_MAGIC = b"\x1f\x8b"


class _Line(msgspec.Struct):
    captured_at: datetime
    response: msgspec.Raw


class _Event(msgspec.Struct):
    sport_key: str


_line = msgspec.json.Decoder(_Line)
_events = msgspec.json.Decoder(list[_Event])


class Recordings:
    """The answers of one or more files of JSON lines, by sport and time."""

    def __init__(self, paths: Iterable[Path]) -> None:
        taken = sorted((ceil(at.timestamp()), body, key) for path in paths for at, body, key in _read(path))
        self._bodies: dict[str, list[bytes]] = {}
        self._times: dict[str, list[int]] = {}
        for at, body, key in taken:
            self._bodies.setdefault(key, []).append(body)
            self._times.setdefault(key, []).append(at)

    @property
    def sports(self) -> list[str]:
        return list(self._bodies)

    def odds(self, sport_key: str, at: float) -> bytes:
        """The body of /odds at `at`: an empty list before the first one."""
        index = bisect_right(self._times[sport_key], at)
        return self._bodies[sport_key][index - 1] if index else b"[]"

    def snapshot(self, sport_key: str, date: float, now: float) -> Snapshot:
        """The newest body until `date` as a snapshot of history. Raises ApiError before the first one."""
        times = self._times[sport_key]
        index, end = bisect_right(times, min(date, now)), bisect_right(times, now)
        if not index:
            raise unusable("INVALID_HISTORICAL_TIMESTAMP", f"Historical data is available from {iso(times[0])}")
        previous = times[index - 2] if index > 1 else None
        return Snapshot(times[index - 1], previous, times[index] if index < end else None)

    def events(self, sport_key: str, at: float) -> list[dict[str, Any]]:
        """The same events without their bookmakers."""
        events: list[dict[str, Any]] = msgspec.json.decode(self.odds(sport_key, at))
        return [{key: value for key, value in event.items() if key != "bookmakers"} for event in events]


def _read(path: Path) -> Iterator[tuple[datetime, bytes, str]]:
    """(time, body, sport) of each line. A body without events belongs to the sport of the one before.

    Raises ValueError, naming the file, for what is no recording.
    """
    key = ""
    with path.open("rb") as file, _unpacked(file) as lines:
        try:
            for text in lines:
                if text.isspace():
                    continue
                line = _line.decode(text)
                events = _events.decode(line.response)
                key = events[0].sport_key if events else key
                if key:
                    yield line.captured_at, bytes(line.response), key
        except (msgspec.DecodeError, EOFError) as error:
            raise ValueError(f"{path.name} is no recording: {error}") from error


def _unpacked(file: IO[bytes]) -> IO[bytes]:
    packed = file.read(2) == GZIP_MAGIC
    file.seek(0)
    return gzip.GzipFile(fileobj=file) if packed else file  # type: ignore[return-value]
