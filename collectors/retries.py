"""When a call is tried again, and how long to wait before: only what can succeed, three times in all."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from tenacity import RetryCallState, Retrying

from . import ledger
from .errors import Transient

log = structlog.get_logger(__name__)

ATTEMPTS = 3
# Seconds before the second attempt; twice as many before the third, each up to half as much longer at random.
FIRST_WAIT = 1.0
# Longer than this nobody waits within a tick; the next one comes.
LONGEST_WAIT = 60.0


class Tries:
    """The attempts of one call, none of them later than `until`."""

    def __init__(
        self, *, until: datetime | None, clock: Callable[[], datetime], quota: int, chance: random.Random
    ) -> None:
        self._until = until
        self._clock = clock
        self._quota = quota
        self._waits = [FIRST_WAIT * 2**number * (1 + chance.random() / 2) for number in range(ATTEMPTS)]

    def retrying(self, sleep: Callable[[float], None]) -> Retrying:
        return Retrying(retry=self._again, wait=self._wait, sleep=sleep, reraise=True)

    def _again(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        if not isinstance(error, Transient):
            return False
        again = state.attempt_number < ATTEMPTS and self._in_time(self._wait(state)) and self._affordable(error)
        log.warning("call_failed", reason=str(error), code=error.code, attempt=state.attempt_number, again=again)
        return again

    def _wait(self, state: RetryCallState) -> float:
        """Seconds before the next attempt, never fewer than the provider asked for."""
        error = state.outcome.exception() if state.outcome else None
        asked = error.retry_after if isinstance(error, Transient) else None
        return float(max(self._waits[state.attempt_number - 1], asked or 0.0))

    def _in_time(self, wait: float) -> bool:
        if wait > LONGEST_WAIT:
            return False
        return self._until is None or self._clock() + timedelta(seconds=wait) < self._until

    def _affordable(self, error: Transient) -> bool:
        """Whether the call was free, or may be paid for a second time."""
        return error.row.credits_charged == 0 or ledger.may_retry(error.row, self._quota)
