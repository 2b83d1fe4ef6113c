"""Prices by the API: the same documents as the commands, in pages, in bounded queries, in three formats."""

import csv
import json
from datetime import timedelta
from io import BytesIO, StringIO

import pyarrow.parquet as pq
import pytest
from django.core.management import call_command
from django.db import connection

from events.tests.api import all_pages, get, queries, refused, results
from events.tests.factories import TIP, make_event
from odds.models import Odds
from odds.tests.factories import make_bookmaker, make_odds, make_pair, make_scope, make_snapshot

pytestmark = pytest.mark.django_db

BOOKS = [f"book{number:02}" for number in range(30)]
SEEN = (TIP - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")


def command(name: str, *arguments: str):
    out = StringIO()
    call_command(name, "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def game():
    """Two books, one of which moved, seen an hour before the start and once in play."""
    event = make_event(api_id="game", closing_at=TIP - timedelta(hours=1))
    make_snapshot(event)
    make_snapshot(event, snapshot_time=TIP + timedelta(minutes=10))
    make_pair(event, "pinnacle", prices={"home": -120, "away": 110})
    make_pair(event, "fanduel", "spreads", prices={"home": -110, "away": -110}, point=-3.5)
    moved = {"odds_timestamp": TIP - timedelta(hours=5), "valid_until": TIP - timedelta(hours=2)}
    make_pair(event, "pinnacle", prices={"home": -130, "away": 115}, **moved)
    return event


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("line-movement", "line_movement"),
        ("opening-lines", "opening_line"),
        ("closing-lines", "closing_line"),
    ],
)
def test_what_has_no_instant_is_the_document_of_the_command(game, address, name):
    found = results(f"/events/game/{address}")
    assert found == command(name, "--event-id", "game")
    assert found


@pytest.mark.parametrize(
    ("address", "name"), [("odds", "show_odds"), ("best-odds", "best_odds"), ("comparison", "compare_bookmakers")]
)
@pytest.mark.parametrize("market", [None, "h2h"])
def test_what_stood_is_the_document_of_the_command(game, address, name, market):
    asked = {"as_of": SEEN} | ({"market": market} if market else {})
    options = ["--market", market] if market else []
    found = results(f"/events/game/{address}", asked)
    assert found == command(name, "--event-id", "game", "--as-of", SEEN, *options)
    assert len(found) == (2 if market else 4)


def test_opportunities_are_the_document_of_the_command():
    event = make_event(api_id="game")
    make_snapshot(event)
    make_pair(event, "pinnacle", prices={"home": -105, "away": -105})
    make_pair(event, "fanduel", prices={"home": 120, "away": -150})
    asked = {"as_of": SEEN, "days": 3}
    found = results("/opportunities", asked)
    assert found == command("opportunities", "--as-of", SEEN, "--days", "3")
    assert {each["kind"] for each in found} == {"arbitrage", "value"}
    only = results("/opportunities", {**asked, "kind": ["value", "low_hold"], "event_id": "game"})
    assert {each["kind"] for each in only} == {"value"}


