"""Archiving: archive()."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from events.locking import once_more
from events.models import Event

from .. import store
from ..exports.drafts import draft_of
from ..exports.export import size_of
from ..exports.parquet import folder_of
from ..exports.selection import Part, parts
from ..models import Odds, OddsSnapshot
from .layout import MANIFEST, ODDS, SNAPSHOTS, TABLES, VERSION, ArchiveKind
from .manifest import ArchiveError, Manifest, entry_of
from .rows import compare, fingerprint, write_rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Archived:
    """One archive, or what would become one. Of a raw one `odds` is 0, since its rows stay."""

    sport_key: str
    month: str
    kind: str
    events: int
    snapshots: int
    odds: int
    path: str = ""
    size_bytes: int = 0


def archivable(kind: ArchiveKind, began_before: datetime, sports: Sequence[str] = ()) -> QuerySet[Event]:
    """Events that began before this instant and have something that an archive of this kind would take."""
    events = Event.objects.filter(commence_time__lt=began_before)
    if sports:
        events = events.filter(sport_key__in=sports)
    snapshots = OddsSnapshot.objects.filter(event=OuterRef("pk"))
    if kind is ArchiveKind.RAW:
        return events.filter(Exists(snapshots.filter(raw_data__isnull=False)))
    return events.filter(Exists(snapshots) | Exists(Odds.objects.filter(event=OuterRef("pk"))))


def plan(kind: ArchiveKind, began_before: datetime, sports: Sequence[str] = ()) -> Iterator[Archived]:
    """What `archive` would take, one item for each archive."""
    for part in parts(archivable(kind, began_before, sports)):
        yield _counted(kind, part)


def archive(
    kind: ArchiveKind,
    began_before: datetime,
    folder: Path,
    sports: Sequence[str] = (),
    *,
    advance: Callable[[int], object] = lambda events: None,
) -> Iterator[Archived]:
    """Archive these events, one transaction and one folder for each sport and month, and yield each when it is done.

    Files are complete, on the disk and compared with every row before anything is removed; a crash at any moment
    leaves the rows in the database or in complete files, and started again it goes on. Raises ArchiveError.
    """
    for part in list(parts(archivable(kind, began_before, sports))):
        archived = _archive(kind, part, folder, began_before)
        advance(len(part.events))
        if archived is not None:
            yield archived


@once_more
@transaction.atomic
def _archive(kind: ArchiveKind, part: Part, folder: Path, began_before: datetime) -> Archived | None:
    """One archive. Its events stay locked from the first look to the removal, so that nothing comes in between."""
    locked = Event.objects.select_for_update(no_key=True).filter(pk__in=part.events).order_by("id")
    ids = [event.pk for event in locked]
    still = archivable(kind, began_before).filter(pk__in=ids)
    events = [pk for pk, _ in sorted(still.values_list("pk", "api_id"), key=lambda row: row[1])]
    if not events:
        return None
    counted = _counted(kind, part._replace(events=events))
    seen = fingerprint(kind, events)
    target = folder / folder_of(part.sport_key, part.month) / f"{kind}-{seen[:16]}"
    with draft_of(target) as draft:
        manifest = _write(kind, part, events, seen, draft)
    for table in TABLES[kind]:
        compare(table, events, target / table.file)
    _remove(events, manifest)
    return replace(counted, path=str(target), size_bytes=size_of(target))


def _write(kind: ArchiveKind, part: Part, events: Sequence[int], seen: str, folder: Path) -> Manifest:
    folder.mkdir()
    files = {}
    for table in TABLES[kind]:
        path = folder / table.file
        files[table.file] = entry_of(path, write_rows(table, events, path))
    manifest = Manifest(
        version=VERSION, kind=kind, sport_key=part.sport_key, month=part.month, files=files, fingerprint=seen
    )
    (folder / MANIFEST).write_bytes(manifest.signed().encoded())
    return manifest


def _remove(events: Sequence[int], manifest: Manifest) -> None:
    """Take out what is in the files. Were there more, as rows of odds whose names are missing, nothing is removed."""
    if manifest.kind is ArchiveKind.RAW:
        removed = {SNAPSHOTS.file: store.clear_raw(events)}
    else:
        removed = {SNAPSHOTS.file: store.delete_snapshots(events), ODDS.file: store.delete_runs(events)}
    for file, rows in removed.items():
        if rows != manifest.files[file].rows:
            raise ArchiveError(
                f"{manifest.sport_key} {manifest.month}: {rows:,} rows to remove, {manifest.files[file].rows:,} in "
                f"{file}; nothing was removed, verify_odds tells what is wrong"
            )


def _counted(kind: ArchiveKind, part: Part) -> Archived:
    wanted = Q(event__in=part.events)
    snapshots = OddsSnapshot.objects.filter(wanted)
    if kind is ArchiveKind.RAW:
        snapshots = snapshots.filter(raw_data__isnull=False)
    return Archived(
        sport_key=part.sport_key,
        month=part.month,
        kind=kind.value,
        events=len(part.events),
        snapshots=snapshots.count(),
        odds=0 if kind is ArchiveKind.RAW else Odds.objects.filter(wanted).count(),
    )
