"""The sandbox's time: the real one, or one that was set and may run faster."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import Lock

FASTEST = 1_000_000  # seconds a second: a year in half a minute


class Clock:
    """A clock that can be set. Called, it gives the instant in UTC."""

    def __init__(self, at: datetime | None = None, speed: float = 1.0) -> None:
        self._lock = Lock()
        self.set(at, speed)

    def set(self, at: datetime | None = None, speed: float = 1.0) -> None:
        """Go on from `at`, or from the real time, at `speed` seconds a second; 0 stands still."""
        if not 0 <= speed <= FASTEST:
            raise ValueError(f"the speed of a clock is from 0 to {FASTEST:,}: {speed}")
        with self._lock:
            self._start, self._speed = at or datetime.now(UTC), speed
            self._since = time.monotonic()

    @property
    def speed(self) -> float:
        return self._speed

    def __call__(self) -> datetime:
        with self._lock:
            return self._start + timedelta(seconds=(time.monotonic() - self._since) * self._speed)
