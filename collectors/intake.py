"""Received answers into events and odds. What was received is read once, by whoever comes first; also after a crash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Now

from events.listings import note_listing
from events.locking import once_more
from events.models import Event
from odds.choices import Source
from quality.alerts.entries import tell_new_entries

from . import ledger
from .choices import CallState, Endpoint
from .errors import UnreadablePayload, UnusableAnswer
from .failpoints import reach
from .gate import SANDBOX_KEY, Received
from .models import FetchLog, RawResponse
from .observations import observe_answer
from .pipeline import ARCHIVED, REFUSED, IngestReport, ingest_events, ingest_piecemeal, ingest_scores
from .the_odds_api.contents import Contents, read_contents
from .the_odds_api.endpoints import HISTORICAL, Call

log = structlog.get_logger(__name__)

# How often reading an answer is begun before it is left alone: it may be what kills the process.
READ_ATTEMPTS = 3
# What only storing an answer shows of it.
OF_STORING = frozenset({REFUSED, "conflicting_answers"})


@dataclass(frozen=True, slots=True)
class _Opened:
    """An answer whose contents have been read and are to be stored."""

    row: FetchLog
    call: Call
    contents: Contents


def take_in(received: Received) -> IngestReport:
    """Read an answer into events and odds, once. Raises UnusableAnswer where it is none; its bytes stay."""
    opened = _open(received)
    return IngestReport() if opened is None else _store([opened])


def take_in_all(answers: Sequence[Received]) -> IngestReport:
    """The same for several in one transaction, which costs far less than one for each. The unusable ones are told."""
    opened = []
    for received in answers:
        try:
            opened.append(_open(received))
        except UnusableAnswer as error:
            log.error("answer_unusable", reason=str(error))
    return _store([each for each in opened if each is not None])


def read_again() -> tuple[int, int]:
    """Read the answers once more that could not be read, after the reader was mended: how many could be, and not."""
    left_alone = RawResponse.objects.filter(normalised_at__isnull=True, damage="", call__http_status=200)
    tried = left_alone.exclude(problem="")
    ids = list(tried.values_list("pk", flat=True))
    tried.update(problem="", attempts=0)
    read_pending(lambda row: True)
    read = RawResponse.objects.filter(pk__in=ids, normalised_at__isnull=False).count()
    return read, len(ids) - read


def read_pending(is_ours: Callable[[FetchLog], bool]) -> int:
    """Read the answers whose reading did not come to an end; return how many. Those that cannot be read are told."""
    pending = RawResponse.objects.filter(normalised_at__isnull=True, problem="").select_related("call").order_by("pk")
    tried = [stored for stored in pending if is_ours(stored.call)]
    for stored in tried:
        try:
            take_in(Received(stored.call, stored, ledger.body_of(stored)))
        except UnusableAnswer as error:
            log.error("answer_unusable", reason=str(error))
        except (OperationalError, InterfaceError):
            raise
        except Exception:  # it is tried again, and left alone after some times; it holds up no other
            log.exception("answer_not_read", endpoint=stored.call.endpoint, request_id=str(stored.call.request_id))
    ids = [stored.pk for stored in tried]
    return RawResponse.objects.filter(pk__in=ids, normalised_at__isnull=False).count()


def _open(received: Received) -> _Opened | None:
    """The contents of an answer; None where it has been read, or was begun too often."""
    row, stored = received.row, received.stored
    if stored.attempts >= READ_ATTEMPTS:
        _park(row, stored, f"reading it was begun {stored.attempts} times and never ended")
        return None
    mine = RawResponse.objects.filter(pk=stored.pk, normalised_at__isnull=True, problem="")
    if not mine.update(attempts=F("attempts") + 1):
        return None
    call = Call(
        endpoint=Endpoint(row.endpoint), sport_key=row.sport_key, event_id=row.event_id, parameters=row.parameters
    )
    try:
        contents = read_contents(call, received.body, received_at=stored.received_at, source=_source(row))
    except UnreadablePayload as error:
        raise _park(row, stored, str(error)) from None
    return _Opened(row, call, contents)


def _source(row: FetchLog) -> Source:
    if row.account == SANDBOX_KEY:
        return Source.SANDBOX
    return Source.HISTORICAL if row.endpoint in HISTORICAL else Source.LIVE


@once_more
@transaction.atomic
def _store(opened: Sequence[_Opened]) -> IngestReport:
    """All of these answers, or nothing of them."""
    unread = RawResponse.objects.filter(call__in=[each.row.pk for each in opened], normalised_at__isnull=True)
    waiting = set(unread.select_for_update().order_by("pk").values_list("call_id", flat=True))
    opened = [each for each in opened if each.row.pk in waiting]
    report = ingest_events([event for each in opened for event in each.contents.events])
    report.add(ingest_piecemeal([snapshot for each in opened for snapshot in each.contents.snapshots]))
    report.add(ingest_scores([score for each in opened for score in each.contents.scores]))
    _mark_as_made_up([each.contents for each in opened if each.row.account == SANDBOX_KEY])
    for each in opened:
        of_storing = [problem for problem in report.problems if problem.kind in OF_STORING]
        report.entries += observe_answer(each.row, each.call, each.contents, of_storing)
        report.problems += each.contents.problems
        _note(each)
    tell_new_entries(report.entries, of_sandbox=any(each.row.account == SANDBOX_KEY for each in opened))
    reach("mid_commit")
    held = _hold(opened, report)
    RawResponse.objects.filter(call__in=waiting - held).update(normalised_at=Now())
    for problem in report.problems:
        log.debug("answer_flagged", kind=problem.kind, problem=problem.text)
    return report


def _hold(opened: Sequence[_Opened], report: IngestReport) -> set[int]:
    """Keep the answers of which something could not be stored for want of archived ones, to be read again after those
    are back; return their calls. What could be stored of them is."""
    held = {each.row.pk for each in opened if not report.archived.isdisjoint(each.contents.event_ids)}
    if held:
        told = "; ".join(problem.text for problem in report.problems if problem.kind == ARCHIVED)
        log.warning("answer_held_back", reason=told)
        RawResponse.objects.filter(call__in=held).update(problem=f"{told}, then run read_answers")
    return held


def _mark_as_made_up(of_sandbox: Sequence[Contents]) -> None:
    ids = {event_id for contents in of_sandbox for event_id in contents.event_ids}
    if ids:
        Event.objects.filter(api_id__in=ids, is_sandbox=False).update(is_sandbox=True)


def _note(each: _Opened) -> None:
    """What follows from an answer beside its contents."""
    row, ids = each.row, each.contents.event_ids
    if row.endpoint == Endpoint.EVENTS and not each.contents.problems:  # an event that cannot be read is not missing
        note_listing(row.sport_key, ids, each.contents.at)
    books = len(each.contents.bookmakers)
    FetchLog.objects.filter(pk=row.pk).update(
        state=CallState.STORED,
        success=True,
        error_code="",
        error_message="",
        events_count=len(ids),
        bookmakers_count=books,
    )
    log.info(
        "answer_stored",
        endpoint=row.endpoint,
        sport_key=row.sport_key,
        events=len(ids),
        bookmakers=books,
        credits_charged=row.credits_charged,
        credits_remaining=row.api_quota_remaining,
        elapsed_ms=row.response_time_ms,
    )


def _park(row: FetchLog, stored: RawResponse, reason: str) -> UnusableAnswer:
    """Leave an answer alone for good, with the reason in the ledger; its bytes stay."""
    told = f"{row.endpoint} {row.sport_key}: the answer cannot be read: {reason}; its bytes are kept, odds untouched"
    RawResponse.objects.filter(pk=stored.pk, normalised_at__isnull=True).update(problem=reason)
    FetchLog.objects.filter(pk=row.pk).update(state=CallState.FAILED, error_code="unreadable", error_message=told)
    error = UnusableAnswer(told, code="unreadable")
    error.row = row
    return error
