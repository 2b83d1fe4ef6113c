import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from events.tests.factories import TIP
from odds.management.commands.db_stats import size

from .factories import make_event, make_odds, make_pair, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch):
    """Output goes into a pipe of no particular width."""
    monkeypatch.delenv("COLUMNS", raising=False)


COMMANDS_OF_AN_EVENT = (
    "show_odds", "line_movement", "best_odds", "compare_bookmakers", "opening_line", "closing_line",
)  # fmt: skip


def at(minutes_before_tip):
    return TIP - timedelta(minutes=minutes_before_tip)


def run(command, *args):
    out = StringIO()
    call_command(command, *args, stdout=out)
    return out.getvalue()


def answer(command, *args):
    return json.loads(run(command, *args, "--json"))


@pytest.fixture
def event():
    """Spreads of two books at 60 minutes; one moves its point at 30, the other is gone by then."""
    event = make_event(api_id="c70331184b2f", closing_at=at(30))
    for minutes in (60, 30, -10):
        make_snapshot(event, snapshot_time=at(minutes))
    both = {"home": -110, "away": -110}
    make_pair(event, "fanduel", "spreads", prices=both, point=-3.5, odds_timestamp=at(60), valid_until=at(30))
    make_pair(event, "draftkings", "spreads", prices=both, point=-3.5, odds_timestamp=at(60), valid_until=at(30))
    make_pair(event, "fanduel", "spreads", prices={"home": -105, "away": -115}, point=-4, odds_timestamp=at(30))
    return event


def test_show_odds_lists_what_stood_with_the_names_of_the_data_model(event):
    rows = answer("show_odds", "--event-id", "c70331184b2f", "--as-of", "2026-01-14T23:35:00Z")
    assert [(row["bookmaker"], row["side"], row["point"]) for row in rows] == [
        ("draftkings", "away", 3.5), ("draftkings", "home", -3.5), ("fanduel", "away", 3.5), ("fanduel", "home", -3.5),
    ]  # fmt: skip
    assert rows[0] == {
        "event_id": "c70331184b2f",
        "bookmaker": "draftkings",
        "market": "spreads",
        "outcome": "Boston Celtics",
        "side": "away",
        "description": "",
        "point": 3.5,
        "price": -110,
        "decimal_price": pytest.approx(1.909091),
        "odds_timestamp": "2026-01-14T23:30:00Z",
        "valid_until": None,
        "last_update": None,
        "snapshot_time": "2026-01-14T23:30:00Z",
        "age_seconds": 300.0,
        "is_live": False,
        "is_valid": True,
        "validation_notes": "",
    }


@pytest.mark.parametrize("instant", ["2026-01-14T23:59:59Z", "2026-01-14 23:59:59", "2026-01-14T18:59:59-05:00"])
def test_instants_may_have_any_offset_and_are_utc_without_one(event, instant):
    assert {row["point"] for row in answer("show_odds", "--event-id", "c7", "--as-of", instant)} == {-3.5, 3.5}


def test_show_odds_says_whether_the_event_was_live(event):
    assert {row["is_live"] for row in answer("show_odds", "--event-id", "c7", "--as-of", "2026-01-15T00:39Z")} == {
        False
    }
    assert {row["is_live"] for row in answer("show_odds", "--event-id", "c7", "--as-of", "2026-01-15T00:40Z")} == {True}
    assert "in play" in run("show_odds", "--event-id", "c7", "--as-of", "2026-01-15T00:40Z")


def test_show_odds_table(event):
    lines = run("show_odds", "--event-id", "c7", "--as-of", "2026-01-15T00:05Z").splitlines()
    assert lines[0] == "Boston Celtics @ Los Angeles Lakers c70331184b2f"
    assert lines[1] == "As of 2026-01-15 00:05:00 UTC"
    assert lines[2] == "Start 2026-01-15 00:30:00 UTC, as stated then"
    assert lines[3] == "Newest snapshot 2026-01-15 00:00:00 UTC, 5 min before; before the start"
    assert lines[5].strip() == "spreads"
    assert lines[-1].split() == ["fanduel", "+4", "-115", "-4", "-105", "2026-01-15", "00:00:00"]


