"""Restoring: restore_archive()."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from django.db import transaction

from events.models import Event, EventScore

from .. import store
from ..choices import Side
from ..dimensions import market_ids, outcome_ids, scope_ids
from ..models import Bookmaker, Odds, OddsSnapshot
from ..records import Asked, OutcomeKey
from .layout import BOOKMAKERS, EVENTS, MANIFEST, ODDS, RAW_SNAPSHOTS, SCOPES, SCORES, SNAPSHOTS, ArchiveKind, Table
from .manifest import ArchiveError, Manifest, read_manifest
from .rows import file_rows, fingerprint

# Rows written together.
AT_ONCE = 2_000

_TYPES = {
    "events_event": {
        "id": "int4", "api_id": "text", "sport_key": "text", "sport_title": "text", "home_team": "text",
        "away_team": "text", "status": "text", "commence_time": "timestamptz", "completed_at": "timestamptz",
        "closing_at": "timestamptz", "observed_at": "timestamptz", "missing_since": "timestamptz",
        "created_at": "timestamptz", "updated_at": "timestamptz", "status_is_manual": "bool", "start_is_day": "bool",
        "is_sandbox": "bool", "home_score": "int4", "away_score": "int4", "missed_listings": "int2",
    },
    "events_eventscore": {
        "id": "int8", "event_id": "int4", "observed_at": "timestamptz", "last_update": "timestamptz",
        "created_at": "timestamptz", "completed": "bool", "home_score": "int4", "away_score": "int4", "trust": "int2",
        "origin": "text",
    },
    "odds_oddssnapshot": {
        "id": "int8", "event_id": "int4", "snapshot_time": "timestamptz", "commence_time": "timestamptz",
        "created_at": "timestamptz", "scope_id": "int4", "bookmaker_count": "int2", "is_live": "bool",
        "source": "text", "api_request_id": "text", "raw_data": "text",
    },
    "odds_odds": {
        "id": "int8", "event_id": "int4", "bookmaker_id": "int2", "market_id": "int2", "outcome_id": "int4",
        "price": "int4", "decimal_price": "float8", "point": "numeric", "odds_timestamp": "timestamptz",
        "valid_until": "timestamptz", "last_update": "timestamptz", "is_live": "bool", "is_valid": "bool",
        "validation_notes": "text",
    },
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class RestoreReport:
    """What came back. What was there already is not counted."""

    archives: int = 0
    events: int = 0  # in the archives
    events_created: int = 0
    snapshots: int = 0
    odds: int = 0
    scores: int = 0
    raw_answers: int = 0  # put back into snapshots that had stayed
    rebuild: list[int] = field(default_factory=list)
    """Ids of the rows of events that had got other snapshots meanwhile: their runs are to be derived anew."""


def restore_archive(
    path: Path, *, dry_run: bool = False, advance: Callable[[int], object] = lambda rows: None
) -> RestoreReport:
    """Read archives back: one folder, its manifest, or all that lie below a folder; each in one transaction.

    Every byte of an archive is checked before a row of it is written. Rows come back as they were, with their ids
    where these are free; restoring twice changes nothing. `advance` is told how many more rows were looked at. A dry
    run does it all, and takes it back. Raises ArchiveError, with one line.
    """
    report = RestoreReport()
    with transaction.atomic():
        for folder in archives_in(path):
            with transaction.atomic():
                _Restoring(folder, read_manifest(folder), report, advance).run()
            report.archives += 1
        transaction.set_rollback(dry_run)
    return report


def archives_in(path: Path) -> list[Path]:
    """The folders of the archives that are named or lie below, whole ones first: raw answers go into their rows."""
    if path.name == MANIFEST:
        path = path.parent
    found = [path] if (path / MANIFEST).exists() else [each.parent for each in path.rglob(MANIFEST)]
    finished = [folder for folder in found if not any(part.startswith(".") for part in folder.relative_to(path).parts)]
    if not finished:
        raise ArchiveError(f"{path}: no archive is there; one is a folder with a {MANIFEST}")
    return sorted(finished, key=lambda folder: (folder.name.startswith(ArchiveKind.RAW), folder))


class _Restoring:
    """One archive on its way back."""

    def __init__(
        self, folder: Path, manifest: Manifest, report: RestoreReport, advance: Callable[[int], object]
    ) -> None:
        self.folder, self.manifest, self.report, self.advance = folder, manifest, report, advance
        self.ids: dict[str, int] = {}  # of the events' rows, by the provider's ids

    def run(self) -> None:
        self._events()
        if self.manifest.kind is ArchiveKind.RAW:
            self._raw()
            return
        self._scores()
        self._bookmakers()
        present = self._present()
        fresh = {event for event in self.ids.values() if event not in present}
        added = self._snapshots(present, self._scopes())
        if fresh:
            self._odds(fresh)
        self.report.rebuild += sorted(added - fresh)
        store.refresh_closing(added)
        if added and fresh == set(self.ids.values()):
            self._compare()

    def _events(self) -> None:
        rows = list(self._rows(EVENTS))
        names = {name: place for place, name in enumerate(_names(EVENTS))}
        by_api_id = {row[names["api_id"]]: row for row in rows}
        known = set(Event.objects.filter(api_id__in=list(by_api_id)).values_list("api_id", flat=True))
        missing = [row for api_id, row in sorted(by_api_id.items()) if api_id not in known]
        if self.manifest.kind is ArchiveKind.RAW:
            missing = []  # nothing of them would come with it
        _write("events_event", missing)
        locked = Event.objects.select_for_update(no_key=True).filter(api_id__in=list(by_api_id)).order_by("id")
        self.ids = {event.api_id: event.pk for event in locked}
        self.report.events += len(rows)
        self.report.events_created += len(missing)

    def _scores(self) -> None:
        kept = EventScore.objects.filter(event__in=self.ids.values())
        known = set(kept.values_list("event_id", "observed_at", "origin"))
        columns = _names(SCORES)
        at, origin = columns.index("observed_at"), columns.index("origin")
        rows = [(row[0], self.ids[row[1]], *row[2:]) for row in self._rows(SCORES)]
        missing = [row for row in rows if (row[1], row[at], row[origin]) not in known]
        _write("events_eventscore", missing)
        self.report.scores += len(missing)

    def _bookmakers(self) -> None:
        names = _names(BOOKMAKERS)
        books = [Bookmaker(**dict(zip(names, row, strict=True))) for row in self._rows(BOOKMAKERS)]
        known = set(Bookmaker.objects.values_list("key", flat=True))
        Bookmaker.objects.bulk_create([book for book in books if book.key not in known], ignore_conflicts=True)

    def _scopes(self) -> dict[str, int]:
        rows = self._rows(SCOPES)
        return scope_ids([Asked.from_json(msgspec.json.decode(asked), odds_format) for _, asked, odds_format in rows])

    def _present(self) -> dict[int, set[datetime]]:
        """The instants of the snapshots that these events have in the database now."""
        present: dict[int, set[datetime]] = defaultdict(set)
        rows = OddsSnapshot.objects.filter(event__in=self.ids.values()).values_list("event_id", "snapshot_time")
        for event, snapshot_time in rows.iterator():
            present[event].add(snapshot_time)
        for event in Odds.objects.filter(event__in=self.ids.values()).values_list("event_id", flat=True).distinct():
            present[event]  # runs without snapshots: to be derived anew, too
        return dict(present)

    def _snapshots(self, present: Mapping[int, set[datetime]], scopes: Mapping[str, int]) -> set[int]:
        """Write the snapshots that are not there; return the events that have got any."""
        added: set[int] = set()
        for rows in self._batches(SNAPSHOTS):
            missing = []
            for id_, api_id, at, start, created, scope, *rest in rows:
                event = self.ids[api_id]
                if at not in present.get(event, ()):
                    missing.append((id_, event, at, start, created, scopes[scope], *rest))
                    added.add(event)
            _write("odds_oddssnapshot", missing)
            self.report.snapshots += len(missing)
        return added

    def _odds(self, fresh: set[int]) -> None:
        """Write the runs of events of which nothing was there; those of others follow from their snapshots."""
        bookmakers = dict(Bookmaker.objects.values_list("key", "id"))
        outcomes: dict[OutcomeKey, int] = {}
        markets: dict[str, int] = {}
        for rows in self._batches(ODDS):
            keys = {OutcomeKey(Side(row[4]), *row[5:8]) for row in rows}
            outcomes |= outcome_ids(keys - outcomes.keys())
            markets |= market_ids({row[3] for row in rows} - markets.keys())
            missing = [
                (
                    id_, self.ids[api_id], bookmakers[bookmaker], markets[market],
                    outcomes[OutcomeKey(Side(side), *names)], *rest,
                )
                for id_, api_id, bookmaker, market, side, *names_and_rest in rows
                if self.ids[api_id] in fresh
                for names, rest in [(names_and_rest[:3], names_and_rest[3:])]
            ]  # fmt: skip
            _write("odds_odds", missing)
            self.report.odds += len(missing)

    def _raw(self) -> None:
        for rows in self._batches(RAW_SNAPSHOTS):
            kept = [(self.ids[api_id], at, raw) for api_id, at, raw in rows if api_id in self.ids]
            stored = OddsSnapshot.objects.filter(event__in={event for event, *_ in kept})
            known = set(stored.values_list("event_id", "snapshot_time"))
            if missing := len(rows) - sum((event, at) in known for event, at, _ in kept):
                raise ArchiveError(
                    f"{self.folder}: {missing:,} snapshots that its raw answers belong to are not in the database; "
                    "restore the archive that has them first; nothing was restored"
                )
            self.report.raw_answers += store.restore_raw(kept)

    def _compare(self) -> None:
        """All rows are from this archive: they must be those that were taken out."""
        events = [event for _, event in sorted(self.ids.items())]
        if fingerprint(self.manifest.kind, events) != self.manifest.fingerprint:
            raise ArchiveError(f"{self.folder}: what was written differs from what was archived; nothing was restored")

    def _rows(self, table: Table) -> Iterator[tuple[Any, ...]]:
        return file_rows(table, self.folder / table.file)

    def _batches(self, table: Table) -> Iterator[list[tuple[Any, ...]]]:
        rows = self._rows(table)
        while batch := list(islice(rows, AT_ONCE)):
            yield batch
            self.advance(len(batch))


def _names(table: Table) -> list[str]:
    return [column.name for column in table.columns]


def _write(table: str, rows: list[tuple[Any, ...]]) -> None:
    if rows:
        store.restore_rows(table, _TYPES[table], rows)
