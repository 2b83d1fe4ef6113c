"""The figures, each with its peer measured in the same run on the same server."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from functools import partial
from math import inf
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

from django.db import connection, transaction
from django.utils import timezone

from collectors import counting, ledger
from collectors.choices import Purpose
from collectors.gate import SANDBOX_KEY, Gate, Terms
from collectors.intake import take_in
from collectors.models import CreditPeriod, FetchLog
from collectors.pipeline import ingest
from collectors.recorded import RecordingOptions, import_responses
from collectors.spool import Place
from collectors.the_odds_api.answers import Answer as WholeAnswer
from collectors.the_odds_api.endpoints import Wanted, odds
from collectors.the_odds_api.normaliser import read_event
from collectors.the_odds_api.payloads import split_events
from events.models import Event
from odds.choices import OddsFormat, Source
from odds.event_lines import CLOSING_SQL
from odds.models import Odds
from odds.records import Asked

from . import specification
from .recording import BOOKS, MARKETS, POINTS_PER_BOOK, Answer, Recording

Figure = dict[str, Any]
ASKED = Asked.of(OddsFormat.AMERICAN, MARKETS)


def bulk_ingest(recording: Recording, folder: Path, rounds: int) -> Figure:
    """1: price points a second of `import_responses`, over binary COPY of the same dense rows, encoded beforehand."""
    path, encoded = folder / "bulk.jsonl", list(_narrow_rows(recording.answers()))
    write_recording(recording.answers(), path)
    ours, peers = [], []
    for _ in range(rounds):  # in turns, so that a slow minute of the machine hits both
        empty_tables()
        ours.append(recording.price_points / seconds(lambda: import_file(path)))
        peers.append(recording.price_points / seconds(lambda: _copy_narrow(encoded)))
    path.unlink()
    execute("DROP TABLE narrow")
    return {
        "figure": 1,
        "what": "bulk ingest with decode, checks and raw kept, against pre-encoded binary COPY into one narrow table",
        "price_points": recording.price_points,
        "price_points_per_second": round(median(ours)),
        "peer_rows_per_second": round(median(peers)),
        "fraction": round(median(ours) / median(peers), 3),
        "goal": ">= 0.6",
    }


def live_response(recording: Recording, rounds: int) -> Figure:
    """2: one answer durable, raw and normalised, over one save() a row into the tables of the specification.

    A save() is a transaction of its own unless somebody wraps it; both are measured.
    """
    specification.create_tables()
    ours, peers, wrapped = [], [], []
    for number, answer in enumerate(recording.answers()):
        ours.append(seconds(lambda answer=answer: _ingest(answer)))
        if number % (recording.snapshots // rounds) == 0:
            peers.append(seconds(lambda answer=answer: specification.save_each_row(answer)))
            with transaction.atomic():
                wrapped.append(seconds(lambda answer=answer: specification.save_each_row(answer)))
    specification.drop_tables()
    return {
        "figure": 2,
        "what": "one answer of 24 games, 10 books and 3 markets durable, raw and normalised, against a save() a row",
        "price_points": len(answer.rows),
        "seconds": round(median(ours), 4),
        "peer_seconds": round(median(peers), 4),
        "times_faster": round(median(peers) / median(ours), 1),
        "peer_in_one_transaction_seconds": round(median(wrapped), 4),
        "times_faster_than_in_one_transaction": round(median(wrapped) / median(ours), 1),
        "goal": ">= 30",
    }


def collected_response(recording: Recording, folder: Path) -> Figure:
    """2, as collected: the same from the last byte on, with spool, ledger and the whole answer kept."""
    took = []
    terms = Terms(
        base_url="http://127.0.0.1/v4", key=SANDBOX_KEY, quota=10**8, reserve_fraction=0.02, spool=folder / "spool"
    )
    with Gate(terms) as gate:
        for number, answer in enumerate(recording.answers()):
            row, place = _sent(gate, number)
            took.append(seconds(partial(_store_as_collected, gate, row, place, _answered(answer, number))))
    return {
        "figure": 2.1,
        "what": "the same answer as collected, from its last byte on: spooled with fsync, in the ledger, kept whole",
        "seconds": round(median(took), 4),
    }


def _store_as_collected(gate: Gate, row: FetchLog, place: Place, answer: WholeAnswer) -> None:
    take_in(gate.settle(row, place.keep(row.request_id, answer), call="odds"))


def _sent(gate: Gate, number: int) -> tuple[FetchLog, Place]:
    """A call that waits for its answer, and the place for it."""
    now = timezone.now()
    if counting.current_period(SANDBOX_KEY) is None:
        CreditPeriod.objects.create(account=SANDBOX_KEY, started_at=now)
    request_id = uuid4()
    place = gate.spool.set_aside(request_id)
    row = ledger.reserve(
        odds("basketball_nba", Wanted(markets=tuple(MARKETS), regions=("us",))),
        request_id=request_id, account=SANDBOX_KEY, purpose=Purpose.LIVE, tick=None, attempt=1,
        holder=gate.holder.number, now=now, quota=10**8, reserve_fraction=0.02, live_need=0,
    )  # fmt: skip
    ledger.mark_sent(row, now)
    return row, place


def _answered(answer: Answer, number: int) -> WholeAnswer:
    used = 3 * (number + 1)
    headers = {
        "x-requests-used": str(used), "x-requests-remaining": str(10**8 - used), "x-requests-last": "3",
    }  # fmt: skip
    return WholeAnswer(
        status=200, headers=headers, body=answer.body, received_at=answer.captured_at, response_time_ms=100
    )


def bytes_per_price_point(recording: Recording) -> Figure:
    """3: bytes a price point in `odds`, over the table of the specification; and with the raw answers together.

    Takes the tables as `bulk_ingest` left them, filled with the same recording.
    """
    specification.create_tables()
    specification.fill(recording.answers())
    odds, raw, peer = (
        _size(table) / recording.price_points for table in ("odds_odds", "odds_oddssnapshot", "specification_odds")
    )
    specification.drop_tables()
    return {
        "figure": 3,
        "what": "bytes a price point, heap and indexes, at 10 % moves, against the table of the specification",
        "price_points": recording.price_points,
        "rows_of_odds": Odds.objects.count(),
        "bytes": round(odds, 1),
        "peer_bytes": round(peer, 1),
        "times_fewer": round(peer / odds, 1),
        "raw_bytes": round(raw, 1),
        "raw_and_normalised_bytes": round(odds + raw, 1),
        "goal": ">= 15 times fewer; <= 36 B raw and normalised",
    }


def as_of(small: Recording, large: Recording, folder: Path, queries: int) -> Figure:
    """4: how the median time of an as-of query for one event grows with the table. Starts from an empty one."""
    empty_tables()
    before = _load_and_ask(small, folder, queries)
    after = _load_and_ask(large, folder, queries)
    return {
        "figure": 4,
        "what": "all prices of one event as of an instant: growth of the median with the table",
        "price_points": [small.price_points, small.price_points + large.price_points],
        "milliseconds": [round(before * 1000, 3), round(after * 1000, 3)],
        "growth": round(after / before, 2),
        "goal": "<= 1.5",
    }


def closing_lines(season: Recording) -> Figure:
    """5: the closing lines of a season in one query, over the fastest SQL on the table of the specification.

    Both are timed inside PostgreSQL, where the query is answered, and delivered to Python, which costs both the same.
    Beside the table of odds the specification has one of snapshots; SQL that finds the instants there is told apart.
    Takes the tables as `load_season` left them.
    """
    ours, ours_delivered = _times(_closing_query())
    times = {name: _times(sql) for name, sql in specification.CLOSING_LINES.items()}
    peer, *alternatives = sorted(times, key=lambda name: times[name])
    if peer == specification.WITH_SNAPSHOTS:
        peer = alternatives[0]
    same = set(fetch(_closing_query())) == set(fetch(specification.CLOSING_LINES[peer]))
    with_snapshots = times[specification.WITH_SNAPSHOTS]
    return {
        "figure": 5,
        "what": "closing lines of a season in one query, against the fastest SQL on the table of the specification",
        "games": season.games,
        "price_points": season.price_points,
        "rows": season.games * season.books * POINTS_PER_BOOK,
        "same_rows_as_peer": same,
        "seconds": round(ours, 4),
        "peer": peer,
        "peer_seconds": round(times[peer][0], 4),
        "times_faster": round(times[peer][0] / ours, 1),
        "times_faster_delivered": round(times[peer][1] / ours_delivered, 1),
        "times_faster_than_with_the_snapshots_table": round(with_snapshots[0] / ours, 1),
        "goal": ">= 25",
    }


def _closing_query() -> str:
    """The query behind `closing_line`, with names in place of keys, as the peers give them."""
    everything = (
        CLOSING_SQL.replace("event.id = ANY(%s)", "true")
        .replace("odds.bookmaker_id = ANY(%s)", "true")
        .replace("odds.market_id = ANY(%s)", "true")
    )
    return f"""
        SELECT event.api_id, bookmaker.key AS book, market.key AS market, outcome.name, closing.price, closing.point
        FROM ({everything}) AS closing
        JOIN events_event AS event ON event.id = closing.event_id
        JOIN odds_bookmaker AS bookmaker ON bookmaker.id = closing.bookmaker_id
        JOIN odds_market AS market ON market.id = closing.market_id
        JOIN odds_outcome AS outcome ON outcome.id = closing.outcome_id
    """


def _times(sql: str) -> tuple[float, float]:
    """The least seconds of three for a query to be answered within PostgreSQL, and to be delivered to Python."""
    inside = f"SELECT count(*) FROM ({sql} OFFSET 0) AS answer"
    return min(seconds(lambda: fetch(inside)) for _ in range(3)), min(seconds(lambda: fetch(sql)) for _ in range(3))


def seconds(work: Callable[[], object]) -> float:
    begin = perf_counter()
    work()
    return perf_counter() - begin


def timed(times: int, *works: Callable[[], Any]) -> list[tuple[float, Any]]:
    """The least seconds of so many times that each of these takes, and its last answer.

    They take turns, so that a slow moment of the machine hits all.
    """
    least, answers = [inf] * len(works), [None] * len(works)
    for _ in range(times):
        for number, work in enumerate(works):
            begin = perf_counter()
            answers[number] = work()
            least[number] = min(least[number], perf_counter() - begin)
    return list(zip(least, answers, strict=True))


def load(recording: Recording, folder: Path) -> None:
    path = folder / "recording.jsonl"
    write_recording(recording.answers(), path)
    import_file(path)
    path.unlink()


def write_recording(answers: Iterable[Answer], path: Path) -> None:
    with path.open("wb") as file:
        for answer in answers:
            file.write(b'{"captured_at":"%b","response":%b}\n' % (answer.captured_at.isoformat().encode(), answer.body))


def import_file(path: Path) -> None:
    import_responses([path], RecordingOptions())


def empty_tables() -> None:
    execute("TRUNCATE events_event, odds_outcome, odds_bookmaker, odds_market, odds_scope RESTART IDENTITY CASCADE")
    execute("TRUNCATE odds_odds RESTART IDENTITY")


def _ingest(answer: Answer) -> None:
    read = [
        read_event(event, snapshot_time=answer.captured_at, asked=ASKED, source=Source.LIVE)
        for event in split_events(answer.body)
    ]
    ingest(read)


def _narrow_rows(answers: Iterable[Answer]) -> Iterable[bytes]:
    """The dense rows as PostgreSQL's binary COPY wants them, in chunks of a megabyte."""
    row = struct.Struct("!hiiiqihihiiiiif")
    books = {book: number for number, book in enumerate(BOOKS)}
    markets = {market: number for number, market in enumerate(MARKETS)}
    chunk = bytearray(b"PGCOPY\n\xff\r\n\0" + bytes(8))
    for answer in answers:
        at = int((answer.captured_at.timestamp() - 946_684_800) * 1_000_000)
        for number, (event_id, book, market, _, price, point) in enumerate(answer.rows):
            chunk += row.pack(
                7,
                4,
                int(event_id, 16),
                8,
                at,
                2,
                books[book],
                2,
                markets[market],
                4,
                number % 60,
                4,
                price,
                4,
                point or 0,
            )
        if len(chunk) > 1 << 20:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk + b"\xff\xff")


