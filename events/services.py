"""The writes of this app."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import QuerySet
from msgspec.structs import replace

from .choices import EventStatus
from .models import Event, EventScore
from .records import EventRecord, ScoreRecord

# What later answers change, or fill in, of an event.
_FACTS = ("sport_title", "home_team", "away_team", "commence_time", "observed_at")


@transaction.atomic(savepoint=False)
def upsert_events(records: Collection[EventRecord]) -> dict[str, Event]:
    """Insert events not known yet, bring the others up to the newest record, and return all by the provider's id.

    Their rows stay locked until the transaction ends. Sport and teams are those first stored: see `contradictions`.
    The outcome is the same in whatever order records arrive.
    """
    newest: dict[str, EventRecord] = {}
    for record in records:
        known = newest.get(record.api_id)
        newest[record.api_id] = record if known is None else _newer(known, record)
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
    seen = (record.sport_key, record.home_team or event.home_team, record.away_team or event.away_team)
    if stored == seen:
        return None
    what = "its teams swapped" if stored == (seen[0], seen[2], seen[1]) else "as another game"
    return f"event {event.api_id} came back {what}: stored {stored}, seen {seen}; the stored names stay"


@transaction.atomic
def record_scores(records: Sequence[ScoreRecord]) -> tuple[dict[str, Event], int]:
    """Keep every score observed and show the newest on its event.

    Returns the events by the provider's id, and how many scores were new. Of two scores at one instant the further one
    stays, whichever came first.
    """
    events = upsert_events([record.event for record in records])
    kept = {(score.event_id, score.observed_at): score for score in _scores_of(events.values())}
    new: dict[tuple[int, datetime], EventScore] = {}
    for record in records:
        if record.home_score is None:
            continue
        score = _new_score(events[record.event.api_id], record)
        key = score.event_id, score.observed_at
        before = new.get(key) or kept.get(key)
        if before is None or _progress(score) > _progress(before):
            new[key] = score
    EventScore.objects.bulk_create(
        new.values(),
        update_conflicts=True,
        unique_fields=["event", "observed_at"],
        update_fields=["completed", "home_score", "away_score", "last_update"],
    )
    changed = {event_id for event_id, _ in new}
    _show_results([event for event in events.values() if event.pk in changed])
    return events, len(new.keys() - kept.keys())


def _scores_of(events: Iterable[Event]) -> QuerySet[EventScore]:
    return EventScore.objects.filter(event__in=list(events)).order_by("event_id", "observed_at")


def _progress(score: EventScore) -> tuple[bool, int, int]:
    return score.completed, score.home_score or 0, score.away_score or 0


def _show_results(events: Sequence[Event]) -> None:
    """Set result and status from the scores kept. A status set by a person stays."""
    scores = {event_id: list(group) for event_id, group in groupby(_scores_of(events), key=attrgetter("event_id"))}
    for event in events:
        newest = scores[event.pk][-1]
        event.home_score, event.away_score = newest.home_score, newest.away_score
        event.completed_at = _first_completed(scores[event.pk]) if newest.completed else None
        if not event.status_is_manual:
            event.status = EventStatus.FINAL if newest.completed else EventStatus.LIVE
    Event.objects.bulk_update(events, ["home_score", "away_score", "completed_at", "status"])


def _first_completed(scores: Sequence[EventScore]) -> datetime | None:
    return next((score.last_update or score.observed_at for score in scores if score.completed), None)


def _locked(api_ids: Collection[str]) -> dict[str, Event]:
    # In the order of ids, so that two writers with some of the same events wait for each other instead of locking up.
    # Their keys never change, so that rows which only refer to them (entries of the quality log) need not wait.
    rows = Event.objects.select_for_update(no_key=True).filter(api_id__in=list(api_ids)).order_by("id")
    return {event.api_id: event for event in rows}


def _newness(record: EventRecord) -> tuple[datetime, datetime]:
    return record.observed_at, record.commence_time


def _newer(one: EventRecord, other: EventRecord) -> EventRecord:
    """The newer of two records of one event, with the names of either where it has none itself."""
    older, newer = (one, other) if _newness(one) < _newness(other) else (other, one)
    if newer.home_team and newer.away_team and newer.sport_title >= older.sport_title:
        return newer
    return replace(
        newer,
        sport_title=max(older.sport_title, newer.sport_title),
        home_team=newer.home_team or older.home_team,
        away_team=newer.away_team or older.away_team,
    )


def _bring_up_to(event: Event, record: EventRecord) -> bool:
    """Whether the event had to change. Titles are whichever sorts last: a rule that knows no order of arrival."""
    before = [getattr(event, name) for name in _FACTS]
    event.sport_title = max(event.sport_title, record.sport_title)
    event.home_team = event.home_team or record.home_team
    event.away_team = event.away_team or record.away_team
    if _newness(record) > (event.observed_at, event.commence_time):
        event.observed_at, event.commence_time = _newness(record)
    return before != [getattr(event, name) for name in _FACTS]


def _write_facts(events: Sequence[Event]) -> None:
    """One statement for all; bulk_update would take longer to write than PostgreSQL to carry out."""
    sql = """
        UPDATE events_event AS event SET sport_title = fact.sport_title, home_team = fact.home_team,
            away_team = fact.away_team, commence_time = fact.commence_time, observed_at = fact.observed_at,
            updated_at = now()
        FROM unnest(%s::int[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::timestamptz[])
            AS fact (id, sport_title, home_team, away_team, commence_time, observed_at)
        WHERE event.id = fact.id
    """
    if events:
        columns = [[getattr(event, name) for event in events] for name in ("id", *_FACTS)]
        with connection.cursor() as cursor:
            cursor.execute(sql, columns)


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
