"""Real recorded answers: what is stored is what a few lines of plain counting find in the files.

The recordings are not part of the project; these tests skip where they are absent.
"""

import gzip
import json
import os
import random
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from collectors.recorded import RecordingOptions, import_responses
from collectors.verification import verify
from events.models import Event
from odds.fingerprint import fingerprint
from odds.markets import is_lay
from odds.models import Odds, OddsSnapshot

DATA = settings.BASE_DIR.parent / "shared" / "data"
SEQUENCES = {
    name: DATA / "sequences" / file
    for name, file in {
        "wnba": "wnba_odds_us_american_2026-07-27_to_31.jsonl.gz",
        "nfl": "nfl_odds_us_american_2025-11-23.jsonl.gz",
        "mlb": "mlb_odds_us_american_2026-07-25.jsonl.gz",
    }.items()
}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recordings in ../shared/data are not here"),
]


def recount(path: Path) -> dict[str, int]:
    """Counts straight from the JSON, by nobody's code but these lines."""
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()]
    seen, found = {}, dict.fromkeys(("snapshots", "live_snapshots", "price_points", "changes", "moved_starts"), 0)
    for taken, event in ((line["captured_at"], event) for line in lines for event in line["response"]):
        prices = {
            (book["key"], market["key"], outcome["name"]): (outcome["price"], outcome.get("point"))
            for book in event["bookmakers"] for market in book["markets"] for outcome in market["outcomes"]
        }  # fmt: skip
        before, start = seen.get(event["id"], ({}, event["commence_time"]))
        found["snapshots"] += 1
        found["live_snapshots"] += datetime.fromisoformat(taken) >= datetime.fromisoformat(event["commence_time"])
        found["price_points"] += len(prices)
        found["changes"] += sum(before.get(key) != price for key, price in prices.items())
        found["moved_starts"] += start != event["commence_time"]
        seen[event["id"]] = prices, event["commence_time"]
    return {"events": len(seen), **found}


def stored() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM odds_price_points")
        (points,) = cursor.fetchone()
        cursor.execute("""
            SELECT count(*) FROM (
                SELECT commence_time, lag(commence_time) OVER (PARTITION BY event_id ORDER BY snapshot_time) AS before
                FROM odds_oddssnapshot
            ) AS starts WHERE before <> commence_time
        """)
        (moved,) = cursor.fetchone()
    return {
        "events": Event.objects.count(),
        "snapshots": OddsSnapshot.objects.count(),
        "live_snapshots": OddsSnapshot.objects.filter(is_live=True).count(),
        "price_points": points,
        "changes": Odds.objects.count(),
        "moved_starts": moved,
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", SEQUENCES)
def test_a_sequence_is_stored_as_it_was_recorded(name):
    report = import_responses([SEQUENCES[name]], RecordingOptions())
    expected = recount(SEQUENCES[name])
    assert stored() == expected
    assert (len(report.events), report.snapshots, report.live_snapshots, report.price_points, report.runs) == tuple(
        expected[count] for count in ("events", "snapshots", "live_snapshots", "price_points", "changes")
    )
    assert (report.rejected, report.unreadable, report.problems) == (0, 0, [])
    assert verify(Event.objects.all()).examples == []


@pytest.mark.django_db
def test_as_of_is_the_newest_answer_at_or_before_the_instant():
    import_responses([SEQUENCES["wnba"]], RecordingOptions())
    lines = [json.loads(line) for line in gzip.decompress(SEQUENCES["wnba"].read_bytes()).splitlines()]
    chance = random.Random(20260727)
    for line in chance.sample(lines, 40):
        moment = datetime.fromisoformat(line["captured_at"])
        for event in line["response"]:
            expected = {
                (book["key"], market["key"], outcome["name"], outcome["price"])
                for book in event["bookmakers"] for market in book["markets"] for outcome in market["outcomes"]
            }  # fmt: skip
            rows = Odds.objects.filter(event__api_id=event["id"]).as_of(moment)
            assert set(rows.values_list("bookmaker__key", "market__key", "outcome__name", "price")) == expected


@pytest.fixture
def shuffled(tmp_path):
    """The WNBA sequence as it was recorded, backwards, and in a random order."""
    lines = gzip.decompress(SEQUENCES["wnba"].read_bytes()).splitlines(keepends=True)
    orders = {"forwards": lines, "backwards": lines[::-1], "shuffled": random.Random(1).sample(lines, len(lines))}
    for name, order in orders.items():
        (tmp_path / f"{name}.jsonl").write_bytes(b"".join(order))
    return tmp_path


@pytest.mark.django_db
def test_order_repeats_and_batches_leave_no_trace(shuffled):
    from django.db import transaction

    found = {}
    for name, batch_size in (("forwards", 8_000), ("backwards", 500), ("shuffled", 300)):
        with transaction.atomic():
            for _ in range(2):
                import_responses([shuffled / f"{name}.jsonl"], RecordingOptions(), batch_size=batch_size)
            found[name] = fingerprint()
            transaction.set_rollback(True)
    assert len(set(found.values())) == 1, found


IMPORT = """
import sys
from pathlib import Path
import django
django.setup()
from collectors.recorded import RecordingOptions, import_responses
import_responses([Path(sys.argv[1])], RecordingOptions(), batch_size=100)
"""


@pytest.mark.django_db(transaction=True)
def test_an_import_killed_again_and_again_ends_as_if_it_had_not_been(shuffled):
    """Killed with signal 9 at random instants, some of them with part of the file stored, then run to its end."""
    import_responses([shuffled / "forwards.jsonl"], RecordingOptions())
    expected, whole = fingerprint(), OddsSnapshot.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE events_event CASCADE")
    chance, halfway = random.Random(9), 0
    for _ in range(4):
        process = start_import(shuffled / "shuffled.jsonl")
        before = OddsSnapshot.objects.count()
        deadline = time.monotonic() + 20
        while OddsSnapshot.objects.count() <= before < whole and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.01)
        time.sleep(chance.random() * 0.2)
        process.kill()
        process.wait()
        halfway += 0 < OddsSnapshot.objects.count() < whole
    assert halfway >= 2, "the kills came before or after the import, not during it"
    finished = start_import(shuffled / "shuffled.jsonl")
    assert finished.wait(60) == 0
    assert fingerprint() == expected


