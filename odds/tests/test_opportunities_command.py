"""Opportunities in what is stored: the command, the DataFrame, and what was known at an instant."""

import json
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from events.tests.factories import TIP
from odds.event_prices import prices_at
from odds.models import Bookmaker
from odds.opportunities import Terms
from odds.opportunity_search import opportunities_before
from odds.queries import find_opportunities
from odds.standing import standing_odds

from .factories import make_event, make_game, make_odds, make_pair, make_scope, make_snapshot

pytestmark = pytest.mark.django_db

SOON = "2026-01-15T00:00:00Z"  # half an hour before the start


def at(minutes_before_tip):
    return TIP - timedelta(minutes=minutes_before_tip)


def run(*args):
    out = StringIO()
    call_command("opportunities", *args, stdout=out)
    return out.getvalue()


def answer(*args):
    return json.loads(run(*args, "--json"))


@pytest.fixture
def event():
    return make_game(api_id="c70331184b2f")


def test_json_has_the_names_of_the_data_model(event):
    found, *rest = answer("--as-of", SOON)
    assert [each["kind"] for each in rest] == ["value", "value"]
    legs = found.pop("legs")
    assert found == {
        "event_id": "c70331184b2f",
        "sport_key": "basketball_nba",
        "commence_time": "2026-01-15T00:30:00Z",
        "home_team": "Los Angeles Lakers",
        "away_team": "Boston Celtics",
        "kind": "arbitrage",
        "market": "h2h",
        "description": "",
        "edge": pytest.approx(0.037349, abs=1e-6),
        "probability": None,
        "best_case": None,
        "width": None,
        "can_push": False,
        "is_suspect": False,
        "is_same_snapshot": True,
        "note": "",
    }
    assert legs[0] == {
        "event_id": "c70331184b2f",
        "bookmaker": "b",
        "market": "h2h",
        "outcome": "Boston Celtics",
        "side": "away",
        "description": "",
        "point": None,
        "price": 105,
        "decimal_price": 2.05,
        "odds_timestamp": "2026-01-14T23:55:00Z",
        "valid_until": None,
        "last_update": None,
        "snapshot_time": "2026-01-14T23:55:00Z",
        "age_seconds": 300.0,
        "is_live": False,
        "is_valid": True,
        "validation_notes": "",
        "share": pytest.approx(0.506024, abs=1e-6),
        "net_price": pytest.approx(2.05),
    }


def test_table(event):
    lines = [" ".join(line.split()) for line in run("--as-of", SOON).splitlines() if line.strip()]
    assert lines[:3] == [
        "As of 2026-01-15 00:00:00 UTC; prices not older than 1 h; fair prices by pinnacle, multiplicative",
        "Boston Celtics @ Los Angeles Lakers c70331184b2f",
        "Start 2026-01-15 00:30:00 UTC, newest snapshot 5 min before",
    ]
    assert "3.7 % h2h Boston Celtics +105 b 50.6 % 5 min" in lines
    assert "Los Angeles Lakers +110 a 49.4 % 5 min" in lines
    assert "5.0 % h2h Los Angeles Lakers +110 a 100.0 % 5 min" in lines
    assert "fair chance 50.0 % by pinnacle" in lines
    assert lines[-1] == "3 opportunities in 1 of 1 event with fresh prices"


def test_kind_and_edge_choose(event):
    assert [each["kind"] for each in answer("--as-of", SOON, "--kind", "arbitrage")] == ["arbitrage"]
    assert [each["edge"] for each in answer("--as-of", SOON, "--min-edge", "0.04")] == [pytest.approx(0.05)]


def test_only_what_stood_at_the_instant(event):
    assert answer("--as-of", "2026-01-14T23:54:59Z") == []
    assert len(answer("--as-of", "2026-01-14T23:55Z")) == 3


def test_other_reference_and_method(event):
    assert {each["note"] for each in answer("--as-of", SOON, "--kind", "value", "--devig", "worst_of")} == {
        "fair chance 50.0 % by pinnacle"
    }
    assert answer("--as-of", SOON, "--kind", "value", "--sharp", "a") == []
    assert answer("--as-of", SOON, "--kind", "value", "--sharp", "consensus") == []
    assert "⚠ No value can be told, for a has no fresh price" not in run("--as-of", SOON, "--sharp", "a")


def test_reference_without_prices_is_told_and_not_passed_over(event):
    Bookmaker.objects.create(key="circasports")
    text = run("--as-of", SOON, "--sharp", "circa")
    assert "⚠ No value can be told, for circasports has no fresh price" in text
    assert "--sharp names another bookmaker, or consensus." in text
    assert "No value" not in run("--as-of", SOON, "--sharp", "circa", "--kind", "arbitrage")


def test_commission_of_an_exchange_as_stored_counts(event):
    Bookmaker.objects.filter(key="a").update(commission="0.1")
    assert "arbitrage" not in {each["kind"] for each in answer("--as-of", SOON)}


