"""What is done first after a crash: no received answer is lost, none is bought again, every credit is accounted for."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError

from . import ledger
from .choices import CallState, TickState
from .errors import CallError
from .gate import Gate
from .holder import is_running, living
from .intake import read_pending
from .models import FetchLog, JobTick
from .spool import Spooled

log = structlog.get_logger(__name__)

# The advisory lock of the one that recovers.
RECOVERY = "recovery"
# Seconds after which no call is under way any more: three tries with their waits take less.
DRAFT_KEPT = 600.0


@dataclass(slots=True)
class RecoveryReport:
    """What dead processes had left behind."""

    drained: int = 0  # answers from the spool
    read: int = 0  # answers stored as bytes and not read
    released: int = 0  # calls that were never sent
    unknown: int = 0  # calls that were on their way
    orphaned: int = 0  # answers of calls that this ledger does not know: set apart
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
    _drain(gate, report)
    # Who lives is asked after the calls were listed: a process takes its lock before it reserves its first call.
    calls = list(FetchLog.objects.open())
    alive = living()
    for row in calls:
        if row.holder not in alive:
            ledger.abandon(row, gate.clock())
            report.unknown += row.state == CallState.SENT
            report.released += row.state == CallState.RESERVED
    report.read = read_pending(lambda row: row.holder not in alive)
    _close_ticks(gate.clock(), report)
    _remove_drafts(gate)


def _drain(gate: Gate, report: RecoveryReport) -> None:
    waiting = list(gate.spool.waiting())
    alive = living()
    for spooled in waiting:
        row = FetchLog.objects.filter(request_id=spooled.request_id).first()
        if row is None:
            log.error("answer_set_apart", file=spooled.path.name, reason="the ledger does not know its call")
            gate.spool.set_apart(spooled.path)
            report.orphaned += 1
        elif row.holder not in alive:  # else its process is about to store it
            report.drained += _settle(gate, row, spooled)


def _settle(gate: Gate, row: FetchLog, spooled: Spooled) -> bool:
    """Whether the ledger has the answer now. One that it cannot take is set apart, and holds up no other."""
    try:
        gate.settle(row, spooled, call=row.endpoint)
    except CallError as error:
        log.warning("call_failed", reason=str(error), code=error.code, recovered=True)
    except (OperationalError, InterfaceError):
        raise  # the database is away again: the answer waits
    except Exception:
        log.exception("answer_set_apart", file=spooled.path.name)
        gate.spool.set_apart(spooled.path)
        return False
    return True


def _close_ticks(now: datetime, report: RecoveryReport) -> None:
    """Ticks that nobody works at any more. They are not run again: the next one comes."""
    for tick in JobTick.objects.filter(state=TickState.RUNNING):
        if is_running(tick.lock_name):
            continue
        report.interrupted += JobTick.objects.filter(pk=tick.pk, state=TickState.RUNNING).update(
            state=TickState.INTERRUPTED, finished_at=max(now, tick.started_at), outcome="its process ended"
        )


def _remove_drafts(gate: Gate) -> None:
    """Free the places that dead processes had set aside. A call under way is never as old."""
    old = [draft for draft in gate.spool.drafts() if _age(draft) > DRAFT_KEPT]
    alive = living()
    for draft in old:
        row = FetchLog.objects.filter(request_id=_request_id(draft)).first()
        if row is None or row.holder not in alive:
            draft.unlink(missing_ok=True)


def _age(draft: Path) -> float:
    """Seconds since it was made, by the file system's clock; 0 for one that has gone."""
    try:
        return time.time() - draft.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _request_id(draft: Path) -> UUID:
    """The call that a place is for; of a file that is none of ours, an id that no call has."""
    try:
        return UUID(draft.stem)
    except ValueError:
        return UUID(int=0)
