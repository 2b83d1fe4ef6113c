"""The writes of this app."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db import transaction
from msgspec.structs import replace

from . import rows
from .choices import EventStatus
from .locking import once_more
from .models import Event, EventScore
from .records import EventRecord, ScoreRecord
from .results import completed_at, progress, said, shown

# What later answers change, or fill in, of an event, and what scores do; with their types in PostgreSQL.
_NAMES = {"sport_title": "text", "home_team": "text", "away_team": "text"}
_FACTS = {**_NAMES, "commence_time": "timestamptz", "observed_at": "timestamptz"}
_RESULT = {"home_score": "int", "away_score": "int", "completed_at": "timestamptz", "status": "text"}


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
    events = rows.locked_by_id(newest)
    missing = [_new_event(newest[api_id]) for api_id in sorted(newest.keys() - events.keys())]
    if missing:
        Event.objects.bulk_create(missing, ignore_conflicts=True)
        events = rows.locked_by_id(newest)
    rows.write([event for api_id, event in events.items() if _bring_up_to(event, newest[api_id])], _FACTS)
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
    """Keep every score that the provider gave, and show the results that follow.

    Returns the events by the provider's id, and how many scores were new. Of two scores at one instant the further one
    stays, whichever came first.
    """
    events = upsert_events([record.event for record in records])
    stored = EventScore.objects.filter(event__in=list(events.values()), origin="")
    kept = {(score.event_id, score.observed_at): score for score in stored}
    new: dict[tuple[int, datetime], EventScore] = {}
    for record in records:
        if record.home_score is None:
            continue
        score = _new_score(events[record.event.api_id], record)
        key = score.event_id, score.observed_at
        before = new.get(key) or kept.get(key)
        if before is None or progress(score) > progress(before):
            new[key] = score
    _keep_scores(new.values())
    changed = {event_id for event_id, _ in new}
    _show_results([event for event in events.values() if event.pk in changed])
    return events, len(new.keys() - kept.keys())


class Result(NamedTuple):
    """How a game ended, as somebody other than the provider has it: a score, or that it was called off."""

    event: Event
    home_score: int | None
    away_score: int | None
    completed: bool = True
    status: EventStatus | None = None  # of a game without a score: postponed or cancelled


@dataclass(slots=True)
class ResultCounts:
    """What became of results, by what was shown of their events before and is shown now."""

    new: int = 0  # nothing was shown
    corrected: int = 0  # something else was
    unchanged: int = 0  # the same was
    outranked: int = 0  # something else was and is, of more trust or newer; or a status that stays

    def count(self, given: EventScore, before: EventScore | None, after: EventScore) -> None:
        if said(after) != said(given):
            self.outranked += 1
        elif before is None:
            self.new += 1
        elif said(before) != said(given):
            self.corrected += 1
        else:
            self.unchanged += 1


@once_more
@transaction.atomic
def record_results(results: Iterable[Result], *, origin: str, trust: int, observed_at: datetime) -> ResultCounts:
    """Keep results that were imported, and show those that count: see `results.shown`.

    `origin` says what they come from; what its newest row says already is not written again. When a game ended is not
    known by this. Of several scores given for one event the furthest one counts.
    """
    given = list(results)
    events = {event.pk: event for event in rows.locked().filter(pk__in={result.event.pk for result in given})}
    scores = _scores_of(events.values())
    new: dict[int, EventScore] = {}
    for result in given:
        score = _imported_score(result, origin, trust, observed_at)
        known = new.get(score.event_id)
        if score.home_score is not None and (known is None or progress(score) > progress(known)):
            new[score.event_id] = score
    fresh = {pk: score for pk, score in new.items() if said(_newest_of(origin, scores.get(pk, ()))) != said(score)}
    _keep_scores(fresh.values())
    before = {event_id: shown(stored) for event_id, stored in scores.items()}
    after = before | _show_results([events[event_id] for event_id in fresh])
    counts = ResultCounts()
    for event_id, score in new.items():
        counts.count(score, before.get(event_id), after[event_id])
    _call_off([(events[result.event.pk], result.status) for result in given if result.status is not None], counts)
    return counts


def _scores_of(events: Iterable[Event]) -> dict[int, list[EventScore]]:
    """The scores of each event that has any, in the order of their times."""
    scores = EventScore.objects.filter(event__in=list(events)).order_by("event_id", "observed_at")
    return {event_id: list(group) for event_id, group in groupby(scores, key=attrgetter("event_id"))}


def _newest_of(origin: str, scores: Iterable[EventScore]) -> EventScore | None:
    return next((score for score in reversed(list(scores)) if score.origin == origin), None)


def _keep_scores(scores: Iterable[EventScore]) -> None:
    EventScore.objects.bulk_create(
        scores,
        update_conflicts=True,
        unique_fields=["event", "observed_at", "origin"],
        update_fields=["completed", "home_score", "away_score", "last_update", "trust"],
    )


def _show_results(events: Collection[Event]) -> dict[int, EventScore]:
    """Set result and status from the scores kept, and return those shown. A status set by a person stays."""
    scores = _scores_of(events)
    results = {event_id: shown(given) for event_id, given in scores.items()}
    for event in events:
        result = results[event.pk]
        event.home_score, event.away_score = result.home_score, result.away_score
        event.completed_at = completed_at(scores[event.pk]) if result.completed else None
        if not event.status_is_manual:
            event.status = EventStatus.FINAL if result.completed else EventStatus.LIVE
    rows.write(events, _RESULT)
    return results


def _call_off(decisions: Iterable[tuple[Event, EventStatus]], counts: ResultCounts) -> None:
    """Note games as postponed or cancelled, except those that are final, and whose status a person has set."""
    changed = []
    for event, status in decisions:
        if event.status == status:
            counts.unchanged += 1
        elif event.status_is_manual or event.status == EventStatus.FINAL:
            counts.outranked += 1
        else:
            event.status = status
            changed.append(event)
    counts.corrected += len(changed)
    rows.write(changed, _RESULT)


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


def _imported_score(result: Result, origin: str, trust: int, observed_at: datetime) -> EventScore:
    return EventScore(
        event=result.event,
        observed_at=observed_at,
        completed=result.completed,
        home_score=result.home_score,
        away_score=result.away_score,
        origin=origin,
        trust=trust,
    )
