"""A hundred thousand answers gone wrong at random: nothing is raised that was not foreseen, and no byte is lost.

`make fuzz` takes a million. Seed and number are in every failure: `payload(seed, number)` makes it again, FUZZ_SEED all
of a run.
"""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import msgspec
import pytest
from django.db.models import Count, TextField
from django.db.models.functions import Cast
from msgspec.structs import replace

from collectors import ledger
from collectors.choices import CallState, Purpose
from collectors.errors import UnreadablePayload, UnusableAnswer
from collectors.gate import Gate
from collectors.intake import take_in
from collectors.models import FetchLog, RawResponse
from collectors.pipeline import REFUSED, ingest_events, ingest_piecemeal, ingest_scores
from collectors.the_odds_api.contents import Contents, read_contents
from collectors.verification import verify
from events.models import Event
from odds.choices import Source
from odds.models import OddsSnapshot
from odds.records import EventSnapshot
from odds.runs import EventRuns
from odds.store import refresh_statistics
from quality.judging import Case, EventJudge, Standards
from quality.models import DataQualityLog
from quality.records import Thresholds

from .factories import NOON
from .fuzzing import Fuzzed, payloads

SEED = int(os.environ.get("FUZZ_SEED", "1"))
IN_MEMORY = int(os.environ.get("FUZZ", "100000"))
PARTS = 5  # of those in memory, for as many processes as there are
STORED = IN_MEMORY // 100
BOUGHT = IN_MEMORY // 1_000  # those that go through sockets, ledger and spool as well
BATCH = 50
HISTORY = 200  # snapshots after which an event begins anew, so that memory stays small
STEP = timedelta(seconds=20)  # between two of them
STANDARDS = Standards(thresholds=Thresholds())


@dataclass
class Watched:
    """One event as it is collected and judged, in memory."""

    runs: EventRuns
    judge: EventJudge
    snapshots: int = 0


@dataclass
class Tally:
    """What a run met: proof that it was not all noise."""

    unreadable: int = 0
    snapshots: int = 0
    scores: int = 0
    quotes: int = 0
    rejected: int = 0
    types: set[str] = field(default_factory=set)


@pytest.mark.parametrize("part", range(PARTS))
def test_nothing_unforeseen_is_raised_between_the_bytes_and_the_verdicts(part, capsys):
    tally, events = Tally(), {}
    count, first = IN_MEMORY // PARTS, part * (IN_MEMORY // PARTS)
    for number, fuzzed in enumerate(payloads(SEED, count, first=first), first):
        try:
            read_and_judge(fuzzed, events, tally)
        except Exception as error:
            raise AssertionError(f"payload({SEED}, {number}): {fuzzed.body!r:.2000}") from error
    with capsys.disabled():
        print(f"\nfuzz: seed {SEED}, {count:,} payloads from {first:,} on, {tally}")  # noqa: T201 - to make it again
    assert tally.snapshots > 0.6 * count, "most are answers all the same"
    assert tally.quotes > 3 * count
    assert len(tally.types) > 15, "and most things that can be wrong are"


def read_and_judge(fuzzed: Fuzzed, events: dict[str, Watched], tally: Tally) -> None:
    try:
        contents = read_contents(fuzzed.call, fuzzed.body, received_at=NOON, source=Source.LIVE)
    except UnreadablePayload:
        tally.unreadable += 1
        return
    tally.scores += len(contents.scores)
    for snapshot in contents.snapshots:
        assert snapshot.raw in fuzzed.body or not is_json(fuzzed.body), "the raw answer, byte for byte"
        take(snapshot, events, tally)


def take(snapshot: EventSnapshot, events: dict[str, Watched], tally: Tally) -> None:
    event = snapshot.event
    watched = events.get(event.api_id)
    if watched is None or watched.snapshots == HISTORY:
        watched = events[event.api_id] = begun(snapshot)
    counted = watched.runs.add(replace(snapshot, snapshot_time=NOON + watched.snapshots * STEP))
    watched.snapshots += 1
    tally.snapshots += 1
    tally.quotes += counted.price_points
    tally.rejected += counted.rejected
    tally.types |= {entry.type.value for entry in watched.judge.entries.values()}
    assert all(run.is_valid or run.notes for run in watched.runs.standing), "what is not valid says why"


def begun(snapshot: EventSnapshot) -> Watched:
    event = snapshot.event
    names = event.home_team, event.away_team
    judge = EventJudge(Case(api_id=event.api_id, title="a game", sport_key=event.sport_key, names=names), STANDARDS)
    return Watched(EventRuns(judge=judge), judge)