def start_import(path: Path) -> subprocess.Popen:
    parameters = connection.get_connection_params()
    url = f"postgres://{parameters['user']}@/{parameters['dbname']}?host={parameters['host']}"
    return subprocess.Popen(
        [sys.executable, "-c", IMPORT, str(path)],
        env={**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "oddsproject.settings"},
        cwd=settings.BASE_DIR,
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("mlb_odds_us_american_2024-05-24.json", {"events": 9, "snapshots": 9}),
        ("nba_event_odds_player_points_american_CLE-ORL_2024-02-22.json", {"events": 1, "snapshots": 1}),
        ("nba_odds_american_inplay_2022-11-23.json", {"events": 14, "snapshots": 14}),
        ("nba_odds_eu_decimal_pinnacle_2021-11-13.json", {"events": 11, "snapshots": 11}),
        ("nba_odds_us_decimal_2023-11-06.json", {"events": 12, "snapshots": 12}),
        ("nba_scores_2024-02.json", {"events": 21, "snapshots": 0, "scores": 0}),
        ("nfl_scores_2022-10-03.json", {"events": 14, "snapshots": 0, "scores": 14}),
    ],
)
def test_single_answers_are_stored_whole(file, expected):
    path = DATA / "odds_api_v4" / file
    body = json.loads(path.read_bytes())
    updates = [book.get("last_update") or book["markets"][0]["last_update"] for book in books_in(body)]
    captured_at = datetime.fromisoformat(max(updates, default="2024-02-20T12:00:00Z"))
    report = import_responses([path], RecordingOptions(captured_at=captured_at))
    points = sum(len(market["outcomes"]) for book in books_in(body) for market in book["markets"])
    assert (report.price_points, report.runs, report.rejected) == (points, points, 0)
    assert (report.unreadable, report.problems) == (0, [])
    counted = {"events": len(report.events), "snapshots": report.snapshots, "scores": report.scores}
    assert expected.items() <= counted.items()
    assert verify(Event.objects.all()).examples == []


def books_in(body) -> list[dict]:
    return [book for event in (body if isinstance(body, list) else [body]) for book in event.get("bookmakers", [])]


@pytest.mark.django_db
def test_the_answer_in_play_is_told_from_its_own_start():
    """Some games had begun by 01:05:31, the time of the newest price; the first at 00:32:18, as it was observed."""
    path = DATA / "odds_api_v4" / "nba_odds_american_inplay_2022-11-23.json"
    report = import_responses([path], RecordingOptions(captured_at=datetime.fromisoformat("2022-11-23T01:05:31Z")))
    live = Event.objects.filter(snapshots__is_live=True).order_by("commence_time")
    assert report.live_snapshots == len(live) < 14
    assert live[0].commence_time.isoformat() == "2022-11-23T00:32:18+00:00"


@pytest.mark.django_db
def test_lay_prices_are_kept_apart():
    path = DATA / "odds_api_v4" / "nba_odds_american_inplay_2022-11-23.json"
    import_responses([path], RecordingOptions(captured_at=datetime.fromisoformat("2022-11-23T01:05:31Z")))
    lay = Odds.objects.filter(market__key="h2h_lay")
    assert lay.exists()
    assert all(is_lay(row.market.key) for row in lay.select_related("market"))
    assert not Odds.objects.for_market("h2h").filter(market__key__endswith="_lay").exists()


@pytest.mark.django_db
def test_decimal_prices_are_as_received():
    path = DATA / "odds_api_v4" / "nba_odds_eu_decimal_pinnacle_2021-11-13.json"
    import_responses([path], RecordingOptions(captured_at=datetime.fromisoformat("2021-11-14T12:00:00Z")))
    received = [
        outcome["price"]
        for book in books_in(json.loads(path.read_bytes())) for market in book["markets"]
        for outcome in market["outcomes"]
    ]  # fmt: skip
    assert sorted(Odds.objects.values_list("decimal_price", flat=True)) == sorted(received)


@pytest.mark.django_db
def test_scores_of_games_over_and_under_way():
    import_responses(
        [DATA / "odds_api_v4" / "nfl_scores_2022-10-03.json"],
        RecordingOptions(captured_at=datetime.fromisoformat("2022-10-03T03:00:00Z")),
    )
    statuses = Event.objects.values_list("status", flat=True)
    assert sorted(statuses) == ["final"] * 13 + ["live"]
