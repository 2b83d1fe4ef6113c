"""The runner: buys what is planned, several calls at once, and stores the answers in order of time.

What came late would have its whole event derived anew, so answers wait for those before them. An item is taken before
its call and written once its answer is read; one that was under way at a kill is settled from the ledger.
"""

from __future__ import annotations

import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

import structlog
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from ..choices import Endpoint, ItemState, Purpose
from ..errors import (
    CallRefused,
    CollectorError,
    NotNow,
    Refused,
    Transient,
    UnusableAnswer,
)
from ..gate import Gate, Received
from ..intake import take_in_all
from ..models import BackfillItem, BackfillRun, RawResponse
from ..outlook import collector_state
from . import items
from .cover import Answered, Grid

log = structlog.get_logger(__name__)

# Calls under way at once: an answer from another continent takes a while, and the rate is limited elsewhere.
WORKERS = 16
# Seconds; Python's own is 5 ms.
SWITCH_INTERVAL = 0.001
# So many items without an answer, one after another: the provider is away, and so are the credits of trying on.
GIVE_UP_AFTER = 5
# So many answers are stored in one transaction, which costs as much as four of them, and so many items are taken ahead
# of being asked for.
BATCH, AHEAD = 16, 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come."""

    done: int  # items
    total: int
    credits_charged: int
    credits_remaining: int | None  # None: no answer has told


@dataclass(slots=True)
class Bought:
    """What came of buying. `stopped` says why it ended early; "" if nothing is left."""

    calls: int = 0
    credits: int = 0
    price_points: int = 0
    unavailable: int = 0
    failed: int = 0
    skipped: int = 0
    remaining: int | None = None
    stopped: str = ""
    failures: list[str] = field(default_factory=list)

    def add(self, other: Bought) -> None:
        """What came of buying on."""
        for name in ("calls", "credits", "price_points", "unavailable", "failed", "skipped"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.remaining = self.remaining if other.remaining is None else other.remaining
        self.stopped = other.stopped
        self.failures += other.failures


class Runner:
    """Buys the items of one run; `stop` may be set from a signal handler to end after the calls under way."""

    def __init__(
        self,
        gate: Gate,
        run: BackfillRun,
        *,
        stop: threading.Event,
        advance: Callable[[Progress], object] = lambda progress: None,
    ) -> None:
        self._gate, self._run, self._stop, self._advance = gate, run, stop, advance
        self._bought = Bought()
        self._answered: list[Answered] = []
        self._left: deque[int] = deque()  # ids of items not taken yet
        self._taken: deque[BackfillItem] = deque()
        self._total = 0
        self._in_vain = 0  # items in a row
        self._done = 0  # items

    def buy(self) -> Bought:
        """Buy what is left of the run, by whoever holds the lock of backfills."""
        self._left.extend(items.to_buy(self._run).values_list("pk", flat=True))
        self._total = len(self._left)
        if self._total:
            self._tell()  # at once: the first answers are seconds away
        with _prompt_threads(), _workers() as workers:
            try:
                self._work_off(workers)
            except BaseException:
                self._stop.set()  # nothing more is to be bought
                raise
        return self._bought

    def _work_off(self, workers: ThreadPoolExecutor) -> None:
        """Keep calls under way, and store what has come, in order, until nothing is left or something ends it."""
        live_need = collector_state().live_need
        waiting: deque[tuple[BackfillItem, Future[Received]]] = deque()
        while True:
            while len(waiting) < AHEAD and (item := self._next()) is not None:
                waiting.append((item, workers.submit(self._call, item, live_need)))
            if not waiting:
                break
            together = min(BATCH, len(waiting))
            wait([future for _, future in islice(waiting, together)])
            self._take_in([waiting.popleft() for _ in range(together)])
        items.give_back(self._taken, self._gate.terms.account)

    def _next(self) -> BackfillItem | None:
        """The next item to buy, taken together with some after it; None where there is none, or the run ends."""
        while not self._ends:
            if not self._taken:
                if not self._left:
                    return None
                self._taken.extend(items.claim([self._left.popleft() for _ in range(min(AHEAD, len(self._left)))]))
                continue
            item = self._taken.popleft()
            if not self._is_known(item):
                return item
        return None

    @property
    def _ends(self) -> bool:
        if self._stop.is_set() and not self._bought.stopped:
            self._bought.stopped = "by hand"
        return bool(self._bought.stopped)

    def _is_known(self, item: BackfillItem) -> bool:
        """Whether an answer of this run is the answer to this item too: then it is not bought."""
        if item.endpoint != Endpoint.HISTORICAL_ODDS:
            return False
        span = Grid(self._answered[-2:]).span(item.requested_at)
        if span is None:
            return False
        item.state, item.charged, item.answered_at, item.next_at = ItemState.SKIPPED_EXISTING, 0, span.at, span.until
        item.note = "the answer before it holds it too"
        items.write([item])
        self._bought.skipped += 1
        return True

    def _call(self, item: BackfillItem, live_need: int) -> Received:
        if self._stop.is_set() or self._bought.stopped:
            raise NotNow("ended before it was sent")
        return self._gate.call(
            items.call_of(item), Purpose.BACKFILL, tick=item.requested_at, live_need=live_need, tried=item.attempts
        )

    def _take_in(self, ready: Sequence[tuple[BackfillItem, Future[Received]]]) -> None:
        """Store what these calls brought."""
        self._done += len(ready)
        answered = []
        for item, future in ready:
            try:
                answered.append((item, future.result()))
                self._in_vain = 0
            except CollectorError as error:
                self._note(item, error)
        items.received([item for item, _ in answered])
        report = take_in_all([got for _, got in answered])
        # A crash before they are written does no harm: the ledger knows that their answers were read.
        left = RawResponse.objects.filter(call__in=[got.row.pk for _, got in answered], normalised_at__isnull=True)
        unread = dict(left.values_list("call_id", "problem"))
        kept = [items.keep(item, got.row, got.body, problem=unread.get(got.row.pk)) for item, got in answered]
        items.write(kept)
        self._bought.price_points += report.price_points
        self._count(kept, [got for _, got in answered])

    def _count(self, kept: Sequence[BackfillItem], answers: Sequence[Received]) -> None:
        bought = self._bought
        for item, got in zip(kept, answers, strict=True):
            bought.calls += 1
            bought.credits += got.row.credits_charged or 0
            bought.remaining = got.row.api_quota_remaining
            bought.failed += item.state is ItemState.PARKED
            if item.endpoint == Endpoint.HISTORICAL_ODDS and item.answered_at and item.next_at:
                self._answered.append(Answered(item.answered_at, item.next_at))
        self._tell()

    def _tell(self) -> None:
        self._advance(
            Progress(
                done=self._done + self._bought.skipped,
                total=self._total,
                credits_charged=self._bought.credits,
                credits_remaining=self._bought.remaining,
            )
        )

    def _note(self, item: BackfillItem, error: CollectorError) -> None:
        """What a call that brought nothing means for its item, and for the run."""
        row = getattr(error, "row", None)
        if isinstance(error, CallRefused):
            items.end(item, ItemState.UNAVAILABLE, str(error), row)
            self._bought.unavailable += 1
        elif isinstance(error, UnusableAnswer):
            items.end(item, ItemState.PARKED, str(error), row)
            self._bought.failed += 1
        elif isinstance(error, Transient):
            unknown = row is not None and row.credits_charged is None
            items.end(item, ItemState.UNKNOWN if unknown else ItemState.FAILED, str(error), row)
            self._bought.failed += 1
            self._in_vain += 1
            if self._in_vain >= GIVE_UP_AFTER and not self._bought.stopped:
                self._bought.stopped = f"{GIVE_UP_AFTER} purchases in a row failed: {error}"
        else:
            items.settle_by_ledger([item], self._gate.terms.account, self._gate.terms.quota)
            if isinstance(error, Refused | NotNow) and not self._bought.stopped:
                self._bought.stopped = str(error)
            return
        self._bought.failures.append(str(error))
        log.warning("item_failed", item=str(item), reason=str(error))


@contextmanager
def _prompt_threads() -> Iterator[None]:
    """Have Python turn from thread to thread oftener: calls would else leave in bursts while answers are stored."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL)
    try:
        yield
    finally:
        sys.setswitchinterval(before)


@contextmanager
def _workers() -> Iterator[ThreadPoolExecutor]:
    """Threads whose database connections are closed with them."""
    opened: list[BaseDatabaseWrapper] = []

    def remember() -> None:
        mine = connections[DEFAULT_DB_ALIAS]
        mine.inc_thread_sharing()
        opened.append(mine)

    try:
        with ThreadPoolExecutor(WORKERS, initializer=remember) as workers:
            yield workers
    finally:
        for mine in opened:
            mine.close()
