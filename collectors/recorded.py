"""Recorded answers of the provider, from files into the database."""

from __future__ import annotations

import gc
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Literal

from django.db import transaction

from events.records import EventRecord, ScoreRecord
from events.times import parse_time
from odds.choices import OddsFormat, Source
from odds.markets import FEATURED
from odds.records import Asked, EventSnapshot, Problem
from odds.store import refresh_statistics

from .errors import UnreadablePayload
from .pipeline import REFUSED, IngestReport, ingest_events, ingest_piecemeal, ingest_scores
from .recording_files import Recording, read_recordings
from .the_odds_api.normaliser import read_event, read_listed_event, read_score
from .the_odds_api.payloads import describe, load_loosely, split_events
from .the_odds_api.values import tell_odds_format

# Snapshots stored in one transaction, about 50 MB of answers. Each batch ends the runs that the one before left
# standing, so larger ones leave fewer dead rows: 2,000 cost a tenth more space.
BATCH_SIZE = 8_000
# Batches that are read while one is stored, or wait to be.
READ_AHEAD = 2
# Snapshots from which on an import changes what the planner should know.
BULK = 1_000
# How far the book's clock and ours may be apart.
CLOCKS_APART = timedelta(minutes=2)
# Prices looked at to tell the odds format of an answer.
PRICES_SAMPLED = 60

_PRICE = re.compile(rb'"price"\s*:\s*(-?\d+(?:\.\d+)?)')
_LAST_UPDATE = re.compile(rb'"last_update"\s*:\s*"([^"]+)"')
_MARKET = re.compile(rb'"key"\s*:\s*"(\w+)"[^{}\[\]]*"outcomes"')


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordingOptions:
    """What a recording does not say of itself. None means: take it from the recording, or assume the usual."""

    captured_at: datetime | None = None
    markets: tuple[str, ...] | None = None  # asked for; assumed: all that the endpoint has
    bookmakers: tuple[str, ...] | None = None  # asked for; assumed: all
    odds_format: OddsFormat | None = None  # assumed: the one that most prices can only be in


@dataclass(slots=True, kw_only=True)
class ImportReport(IngestReport):
    """What an import stored, and what it could not read."""

    responses: int = 0
    unreadable: int = 0  # files, lines and events left out, each named in `problems`


@dataclass(slots=True)
class _Batch:
    """What has been read and not yet stored, and what the report says of the reading."""

    report: ImportReport = field(default_factory=ImportReport)
    snapshots: list[EventSnapshot] = field(default_factory=list)
    scores: list[ScoreRecord] = field(default_factory=list)
    events: list[EventRecord] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.snapshots) + len(self.scores) + len(self.events)


def import_responses(
    paths: Iterable[Path],
    options: RecordingOptions,
    *,
    dry_run: bool = False,
    batch_size: int = BATCH_SIZE,
    advance: Callable[[int], object] = lambda size: None,
) -> ImportReport:
    """Store every answer recorded in these files, whatever their order; those stored before change nothing.

    Bodies of odds, odds of one event, scores and events are told apart by their shape; each may be bare, in the
    historical wrapper, or as {"captured_at": ..., "response": ...}. What cannot be read is named in the report and left
    out. `advance` is told the bytes of file read since its last call. A dry run does it all, and takes it back. Each
    batch is one transaction: an import that was killed goes on when started again.
    """
    report = ImportReport()
    recordings = (recording for path in paths for recording in read_recordings(path, advance))
    with _garbage_collector_paused(), transaction.atomic() if dry_run else nullcontext():
        for batch in _read_ahead(_batches(recordings, options, batch_size)):
            report.add(batch.report)
            _store(batch, report)
        if report.snapshots >= BULK:
            refresh_statistics()
        if dry_run:
            transaction.set_rollback(True)
    return report