def test_flagged_price_has_a_warning_sign(event):
    make_odds(event, "lowvig", "h2h", is_valid=False)
    assert "⚠" in run("show_odds", "--event-id", "c7", "--market", "h2h")


def test_instant_before_the_first_snapshot_has_no_odds(event):
    assert answer("show_odds", "--event-id", "c7", "--as-of", "2020-01-01") == []
    assert "No snapshot at or before that instant" in run("show_odds", "--event-id", "c7", "--as-of", "2020-01-01")


def test_line_movement_has_a_row_for_each_change(event):
    rows = answer("line_movement", "--event-id", "c7", "--bookmaker", "Fan Duel", "--market", "spread")
    assert [(row["side"], row["point"], row["price"], row["valid_until"]) for row in rows] == [
        ("away", 3.5, -110, "2026-01-15T00:00:00Z"),
        ("away", 4.0, -115, None),
        ("home", -3.5, -110, "2026-01-15T00:00:00Z"),
        ("home", -4.0, -105, None),
    ]


def test_line_movement_table_tells_moves_from_withdrawals(event):
    text = run("line_movement", "--event-id", "c7")
    drafts, duels = text.split("spreads at fanduel")
    assert drafts.count("then withdrawn") == 2
    assert "then withdrawn" not in duels
    assert duels.count("30 min") == 2
    assert duels.count("stands") == 2


def test_best_odds_names_the_books_that_tie(event):
    rows = answer("best_odds", "--event-id", "c7", "--as-of", "2026-01-14T23:30:00Z")
    assert [(row["side"], row["point"], row["price"], row["bookmakers"], row["offers"]) for row in rows] == [
        ("away", 3.5, -110, ["draftkings", "fanduel"], 2),
        ("home", -3.5, -110, ["draftkings", "fanduel"], 2),
    ]
    assert "draftkings, fanduel" in run("best_odds", "--event-id", "c7", "--as-of", "2026-01-14T23:30:00Z")


def test_compare_bookmakers_has_overround_and_hold(event):
    rows = answer("compare_bookmakers", "--event-id", "c7", "--market", "spreads", "--as-of", "2026-01-15T00:00Z")
    assert [row["side"] for row in rows] == ["away", "home"]
    assert rows[0]["implied_probability"] == pytest.approx(0.534884, abs=1e-6)
    assert rows[0]["overround"] == rows[1]["overround"] == pytest.approx(0.047079, abs=1e-6)
    assert rows[0]["hold"] == pytest.approx(0.044962, abs=1e-6)
    assert "4.7 %" in run("compare_bookmakers", "--event-id", "c7")


def test_opening_and_closing_line(event):
    assert {(row["bookmaker"], row["point"]) for row in answer("opening_line", "--event-id", "c7")} == {
        ("fanduel", 3.5), ("fanduel", -3.5), ("draftkings", 3.5), ("draftkings", -3.5),
    }  # fmt: skip
    closing = answer("closing_line", "--event-id", "c7")
    assert [(row["bookmaker"], row["point"], row["price"]) for row in closing] == [
        ("fanduel", 4.0, -115), ("fanduel", -4.0, -105),
    ]  # fmt: skip
    assert closing[0]["minutes_before_start"] == 30.0
    assert "30 min" in run("closing_line", "--event-id", "c7")


def test_lines_of_several_events(event):
    other = make_event(api_id="d8", closing_at=at(30))
    make_snapshot(other, snapshot_time=at(30))
    make_odds(other)
    rows = answer("closing_line", "--event-id", "c7", "--event-id", "d8")
    assert {row["event_id"] for row in rows} == {"c70331184b2f", "d8"}


