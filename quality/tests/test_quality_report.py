"""`manage.py quality_report`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from events.tests.factories import TIP, make_event
from odds.tests.factories import make_pair, make_snapshot

pytestmark = pytest.mark.django_db

PERIOD = ("--from", "2026-01-14", "--to", "2026-01-14")


@pytest.fixture
def offers():
    """Seen twice on 14 January, and once in play the day after."""
    event = make_event()
    for hour in (18, 19):
        make_snapshot(event, snapshot_time=TIP.replace(day=14, hour=hour))
    make_snapshot(event, snapshot_time=TIP.replace(hour=1))
    for bookmaker in ("fanduel", "betmgm"):
        make_pair(event, bookmaker, prices={"home": -110, "away": -110}, odds_timestamp=TIP.replace(day=14, hour=18))
    return event


def run(*args) -> str:
    out = StringIO()
    call_command("quality_report", *args, stdout=out)
    return out.getvalue()


def test_each_market_has_a_table_with_a_row_for_each_bookmaker(offers):
    title, _, market, heading, _, *rows = run(*PERIOD).splitlines()
    assert title.strip() == "Quality, 2026-01-14 00:00 to 2026-01-15 00:00 UTC"
    assert market.strip() == "h2h"
    assert heading.split()[:3] == ["Bookmaker", "Coverage", "Age"]
    assert [row.split()[:3] for row in rows[:2]] == [["betmgm", "100.0", "%"], ["fanduel", "100.0", "%"]]
    assert "4.76 ± 0.00" in rows[0]


def test_nothing_is_cut_at_eighty_columns(offers, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert "…" not in run(*PERIOD)


def test_under_it_stand_the_totals_and_the_resolution(offers):
    assert run(*PERIOD).splitlines()[-2:] == [
        "4 of 4 asked were quoted, 0.0 % missing; 0 flags, 0.0 % of those quoted.",
        "Snapshots of an event are 1 h apart (median); what moved between two, moved at once. "
        "That is too coarse to tell who was first within 30 min.",
    ]


def test_json_is_a_list_of_all_figures(offers):
    rows = json.loads(run(*PERIOD, "--json"))
    assert [row["bookmaker"] for row in rows] == ["betmgm", "fanduel"]
    assert rows[0] == {
        "bookmaker": "betmgm",
        "market": "h2h",
        "asked": 2,
        "quoted": 2,
        "coverage": 1.0,
        "last_quoted": "2026-01-14T19:30:00Z",
        "changes": 0,
        "age_median_seconds": None,
        "age_p95_seconds": None,
        "flags": 0,
        "flags_per_thousand": 0.0,
        "lines": 2,
        "overround_median": pytest.approx(1 / 21),
        "overround_mad": 0.0,
        "moves": 0,
        "first": 0.0,
        "first_share": None,
        "resolution_seconds": 3600.0,
    }


def test_it_is_narrowed_down_by_what_people_type(offers):
    rows = json.loads(run(*PERIOD, "--json", "--bookmaker", "Fan Duel", "--market", "moneyline", "--sport", "nba"))
    assert [(row["bookmaker"], row["market"]) for row in rows] == [("fanduel", "h2h")]


def test_in_play_only_if_wanted(offers):
    period = ("--from", "2026-01-15", "--to", "2026-01-15", "--json")
    assert json.loads(run(*period)) == []
    assert [row["asked"] for row in json.loads(run(*period, "--live"))] == [1, 1]


def test_the_days_end_now_unless_told(offers):
    assert json.loads(run("--days", "7", "--json")) == []
    assert len(json.loads(run("--days", "3", "--to", "2026-01-15", "--json"))) == 2


def test_nothing_is_one_line():
    assert run() == "No snapshot of this period asked for anything.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--days", "3", "--from", "2026-01-14"), "--days and --from say two things"),
        (("--from", "2026-01-15", "--to", "2026-01-13"), "--from: 2026-01-15 is not before the end"),
        (("--from", "yesterday"), "--from: 'yesterday' is no day"),
        (("--bookmaker", "nobody"), "nobody"),
    ],
)
def test_what_cannot_be_meant_is_one_line(options, message):
    with pytest.raises(CommandError, match=message):
        run(*options)
