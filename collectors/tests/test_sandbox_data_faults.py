"""Each data fault of the sandbox changes what it names, in the place asked for, and not a byte elsewhere."""

from __future__ import annotations

import http.client
import json
from datetime import UTC, datetime
from itertools import takewhile
from typing import Any

import msgspec
import pytest

from ..sandbox import data_faults_events, data_faults_names, data_faults_prices, data_faults_structure
from ..sandbox.api import World, respond
from ..sandbox.clock import Clock
from ..sandbox.data_faults import CASES, with_data_fault
from ..sandbox.data_faults_places import Place
from ..sandbox.faults import Fault, Faults
from ..sandbox.kinds import Data
from ..sandbox.league import League
from ..sandbox.server import Sandbox

EVENING = datetime(2026, 1, 14, 23, tzinfo=UTC)
NBA = "/v4/sports/basketball_nba"
ASKED = {"apiKey": "sandbox", "bookmakers": "fanduel,pinnacle", "markets": "h2h,spreads,totals"}
WORLD = World(League(1))


def answer(path: str = f"{NBA}/odds", **parameters: str) -> bytes:
    return respond(WORLD, path, {**ASKED, **parameters}, EVENING.timestamp()).body


ODDS = answer()
SCORES = answer(f"{NBA}/scores", daysFrom="3")
SCORED = next(each["id"] for each in json.loads(SCORES) if each["scores"])
OF_SCORES = {name for name in CASES if name.startswith(("score", "completed", "uncompleted"))}
TOUCHED: dict[str, Any] = {"event": 1, "bookmaker": "fanduel", "market": "spreads", "outcome": 1}


def changed(case: str, **place: Any) -> tuple[bytes, bytes, bytes]:
    """What stands before the change, what stands in its place, and what stands behind it."""
    body = SCORES if case in OF_SCORES else ODDS
    place = {"event": SCORED} if case in OF_SCORES else {**TOUCHED, **place}
    after = with_data_fault(body, case, **place)
    assert after != body, "it does something"
    head = common_beginning(body, after)
    tail = common_beginning(body[len(head) :][::-1], after[len(head) :][::-1])[::-1]
    return head, after[len(head) : len(after) - len(tail)], tail


def common_beginning(one: bytes, other: bytes) -> bytes:
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return bytes(byte for byte, _ in alike)


def smallest_part(case: str) -> str:
    """What the case may touch, and nothing outside of it."""
    if case in data_faults_prices.CASES or case in ("name_full_width", "name_case", "name_empty"):
        return "outcome"
    if case.startswith(("time_", "future", "older", "stale")):
        return "bookmaker"
    whole = case.startswith("start_") or case in data_faults_names.CASES or case in data_faults_events.CASES
    return "event" if whole else "anywhere"


@pytest.mark.parametrize("case", CASES)
def test_nothing_outside_of_the_part_is_touched(case: str) -> None:
    head, _, tail = changed(case)
    part = smallest_part(case)
    if case in OF_SCORES or case in ("new_sport", "event_vanishes") or part == "anywhere":
        part = "events"
    body = SCORES if case in OF_SCORES else ODDS
    place = Place(msgspec.json.decode(body), **({"event": SCORED} if case in OF_SCORES else TOUCHED))
    before, _, behind = body.partition(msgspec.json.encode(getattr(place, part)))
    assert head.startswith(before)
    assert tail.endswith(behind)


@pytest.mark.parametrize("case", [case for case in data_faults_structure.CASES if "event" not in case])
def test_other_events_keep_every_byte(case: str) -> None:
    before, after = (msgspec.json.decode(body, type=list[msgspec.Raw]) for body in (ODDS, as_json(case)))
    assert [bytes(event) for event in before if event not in after] == [bytes(before[1])]
    assert len(before) == len(after)


def as_json(case: str) -> bytes:
    return with_data_fault(ODDS, case, **TOUCHED)


@pytest.mark.parametrize(
    ("case", "written"),
    [
        ("price_nan", b'"price":NaN'),
        ("price_minus_infinity", b'"price":-Infinity'),
        ("price_exponent", b'"price":1e400'),
        ("price_huge", b'"price":1' + b"0" * 30),
        ("price_minus_zero", b'"price":-0,'),
        ("price_text", b'"price":"-110"'),
        ("price_true", b'"price":true'),
        ("price_fraction", b'"price":-110.5'),
        ("point_huge", b'"point":1e300'),
        ("name_nul", b"\\u0000"),
        ("name_surrogate", b'\\ud83c"'),
        ("name_rtl", "\u202e".encode()),
        ("name_html", b'<script>alert(\\"1\\")</script>'),
        ("time_24", b"T24:00:00Z"),
        ("start_year_9999", b'"commence_time":"9999-01-01T00:00:00Z"'),
        ("time_offset", b"+02:00"),
        ("duplicate_bookmaker", b'"key":"fanduel"'),
        ("new_sport", b'"sport_key":"quidditch_league"'),
        ("event_null", b"null,"),
    ],
)
def test_what_is_written(case: str, written: bytes) -> None:
    assert written in as_json(case)


def test_what_no_json_has_is_still_read_by_lenient_parsers() -> None:
    price = json.loads(as_json("price_nan"))[1]["bookmakers"]
    assert any(o["price"] != o["price"] for book in price for m in book["markets"] for o in m["outcomes"])


@pytest.mark.parametrize("missing", [{"event": 999}, {"bookmaker": "nobody"}, {"market": "alternate"}, {"outcome": 9}])
def test_an_answer_without_the_place_stays_as_it_is(missing: dict[str, Any]) -> None:
    assert with_data_fault(ODDS, "price_null", **{**TOUCHED, **missing}) == ODDS


def test_history_and_odds_of_one_event_have_places_too() -> None:
    wrapped = answer("/v4/historical/sports/basketball_nba/odds", date="2026-01-10T20:00:00Z")
    one = answer(f"{NBA}/events/{json.loads(ODDS)[0]['id']}/odds")
    for body in (wrapped, one):
        assert with_data_fault(body, "price_true", bookmaker="fanduel").count(b'"price":true') == 1


def test_it_is_asked_for_by_its_case_and_place_over_the_wire() -> None:
    with Sandbox(clock=Clock(EVENING, speed=0)) as sandbox:
        sandbox.faults.add(Fault("data", "odds", times=1, case="price_zero", event=1, bookmaker="fanduel"))
        got = [fetched(sandbox), fetched(sandbox)]
    assert got == [with_data_fault(ODDS, "price_zero", event=1, bookmaker="fanduel"), ODDS]
    assert [entry.credits for entry in sandbox.ledger.entries] == [3, 3], "the answer is charged as any other"


def test_a_refusal_is_left_alone() -> None:
    with Sandbox(clock=Clock(EVENING, speed=0), keys=("another",)) as sandbox:
        sandbox.faults.add(Fault("data", "odds", case="extra_field"))
        assert json.loads(fetched(sandbox))["error_code"] == "INVALID_KEY"


def fetched(sandbox: Sandbox) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", sandbox.port, timeout=5)
    try:
        connection.request("GET", f"{NBA}/odds?" + "&".join(f"{name}={value}" for name, value in ASKED.items()))
        return connection.getresponse().read()
    finally:
        connection.close()


def test_an_unknown_case_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="data: unknown case 'price_odd'; known: price_null, "):
        Faults().add_from([{"kind": "data", "case": "price_odd"}])
    assert Data("price_null").case == "price_null"
