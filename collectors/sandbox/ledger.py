"""What the sandbox charged: every request with its credits, whether or not the answer reached anybody."""

from __future__ import annotations

import fcntl
from datetime import datetime, timedelta
from pathlib import Path
from threading import RLock
from typing import IO, Any

import msgspec

ELSEWHERE = "(elsewhere)"  # the path of entries for what another program used of the same key


class Entry(msgspec.Struct, frozen=True):
    """One request."""

    number: int
    at: datetime  # by the sandbox's clock
    path: str  # the template, as in /v4/sports/{sport}/odds
    parameters: dict[str, str]  # without the key
    status: int  # 0: no answer was sent
    credits: int
    fault: str | None
    used: int  # credits since the reset, this request included


class Ledger:
    """One account: entries, and what is left until the reset of the month. Safe to use from any thread.

    With a path it goes on where that file ends. Raises OSError for a file that another ledger has open.
    """

    def __init__(
        self, quota: int = 20_000, *, reset_day: int = 1, reset_hour: int = 0, path: Path | None = None
    ) -> None:
        if not 1 <= reset_day <= 28:
            raise ValueError(f"no day that every month has: {reset_day}")
        self.quota = quota
        self.lock = RLock()
        self._reset = timedelta(days=reset_day - 1, hours=reset_hour)
        self._entries: list[Entry] = []
        self._used: dict[datetime, int] = {}
        self._file: IO[bytes] | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("a+b")
            try:
                self._read(self._file)
            except (OSError, msgspec.MsgspecError):
                self._file.close()
                raise

    @property
    def entries(self) -> list[Entry]:
        with self.lock:
            return list(self._entries)

    def used(self, at: datetime) -> int:
        """Credits used in the period that `at` lies in."""
        return self._used.get(self.period(at), 0)

    def remaining(self, at: datetime) -> int:
        return max(0, self.quota - self.used(at))

    def period(self, at: datetime) -> datetime:
        """The last reset before `at`."""
        month = (at - self._reset).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        return month + self._reset

    def record(
        self, at: datetime, path: str, parameters: dict[str, str], status: int, cost: int, fault: str | None = None
    ) -> Entry:
        """Charge and write down one request."""
        with self.lock:
            used = self.used(at) + cost
            entry = Entry(len(self._entries) + 1, at, path, parameters, status, cost, fault, used)
            self._add(entry)
            if self._file is not None:
                self._file.write(msgspec.json.encode(entry) + b"\n")
                self._file.flush()
            return entry

    def totals(self) -> dict[str, Any]:
        """Requests and credits: overall and by period, and how many credits were used elsewhere."""
        with self.lock:
            credits = [(entry.credits, entry.path == ELSEWHERE) for entry in self._entries]
            return {
                "requests": sum(not elsewhere for _, elsewhere in credits),
                "credits": sum(cost for cost, elsewhere in credits if not elsewhere),
                "credits_elsewhere": sum(cost for cost, elsewhere in credits if elsewhere),
                "quota": self.quota,
                "used_by_period": {start.isoformat(): used for start, used in self._used.items()},
            }

    def close(self) -> None:
        with self.lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _add(self, entry: Entry) -> None:
        self._entries.append(entry)
        self._used[self.period(entry.at)] = entry.used

    def _read(self, file: IO[bytes]) -> None:
        """Go on from a file, which is nobody else's until it is closed; a last line that was cut off is removed."""
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        file.seek(0)
        text = file.read()
        whole = text[: text.rfind(b"\n") + 1]
        file.truncate(len(whole))
        for line in whole.splitlines():
            self._add(msgspec.json.decode(line, type=Entry))