def test_event_without_a_close_says_so():
    make_event(api_id="d8")
    assert answer("closing_line", "--event-id", "d8") == []
    assert "No such price in a snapshot before the start" in run("closing_line", "--event-id", "d8")


def test_outrights_have_a_row_for_each_outcome():
    event = make_event(api_id="d8", home_team="", away_team="", sport_title="NBA Championship Winner")
    for name, price in (("Boston Celtics", 450), ("Los Angeles Lakers", 900)):
        make_odds(event, market="outrights", side="other", name=name, price=price)
    lines = [line.split() for line in run("compare_bookmakers", "--event-id", "d8").splitlines()]
    assert ["fanduel", "Boston", "Celtics", "+450", "18.2", "%", "–", "–"] in lines


@pytest.mark.parametrize("command", COMMANDS_OF_AN_EVENT)
def test_mistyped_event_is_one_line_with_the_nearest(event, command):
    with pytest.raises(CommandError) as caught:
        run(command, "--event-id", "c70331184b2e")
    assert str(caught.value) == "no event 'c70331184b2e'; did you mean c70331184b2f?"


@pytest.mark.parametrize("command", ["show_odds", "best_odds", "compare_bookmakers"])
def test_bad_instant_is_one_line(event, command):
    with pytest.raises(CommandError) as caught:
        run(command, "--event-id", "c7", "--as-of", "noon")
    assert str(caught.value) == "--as-of: 'noon' is no instant; write it as 2026-01-15T00:30:00Z"


@pytest.mark.parametrize("command", COMMANDS_OF_AN_EVENT)
def test_tables_fit_80_columns(event, command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    assert max(map(len, run(command, "--event-id", "c7").splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS_OF_AN_EVENT)
def test_queries_do_not_grow_with_prices(event, command, django_assert_max_num_queries):
    for number in range(30):
        make_pair(event, f"book{number}", prices={"home": -110, "away": -110})
    with django_assert_max_num_queries(9):
        answer(command, "--event-id", "c70331184b2f")


def test_db_stats_counts_what_is_stored(event):
    make_odds(event, "lowvig", "h2h", odds_timestamp=at(60))  # stands in three snapshots
    stored = answer("db_stats")
    assert {name: stored[name] for name in ("events", "snapshots", "live_snapshots", "odds_records")} == {
        "events": 1, "snapshots": 3, "live_snapshots": 1, "odds_records": 7,
    }  # fmt: skip
    assert stored["price_points"] == 2 + 2 + 2 * 2 + 3
    assert (stored["bookmakers"], stored["markets"], stored["estimated"]) == (3, 2, [])
    assert stored["first_snapshot_time"] == "2026-01-14T23:30:00Z"
    assert stored["last_snapshot_time"] == "2026-01-15T00:40:00Z"
    assert stored["db_size_bytes"] > stored["table_bytes"]["odds_odds"] > 0


def test_db_stats_of_an_empty_database():
    stored = answer("db_stats")
    assert (stored["events"], stored["price_points"], stored["first_snapshot_time"]) == (0, 0, None)


def test_db_stats_says_which_figures_are_estimates(event, monkeypatch):
    monkeypatch.setattr("odds.statistics.COUNTED_BYTES", -1)
    monkeypatch.setattr("odds.statistics.COUNTED_RUNS", -1)
    assert answer("db_stats")["estimated"] == ["snapshots", "live_snapshots", "odds_records", "price_points"]
    assert "≈" in run("db_stats")
    exact = answer("db_stats", "--exact")
    assert (exact["odds_records"], exact["price_points"], exact["estimated"]) == (6, 8, [])


@pytest.mark.parametrize(
    ("size_bytes", "text"), [(0, "0 B"), (999, "999 B"), (8_241_152, "8.2 MB"), (1_200_000_000, "1.2 GB")]
)
def test_sizes_are_readable(size_bytes, text):
    assert size(size_bytes) == text