def _copy_narrow(encoded: Iterable[bytes]) -> None:
    execute("DROP TABLE IF EXISTS narrow")
    execute("""
        CREATE TABLE narrow (
            event int, at timestamptz, book smallint, market smallint, outcome int, price int, point real
        )
    """)
    execute("CREATE INDEX ON narrow (event, at)")
    with connection.cursor() as cursor, cursor.copy("COPY narrow FROM STDIN (FORMAT BINARY)") as copy:
        for chunk in encoded:
            copy.write(chunk)


def _load_and_ask(recording: Recording, folder: Path, queries: int) -> float:
    """The median seconds of an as-of query over random events and instants, once the recording is loaded."""
    load(recording, folder)
    execute("VACUUM (ANALYZE) events_event, odds_odds, odds_oddssnapshot")
    chance = Random(queries)
    events = list(Event.objects.values_list("id", "commence_time"))
    times = []
    for _ in range(queries):
        event_id, start = chance.choice(events)
        moment = start - recording.step * chance.randrange(recording.snapshots * 9 // 10)
        rows = Odds.objects.filter(event_id=event_id).as_of(moment).values_list("outcome_id", "price", "point")
        times.append(seconds(lambda rows=rows: list(rows)))
    return median(times)


def fetch(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return list(cursor.fetchall())


def execute(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def _size(table: str) -> int:
    return int(fetch(f"SELECT pg_total_relation_size('{table}')")[0][0])
