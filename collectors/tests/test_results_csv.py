"""What a person's CSV of results says, row by row; wrong rows are named and cost nothing else."""

from __future__ import annotations

import csv
import gzip
import io
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.errors import UnreadablePayload
from collectors.results_csv import COLUMNS, TEMPLATE, ResultRow, read_results_csv
from events.choices import EventStatus
from odds.records import Problem

HEADER = ",".join(COLUMNS)
GAME = {"date": "2026-01-14", "home_team": "LALakers", "away_team": "Boston"}
SCORE = {"home_score": "110", "away_score": "105"}


def text_of(*rows: dict[str, str]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def read(text: str | bytes) -> list[ResultRow | Problem]:
    return list(read_results_csv(text if isinstance(text, bytes) else text.encode(), "r.csv"))


def only(**cells: str) -> ResultRow | Problem:
    [row] = read(text_of(cells))
    return row


def test_a_row_with_day_teams_and_scores():
    assert only(**GAME, **SCORE) == ResultRow(
        where="r.csv:2", day=date(2026, 1, 14), home="LALakers", away="Boston", home_score=110, away_score=105
    )


def test_the_template_is_read_as_it_is_meant():
    played, postponed = read(TEMPLATE)
    assert played == ResultRow(
        where="r.csv:2",
        sport_key="basketball_nba",
        day=date(2026, 1, 14),
        home="Los Angeles Lakers",
        away="Boston Celtics",
        home_score=110,
        away_score=105,
    )
    assert (postponed.start, postponed.status) == (datetime(2026, 1, 15, 3, tzinfo=UTC), EventStatus.POSTPONED)
    assert (postponed.home_score, postponed.completed) == (None, False)
    assert TEMPLATE.splitlines()[0] == HEADER


@pytest.mark.parametrize(
    ("cells", "completed", "status"),
    [
        (SCORE, True, None),
        ({**SCORE, "completed": "TRUE"}, True, None),
        ({**SCORE, "completed": "no"}, False, None),
        ({**SCORE, "status": "Final"}, True, None),
        ({**SCORE, "status": "live"}, False, None),
        ({"status": "cancelled"}, False, EventStatus.CANCELLED),
        ({"status": "postponed", "completed": "0"}, False, EventStatus.POSTPONED),
        ({"home_score": "110.0", "away_score": " 105 "}, True, None),
    ],
)
def test_how_a_game_ended(cells, completed, status):
    row = only(**GAME, **cells)
    assert isinstance(row, ResultRow)
    assert (row.completed, row.status) == (completed, status)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({**GAME, **SCORE, "home_score": "W"}, "home_score 'W' is no whole number"),
        ({**GAME, **SCORE, "away_score": "-3"}, "away_score '-3' is no whole number"),
        ({**GAME, **SCORE, "away_score": "10.5"}, "away_score '10.5' is no whole number"),
        ({**GAME, **SCORE, "away_score": "123456"}, "away_score '123456' is no whole number"),
        ({**GAME, "home_score": "110"}, "one score alone"),
        ({**GAME}, "no scores, and no status postponed or cancelled"),
        ({**GAME, "status": "scheduled"}, "no scores, and no status postponed or cancelled"),
        ({**GAME, "status": "postponed", "completed": "yes"}, "no scores, and no status postponed or cancelled"),
        ({**GAME, **SCORE, "status": "postponed"}, "status postponed with a score"),
        ({**GAME, **SCORE, "status": "live", "completed": "true"}, "status live and completed true"),
        ({**GAME, **SCORE, "status": "final", "completed": "no"}, "status final and completed no"),
        ({**GAME, **SCORE, "completed": "maybe"}, "completed 'maybe' is neither true nor false"),
        (
            {**GAME, **SCORE, "status": "over"},
            "status 'over' is none of scheduled, live, final, cancelled, postponed",
        ),
        ({**GAME, **SCORE, "date": "2026-02-30"}, "date '2026-02-30' is no day; write it as 2026-01-14"),
        ({**GAME, **SCORE, "date": "14/01/2026"}, "date '14/01/2026' is no day; write it as 2026-01-14"),
        ({**GAME, **SCORE, "date": "0026-01-14"}, "date 0026-01-14 is not in the years 1870 to 2100"),
        (
            {**GAME, **SCORE, "commence_time": "2026-01-15T00:30"},
            "commence_time '2026-01-15T00:30' is no instant with its zone; write it as 2026-01-15T00:30:00Z",
        ),
        ({**GAME, **SCORE, "away_team": ""}, "it names one team only"),
        (SCORE, "which game? event_id is empty, and so are teams or date and commence_time"),
        (
            {**SCORE, "home_team": "a", "away_team": "b"},
            "which game? event_id is empty, and so are teams or date and commence_time",
        ),
    ],
)
def test_a_wrong_row_is_named_and_the_others_are_read(cells, reason):
    good = {"event_id": "a1", **SCORE}
    first, wrong, last = read(text_of(good, cells, good))
    assert wrong == Problem("bad_row", f"r.csv:3: {reason}; left out")
    assert isinstance(first, ResultRow)
    assert isinstance(last, ResultRow)


