"""The writes that follow an event through its life."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from operator import attrgetter

import structlog
from django.db import transaction
from django.db.models.functions import Now

from .choices import EventStatus
from .lifecycle import UNRESOLVED_TOLD_FOR, Doubt, Known, doubt, status_at
from .locking import once_more
from .models import Event
from .results import shown

log = structlog.get_logger(__name__)

NO_RESULT = "no result"


@dataclass(slots=True)
class StatusReport:
    """What advancing the statuses changed, and the events that a person should look into: recent ones."""

    changed: list[tuple[Event, str]] = field(default_factory=list)  # with the status before
    vanished: list[Event] = field(default_factory=list)
    unresolved: list[Event] = field(default_factory=list)


@once_more
@transaction.atomic
def advance_statuses(now: datetime) -> StatusReport:
    """Bring the status of every event that is not at its end up to what is known at `now`."""
    report = _judge(now)
    for event, before in report.changed:
        log.info("event_status_changed", event_id=event.api_id, before=before, status=event.status)
    for event, _ in report.changed:
        event.updated_at = Now()
    Event.objects.bulk_update([event for event, _ in report.changed], ["status", "updated_at"])
    return report


@transaction.atomic
def status_report(now: datetime) -> StatusReport:
    """What advancing the statuses would change, and what is in doubt. Changes nothing."""
    return _judge(now)


def _judge(now: datetime) -> StatusReport:
    report = StatusReport()
    events = Event.objects.select_for_update(no_key=True).filter(status__in=[EventStatus.SCHEDULED, EventStatus.LIVE])
    # Locked in the order of ids, as everywhere: two writers that lock in different orders lock each other up.
    for event in sorted(events.order_by("id"), key=attrgetter("commence_time", "api_id")):
        known = _known(event)
        status = status_at(known, now)
        if status != event.status:
            report.changed.append((event, event.status))
            event.status = status
        unclear = doubt(known, now)
        if unclear is Doubt.VANISHED:
            report.vanished.append(event)
        elif unclear is Doubt.UNRESOLVED and event.commence_time > now - UNRESOLVED_TOLD_FOR:
            report.unresolved.append(event)
    return report


def set_status(event: Event, status: EventStatus) -> None:
    """Give an event a status by hand: no job changes it from then on."""
    Event.objects.filter(pk=event.pk).update(status=status, status_is_manual=True, updated_at=Now())
    log.info("event_status_set", event_id=event.api_id, before=event.status, status=status.value)


def automatic_status(event: Event, now: datetime) -> EventStatus:
    """The status that follows from what is known of an event, whatever a person has set."""
    return status_at(replace(_known_by_scores(event), status_is_manual=False), now)


def doubt_about(event: Event, now: datetime) -> Doubt | None:
    """What is unclear of an event; None if nothing."""
    is_open = event.status in (EventStatus.SCHEDULED, EventStatus.LIVE)
    return doubt(_known(event), now) if is_open else None


def status_told(event: Event, now: datetime) -> str:
    """Its status in a word, or `NO_RESULT` for a game that is long over, neither to come nor live, and has none."""
    return NO_RESULT if doubt_about(event, now) is Doubt.UNRESOLVED else str(event.status)


@transaction.atomic
def unset_status(event: Event, now: datetime) -> EventStatus:
    """Leave an event's status to the jobs again; return the one that follows from what is known."""
    event = Event.objects.select_for_update(no_key=True).get(pk=event.pk)
    event.status_is_manual = False
    event.status = status_at(_known_by_scores(event), now)
    event.save(update_fields=["status", "status_is_manual", "updated_at"])
    return EventStatus(event.status)


def _known(event: Event) -> Known:
    return Known(
        status=EventStatus(event.status),
        status_is_manual=event.status_is_manual,
        commence_time=event.commence_time,
        missed_listings=event.missed_listings,
        missing_since=event.missing_since,
        completed=event.completed_at is not None,
        has_score=event.home_score is not None,
    )


def _known_by_scores(event: Event) -> Known:
    """The same where the provider never called the game over, but an import did: that is told by its scores alone."""
    scores = list(event.scores.all())
    is_final = bool(scores) and shown(scores).completed
    return replace(_known(event), completed=event.completed_at is not None or is_final)
