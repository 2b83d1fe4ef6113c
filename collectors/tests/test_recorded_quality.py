"""All rules over all recorded data: how much each finds in each file, and why.

Real feeds are mostly clean, and so is what the rules say of them. The recordings are not part of the project; these
tests skip where they are absent.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from django.db.models import Count, Sum

from collectors.recorded import RecordingOptions, import_responses
from odds.models import Odds
from quality.models import DataQualityLog

from .tables_as_answers import daily, line_history
from .test_recorded_data import DATA, SEQUENCES, books_in

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="the recordings in ../shared/data are not here"),
]


class Expected(NamedTuple):
    """What the rules find of one type: entries of the log, and in how many snapshots they were seen."""

    kind: str
    entries: int
    sightings: int
    why: str


DECIDED = "games in play that are all but decided"

SINGLES: dict[str, list[Expected]] = {
    "mlb_odds_us_american_2024-05-24.json": [
        Expected("unusual_overround", 2, 2, "1.99 % of BetOnline and 1.89 % of SuperBook: reduced juice, once each"),
    ],
    "nba_event_odds_player_points_american_CLE-ORL_2024-02-22.json": [],
    "nba_odds_american_inplay_2022-11-23.json": [],
    "nba_odds_eu_decimal_pinnacle_2021-11-13.json": [
        Expected("unusual_overround", 5, 5, "Betfair asks 68 to 85 % where nobody has offered yet (4); Marathonbet's "
                                            "1.17 against 3.55 leave 0.11 %"),
    ],
    "nba_odds_us_decimal_2023-11-06.json": [],
    "nba_scores_2024-02.json": [],
    "nfl_scores_2022-10-03.json": [],
}  # fmt: skip
OVER_TIME: dict[str, list[Expected]] = {
    "wnba": [
        Expected("price_out_of_range", 11, 12, f"-12000 to -100000 in {DECIDED}"),
        Expected("unusual_overround", 6, 7, f"BetMGM's shortest pair of -10000 and +3300, 1.95 %, and one of FanDuel "
                                            f"at 0.89 %, in {DECIDED}"),
    ],
    "nfl": [
        Expected("price_out_of_range", 16, 23, f"-10099 to -100000 in {DECIDED}"),
        Expected("unusual_overround", 8, 10, f"0.89 to 1.97 % in {DECIDED}"),
    ],
    "mlb": [
        Expected("price_out_of_range", 16, 21, f"-12000 to -200000 in {DECIDED}"),
        Expected("unusual_overround", 37, 57, f"in {DECIDED}: 1.21 to 1.95 % of three bookmakers (18), 15.2 to 19.8 % "
                                              f"of BetRivers' last spreads and totals (19)"),
    ],
}  # fmt: skip
TABLES: dict[str, list[Expected]] = {
    "nba_odds_au_decimal_daily_20260303_to_20260415.csv.gz": [
        Expected("start_moved", 1, 1, "Denver at the Lakers, 14 March: two hours later than stated the day before"),
        Expected("unusual_overround", 36, 36, "Betfair the evening before, with hardly an offer: 17 to 98 % (33); "
                                              "PlayUp and PointsBet at -5000 and shorter: 1.79 to 1.95 % (3)"),
    ],
    "nba_line_history_us_2026-01-01_to_2026-01-17.csv.gz": [
        Expected("stale", 278, 2110, "it has the time of the first sighting of a price alone, not of the last"),
    ],
}  # fmt: skip
# The share of quotes that a rule may flag in the WNBA's.
LARGEST_SHARE = 0.01


def assert_found(expected: list[Expected]) -> None:
    rows = DataQualityLog.objects.order_by("issue_type").values("issue_type", "severity").annotate(
        entries=Count("pk"), sightings=Sum("occurrences")
    )  # fmt: skip
    found = {row["issue_type"]: (row["severity"], row["entries"], row["sightings"]) for row in rows}
    assert found == {each.kind: ("warning", each.entries, each.sightings) for each in expected}
    assert not Odds.objects.filter(is_valid=False).exists()


def newest_update(path: Path) -> datetime:
    books = books_in(json.loads(path.read_bytes()))
    updates = [book.get("last_update") or book["markets"][0]["last_update"] for book in books]
    return datetime.fromisoformat(max(updates, default="2024-02-20T12:00:00Z"))


@pytest.mark.parametrize("file", SINGLES)
def test_single_answers(file):
    path = DATA / "odds_api_v4" / file
    import_responses([path], RecordingOptions(captured_at=newest_update(path)))
    assert_found(SINGLES[file])


def test_every_recorded_answer_is_looked_at():
    assert {path.name for path in (DATA / "odds_api_v4").glob("*.json")} == set(SINGLES)
    sequences = {path.name for path in SEQUENCES.values()}
    assert {path.name for path in (DATA / "sequences").glob("*.gz")} == sequences | set(TABLES)


@pytest.mark.parametrize("name", OVER_TIME)
def test_sequences(name):
    import_responses([SEQUENCES[name]], RecordingOptions())
    assert_found(OVER_TIME[name])
    assert not DataQualityLog.objects.exclude(issue_type__in=["price_out_of_range", "unusual_overround"]).exists()


@pytest.mark.parametrize("name", OVER_TIME)
def test_what_is_flagged_there_is_in_play(name):
    """Of 286,436 prices of eleven bookmakers none from before its game is flagged."""
    import_responses([SEQUENCES[name]], RecordingOptions())
    for entry in DataQualityLog.objects.select_related("event"):
        stated = entry.event.snapshots.get(snapshot_time=entry.first_seen)
        assert stated.is_live, entry.description


def test_no_rule_flags_more_than_one_wnba_quote_in_a_hundred():
    report = import_responses([SEQUENCES["wnba"]], RecordingOptions())
    notes = Odds.objects.exclude(validation_notes="").values_list("validation_notes", flat=True)
    runs = Counter(kind for note in notes for kind in note.split(", "))
    assert runs == {"price_out_of_range": 12, "unusual_overround": 10}
    assert max(runs.values()) / report.runs < LARGEST_SHARE / 10
    for each in OVER_TIME["wnba"]:
        assert 2 * each.sightings / report.price_points < LARGEST_SHARE / 10  # at most both sides of a line


def test_the_daily_answers_of_australia(tmp_path):
    (file,) = (name for name in TABLES if "_au_" in name)
    report = import_responses([daily(DATA / "sequences" / file, tmp_path / "daily.jsonl")], RecordingOptions())
    assert (len(report.events), report.price_points) == (327, 13_764)
    assert_found(TABLES[file])


def test_the_line_history(tmp_path):
    """A change log with gaps of up to 16 hours: no movement is too far for its time."""
    (file,) = (name for name in TABLES if "history" in name)
    index = DATA / "sequences" / "nba_line_history_us_snapshot_index.csv"
    recording = line_history(DATA / "sequences" / file, index, tmp_path / "history.jsonl")
    assert import_responses([recording], RecordingOptions()).price_points == 35_292
    assert_found(TABLES[file])
