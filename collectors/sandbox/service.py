"""One request from its parameters to the answer, its charge and its line in the ledger."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from threading import Lock

from .alterations import altered
from .api import Answer, World, find, refusal, respond
from .delivery import DROPS, headers_of
from .errors import ApiError
from .faults import Fault, Faults
from .kinds import Elsewhere
from .ledger import ELSEWHERE, Ledger

JSON = "application/json; charset=utf-8"
NO_ACCOUNT = frozenset({"MISSING_KEY", "INVALID_KEY", "DEACTIVATED_KEY"})  # refusals that tell of no quota


class RateLimit:
    """At most so many calls in any second of real time."""

    def __init__(self, a_second: int) -> None:
        self._lock = Lock()
        self._calls: deque[float] = deque(maxlen=max(1, a_second))
        self._a_second = a_second

    def allows(self) -> bool:
        with self._lock:
            now = time.monotonic()
            if len(self._calls) >= self._a_second and (not self._a_second or now - self._calls[0] < 1):
                return False
            self._calls.append(now)
            return True


@dataclass(frozen=True, slots=True)
class Served:
    """An answer with its headers, and the fault that is yet to befall it."""

    answer: Answer
    fault: Fault | None


class Service:
    """Answers requests in the name of the provider: limits, charges, faults. Safe to use from any thread."""

    def __init__(
        self, world: World, ledger: Ledger, faults: Faults, clock: Callable[[], datetime], rate_limit: int
    ) -> None:
        self._world, self._ledger, self._faults, self._clock = world, ledger, faults, clock
        self._rate = RateLimit(rate_limit)
        self._latest: dict[str, Answer] = {}

    def serve(self, path: str, parameters: dict[str, str]) -> Served:
        now = self._clock().astimezone(UTC)
        found = find(path)
        endpoint, template = (found[0].endpoint, found[0].template) if found else (None, "(unknown)")
        fault = self._faults.on_request(endpoint, now)
        if self._rate.allows():
            answer = respond(self._world, path, parameters, now.timestamp())
        else:
            answer = refusal(ApiError(429, "EXCEEDED_FREQ_LIMIT", "Requests are too frequent; try again in a second"))
        with self._ledger.lock:
            answer = self._afforded(answer, now)
            if fault is not None:
                answer = altered(answer, fault, path, parameters)
            answer = self._charged(answer, now, template, parameters, fault)
        return Served(self._remembered(answer, endpoint, fault), fault)

    def refused_connection(self, fault: Fault) -> None:
        self._ledger.record(self._clock(), "(connection)", {}, 0, 0, fault.kind)

    def _afforded(self, answer: Answer, now: datetime) -> Answer:
        if answer.credits <= self._ledger.remaining(now):
            return answer
        code = "OUT_OF_USAGE_CREDITS"
        return refusal(ApiError(401, code, "Usage quota has been reached. See usage plans at https://the-odds-api.com"))

    def _charged(
        self, answer: Answer, now: datetime, template: str, parameters: dict[str, str], fault: Fault | None
    ) -> Answer:
        """The answer with its headers, once it stands in the ledger."""
        kind = fault.kind if fault else None
        if fault and isinstance(fault.details, Elsewhere):
            self._ledger.record(now, ELSEWHERE, {}, 0, fault.details.credits)
        shown = {name: value for name, value in parameters.items() if name.lower() != "apikey"}
        sent = 0 if kind in DROPS else answer.status
        entry = self._ledger.record(now, template, shown, sent, answer.credits, kind)
        headers = {"Date": format_datetime(now, usegmt=True), "Content-Type": JSON}
        if answer.error_code not in NO_ACCOUNT:
            headers |= {
                "x-requests-remaining": str(max(0, self._ledger.quota - entry.used)),
                "x-requests-used": str(entry.used),
                "x-requests-last": str(answer.credits),
            }
        return replace(answer, headers=headers_of({**headers, **answer.headers}, fault))

    def _remembered(self, answer: Answer, endpoint: str | None, fault: Fault | None) -> Answer:
        """The answer, or for a stale one the last good answer of the endpoint."""
        if endpoint is None:
            return answer
        if fault is not None and fault.kind == "stale":
            return self._latest.get(endpoint, answer)
        if fault is None and answer.status == 200:
            self._latest[endpoint] = answer
        return answer