def is_json(body: bytes) -> bool:
    try:
        msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False
    return True


class Provider(ThreadingHTTPServer):
    """Answers every request with the bytes it was given last."""

    body = b"[]"


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Provider

    def do_GET(self) -> None:
        self.send_response(200)
        for name, value in {"x-requests-used": 0, "x-requests-remaining": 10**6, "x-requests-last": 0}.items():
            self.send_header(name, str(value))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def serving() -> Iterator[Provider]:
    with Provider(("127.0.0.1", 0), Answering) as provider:
        thread = Thread(target=provider.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        yield provider
        provider.shutdown()
        thread.join()


@pytest.mark.django_db
def test_what_can_be_read_is_stored_as_it_was_and_the_tables_say_the_same(capsys):
    batches, refused, given = batched(payloads(SEED, STORED)), 0, []
    for first, contents in batches:
        snapshots = [snapshot for each in contents for snapshot in each.snapshots]
        given += snapshots
        try:
            ingest_events([event for each in contents for event in each.events])
            report = ingest_piecemeal(snapshots)
            ingest_scores([score for each in contents for score in each.scores])
        except Exception as error:
            raise AssertionError(f"one of payload({SEED}, {first}) and the {BATCH} behind it") from error
        refused += sum(problem.kind == REFUSED for problem in report.problems)
    raw = {(api_id, at): text.encode() for api_id, at, text in stored_text()}
    times = Counter((snapshot.event.api_id, snapshot.snapshot_time) for snapshot in given)
    once = [each for each in given if times[each.event.api_id, each.snapshot_time] == 1]
    missing = [each for each in once if (each.event.api_id, each.snapshot_time) not in raw]
    with capsys.disabled():
        told = f"{len(raw):,} of {len(times):,} snapshots, {refused} refused, {DataQualityLog.objects.count()} entries"
        print(f"\nfuzz: seed {SEED}, {STORED:,} payloads into tables: {told}")  # noqa: T201
    assert len(missing) <= refused, "whatever is not there was named"
    for each in once:
        if each not in missing:
            assert raw[each.event.api_id, each.snapshot_time] == each.raw
    refresh_statistics()  # as after an import of this size; without it the view of all prices may take for ever
    assert verify(Event.objects.all()).examples == []


def batched(fuzzed: Iterable[Fuzzed]) -> Iterator[tuple[int, list[Contents]]]:
    """The contents of so many payloads at a time, each of an instant of its own, with the number of the first."""
    contents: list[Contents] = []
    for number, each in enumerate(fuzzed, 1):
        with suppress(UnreadablePayload):
            at = NOON + number * STEP
            contents.append(read_contents(each.call, each.body, received_at=at, source=Source.LIVE))
        if number % BATCH == 0:
            yield number - BATCH, contents
            contents = []


def stored_text() -> list[tuple[str, datetime, str]]:
    raw = OddsSnapshot.objects.annotate(text=Cast("raw_data", TextField()))
    return list(raw.values_list("event__api_id", "snapshot_time", "text"))


@pytest.mark.django_db
def test_every_answer_bought_is_kept_byte_for_byte_whatever_is_in_it(stage, capsys):
    with serving() as provider, fuzzed_stage(stage, provider).gate() as gate:
        gate.probe()
        for number, fuzzed in enumerate(payloads(SEED, BOUGHT)):
            provider.body = fuzzed.body
            stage.at(NOON + number * STEP)
            try:
                stored = collected(gate, fuzzed)
            except Exception as error:
                raise AssertionError(f"payload({SEED}, {number}): {fuzzed.body!r:.2000}") from error
            assert ledger.body_of(stored) == fuzzed.body
    states = dict(FetchLog.objects.exclude(endpoint="sports").values_list("state").annotate(Count("pk")))
    with capsys.disabled():
        print(f"\nfuzz: seed {SEED}, {BOUGHT:,} payloads bought: {states}")  # noqa: T201
    assert set(states) <= {CallState.STORED, CallState.FAILED}
    assert states[CallState.STORED] > 0.6 * BOUGHT


def collected(gate: Gate, fuzzed: Fuzzed) -> RawResponse:
    try:
        received = gate.call(fuzzed.call, Purpose.LIVE)
        take_in(received)
    except UnusableAnswer as error:
        return RawResponse.objects.get(call=error.row)
    return received.stored


def fuzzed_stage(stage, provider: Provider):
    stage.terms = dataclasses.replace(stage.terms, base_url=f"http://127.0.0.1:{provider.server_port}/v4", quota=10**6)
    return stage
