"""Events by the API, and what holds for every list: filters, pages, times, errors."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from rest_framework.test import APIClient

from events.api.serializers import EventRow
from events.choices import EventStatus
from events.documents import EVENT_FIELDS
from events.tests.api import all_pages, get, queries, refused, results
from events.tests.factories import TIP, make_event

pytestmark = pytest.mark.django_db


def ids(**parameters):
    return [row["event_id"] for row in results("/events", parameters)]


def command(*arguments: str):
    out = StringIO()
    call_command("list_events", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_api_and_the_command_give_the_same_documents():
    make_event(api_id="first", status=EventStatus.FINAL, home_score=110, away_score=105, completed_at=TIP)
    make_event(api_id="second", commence_time=TIP + timedelta(days=1), closing_at=TIP)
    assert results("/events") == command()
    assert get("/events/first").json() == command()[0]


def test_the_columns_that_are_described_are_those_that_are_read():
    assert list(EventRow().fields) == list(EVENT_FIELDS)


def test_events_are_chosen_by_start_day_team_state_and_sport():
    make_event(api_id="a", commence_time=TIP)
    make_event(api_id="b", commence_time=TIP + timedelta(days=1), home_team="Denver Nuggets")
    make_event(api_id="c", commence_time=TIP + timedelta(days=2), sport_key="icehockey_nhl", sport_title="NHL")
    assert ids(**{"from": "2026-01-15T02:00:00Z"}) == ["b", "c"]
    assert ids(**{"from": "2026-01-15T00:30:00Z", "to": "2026-01-16T00:30:00Z"}) == ["a"]
    assert ids(day="2026-01-14") == ["a"]  # an evening in Los Angeles
    assert ids(team="Nuggets") == ["b"]
    assert ids(sport="nhl") == ["c"]
    assert ids(status="final") == []
    assert ids(team="Nuggets", sport="nba", day="2026-01-15") == ["b"]


@pytest.mark.parametrize("status", [EventStatus.LIVE, EventStatus.SCHEDULED])
def test_a_game_that_began_long_ago_is_neither_live_nor_to_come(status):
    make_event(status=status, commence_time=datetime(2020, 1, 1, tzinfo=UTC))
    assert ids(status=status) == []


@pytest.mark.parametrize("typed", ["2026-01-15T01:30:00+01:00", "2026-01-14T19:30:00-05:00", "2026-01-15T00:30Z"])
def test_an_instant_means_the_same_with_every_offset(typed):
    make_event(api_id="a", commence_time=TIP)
    make_event(api_id="before", commence_time=TIP - timedelta(seconds=1))
    assert ids(**{"from": typed}) == ["a"]


@pytest.mark.parametrize(
    "typed",
    [
        "2026-01-15T00:30:00",  # no offset
        "2026-01-15",
        "2026-01-15T00:30:00+24:00",
        "2026-01-15T00:30:00 01:00",  # what a + that was not written as %2B becomes
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "1899-12-31T23:59:59Z",
        "now",
        "1768437000",
        "2" * 5_000,
        "2026-01-15T00:30:00Z\0",
        "",
    ],
)
def test_what_is_no_instant_is_refused_by_name(typed):
    code, parameter, _ = refused("/events", {"from": typed})
    assert (code, parameter) == ("invalid_parameter", "from")


def test_an_offset_that_postgresql_does_not_know_is_converted():
    make_event(api_id="a", commence_time=TIP)
    assert ids(**{"from": "2026-01-15T23:29:00+23:00"}) == ["a"]


@pytest.mark.parametrize(
    ("parameters", "code", "parameter"),
    [
        ({"colour": "red"}, "unknown_parameter", "colour"),
        ({"x" * 500: "1"}, "unknown_parameter", "x" * 60),
        ({"team": "\0"}, "invalid_parameter", "team"),
        ({"team": "x" * 101}, "invalid_parameter", "team"),
        ({"team": "Supersonics"}, "unknown_name", "team"),
        ({"team": "' OR 1=1 --"}, "unknown_name", "team"),
        ({"status": "over"}, "invalid_parameter", "status"),
        ({"day": "14 January"}, "invalid_parameter", "day"),
        ({"day": "9999-12-31"}, "invalid_parameter", "day"),
        ({"sport": ""}, "invalid_parameter", "sport"),
        ({"sport": ["nba", "nhl"]}, "repeated_parameter", "sport"),
        ({"page_size": "0"}, "invalid_parameter", "page_size"),
        ({"page_size": "1001"}, "invalid_parameter", "page_size"),
        ({"page_size": "9" * 400}, "invalid_parameter", "page_size"),
        ({"cursor": "made up"}, "invalid_cursor", "cursor"),
        ({"cursor": "x" * 2_000}, "invalid_parameter", "cursor"),
        ({"format": "xml"}, "unknown_format", "format"),
        ({"from": "2026-01-02T00:00Z", "to": "2026-01-01T00:00Z"}, "invalid_parameter", "to"),
        ({"from": "2020-01-01T00:00Z", "to": "2026-01-01T00:00Z"}, "range_too_long", "to"),
    ],
)
def test_what_cannot_be_meant_is_400_and_names_the_parameter(parameters, code, parameter):
    make_event()
    assert refused("/events", parameters)[:2] == (code, parameter)


def test_an_unknown_parameter_is_told_the_known_ones():
    detail = refused("/events", {"colour": "red"})[2]
    assert detail.endswith("known are: cursor, day, format, from, page_size, sport, status, team, to.")
    assert refused("/events/x", {"colour": "red"})[2].endswith("known are: none.")


@pytest.mark.parametrize("event_id", ["nobody", "x" * 3_000, "%00", "%F0%9F%8F%80", "'; DROP TABLE events_event; --"])
def test_an_unknown_event_is_404_with_a_code(event_id):
    code, parameter, _ = refused(f"/events/{event_id}", {}, status=404)
    assert (code, parameter) == ("unknown_event", None)


def test_an_event_is_named_by_its_whole_id():
    make_event(api_id="abcdef")
    assert get("/events/abcdef").json()["event_id"] == "abcdef"
    refused("/events/abc", {}, status=404)


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_hold_every_event_once_in_order(size):
    for number in range(7):  # three of them at the same instant
        make_event(api_id=f"{number}", commence_time=TIP + timedelta(hours=min(number, 4)))
    pages = all_pages("/events", {"page_size": size})
    assert [len(page) for page in pages[:-1]] == [size] * (len(pages) - 1)
    assert [row["event_id"] for page in pages for row in page] == list("0123456")


def test_what_is_inserted_meanwhile_moves_nothing():
    for number in range(4):
        make_event(api_id=f"{number}", commence_time=TIP + timedelta(hours=number))
    first = get("/events", {"page_size": 2}).json()
    make_event(api_id="earlier", commence_time=TIP - timedelta(hours=1))
    following = first["next"].partition("/api/v1")[2]
    assert [row["event_id"] for row in get(following).json()["results"]] == ["2", "3"]


def test_a_cursor_is_good_for_its_own_list_only():
    for number in range(3):
        make_event(api_id=f"{number}")
    cursor = get("/events", {"page_size": 1}).json()["next"].partition("cursor=")[2].partition("&")[0]
    assert refused("/events", {"cursor": cursor.replace("%3A", ":"), "sport": "nba"})[0] == "invalid_cursor"
    assert refused("/bookmakers", {"cursor": cursor.replace("%3A", ":")})[0] == "invalid_cursor"
    assert len(results("/events", {"cursor": cursor.replace("%3A", ":"), "page_size": 2})) == 2


def test_the_next_page_is_in_a_header_too():
    for number in range(2):
        make_event(api_id=f"{number}")
    response = get("/events", {"page_size": 1, "format": "csv"})
    assert response["Link"].startswith("<http://testserver/api/v1/events?cursor=")
    assert response["Link"].endswith('>; rel="next"')
    assert "Link" not in get("/events")


def test_three_events_and_thirty_take_the_same_queries():
    for number in range(3):
        make_event(api_id=f"{number}")
    few = queries("/events", {"team": "Lakers"})
    for number in range(3, 30):
        make_event(api_id=f"{number}")
    assert queries("/events", {"team": "Lakers"}) == few
    assert queries("/events") == 1


def test_an_answer_is_made_once_in_a_while_for_all_who_may_ask(settings):
    settings.PAGE_SECONDS = 60
    make_event(api_id="a")
    first = get("/events", {"page_size": 1})
    make_event(api_id="b")
    again = get("/events", {"page_size": 1})
    assert again.content == first.content
    assert again["Content-Type"] == first["Content-Type"] == "application/json"
    assert again["Vary"] == first["Vary"]
    assert get("/events", {"page_size": 1}, cache_control="no-cache").json()["next"] is not None
    assert len(results("/events")) == 2  # another question
    assert get("/events", {"page_size": 1, "format": "csv"})["Content-Disposition"].endswith('"events.csv"')
    csv = get("/events", {"page_size": 1}, accept="text/csv")
    assert csv["Link"].endswith('rel="next"')
    assert csv.content == get("/events", {"page_size": 1}, accept="text/csv").content != first.content
    assert APIClient().get("/api/v1/events?page_size=1").status_code == 401


def test_no_error_and_no_large_answer_is_kept(settings, monkeypatch):
    settings.PAGE_SECONDS = 60
    monkeypatch.setattr("events.recent.LARGEST_ANSWER", 1_000)
    refused("/events/a", {}, status=404)
    make_event(api_id="a")
    assert get("/events/a").json()["event_id"] == "a"
    before = [make_event(api_id=f"{number}") for number in range(9)]
    assert len(results("/events")) == len(before) + 1
    make_event(api_id="late")
    assert len(results("/events")) == len(before) + 2
