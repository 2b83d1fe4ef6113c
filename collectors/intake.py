"""Received answers into events and odds. What was received is read once, by whoever comes first; also after a crash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TypeVar

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from events.listings import note_listing
from events.models import Event
from odds.choices import Source
from odds.records import EventSnapshot, Problem

from . import ledger
from .choices import CallState, Endpoint
from .errors import UnreadablePayload, UnusableAnswer
from .failpoints import reach
from .gate import SANDBOX_KEY, Received
from .models import FetchLog, RawResponse
from .pipeline import IngestReport, ingest, ingest_events, ingest_scores
from .the_odds_api.endpoints import HISTORICAL, Call
from .the_odds_api.normaliser import read_event, read_listed_event, read_score
from .the_odds_api.payloads import decode_historical, split_events
from .the_odds_api.values import parse_time

log = structlog.get_logger(__name__)

# How often reading an answer is begun before it is left alone: it may be what kills the process.
READ_ATTEMPTS = 3

_T = TypeVar("_T")


def take_in(received: Received) -> IngestReport:
    """Read an answer into events and odds, once. Raises UnusableAnswer where it is none; its bytes stay."""
    row, stored = received.row, received.stored
    if not _begin(stored):
        return IngestReport()
    try:
        report = _read(row, stored, received.body)
    except UnreadablePayload as error:
        raise _park(row, stored, str(error)) from None
    log.info(
        "answer_stored",
        endpoint=row.endpoint,
        sport_key=row.sport_key,
        events=len(report.events),
        snapshots=report.snapshots,
        price_points=report.price_points,
        runs=report.runs,
        credits_charged=row.credits_charged,
        credits_remaining=row.api_quota_remaining,
        elapsed_ms=row.response_time_ms,
    )
    for problem in report.problems:
        log.warning("answer_flagged", kind=problem.kind, problem=problem.text)
    return report


def read_again() -> tuple[int, int]:
    """Read the answers once more that could not be read, after the reader was mended: how many could be, and not."""
    left_alone = RawResponse.objects.filter(normalised_at__isnull=True, damage="", call__http_status=200)
    tried = left_alone.exclude(problem="")
    ids = list(tried.order_by("pk").values_list("pk", flat=True))
    tried.update(problem="", attempts=0)
    read = read_pending(lambda row: True)
    return read, len(ids) - read


def read_pending(is_ours: Callable[[FetchLog], bool]) -> int:
    """Read the answers whose reading did not come to an end; return how many. Those that cannot be read are told."""
    pending = RawResponse.objects.filter(normalised_at__isnull=True, problem="").select_related("call").order_by("pk")
    read = 0
    for stored in pending:
        if not is_ours(stored.call):
            continue
        try:
            take_in(Received(stored.call, stored, ledger.body_of(stored)))
            read += 1
        except UnusableAnswer as error:
            log.error("answer_unusable", reason=str(error))
    return read


def _begin(stored: RawResponse) -> bool:
    """Count an attempt, durably; False where the answer has been read, or was begun too often."""
    mine = RawResponse.objects.filter(pk=stored.pk, normalised_at__isnull=True, problem="")
    if stored.attempts >= READ_ATTEMPTS:
        _park(stored.call, stored, f"reading it was begun {stored.attempts} times and never ended")
        return False
    return bool(mine.update(attempts=F("attempts") + 1))


@transaction.atomic
def _read(row: FetchLog, stored: RawResponse, body: bytes) -> IngestReport:
    """One transaction: all of the answer, or nothing of it."""
    locked = RawResponse.objects.select_for_update().get(pk=stored.pk)
    if locked.normalised_at is not None:
        return IngestReport()
    report, books = _ingest(row, stored.received_at, body)
    if row.account == SANDBOX_KEY:
        Event.objects.filter(api_id__in=report.events, is_sandbox=False).update(is_sandbox=True)
    reach("mid_commit")
    RawResponse.objects.filter(pk=stored.pk).update(normalised_at=Now())
    FetchLog.objects.filter(pk=row.pk).update(
        state=CallState.STORED, success=True, events_count=len(report.events), bookmakers_count=books
    )
    return report


def _ingest(row: FetchLog, received_at: datetime, body: bytes) -> tuple[IngestReport, int]:
    """What the answer brought, and of how many bookmakers."""
    endpoint = Endpoint(row.endpoint)
    if endpoint in HISTORICAL:
        body, received_at = _unwrapped(body)
    if endpoint in (Endpoint.EVENTS, Endpoint.HISTORICAL_EVENTS):
        listed, problems = _each(body, lambda event: read_listed_event(event, observed_at=received_at))
        report = ingest_events(listed)
        if endpoint is Endpoint.EVENTS:
            note_listing(row.sport_key, {event.api_id for event in listed}, received_at)
        return _told(report, problems), 0
    if endpoint is Endpoint.SCORES:
        scores, problems = _each(body, lambda event: read_score(event, observed_at=received_at))
        return _told(ingest_scores(scores), problems), 0
    if endpoint in (Endpoint.ODDS, Endpoint.EVENT_ODDS, Endpoint.HISTORICAL_ODDS, Endpoint.HISTORICAL_EVENT_ODDS):
        snapshots, problems = _each(body, _snapshot_reader(row, received_at))
        books = {key for snapshot in snapshots for key in snapshot.bookmakers}
        return _told(ingest(snapshots), problems), len(books)
    split_events(body)  # sports, participants, markets: kept as received, and known to be a list
    return IngestReport(), 0


def _unwrapped(body: bytes) -> tuple[bytes, datetime]:
    """The events of a historical answer, and the instant it is of: its own, not the date asked for."""
    wrapper = decode_historical(body)
    timestamp = parse_time(wrapper.timestamp)
    if timestamp is None:
        raise UnreadablePayload(f"timestamp {wrapper.timestamp!r} is no instant")
    return bytes(wrapper.data), timestamp


def _snapshot_reader(row: FetchLog, snapshot_time: datetime) -> Callable[[bytes], EventSnapshot]:
    call = Call(
        endpoint=Endpoint(row.endpoint), sport_key=row.sport_key, event_id=row.event_id, parameters=row.parameters
    )
    asked, source = call.asked, _source(row)
    return lambda event: read_event(event, snapshot_time=snapshot_time, asked=asked, source=source)


def _source(row: FetchLog) -> Source:
    if row.account == SANDBOX_KEY:
        return Source.SANDBOX
    return Source.HISTORICAL if row.endpoint in HISTORICAL else Source.LIVE


def _each(body: bytes, read: Callable[[bytes], _T]) -> tuple[list[_T], list[Problem]]:
    """All events of a body that can be read, and a problem for each that cannot."""
    good: list[_T] = []
    problems: list[Problem] = []
    for position, event in enumerate(split_events(body)):
        try:
            good.append(read(event))
        except UnreadablePayload as error:
            problems.append(Problem("unreadable", f"event {position}: {error}; left out"))
    if problems and not good:
        raise UnreadablePayload(problems[0].text)
    return good, problems


def _told(report: IngestReport, problems: list[Problem]) -> IngestReport:
    report.problems += problems
    return report


def _park(row: FetchLog, stored: RawResponse, reason: str) -> UnusableAnswer:
    """Leave an answer alone for good, with the reason in the ledger; its bytes stay."""
    told = f"{row.endpoint} {row.sport_key}: the answer cannot be read: {reason}; its bytes are kept, odds untouched"
    RawResponse.objects.filter(pk=stored.pk, normalised_at__isnull=True).update(problem=reason)
    FetchLog.objects.filter(pk=row.pk).update(state=CallState.FAILED, error_code="unreadable", error_message=told)
    error = UnusableAnswer(told, code="unreadable")
    error.row = row
    return error