def test_a_start_may_be_written_with_a_blank_and_an_offset():
    row = only(**{**GAME, **SCORE, "date": "", "commence_time": "2026-01-14 19:30:00-05:00"})
    assert isinstance(row, ResultRow)
    assert row.start == datetime(2026, 1, 15, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("event_id,home_points,away_score", "no column is called 'home_points'; known: event_id, sport_key, date"),
        ("event_id,home_score,away_score,home_score", "a column is there twice: "),
        ("home_team,away_team,home_score,away_score", "event_id is needed, or home_team, away_team and date or"),
        ("event_id,home_score", "home_score and away_score are needed, or status"),
        ("event_id;home_score;away_score", "completed, status; columns are separated by commas"),
        ("", "it is empty"),
    ],
)
def test_a_file_without_the_columns_needed_is_refused_at_once(header, reason):
    with pytest.raises(UnreadablePayload, match=r"^r\.csv: ") as refused:
        read(header)
    assert reason in str(refused.value)


def test_a_file_in_another_encoding_is_refused():
    with pytest.raises(UnreadablePayload, match="no CSV in UTF-8"):
        read(f"{HEADER}\n,,2026-01-14,,Montr\xe9al,Boston,1,2,,\n".encode("latin-1"))


@pytest.mark.parametrize("start", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0"], ids=["xlsx", "xls"])
def test_a_workbook_is_told_as_what_it_is(start):
    with pytest.raises(UnreadablePayload, match="this is an Excel workbook; save it as CSV"):
        read(start + b"\x14\x00\x06")


def test_a_file_of_a_spreadsheet_is_read():
    text = text_of({**GAME, **SCORE}).replace("\n", "\r\n") + ",,,,,,,,,\r\n\r\n"
    assert len(read("\ufeff" + text)) == 1
    assert read(gzip.compress(text.encode())) == read(text)


def test_a_quote_that_is_never_closed_costs_the_rest_and_no_more():
    text = text_of({**GAME, **SCORE}) + ',,2026-01-15,,"LALakers,' + "x" * 200_000
    row, problem = read(text)
    assert isinstance(row, ResultRow)
    assert problem.text == "r.csv:2: no CSV: field larger than field limit (131072); left out from there on"


def test_a_row_with_more_cells_than_columns_is_named():
    assert read(f"{HEADER}\na1,,,,,,1,2,,,surplus\n")[0].text.startswith("r.csv:2: it has more cells")


cells = st.text(max_size=12) | st.sampled_from(["", "110", "true", "final", "2026-01-14", "2026-01-15T00:30:00Z"])


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(COLUMNS, cells)), max_size=4))
def test_no_row_stops_the_reading(rows):
    for each in read(text_of(*rows)):
        assert isinstance(each, Problem) or each.event_id or (each.home and (each.day or each.start))
