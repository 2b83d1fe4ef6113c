"""Faults on request: which request they fall on, and whether that request is charged all the same."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from threading import Lock
from typing import Any

import msgspec

from .api import ENDPOINTS
from .kinds import KINDS, Details


class Fault:
    """One kind of trouble and the requests it falls on.

    `times`: at most so often. `every`: on each so-many-th request that it could fall on. `after`: not before so many of
    them have passed. `between`: only from one instant of the sandbox's clock until another. `charge` says whether the
    request costs what it would have; each kind has its own default. Raises ValueError for what it does not know.
    """

    def __init__(
        self,
        kind: str,
        endpoint: str | None = None,
        *,
        times: int | None = None,
        every: int | None = None,
        after: int = 0,
        between: tuple[datetime | str, datetime | str] | None = None,
        charge: bool | None = None,
        **details: Any,
    ) -> None:
        if kind not in KINDS:
            raise ValueError(f"unknown kind of fault {kind!r}; known: {', '.join(KINDS)}")
        if endpoint is not None and endpoint not in ENDPOINTS:
            raise ValueError(f"unknown endpoint {endpoint!r}; known: {', '.join(ENDPOINTS)}")
        charged, shape = KINDS[kind]
        self.kind, self.endpoint = kind, endpoint
        self.details = _details(kind, details, shape)
        self.is_charged = charged if charge is None else charge
        self._times, self._every, self._after = times, every, after
        self._between = None if between is None else (_instant(between[0]), _instant(between[1]))
        self._seen = 0

    def falls_on(self, endpoint: str | None, now: datetime) -> bool:
        """Whether this request is hit; it is counted."""
        if self.endpoint not in (None, endpoint) or self._times == 0:
            return False
        if self._between and not self._between[0] <= now < self._between[1]:
            return False
        self._seen += 1
        counted = self._seen - self._after
        if counted < 1 or (self._every and counted % self._every):
            return False
        if self._times is not None:
            self._times -= 1
        return True


class Faults:
    """The faults in force: the first that falls on a request is the one it gets. Safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._faults: list[Fault] = []

    def add(self, *faults: Fault) -> None:
        with self._lock:
            self._faults.extend(faults)

    def add_from(self, listed: Iterable[dict[str, Any]]) -> None:
        """The same from JSON objects. Raises ValueError, and adds none, if one of them is no fault."""
        try:
            self.add(*[Fault(**item) for item in listed])
        except TypeError as error:
            raise ValueError(f"no fault: {error}") from None

    def clear(self) -> None:
        with self._lock:
            self._faults.clear()

    def on_connection(self, now: datetime) -> Fault | None:
        """The fault for a connection just made, nothing read of it yet."""
        return self._first(None, now, connecting=True)

    def on_request(self, endpoint: str | None, now: datetime) -> Fault | None:
        return self._first(endpoint, now, connecting=False)

    def _first(self, endpoint: str | None, now: datetime, *, connecting: bool) -> Fault | None:
        with self._lock:
            candidates = [fault for fault in self._faults if (fault.kind == "refuse_connection") is connecting]
            return next((fault for fault in candidates if fault.falls_on(endpoint, now)), None)


def _details(kind: str, details: dict[str, Any], shape: type[Details]) -> Details:
    try:
        return msgspec.convert(details, shape)
    except msgspec.ValidationError as error:
        raise ValueError(f"{kind}: {error}") from None


def _instant(value: datetime | str) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