@pytest.mark.parametrize(
    ("parameters", "code", "parameter"),
    [
        ({"kind": "luck"}, "invalid_parameter", "kind"),
        ({"days": "365"}, "invalid_parameter", "days"),
        ({"min_edge": "nan"}, "invalid_parameter", "min_edge"),
        ({"min_edge": "1e999"}, "invalid_parameter", "min_edge"),
        ({"sharp": "nobody"}, "unknown_name", "sharp"),
        ({"devig": "magic"}, "invalid_parameter", "devig"),
        ({"as_of": "1900-01-01T00:00:00-23:59", "max_age": "x"}, "invalid_parameter", "max_age"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(parameters, code, parameter):
    assert refused("/opportunities", parameters)[:2] == (code, parameter)


def test_instants_at_the_edge_of_the_calendar_are_answered():
    for moment in ("1900-01-01T00:00:00Z", "2199-12-31T23:59:59Z"):
        assert results("/opportunities", {"as_of": moment}) == []


def test_prices_are_chosen_by_book_market_and_whether_they_are_live(game):
    asked = {"as_of": SEEN}
    assert len(results("/events/game/odds", {**asked, "bookmaker": "FanDuel"})) == 2
    assert len(results("/events/game/odds", {**asked, "market": "moneyline"})) == 2
    assert results("/events/game/odds", {**asked, "live": "true"}) == []
    assert len(results("/events/game/odds", {"live": "true"})) == 4  # the newest snapshot was taken in play
    assert {row["is_live"] for row in results("/events/game/line-movement", {"live": "false"})} == {False}


def test_a_withdrawn_price_and_a_later_one_are_not_seen(game):
    before = (TIP - timedelta(hours=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    make_snapshot(game, snapshot_time=TIP - timedelta(hours=5))
    assert {row["price"] for row in results("/events/game/odds", {"as_of": before})} == {-130, 115}


@pytest.mark.parametrize("address", ["odds", "line-movement", "best-odds", "comparison", "opening-lines", "snapshots"])
def test_of_an_unknown_event_everything_is_404(address):
    assert refused(f"/events/nobody/{address}", {}, status=404)[0] == "unknown_event"


@pytest.mark.parametrize(
    "address", ["odds", "line-movement", "best-odds", "comparison", "opening-lines", "closing-lines"]
)
def test_three_prices_and_thirty_take_the_same_queries(address):
    event = make_event(api_id="game", closing_at=TIP - timedelta(hours=1))
    make_snapshot(event)
    path = f"/events/game/{address}"
    for book in BOOKS[:3]:
        make_odds(event, book)
    few, fewer = queries(path), len(results(path))
    for number, book in enumerate(BOOKS[3:]):
        make_odds(event, book, name=f"Team {number}", side="other")
    assert queries(path) == few
    assert len(results(path)) > fewer


def test_opportunities_in_three_events_and_in_thirty_take_the_same_queries():
    def add(number):
        event = make_event(api_id=f"game{number}", commence_time=TIP)
        make_snapshot(event)
        make_pair(event, "pinnacle", prices={"home": -105, "away": -105})
        make_pair(event, "fanduel", prices={"home": 120, "away": -150})

    for number in range(3):
        add(number)
    few, found = queries("/opportunities", {"as_of": SEEN}), len(results("/opportunities", {"as_of": SEEN}))
    for number in range(3, 30):
        add(number)
    assert queries("/opportunities", {"as_of": SEEN, "page_size": 1000}) == few
    assert len(results("/opportunities", {"as_of": SEEN, "page_size": 1000})) == 10 * found


def test_pages_of_what_stood_are_of_one_instant():
    event = make_event(api_id="game")
    make_snapshot(event)
    for book in BOOKS[:5]:
        make_odds(event, book)
    pages = all_pages("/events/game/odds", {"page_size": 2})
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [row["bookmaker"] for page in pages for row in page] == BOOKS[:5]
    first = get("/events/game/odds", {"page_size": 2}).json()
    make_odds(event, "aaa", odds_timestamp=TIP + timedelta(days=1_000))  # later than the first page
    following = get(first["next"].partition("/api/v1")[2]).json()["results"]
    assert [row["bookmaker"] for row in following] == BOOKS[2:4]


@pytest.mark.parametrize("lines", ["opening-lines", "closing-lines"])
def test_pages_of_lines_go_on_behind_the_last_row_whatever_comes_and_goes(lines):
    event = make_event(api_id="game", commence_time=TIP, closing_at=TIP - timedelta(minutes=2))
    make_snapshot(event, snapshot_time=event.closing_at)
    for book in ("b", "c", "d", "e"):
        make_odds(event, book, odds_timestamp=event.closing_at)
    first = get(f"/events/game/{lines}", {"page_size": 2}).json()
    make_odds(event, "a", odds_timestamp=event.closing_at)
    Odds.objects.filter(bookmaker__key="b").delete()
    following = get(first["next"].partition("/api/v1")[2]).json()
    assert [row["bookmaker"] for row in first["results"] + following["results"]] == ["b", "c", "d", "e"]
    assert following["next"] is None


def test_an_empty_list_says_where_odds_lie_that_were_archived():
    make_event(api_id="game", closing_at=TIP)
    note = get("/events/game/odds").json()["note"]
    assert note.startswith("the odds of this event lie in an archive")


def test_raw_answers_come_as_they_were_received():
    event = make_event(api_id="game")
    raw = {"id": "game", "bookmakers": []}
    for hours in (3, 2, 1):
        make_snapshot(event, raw_data={**raw, "hours": hours}, snapshot_time=TIP - timedelta(hours=hours))
    make_snapshot(event, snapshot_time=TIP + timedelta(hours=1))
    as_received = '{ "z": 1.10,"hours": 3, "a":"\\u0000" , "a": 2}'
    with connection.cursor() as cursor:  # the store writes text; the ORM of the factory would put it in order
        cursor.execute("UPDATE odds_oddssnapshot SET raw_data = %s::json WHERE raw_data->>'hours' = '3'", [as_received])
    response = get("/events/game/snapshots", {"live": "false"})
    assert as_received.encode() in response.content
    assert [row["raw_data"]["hours"] for row in response.json()["results"]] == [3, 2, 1]
    pages = all_pages("/events/game/snapshots", {"page_size": 3})
    assert [len(page) for page in pages] == [3, 1]
    one = get(f"/events/game/snapshots/{pages[0][1]['snapshot_time']}").json()
    assert one == pages[0][1]
    assert one["asked"] == {"h2h": None, "h2h_lay": None, "spreads": None, "totals": None}
    assert refused("/events/game/snapshots", {"page_size": "101"})[:2] == ("invalid_parameter", "page_size")


def test_raw_answers_take_one_query_for_all():
    event = make_event(api_id="game")
    for minutes in range(3):
        make_snapshot(event, snapshot_time=TIP - timedelta(minutes=minutes + 1))
    few = queries("/events/game/snapshots", {"page_size": 100})
    for minutes in range(3, 30):
        make_snapshot(event, snapshot_time=TIP - timedelta(minutes=minutes + 1))
    assert queries("/events/game/snapshots", {"page_size": 100}) == few == 2


@pytest.mark.parametrize("typed", ["yesterday", "2026-01-15T00:00:00", "2026-01-15T00:00:00Z", "%00", "9" * 500])
def test_an_unknown_instant_of_a_snapshot_is_404(typed):
    make_event(api_id="game")
    assert refused(f"/events/game/snapshots/{typed}", {}, status=404)[0] == "unknown_snapshot"


def test_bookmakers_are_listed_by_key():
    make_bookmaker("pinnacle", kind="sharp", commission="0.02")
    make_bookmaker("betmgm")
    assert [row["bookmaker"] for row in results("/bookmakers")] == ["betmgm", "pinnacle"]
    assert results("/bookmakers")[1] == {
        "bookmaker": "pinnacle",
        "title": "Pinnacle",
        "kind": "sharp",
        "commission": 0.02,
        "overround_min": None,
        "overround_max": None,
    }
    few = queries("/bookmakers")
    for book in BOOKS:
        make_bookmaker(book)
    assert queries("/bookmakers") == few == 1


NASTY = [
    '=HYPERLINK("http://x")', "+1", "-2+3", "@SUM(A1)", "\tx", "<script>alert(1)</script>", '"; DROP', "line\nbreak",
    "\x1b[31m", "＝1",
]  # fmt: skip


def nasty_game():
    event = make_event(api_id="game", home_team="=cmd|' /C calc'!A0", away_team="<img src=x onerror=alert(1)>")
    make_snapshot(event, scope=make_scope({"player_points": None}))
    for name in NASTY:
        make_odds(event, "fanduel", "player_points", "other", name=name, description=name, price=-110, point=-3.5)


def test_names_are_inert_in_json():
    nasty_game()
    response = get("/events/game/odds", {"as_of": SEEN})
    assert response["Content-Type"] == "application/json"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert {row["outcome"] for row in response.json()["results"]} == set(NASTY)
    assert b"\x1b" not in response.content
    assert b"\n" not in response.content


def test_names_are_inert_in_csv_and_prices_stay_numbers():
    nasty_game()
    response = get("/events/game/odds", {"as_of": SEEN, "format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="odds.csv"'
    rows = list(csv.DictReader(StringIO(response.content.decode(), newline="")))
    told = {f"'{name}" if name[0] in "=+-@\t＝" else name for name in NASTY}
    assert {row["outcome"] for row in rows} == {row["description"] for row in rows} == told
    assert {(row["price"], row["point"], row["is_live"]) for row in rows} == {("-110", "-3.5", "false")}
    assert rows[0]["snapshot_time"] == SEEN
    assert rows[0]["valid_until"] == ""
    events = get("/events", {"format": "csv"}).content.decode()
    assert "'=cmd|' /C calc'!A0" in events


def test_a_list_as_parquet_has_types(game):
    response = get("/events/game/odds", {"as_of": SEEN}, accept="application/vnd.apache.parquet")
    assert response["Content-Type"] == "application/vnd.apache.parquet"
    table = pq.read_table(BytesIO(response.content))
    assert table.num_rows == 4
    types = {field.name: str(field.type) for field in table.schema}
    assert types["price"] == "int64"
    assert types["point"] == "decimal128(9, 3)"
    assert types["snapshot_time"] == "timestamp[us, tz=UTC]"
    assert types["is_live"] == "bool"
    assert {row["price"] for row in table.to_pylist()} == {-120, 110, -110}


@pytest.mark.parametrize("wanted", ["csv", "parquet"])
@pytest.mark.parametrize(
    "path",
    [
        "/events", "/events/game/odds", "/events/game/line-movement", "/events/game/best-odds",
        "/events/game/comparison", "/events/game/opening-lines", "/events/game/closing-lines",
        "/events/game/snapshots", "/opportunities", "/bookmakers",
    ],
)  # fmt: skip
def test_every_list_comes_in_every_format_full_and_empty(game, path, wanted):
    asked = {"format": wanted}
    full = get(path, asked)
    assert full["Content-Disposition"].endswith(f'.{wanted}"')
    assert full.content
    if path.endswith(("odds", "comparison")):
        empty = get(path, {**asked, "as_of": "2000-01-01T00:00:00Z"}).content
        assert empty.count(b"\n") == 1 if wanted == "csv" else pq.read_table(BytesIO(empty)).num_rows == 0