def test_old_prices_do_not_count_and_what_to_do_is_told(event):
    later = "2026-01-15T00:29:00Z"
    assert answer("--as-of", later, "--max-age", "30") == []
    text = run("--as-of", later, "--max-age", "30")
    assert "⚠ None of 1 event has fresh prices from before the start" in text
    assert "fetch_odds asks for new ones, --max-age allows older ones." in text
    assert len(answer("--as-of", later, "--max-age", "34")) == 3


def test_nothing_found_says_so(event):
    text = run("--as-of", SOON, "--min-edge", "0.2")
    assert "0 opportunities in 1 of 1 event with fresh prices; --min-edge shows smaller ones" in text


@pytest.mark.parametrize("instant", ["2026-01-15T00:30:00Z", "2020-01-01"])
def test_without_events_to_come_it_says_what_to_do(event, instant):
    assert answer("--as-of", instant) == []
    assert "No event with odds is to come. fetch_odds asks for what is on offer" in run("--as-of", instant)


def test_event_that_has_begun_says_what_else_can_be_asked(event):
    text = run("--event-id", "c7", "--as-of", "2026-01-15T00:30:00Z")
    assert "It has begun: --as-of asks about an instant before, --history for how long each stood." in text


def test_events_are_chosen(event):
    make_game(api_id="d8", commence_time=TIP + timedelta(days=3))
    make_game(api_id="e9", sport_key="icehockey_nhl", sport_title="NHL")
    found = {each["event_id"] for each in answer("--as-of", "2026-01-17T23:55Z", "--max-age", "10000")}
    assert found == {"d8"}
    assert {each["event_id"] for each in answer("--as-of", SOON)} == {"c70331184b2f", "e9"}
    assert {each["event_id"] for each in answer("--as-of", SOON, "--sport", "nhl")} == {"e9"}
    assert {each["event_id"] for each in answer("--as-of", SOON, "--event-id", "c7")} == {"c70331184b2f"}
    assert answer("--as-of", "2026-01-17T23:55Z", "--days", "1", "--sport", "nhl") == []


def test_history_tells_how_long(event):
    make_snapshot(event, snapshot_time=at(20))
    event.odds.filter(bookmaker__key="a").update(valid_until=at(20))
    [found] = answer("--event-id", "c7", "--history", "--kind", "arbitrage")
    assert {name: found[name] for name in ("first_seen", "last_seen", "until", "snapshots", "best_at", "kind")} == {
        "first_seen": "2026-01-14T23:55:00Z",
        "last_seen": "2026-01-14T23:55:00Z",
        "until": "2026-01-15T00:10:00Z",
        "snapshots": 1,
        "best_at": "2026-01-14T23:55:00Z",
        "kind": "arbitrage",
    }
    assert (found["shortest_seconds"], found["longest_seconds"], found["sampling_seconds"]) == (0, 2400, 1200)
    text = run("--event-id", "c7", "--history", "--kind", "arbitrage")
    assert "Start 2026-01-15 00:30 UTC; looked at every 20 min, so what lasted less may be missing" in text
    first, second = re.findall(r"^.*(?:, 1×|0 s to 40 min)$", text, flags=re.MULTILINE)
    assert first.endswith("01-14 23:55, 1×")
    assert second.endswith("0 s to 40 min")


def test_history_breaks_no_bookmaker_and_no_time_at_80_columns(event, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    Bookmaker.objects.filter(key="a").update(key="williamhill_us")
    text = run("--event-id", "c7", "--history", "--kind", "arbitrage")
    assert re.search(r"williamhill_us .*( 01-14 23:55, 1×| 0 s or more)$", text, flags=re.MULTILINE)
    assert max(map(len, text.splitlines()[4:-1])) <= 80


def test_history_of_the_events_around_an_instant(event):
    make_game(api_id="d8", commence_time=TIP + timedelta(days=3))
    assert {each["event_id"] for each in answer("--history", "--as-of", SOON)} == {"c70331184b2f"}
    assert len({each["event_id"] for each in answer("--history", "--as-of", "2026-01-18", "--days", "5")}) == 2
    assert "0 opportunities in 0 events; --min-edge shows smaller ones" in run("--history", "--as-of", "2020-01-01")


def test_history_knows_nothing_later_than_the_instant(event):
    assert answer("--history", "--event-id", "c7", "--as-of", "2026-01-14T23:54Z") == []


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--event-id", "c7", "--sport", "nba"), "--event-id names the event: --sport and --days do not go with it"),
        (("--min-edge", "5"), "Error: argument --min-edge: '5' is no fraction; write 0.01 for 1 %"),
        (("--min-edge", "few"), "Error: argument --min-edge: 'few' is no fraction; write 0.01 for 1 %"),
        (("--event-id", "c70331184b2e"), "no event 'c70331184b2e'; did you mean c70331184b2f?"),
        (("--as-of", "noon"), "--as-of: 'noon' is no instant; write it as 2026-01-15T00:30:00Z"),
        (("--sharp", "pinacle"), "no bookmaker 'pinacle'; did you mean pinnacle?"),
    ],
)
def test_bad_options_are_one_line(event, options, message):
    with pytest.raises(CommandError) as caught:
        run(*options)
    assert str(caught.value) == message


