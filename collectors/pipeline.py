"""The way of every answer into the database: ingest(), rebuild(), and no other.

    snapshots ── upsert events ── keep the raw answers ── judged runs of standing prices ── quality log ── closing

Appending to what stands and rebuilding from raw give the same rows; an answer that arrives late takes the second road.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from django.db import DataError, transaction

from events.models import Event
from events.records import EventRecord, ScoreRecord
from events.services import contradictions, record_scores, upsert_events
from odds import store, stored
from odds.archived import RawArchived, refuse_archived
from odds.records import EventSnapshot, Problem
from odds.runs import EventRuns, Tally
from odds.stored import Newest, SnapshotKey, StoredSnapshot
from quality.checking import Checking, begin
from quality.models import DataQualityLog

from .errors import UnreadablePayload
from .the_odds_api.joining import join_snapshots
from .the_odds_api.normaliser import read_event

# The kind of problem of a snapshot that the database did not take.
REFUSED = "refused"
# Of one that can only be told from others whose raw answers lie in an archive.
ARCHIVED = "archived"


@dataclass(slots=True, kw_only=True)
class IngestReport:
    """What one batch changed. Counts are of what was new; duplicates had been stored before."""

    events: set[str] = field(default_factory=set)  # ids of all events in the batch
    snapshots: int = 0
    live_snapshots: int = 0
    price_points: int = 0
    runs: int = 0  # rows of Odds more than before
    rejected: int = 0  # quotes that could not be used
    scores: int = 0
    duplicates: int = 0  # snapshots stored already
    joined: int = 0  # snapshots stored already that this batch added to
    archived: set[str] = field(default_factory=set)  # ids of events left out, as their raw answers are archived
    problems: list[Problem] = field(default_factory=list)
    entries: list[DataQualityLog] = field(default_factory=list)  # new to the quality log

    def add(self, other: IngestReport) -> None:
        self.events |= other.events
        self.archived |= other.archived
        for counted in fields(other):
            if counted.name not in ("events", "archived"):
                setattr(self, counted.name, getattr(self, counted.name) + getattr(other, counted.name))


@transaction.atomic
def ingest(snapshots: Sequence[EventSnapshot]) -> IngestReport:
    """Store snapshots, raw and as runs of standing prices, whatever their order and however often they come.

    Raises RawArchived where one comes late and what is to be derived anew with it lies in an archive.
    """
    report = IngestReport()
    if not snapshots:
        return report
    events = _upsert((snapshot.event for snapshot in snapshots), report)
    rows = [event.id for event in events.values()]
    titles = {key: title for snapshot in snapshots for key, title in snapshot.bookmakers.items()}
    newest = stored.newest_snapshots(rows)
    by_key = _by_key(snapshots, events, report)
    refuse_archived({key.event_id for key in by_key if _comes_late(key, newest)})
    new, joined = _compare_with_stored(by_key, newest, report)

    late = {key.event_id for key in [*new, *joined] if _comes_late(key, newest)}
    checking = begin(events.values(), {event_id: seen.commence_time for event_id, seen in newest.items()})
    appending = _runs_to_append_to({key.event_id for key in new} - late, newest, checking)
    _write_snapshots(new, joined, appending, report)
    runs = {event_id: runs.all() for event_id, runs in appending.items()}
    for event_id in late:
        fresh = {key.snapshot_time for key in new if key.event_id == event_id}
        runs[event_id] = _derive_anew(event_id, checking, titles, report, fresh).all()
    report.runs -= store.delete_runs(late)
    report.runs += store.write_runs(runs, titles)
    if checking is not None:
        report.entries += checking.write()
    store.refresh_closing(rows)
    return report


def ingest_piecemeal(snapshots: Sequence[EventSnapshot]) -> IngestReport:
    """As `ingest`, but where the database refuses some, only those are left out, each named as a problem."""
    try:
        return ingest(snapshots)
    except RawArchived as error:
        report = ingest_piecemeal([each for each in snapshots if each.event.api_id not in error.event_ids])
        report.archived |= set(error.event_ids)
        report.problems.append(Problem(ARCHIVED, f"{error}; left out"))
        return report
    except (DataError, UnreadablePayload, RecursionError) as error:
        if len(snapshots) == 1:
            where = f"event {snapshots[0].event.api_id} at {snapshots[0].snapshot_time:%Y-%m-%dT%H:%M:%SZ}"
            refused = Problem(REFUSED, f"{where}: refused: {str(error).splitlines()[0]}; left out")
            return IngestReport(problems=[refused])
    middle = len(snapshots) // 2
    report = ingest_piecemeal(snapshots[:middle])
    report.add(ingest_piecemeal(snapshots[middle:]))
    return report


def ingest_scores(scores: Sequence[ScoreRecord]) -> IngestReport:
    """Store scores; a start that they state moves the close with it."""
    report = IngestReport()
    with transaction.atomic():
        events, report.scores = record_scores(scores)
        _tell_contradictions((score.event for score in scores), events, report)
        store.refresh_closing([event.id for event in events.values()])
    return report


def ingest_events(records: Sequence[EventRecord]) -> IngestReport:
    """Store events of an answer without odds."""
    report = IngestReport()
    with transaction.atomic():
        events = _upsert(records, report)
        store.refresh_closing([event.id for event in events.values()])
    return report


@transaction.atomic
def rebuild(event_id: int) -> int:
    """Write the runs of an event anew from its raw snapshots; return by how many rows they grew. Costs no credit.

    Of an event without snapshots the log stays: they lie in an archive. Raises RawArchived where raw answers do.
    """
    event = Event.objects.select_for_update(no_key=True).get(pk=event_id)
    refuse_archived([event_id])
    if not stored.newest_snapshots([event_id]):
        return -store.delete_runs([event_id])
    titles: dict[str, str] = {}
    checking = begin([event], {})
    runs = _derive_anew(event_id, checking, titles, IngestReport(), set())
    before = store.delete_runs([event_id])
    grown = store.write_runs({event_id: runs.all()}, titles) - before
    if checking is not None:
        checking.write()
    store.refresh_closing([event_id])
    return grown


def _upsert(records: Iterable[EventRecord], report: IngestReport) -> dict[str, Event]:
    seen = list(records)
    events = upsert_events(seen)
    _tell_contradictions(seen, events, report)
    return events


def _tell_contradictions(records: Iterable[EventRecord], events: Mapping[str, Event], report: IngestReport) -> None:
    told = {}
    for record in records:
        report.events.add(record.api_id)
        if line := contradictions(events[record.api_id], record):
            told[line] = Problem("contradicting_event", line)
    report.problems += told.values()


def _by_key(
    snapshots: Iterable[EventSnapshot], events: Mapping[str, Event], report: IngestReport
) -> dict[SnapshotKey, EventSnapshot]:
    """The snapshots in order of event and time, those of one event and instant joined."""
    by_key: dict[SnapshotKey, EventSnapshot] = {}
    for snapshot in snapshots:
        key = SnapshotKey(events[snapshot.event.api_id].id, snapshot.snapshot_time)
        by_key[key] = _join(by_key[key], snapshot, report) if key in by_key else snapshot
    return dict(sorted(by_key.items(), key=lambda item: item[0]))


def _compare_with_stored(
    by_key: dict[SnapshotKey, EventSnapshot], newest: Mapping[int, Newest], report: IngestReport
) -> tuple[dict[SnapshotKey, EventSnapshot], dict[SnapshotKey, EventSnapshot]]:
    """The snapshots not stored yet, and those that tell more than the stored one, joined with it."""
    again = stored.stored_at([key for key in by_key if _comes_late(key, newest)])
    new = {key: snapshot for key, snapshot in by_key.items() if key not in again}
    joined = _join_stored(by_key, again, report)
    report.snapshots += len(new)
    report.live_snapshots += sum(snapshot.is_live for snapshot in new.values())
    report.duplicates += len(again) - len(joined)
    report.joined += len(joined)
    return new, joined


def _comes_late(key: SnapshotKey, newest: Mapping[int, Newest]) -> bool:
    """Whether a snapshot of the same event, taken then or later, is stored already."""
    return key.event_id in newest and key.snapshot_time <= newest[key.event_id].snapshot_time


def _runs_to_append_to(
    event_ids: Collection[int], newest: Mapping[int, Newest], checking: Checking | None
) -> dict[int, EventRuns]:
    standing = stored.standing_runs(event_ids)
    return {
        event_id: EventRuns(
            standing.get(event_id, []),
            last=newest[event_id].snapshot_time if event_id in newest else None,
            judge=checking.appending(event_id) if checking is not None else None,
        )
        for event_id in event_ids
    }


def _write_snapshots(
    new: Mapping[SnapshotKey, EventSnapshot],
    joined: Mapping[SnapshotKey, EventSnapshot],
    appending: Mapping[int, EventRuns],
    report: IngestReport,
) -> None:
    """Store the raw answers, and append to the runs while PostgreSQL takes them in."""

    def append(key: SnapshotKey, snapshot: EventSnapshot) -> None:
        if key.event_id in appending:
            _count(appending[key.event_id].add(snapshot), snapshot, report)

    store.insert_snapshots(new, meanwhile=append)
    for key, snapshot in joined.items():
        store.replace_snapshot(key, snapshot)


def _join_stored(
    by_key: Mapping[SnapshotKey, EventSnapshot], again: Mapping[SnapshotKey, StoredSnapshot], report: IngestReport
) -> dict[SnapshotKey, EventSnapshot]:
    """Snapshots that tell more than the stored one of the same event and instant, joined with it."""
    joined = {}
    for key, before in again.items():
        snapshot = by_key[key]
        if (snapshot.raw, snapshot.asked, snapshot.source) == (before.raw, before.asked, before.source):
            continue
        both = _join(read_again(before), snapshot, report)
        if (both.raw, both.asked, both.source) != (before.raw, before.asked, before.source):
            joined[key] = both
    return joined


def _join(one: EventSnapshot, other: EventSnapshot, report: IngestReport) -> EventSnapshot:
    both, problems = join_snapshots(one, other)
    report.problems += _located(problems, both)
    return both


def read_again(stored: StoredSnapshot) -> EventSnapshot:
    """A stored snapshot as it was when it first came in."""
    return read_event(stored.raw, snapshot_time=stored.key.snapshot_time, asked=stored.asked, source=stored.source)


def _derive_anew(
    event_id: int, checking: Checking | None, titles: dict[str, str], report: IngestReport, counted: set[datetime]
) -> EventRuns:
    """The runs that the raw snapshots of an event give. The report counts what was quoted at the instants `counted`."""
    runs = EventRuns(judge=checking.anew(event_id) if checking is not None else None)
    for snapshot in map(read_again, stored.stored_of(event_id)):
        tally = runs.add(snapshot)
        titles |= snapshot.bookmakers
        if snapshot.snapshot_time in counted:
            _count(tally, snapshot, report)
    return runs


def _count(tally: Tally, snapshot: EventSnapshot, report: IngestReport) -> None:
    report.price_points += tally.price_points
    report.rejected += tally.rejected
    report.problems += _located(tally.problems, snapshot)


def _located(problems: Iterable[Problem], snapshot: EventSnapshot) -> Iterator[Problem]:
    for problem in problems:
        where = f"event {snapshot.event.api_id} at {snapshot.snapshot_time:%Y-%m-%dT%H:%M:%SZ}"
        yield problem._replace(text=f"{where}: {problem.text}")