@contextmanager
def _garbage_collector_paused() -> Iterator[None]:
    """Leave memory to reference counts: a batch makes no cycles, and looking for them took a fifth of the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _read_ahead(batches: Iterator[_Batch]) -> Iterator[_Batch]:
    """The same batches, each read in a thread while PostgreSQL is busy with the one before."""
    with ThreadPoolExecutor(max_workers=1) as reader:
        upcoming = deque(reader.submit(next, batches, None) for _ in range(READ_AHEAD))
        while (batch := upcoming.popleft().result()) is not None:
            upcoming.append(reader.submit(next, batches, None))
            yield batch


def _batches(
    recordings: Iterable[Recording | UnreadablePayload], options: RecordingOptions, size: int
) -> Iterator[_Batch]:
    """Batches of `size`; the first ones are smaller, so that PostgreSQL has something to do soon."""
    batch, enough = _Batch(), size // 8
    for recording in recordings:
        _read(recording, options, batch)
        if len(batch) >= enough:
            yield batch
            batch, enough = _Batch(), min(2 * enough, size)
    yield batch


def _read(recording: Recording | UnreadablePayload, options: RecordingOptions, batch: _Batch) -> None:
    """Take one answer into the batch, and name in its report what cannot be read of it."""
    report = batch.report
    if isinstance(recording, UnreadablePayload):
        return _leave_out(recording, report)
    try:
        kind = _kind(recording.body)
        take = _taker(kind, recording.body, _time_of(recording, options), options, batch)
        events = split_events(recording.body)
    except UnreadablePayload as error:
        return _leave_out(UnreadablePayload(f"{recording.where}: {error}; left out"), report)
    report.responses += 1
    for position, event in enumerate(events):
        try:
            take(event)
        except UnreadablePayload as error:
            _leave_out(UnreadablePayload(f"{recording.where}, event {position}: {error}; left out"), report)
    return None


def _leave_out(error: UnreadablePayload, report: ImportReport) -> None:
    report.unreadable += 1
    report.problems.append(Problem("unreadable", str(error)))


def _time_of(recording: Recording, options: RecordingOptions) -> datetime:
    """When the answer was taken. A time told for it cannot be before the newest time that stands in it."""
    if recording.captured_at is not None:
        return recording.captured_at
    updated = max((match[1].decode(errors="replace") for match in _LAST_UPDATE.finditer(recording.body)), default=None)
    hint = f" (the newest last_update in it is {updated})" if updated else ""
    if options.captured_at is None:
        raise UnreadablePayload(f"it does not say when it was captured: give --captured-at{hint}")
    newest = parse_time(updated) if updated else None
    if newest is not None and options.captured_at < newest - CLOCKS_APART:
        raise UnreadablePayload(f"it was not captured at {options.captured_at:%Y-%m-%dT%H:%M:%SZ}{hint}")
    return options.captured_at


def _kind(body: bytes) -> Literal["odds", "scores", "events"]:
    """What an answer is, by its shape. Raises UnreadablePayload if it is none."""
    if b'"bookmakers"' in body:
        return "odds"
    if b'"completed"' in body:
        return "scores"
    if b'"commence_time"' in body or body.strip() == b"[]":
        return "events"
    raise UnreadablePayload(f"neither odds nor scores nor events: {describe(load_loosely(body))}")


def _taker(
    kind: str, body: bytes, captured_at: datetime, options: RecordingOptions, batch: _Batch
) -> Callable[[bytes], None]:
    """What to do with each event of this body."""
    if kind == "odds":
        asked = _asked(body, options)
        return lambda event: batch.snapshots.append(
            read_event(event, snapshot_time=captured_at, asked=asked, source=Source.IMPORT)
        )
    if kind == "scores":
        return lambda event: batch.scores.append(read_score(event, observed_at=captured_at))
    return lambda event: batch.events.append(read_listed_event(event, observed_at=captured_at))


def _asked(body: bytes, options: RecordingOptions) -> Asked:
    """What this answer can speak of: as told, else all that its endpoint has.

    The odds of a whole sport speak for every featured market. The odds of one event speak for the markets they hold, as
    any market may have been asked there.
    """
    odds_format = options.odds_format or tell_odds_format(
        float(price[1]) for price in islice(_PRICE.finditer(body), PRICES_SAMPLED)
    )
    if options.markets is not None:
        markets: Iterable[str] = options.markets
    elif body.lstrip().startswith(b"["):
        markets = FEATURED
    else:
        markets = {key.decode() for key in _MARKET.findall(body)}
    return Asked.of(odds_format, markets, options.bookmakers)


@transaction.atomic
def _store(batch: _Batch, report: ImportReport) -> None:
    report.add(ingest_events(batch.events))
    stored = ingest_piecemeal(batch.snapshots)
    report.unreadable += sum(problem.kind == REFUSED for problem in stored.problems)
    report.add(stored)
    report.add(ingest_scores(batch.scores))