@pytest.mark.parametrize("options", [("--as-of", SOON), ("--history", "--as-of", SOON)])
def test_tables_fit_80_columns(event, options, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    tables = [line for line in run(*options).splitlines() if not line.startswith(("As of", "Up to"))]
    assert max(map(len, tables)) <= 80


def test_questions_do_not_grow_with_events_or_prices(django_assert_num_queries):
    for number in range(12):
        event = make_game(api_id=f"e{number:031}")
        for book in range(number):
            make_pair(event, f"book{book}", prices={"home": -110, "away": -110}, odds_timestamp=at(35))
    # Events, commissions, snapshots, the one scope, prices that stand, prices that stood then and not now.
    with django_assert_num_queries(4):
        found = opportunities_before(at(30), Terms())
    assert len(found) == 12


# what was known at an instant


def test_prices_of_many_events_are_those_of_one_by_one(event):
    other = make_game()
    make_snapshot(other, snapshot_time=at(32), scope=make_scope({"h2h": None}))
    other.odds.filter(bookmaker__key="a").update(valid_until=at(31))
    for moment in (at(90), at(60), at(35), at(31.5), at(30), at(-10)):
        for together in prices_at([event, other], moment):
            alone = standing_odds(together.event, moment)
            assert sorted(together.prices, key=repr) == sorted(alone.prices(), key=repr)
            assert together.newest == alone.newest


def test_start_is_the_one_stated_then(event):
    """In the end the game begins at TIP; at the instant it was to begin earlier, and so had begun."""
    moved = make_event()
    make_snapshot(moved, snapshot_time=at(60), commence_time=at(40))
    make_pair(moved, "pinnacle", prices={"home": -110, "away": -110}, odds_timestamp=at(60))
    make_odds(moved, "a", price=150, odds_timestamp=at(60))
    known = {each.event: each.commence_time for each in opportunities_before(at(41), Terms())}
    assert known == {event: TIP, moved: at(40)}
    assert {each.event for each in opportunities_before(at(39), Terms())} == {event}
    assert find_opportunities(moved.api_id, at(39)).empty


def test_postponed_game_is_told_on_the_day_it_was_meant_for(db):
    event = make_event(commence_time=TIP + timedelta(days=30))
    make_snapshot(event, snapshot_time=at(60), commence_time=TIP)
    assert [each.commence_time for each in opportunities_before(at(30), Terms(), within=timedelta(hours=1))] == [TIP]
    assert opportunities_before(at(30), Terms(), within=timedelta(minutes=29)) == []


def test_event_that_nobody_had_heard_of_is_not_told(event):
    assert [each.event for each in opportunities_before(at(61), Terms())] == []
    assert [each.event for each in opportunities_before(at(60), Terms())] == [event]


# the DataFrame


def test_frame_has_a_row_for_each_leg(event):
    frame = find_opportunities(at=at(30), kinds=["arbitrage", "value"])
    assert list(frame.opportunity) == [1, 1, 2, 3]
    assert list(frame.kind) == ["arbitrage", "arbitrage", "value", "value"]
    assert list(frame.bookmaker) == ["b", "a", "a", "b"]
    assert list(frame.share) == pytest.approx([0.506024, 0.493976, 1, 1], abs=1e-6)
    assert list(frame.age_minutes) == [5.0] * 4
    assert list(frame.commence_time) == [TIP] * 4
    assert frame.probability.isna().tolist() == [True, True, False, False]


def test_frame_of_one_event_or_of_those_chosen(event):
    make_game(api_id="d8", sport_key="icehockey_nhl", sport_title="NHL")
    assert set(find_opportunities("c7", at(30)).event_id) == {"c70331184b2f"}
    assert set(find_opportunities(at=at(30), sport="nhl", days=1).event_id) == {"d8"}
    assert set(find_opportunities(at=at(30), terms=Terms(min_edge=0.03, min_return=0.5)).kind) == {"value"}


def test_empty_frame_has_the_same_columns_and_types(event):
    full, empty = find_opportunities(at=at(30)), find_opportunities(at=at(1000))
    assert empty.empty
    assert dict(empty.dtypes) == dict(full.dtypes)


def test_unknown_kind_is_refused(event):
    with pytest.raises(ValueError, match="'sure bet' is not a valid OpportunityKind"):
        find_opportunities(kinds=["sure bet"])
