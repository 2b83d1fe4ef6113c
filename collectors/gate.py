"""The one gate to the provider. No other module opens a socket to it.

    reserve ── send ── spool ── receive            every step durable before the next
       │         │       └ the answer is on disk, synced, before the database is asked
       │         └ marked as sent before the request leaves: a crash can only count too much
       └ refused where it would go beyond what its purpose may spend

Only what can succeed is tried again: network faults, 429 and 5xx, three times in all.
"""

from __future__ import annotations

import random
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from math import inf
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit
from uuid import uuid4

from django.conf import settings
from django.db.models import Exists
from django.utils import timezone

from . import counting, ledger, pause
from .choices import Purpose
from .errors import CallError, CreditCeiling, NotNow, Transient, UnusableAnswer
from .failpoints import reach
from .holder import Holder
from .models import CreditPeriod, FetchLog, RawResponse
from .retries import Tries
from .spool import Spool, Spooled
from .the_odds_api.answers import Answer, error_in
from .the_odds_api.client import Client
from .the_odds_api.endpoints import Call, sports

# Calls a second, of one process. The provider allows 30, and warns that bursts below that may be throttled too.
CALLS_PER_SECOND = 5.0
# What the sandbox takes for a key.
SANDBOX_KEY = "sandbox"


def uses_sandbox() -> bool:
    """Whether prices are made up: no key is set."""
    return not settings.ODDS_API_KEY


