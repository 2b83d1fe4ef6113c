"""What is done first after a crash: no received answer is lost, none is bought again, every credit is accounted for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

from . import ledger
from .choices import TickState
from .errors import CallError
from .gate import Gate
from .holder import is_running, living
from .intake import read_pending
from .models import FetchLog, JobTick

log = structlog.get_logger(__name__)


# The advisory lock of the one that recovers.
RECOVERY = "recovery"


@dataclass(slots=True)
class RecoveryReport:
    """What dead processes had left behind."""

    drained: int = 0  # answers from the spool
    read: int = 0  # answers stored as bytes and not read
    released: int = 0  # calls that were never sent
    unknown: int = 0  # calls that were on their way
    orphaned: int = 0  # answers of calls that this ledger does not know: left in the spool
    interrupted: int = 0  # ticks

    def __bool__(self) -> bool:
        return any((self.drained, self.read, self.released, self.unknown, self.orphaned, self.interrupted))


def recover(gate: Gate) -> RecoveryReport:
    """Bring to an end what dead processes had begun: answers first, then calls without one, then ticks.

    One process at a time; where another is at it, there is nothing to do here.
    """
    report = RecoveryReport()
    if gate.holder.take(RECOVERY):
        try:
            _recover(gate, report)
        finally:
            gate.holder.leave(RECOVERY)
    if report:
        log.warning("recovered", **{name: getattr(report, name) for name in RecoveryReport.__slots__})
    return report


def _recover(gate: Gate, report: RecoveryReport) -> None:
    alive = living()
    _drain(gate, alive, report)
    for row in FetchLog.objects.open().exclude(holder__in=alive):
        was_sent = row.state == "sent"
        ledger.abandon(row)
        report.unknown += was_sent
        report.released += not was_sent
    report.read = read_pending(lambda row: row.holder not in alive)
    _close_ticks(gate.clock(), report)
    _remove_drafts(gate, alive)


def _drain(gate: Gate, alive: set[int], report: RecoveryReport) -> None:
    for spooled in gate.spool.waiting():
        row = FetchLog.objects.filter(request_id=spooled.request_id).first()
        if row is None:
            report.orphaned += 1
            continue
        if row.holder in alive:
            continue  # its process is about to store it
        try:
            gate.settle(row, spooled, call=row.endpoint)
        except CallError as error:
            log.warning("call_failed", reason=str(error), code=error.code, recovered=True)
        report.drained += 1


def _close_ticks(now: datetime, report: RecoveryReport) -> None:
    """Ticks that nobody works at any more. They are not run again: the next one comes."""
    for tick in JobTick.objects.filter(state=TickState.RUNNING):
        if is_running(tick.lock_name):
            continue
        report.interrupted += JobTick.objects.filter(pk=tick.pk, state=TickState.RUNNING).update(
            state=TickState.INTERRUPTED, finished_at=max(now, tick.started_at), outcome="its process ended"
        )


def _remove_drafts(gate: Gate, alive: set[int]) -> None:
    """Free the places that dead processes had set aside."""
    for draft in gate.spool.drafts():
        row = FetchLog.objects.filter(request_id=UUID(draft.stem)).first()
        died = alive <= {gate.holder.number} if row is None else row.holder not in alive
        if died:
            draft.unlink(missing_ok=True)
