"""The writes of this app."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import connection, transaction

from .choices import EventStatus
from .models import Event, EventScore
from .records import EventRecord, ScoreRecord


@transaction.atomic(savepoint=False)
def upsert_events(records: Collection[EventRecord]) -> dict[str, Event]:
    """Insert events not known yet, bring the others up to the newest record, and return all by the provider's id.

    Their rows stay locked until the transaction ends. Sport and teams are those first stored: see `contradictions`.
    The outcome is the same in whatever order records arrive.
    """
    newest: dict[str, EventRecord] = {}
    for record in records:
        known = newest.get(record.api_id)
        if known is None or _newness(record) > _newness(known):
            newest[record.api_id] = record
    events = _locked(newest)
    missing = [_new_event(newest[api_id]) for api_id in sorted(newest.keys() - events.keys())]
    if missing:
        Event.objects.bulk_create(missing, ignore_conflicts=True)
        events = _locked(newest)
    _write_facts([event for api_id, event in events.items() if _bring_up_to(event, newest[api_id])])
    return events


def contradictions(event: Event, record: EventRecord) -> str | None:
    """A line if the record gives a known id to another game; the event keeps its names then. None if all is well."""
    stored = (event.sport_key, event.home_team, event.away_team)
    seen = (record.sport_key, record.home_team, record.away_team)
    if stored == seen:
        return None
    what = "its teams swapped" if stored == (seen[0], seen[2], seen[1]) else "as another game"
    return f"event {event.api_id} came back {what}: stored {stored}, seen {seen}; the stored names stay"


def record_scores(records: Sequence[ScoreRecord]) -> dict[str, Event]:
    """Keep every score observed, show the newest on its event, and return the events by the provider's id."""
    with transaction.atomic():
        events = upsert_events([record.event for record in records])
        EventScore.objects.bulk_create(
            [_new_score(events[record.event.api_id], record) for record in records if record.home_score is not None],
            ignore_conflicts=True,
        )
        for event in events.values():
            show_result(event)
    return events


def show_result(event: Event) -> None:
    """Set result and status from the scores kept. A status set by a person stays."""
    scores = list(event.scores.order_by("observed_at"))
    if not scores:
        return
    newest = scores[-1]
    event.home_score, event.away_score = newest.home_score, newest.away_score
    event.completed_at = _first_completed(scores) if newest.completed else None
    if not event.status_is_manual:
        event.status = EventStatus.FINAL if newest.completed else EventStatus.LIVE
    event.save(update_fields=["home_score", "away_score", "completed_at", "status", "updated_at"])


def _first_completed(scores: Sequence[EventScore]) -> datetime | None:
    return next((score.last_update or score.observed_at for score in scores if score.completed), None)


def _locked(api_ids: Collection[str]) -> dict[str, Event]:
    # In the order of ids, so that two writers with some of the same events wait for each other instead of locking up.
    rows = Event.objects.select_for_update().filter(api_id__in=list(api_ids)).order_by("id")
    return {event.api_id: event for event in rows}


def _newness(record: EventRecord) -> tuple[datetime, datetime]:
    return record.observed_at, record.commence_time


def _bring_up_to(event: Event, record: EventRecord) -> bool:
    newer = _newness(record) > (event.observed_at, event.commence_time)
    if not newer and (event.sport_title or not record.sport_title):
        return False
    event.sport_title = record.sport_title or event.sport_title
    if newer:
        event.observed_at, event.commence_time = _newness(record)
    return True


def _write_facts(events: Sequence[Event]) -> None:
    """One statement for all; bulk_update would take longer to write than PostgreSQL to carry out."""
    sql = """
        UPDATE events_event AS event SET sport_title = fact.sport_title, commence_time = fact.commence_time,
            observed_at = fact.observed_at, updated_at = now()
        FROM unnest(%s::int[], %s::text[], %s::timestamptz[], %s::timestamptz[])
            AS fact (id, sport_title, commence_time, observed_at)
        WHERE event.id = fact.id
    """
    facts = [(event.id, event.sport_title, event.commence_time, event.observed_at) for event in events]
    if facts:
        with connection.cursor() as cursor:
            cursor.execute(sql, [list(column) for column in zip(*facts, strict=True)])


def _new_event(record: EventRecord) -> Event:
    return Event(
        api_id=record.api_id,
        sport_key=record.sport_key,
        sport_title=record.sport_title,
        commence_time=record.commence_time,
        home_team=record.home_team,
        away_team=record.away_team,
        observed_at=record.observed_at,
    )


def _new_score(event: Event, record: ScoreRecord) -> EventScore:
    return EventScore(
        event=event,
        observed_at=record.event.observed_at,
        completed=record.completed,
        home_score=record.home_score,
        away_score=record.away_score,
        last_update=record.last_update,
    )