@dataclass(frozen=True, slots=True)
class Received:
    """A call that was answered with 200: its row in the ledger, the answer as stored, and the body."""

    row: FetchLog
    stored: RawResponse
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Whose credits are spent, how many there are, and where answers wait for the database."""

    base_url: str
    key: str
    quota: int
    reserve_fraction: float
    spool: Path

    @classmethod
    def of_settings(cls) -> Terms:
        return cls(
            base_url=settings.ODDS_API_BASE_URL,
            key=settings.ODDS_API_KEY or SANDBOX_KEY,
            quota=settings.ODDS_API_QUOTA,
            reserve_fraction=settings.CREDIT_RESERVE_FRACTION,
            spool=settings.VAR_DIR / "spool",
        )

    @property
    def account(self) -> str:
        """What the ledger calls the key."""
        return SANDBOX_KEY if self.key == SANDBOX_KEY else ledger.account_of(urlsplit(self.base_url).netloc, self.key)


class Gate:
    """Open for the length of one job: `with Gate() as gate: gate.call(...)`. Usable by several threads."""

    def __init__(
        self,
        terms: Terms | None = None,
        *,
        clock: Callable[[], datetime] = timezone.now,
        sleep: Callable[[float], None] = time.sleep,
        chance: random.Random | None = None,
        client: Client | None = None,
        calls_per_second: float = CALLS_PER_SECOND,
    ) -> None:
        self.terms = terms or Terms.of_settings()
        self.clock = clock
        self.spool = Spool(self.terms.spool)
        self.holder = Holder()
        self._sleep = sleep
        self._chance = chance or random.Random()  # noqa: S311 - spreads retries, guards nothing
        self._client = client or Client(self.terms.base_url, self.terms.key, clock=clock)
        self._pace = _Pace(calls_per_second, sleep)

    def __enter__(self) -> Self:
        self.holder.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, raised: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._client.close()
        self.holder.__exit__(kind, raised, trace)

    def call(
        self,
        call: Call,
        purpose: Purpose,
        *,
        tick: datetime | None = None,
        until: datetime | None = None,
        live_need: int = 0,
        tried: int = 0,
    ) -> Received:
        """The answer to a call, stored as received. Tried up to three times, none of them later than `until`.

        `tried` is how many attempts the ledger has of it for this tick: one of unknown outcome may be made again.
        Raises NotNow where nothing was sent, CallError where nothing of use came back.
        """
        if call.cost:
            self._make_sure_of_credits(call)
        try:
            return self._try(call, purpose, tick, until, live_need, tried)
        except CreditCeiling:
            if call.cost == 0:
                raise
        self._learn_the_count()  # a month may have begun anew, or a false count be put right
        return self._try(call, purpose, tick, until, live_need, tried)

    def probe(self) -> None:
        """Read the credits off the headers of a free call."""
        ledger.mark_stored(self.call(sports(), Purpose.LIVE).row)

    def _learn_the_count(self) -> None:
        """A count that contradicts what is known has to come twice: asked for by oneself, not left to another call."""
        self.probe()
        period = counting.current_period(self.terms.account)
        if period is not None and period.doubted_used is not None:
            self.probe()

    def _try(
        self, call: Call, purpose: Purpose, tick: datetime | None, until: datetime | None, live_need: int, tried: int
    ) -> Received:
        tries = Tries(until=until, clock=self.clock, quota=self.terms.quota, chance=self._chance)
        for attempt in tries.retrying(self._sleep):
            with attempt:
                number = tried + attempt.retry_state.attempt_number
                return self._attempt(call, purpose, tick, number, live_need)
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _make_sure_of_credits(self, call: Call) -> None:
        """Before a paid call: know the balance, settle what is unknown, and do not buy while paused."""
        account = self.terms.account
        unsettled, paused = FetchLog.objects.of_account(account).unsettled().given_up(), pause.paused()
        known = CreditPeriod.objects.filter(account=account, ended_at=None)
        states = known.annotate(unsettled=Exists(unsettled), paused=Exists(paused)).values_list("unsettled", "paused")
        unsettled_now, paused_now = states.first() or (True, paused.exists())
        if unsettled_now or paused_now:
            self.probe()
        if paused_now:
            pause.end_if_affordable(call.cost, counting.current_period(account))

    def _attempt(self, call: Call, purpose: Purpose, tick: datetime | None, number: int, live_need: int) -> Received:
        request_id = uuid4()
        place = self.spool.set_aside(request_id)
        try:
            row = ledger.reserve(
                call,
                request_id=request_id,
                account=self.terms.account,
                purpose=purpose,
                tick=tick,
                attempt=number,
                holder=self.holder.number,
                now=self.clock(),
                quota=self.terms.quota,
                reserve_fraction=self.terms.reserve_fraction,
                live_need=live_need,
            )
            reach("after_reserve")
            spooled = place.keep(request_id, self._send(call, row))
        finally:
            place.give_back()
        return self.settle(row, spooled, call=str(call))

    def _send(self, call: Call, row: FetchLog) -> Answer:
        try:
            self._pace.wait()
            self.holder.assert_alive()
            self._pace.spread()
            ledger.mark_sent(row, self.clock())
        except NotNow as error:
            ledger.release(row, str(error), self.clock())
            raise
        try:
            return self._client.send(call)
        except Transient as error:
            ledger.fail(row, error, self.clock())
            error.row = row
            raise

    def settle(self, row: FetchLog, spooled: Spooled, *, call: str) -> Received:
        """Take an answer that lies in the spool into the ledger, and raise what it means if it is of no use."""
        answer = spooled.answer
        error = error_in(answer, call) or _damage(answer, call)
        stored = ledger.receive(row, answer, error, self.terms.quota)
        reach("after_commit")
        spooled.forget()
        if error is None:
            pause.end_if_key_was_refused(self.clock())
            return Received(row, stored, answer.body)
        pause.begin_if_needed(error, self.clock())
        error.row = row
        raise error


def _damage(answer: Answer, call: str) -> CallError | None:
    """What it means that a body is not whole."""
    if not answer.damage:
        return None
    told = f"{call}: the answer is not whole ({answer.damage}, {len(answer.body):,} bytes kept)"
    if answer.damage == "truncated":
        return Transient(f"{told}; it is not used", code="truncated")
    return UnusableAnswer(f"{told}; it is kept and not used", code=answer.damage)


class _Pace:
    """Lets callers through at no more than so many a second, evenly, and none of them in a burst.

    What lies between being let through and being sent takes longer for one call than for another, so that some would
    leave together: the provider counts any second.
    """

    def __init__(self, calls_per_second: float, sleep: Callable[[float], None]) -> None:
        self._gap = 1.0 / calls_per_second
        self._sleep = sleep
        self._next = 0.0
        self._sent: deque[float] = deque(maxlen=int(calls_per_second) if 1 <= calls_per_second < inf else 0)
        self._lock = threading.Lock()

    def wait(self) -> None:
        """Wait for one's turn."""
        with self._lock:
            now = time.monotonic()
            begin = max(now, self._next)
            self._next = begin + self._gap
        if begin > now:
            self._sleep(begin - now)

    def spread(self) -> None:
        """Wait, if only for moments, where the second before is full."""
        with self._lock:
            now = begin = time.monotonic()
            if self._sent.maxlen and len(self._sent) == self._sent.maxlen:
                begin = max(now, self._sent[0] + 1.0)
            self._sent.append(begin)
        if begin > now:
            self._sleep(begin - now)
