"""Every fault of data through real sockets into the tables: kept, named where it is, and nothing else is lost.

Two answers without fault go around the one that has it. What that one would have been without is known byte for byte,
so each test can say what of the touched part must be in the tables, and that all the rest is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command

from collectors import ledger
from collectors.choices import CallState, Purpose
from collectors.intake import take_in
from collectors.models import FetchLog, RawResponse
from collectors.sandbox.api import World, respond
from collectors.sandbox.data_faults import CASES, with_data_fault
from collectors.sandbox.data_faults_events import OTHER_ID
from collectors.sandbox.faults import Fault
from collectors.sandbox.league import League
from collectors.the_odds_api.endpoints import Call, Wanted, events, odds, scores
from collectors.the_odds_api.values import match_key
from events.models import Event
from events.statuses import advance_statuses
from odds.models import Odds, OddsSnapshot
from quality.event_checks import check_events, end_what_is_over
from quality.models import DataQualityLog

from .conftest import EVENING, Stage

pytestmark = pytest.mark.django_db

WANTED = Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle", "draftkings", "fanduel"))
NBA = "basketball_nba"
ODDS = odds(NBA, WANTED)
BEFORE, DURING, AFTER = (EVENING + timedelta(minutes=minutes) for minutes in (0, 10, 20))
WORLD = World(League(1))
BOOK = "fanduel"

Quote = tuple[str, str, str, str, str, int, float | None]  # event, bookmaker, market, side, outcome, price, point


def clean(at: datetime) -> bytes:
    """What the sandbox answers when nothing is wrong."""
    return respond(WORLD, f"/v4{ODDS.path}", {**ODDS.parameters, "apiKey": "sandbox"}, at.timestamp()).body


def quotes_in(body: bytes) -> set[Quote]:
    """Every quote of an answer, read in the simplest way there is."""
    return {
        (
            event["id"],
            book["key"],
            market["key"],
            {event["home_team"]: "home", event["away_team"]: "away"}.get(outcome["name"], outcome["name"].lower()),
            outcome["name"],
            outcome["price"],
            outcome.get("point"),
        )
        for event in json.loads(body)
        for book in event["bookmakers"]
        for market in book["markets"]
        for outcome in market["outcomes"]
    }


def quiet_event() -> dict[str, Any]:
    """A game of another day that all three books quote whole in all three answers."""
    answers = [json.loads(clean(at)) for at in (BEFORE, DURING, AFTER)]
    whole = [{event["id"] for event in answer if is_whole(event)} for answer in answers]
    later = [event for event in answers[1] if event["commence_time"] > "2026-01-16"]
    return next(event for event in later if all(event["id"] in ids for ids in whole))


def is_whole(event: dict[str, Any]) -> bool:
    return len(event["bookmakers"]) == 3 and all(len(book["markets"]) == 3 for book in event["bookmakers"])


EVENT = quiet_event()


@dataclass(frozen=True, kw_only=True)
class Case:
    """A fault, where it falls, and what comes of it."""

    number: str  # in the list of faults
    name: str  # in the sandbox
    flags: str = ""  # what is named, in the touched place and nowhere else: "type severity, type severity"
    touches: str = "outcome"  # the part whose rows may differ: outcome, market, bookmaker, event, or added
    rows: str = "gone"  # of that part: gone, kept as they would have been, or other
    invalid: int = 0  # how many of its rows are not valid
    market: str = "h2h"
    lasting: str = ""  # the types that do not end with the fault, or with a day without it

    @property
    def place(self) -> dict[str, Any]:
        return {"event": EVENT["id"], "bookmaker": BOOK, "market": self.market, "outcome": 0}

    def concerns(self, quote: Quote) -> bool:
        """Whether the quote is of the touched part."""
        event, bookmaker, market, _, outcome, *_ = quote
        if self.touches == "added":
            return (event, bookmaker, market) not in {quote[:3] for quote in CLEAN}
        parts = ["event", "bookmaker", "market", "outcome"]
        named = (event, bookmaker, market, outcome)
        touched = (EVENT["id"], BOOK, self.market, self._outcome)
        depth = parts.index(self.touches) + 1
        return named[:depth] == touched[:depth]

    @property
    def _outcome(self) -> str:
        books = {book["key"]: book for book in EVENT["bookmakers"]}
        markets = {market["key"]: market for market in books[BOOK]["markets"]}
        return markets[self.market]["outcomes"][0]["name"]


def cases(
    number: str, names: str, flags: str = "", touches: str = "outcome", rows: str = "gone", **more: Any
) -> list[Case]:
    """Several faults of which the same comes."""
    return [Case(number=number, name=name, flags=flags, touches=touches, rows=rows, **more) for name in names.split()]


CLEAN = quotes_in(clean(DURING))
BAD = "malformed error, incomplete_market warning"
IMPOSSIBLE = "impossible_quote error, incomplete_market warning"
UNREADABLE = "unreadable error"
LACKS = "missing_field error, incomplete_market warning"
OTHER_GAME = "other_game error, unknown_outcome error, incomplete_market warning"

TABLE = [
    *cases("D1", "price_null price_text price_word price_nan price_infinity price_minus_infinity price_true", BAD),
    *cases("D1", "price_list price_exponent price_digits", BAD),
    *cases("D1", "point_text point_nan point_true", BAD, market="totals"),
    *cases("D1", "price_huge price_minus_zero", IMPOSSIBLE),
    *cases("D1", "point_huge point_endless", IMPOSSIBLE, market="totals"),
    *cases("D2", "price_zero price_inside price_inside_minus", IMPOSSIBLE),
    *cases("D3", "price_fraction", "fractional_price info", rows="other", market="totals"),
    *cases("D3", "price_whole_fraction", rows="other", market="totals"),
    *cases("D2", "price_out_of_range",
           "price_out_of_range warning, booksum_below_one error, line_movement warning", "market", "other", invalid=2),
    *cases("D4", "missing_bookmakers missing_id missing_start bookmakers_null bookmakers_object", UNREADABLE,
           rows="kept"),
    *cases("D4", "missing_markets missing_bookmaker_key", "missing_field error", "bookmaker"),
    *cases("D4", "missing_market_key", "missing_field error", "market"),
    *cases("D4", "missing_outcomes outcomes_null", LACKS, "market"),
    *cases("D4", "missing_name missing_price", LACKS),
    *cases("D4", "missing_point", "missing_field error", rows="other", invalid=1, market="spreads"),
    *cases("D4", "point_null", "missing_field error", rows="other", invalid=1, market="totals"),
    *cases("D4", "missing_last_update", "missing_timestamp warning", rows="kept"),
    *cases("D4", "missing_title title_number", rows="kept"),
    *cases("D4", "missing_home_team", "missing_field error, unknown_outcome error, incomplete_market warning", "event",
           "other", invalid=6),
    *cases("D4", "bookmaker_null outcome_text", "malformed error", rows="kept"),
    *cases("D4", "event_null", UNREADABLE, rows="kept"),
    *cases("D4", "markets_null", "malformed error", "bookmaker"),
    *cases("D4", "outcomes_empty", "incomplete_market warning", "market"),
    *cases("D5", "duplicate_outcome", "duplicate_outcome warning", rows="kept"),
    *cases("D5", "duplicate_market", "duplicate_outcome warning", "market", "kept"),
    *cases("D5", "duplicate_bookmaker", "duplicate_outcome warning", "bookmaker", "kept"),
    *cases("D5", "conflicting_outcome", "conflicting_outcome error", rows="kept", invalid=1),
    *cases("D5", "conflicting_market", "conflicting_outcome error", "market", "kept", invalid=2),
    *cases("D5", "conflicting_bookmaker", "conflicting_outcome error", "bookmaker", "kept", invalid=6),
    *cases("D5", "duplicate_event", "duplicate_event warning", "event", "kept"),
    *cases("D5", "conflicting_event", "duplicate_event warning, conflicting_answers warning", "event", "other"),
    *cases("D6", "one_outcome", "incomplete_market warning"),
    *cases("D6", "three_outcomes", "unknown_outcome error", "market", "other", invalid=1),
    *cases("D6", "over_over", "conflicting_outcome error, incomplete_market warning", "market", "other", invalid=1,
           market="totals"),
    *cases("D6", "unknown_team", "unknown_outcome error, incomplete_market warning", "market", "other", invalid=1),
    *cases("D6", "two_totals", "inconsistent_pair error", "market", "other", invalid=2, market="totals"),
    *cases("D6", "spreads_not_opposite", "inconsistent_pair error, line_movement warning", "market", "other",
           invalid=2, market="spreads"),
    *cases("D7", "new_bookmaker", "new_bookmaker info", "added", "other"),
    *cases("D7", "new_market", "new_market info", "added", "other"),
    *cases("D7", "new_sport", "new_sport info", "added", "other"),
    *cases("D8", "name_full_width name_case", "", "market", "other"),
    *cases("D8", "name_empty", IMPOSSIBLE),
    *cases("D9", "time_naive time_epoch_text time_epoch_fraction time_24 time_year_9999_west time_text time_date",
           "bad_timestamp warning", rows="kept"),
    *cases("D9", "time_huge time_true", "bad_timestamp warning", rows="kept"),
    *cases("D9", "time_offset time_epoch", rows="kept"),
    *cases("D9", "time_null", "missing_timestamp warning", rows="kept"),
    *cases("D9", "time_year_1", "stale warning", rows="kept"),
    *cases("D9", "time_year_9999", "future_timestamp warning", rows="kept"),
    *cases("D9", "start_naive start_epoch_text start_epoch_fraction start_24 start_year_9999_west start_text",
           UNREADABLE, rows="kept"),
    *cases("D9", "start_date start_null start_true start_huge", UNREADABLE, rows="kept"),
    *cases("D9", "start_offset start_epoch", rows="kept"),
    *cases("D10", "future_update", "future_timestamp warning", rows="kept"),
    *cases("D10", "older_update stale_update", "stale warning", rows="kept"),
    *cases("D11", "start_earlier start_later start_days_later start_year_1 start_year_9999", "start_moved warning",
           "event", "kept", lasting="start_moved"),
    *cases("D12", "teams_swapped", "teams_swapped error", "event", "other", invalid=18),
    *cases("D13", "new_id", "", "added", "other"),
    *cases("D14", "other_teams", OTHER_GAME, "event", "other", invalid=18),
    *cases("D14", "other_sport", "other_game error, new_sport info", "event", "kept", invalid=18),
    *cases("D4", "id_number id_empty", UNREADABLE, rows="kept"),
    *cases("D15", "event_vanishes", rows="kept"),
    *cases("D19", "market_withdrawn", "", "market"),
    *cases("D19", "bookmaker_withdrawn markets_empty", "", "bookmaker"),
    *cases("D19", "bookmakers_empty", "", "event"),
    *cases("D21", "extra_field", "schema_drift warning", rows="kept"),
    *cases("D21", "renamed_field", f"schema_drift warning, {LACKS}"),
    *cases("D21", "renamed_markets", "schema_drift warning, missing_field error", "bookmaker"),
    *cases("D21", "field_type", BAD),
    *cases("D21", "key_number", "malformed error", "bookmaker"),
]  # fmt: skip
# Names are taken from the first answer on, as if the team were called so.
NAMES = [name for name in CASES if name.startswith("name_") and name not in {case.name for case in TABLE}]
OF_SCORES = {*(name for name in CASES if name.startswith(("score", "completed", "uncompleted")))}


def fault(name: str, endpoint: str = "odds", **place: Any) -> Fault:
    return Fault("data", endpoint, case=name, **{"event": EVENT["id"], "bookmaker": BOOK, **place})


def fetch(stage: Stage, at: datetime, call: Call = ODDS) -> RawResponse:
    stage.at(at)
    with stage.gate() as gate:
        received = gate.call(call, Purpose.LIVE)
        take_in(received)
    return received.stored


def standing(at: datetime) -> dict[Quote, tuple[bool, str]]:
    """What stood in the tables then, and what is thought of it."""
    outcome = ("outcome__side", "outcome__name")
    names = ("event__api_id", "bookmaker__key", "market__key", *outcome, "price", "point")
    rows = Odds.objects.as_of(at).values_list(*names, "is_valid", "validation_notes")
    return {(*row[:6], None if row[6] is None else float(row[6])): (row[7], row[8]) for row in rows}


def test_every_case_of_the_sandbox_is_here():
    assert {case.name for case in TABLE} | set(NAMES) | OF_SCORES == set(CASES)
    assert {case.number for case in TABLE} >= {f"D{number}" for number in (*range(1, 16), 19, 21)}


@pytest.mark.parametrize("case", TABLE, ids=lambda case: f"{case.number} {case.name}")
def test_a_fault_is_kept_and_named_in_its_place_and_nothing_else_is_lost(stage, case):
    fetch(stage, BEFORE)
    stage.sandbox.faults.add(fault(case.name, market=case.market, times=1))
    stored = fetch(stage, DURING)

    assert ledger.body_of(stored) == with_data_fault(clean(DURING), case.name, **case.place) != clean(DURING)
    assert FetchLog.objects.get(response=stored).state == CallState.STORED
    rows = standing(DURING)
    assert {quote for quote in rows if not case.concerns(quote)} == {each for each in CLEAN if not case.concerns(each)}
    assert_rows_of_the_part(case, {quote: verdict for quote, verdict in rows.items() if case.concerns(quote)})
    assert all(verdict == (True, "") for quote, verdict in rows.items() if not in_market(case, quote))
    found = list(DataQualityLog.objects.all())
    assert {f"{entry.issue_type} {entry.severity}" for entry in found} == set(filter(None, case.flags.split(", ")))
    assert all(is_there(case, entry) for entry in found)

    fetch(stage, AFTER)
    lasting = case.lasting.split()
    for entry in DataQualityLog.objects.filter(first_seen=DURING, is_derived=True).exclude(issue_type__in=lasting):
        assert entry.ended_at == AFTER, "it ends with the fault"
    end_what_is_over(DURING + timedelta(hours=24))
    assert not DataQualityLog.objects.standing().filter(first_seen=DURING).exclude(issue_type__in=lasting).exists()
    after = standing(AFTER)
    assert quotes_in(clean(AFTER)) <= set(after)
    assert all(is_valid for is_valid, _ in after.values())


def assert_rows_of_the_part(case: Case, rows: dict[Quote, tuple[bool, str]]) -> None:
    expected = {quote for quote in CLEAN if case.concerns(quote)}
    match case.rows:
        case "gone":
            assert rows == {}
        case "kept":
            assert set(rows) == expected
        case "other":
            assert rows
            assert set(rows) != expected
    errors = {flag.split()[0] for flag in case.flags.split(", ") if flag.endswith(("error", "critical"))}
    invalid = [notes for is_valid, notes in rows.values() if not is_valid]
    assert len(invalid) == case.invalid
    assert all(errors & set(notes.split(", ")) for notes in invalid), "and they say why"


def in_market(case: Case, quote: Quote) -> bool:
    """Whether what is thought of the quote may have changed: a fault of one side is one of its market."""
    return case.concerns(quote) or (quote[:3] == (EVENT["id"], BOOK, case.market) and case.touches != "added")


def is_there(case: Case, entry: DataQualityLog) -> bool:
    """Whether the entry is about the touched place, or the feed as a whole."""
    if entry.event is None:
        added = {"new_bookmaker": ("newbook", ""), "new_market": ("", "new_market")}
        return (entry.bookmaker, entry.market) == added.get(entry.issue_type, ("", ""))
    if case.touches in ("event", "added"):
        return entry.event.api_id in (EVENT["id"], OTHER_ID)
    markets = ("", case.market) if case.touches in ("outcome", "market") else ("", "h2h", "spreads", "totals")
    return entry.event.api_id == EVENT["id"] and entry.bookmaker in ("", BOOK) and entry.market in markets


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_kind_is_stored_as_far_as_it_can_be_and_belongs_to_its_team(stage, name):
    stage.sandbox.faults.add(fault(name))
    for at in (DURING, AFTER):
        stored = fetch(stage, at)
        assert ledger.body_of(stored) == with_data_fault(clean(at), name, event=EVENT["id"], bookmaker=BOOK)
        rows = standing(at)
        home = [quote for quote in rows if quote[0] == EVENT["id"] and quote[3] == "home"]
        assert {quote for quote in rows if quote not in home} == {
            quote for quote in quotes_in(clean(at)) if (quote[0], quote[3]) != (EVENT["id"], "home")
        }
        assert len(home) == 6
        assert all(verdict[0] for verdict in rows.values())
    event = Event.objects.get(api_id=EVENT["id"])
    assert match_key(event.home_team) == match_key(home[0][4])
    assert "\0" not in event.home_team
    assert len(event.home_team) <= 200
    told = set(DataQualityLog.objects.values_list("issue_type", flat=True))
    changed = ("name_nul", "name_surrogate", "name_endless")
    assert told == ({"unusual_text"} if name in changed else set()), "what is not stored as it came is told"


# D22 to D26: nothing that comes in is carried out.
INERT = [name for name in NAMES if name not in ("name_nfd", "name_endless", "name_emoji")]


@pytest.mark.parametrize("name", INERT)
def test_a_name_is_only_ever_text(stage, name, admin_client, capsys):
    stage.sandbox.faults.add(fault(name, times=1), fault("price_zero"))
    fetch(stage, DURING)
    fetch(stage, AFTER)
    event = Event.objects.get(api_id=EVENT["id"])
    assert DataQualityLog.objects.filter(description__contains=event.home_team).exists(), "an entry names it"
    for page in ("events/event", "odds/odds", "quality/dataqualitylog", "odds/oddssnapshot", "collectors/fetchlog"):
        shown = admin_client.get(f"/admin/{page}/", {"q": event.home_team})
        assert shown.status_code == 200, page
        assert "<script>alert" not in shown.content.decode()
        assert "<img src=x" not in shown.content.decode()
    call_command("list_events", "--json")
    assert event.home_team in {listed["home_team"] for listed in json.loads(capsys.readouterr().out)}
    call_command("show_odds", "--event-id", event.api_id, "--as-of", f"{DURING:%Y-%m-%dT%H:%M:%SZ}")
    assert "\x1b[31m" not in capsys.readouterr().out, "no name steers a terminal"
    names = [path.name for path in stage.terms.spool.parent.rglob("*")]
    assert not any("passwd" in name for name in names)


def test_a_start_that_moves_is_kept_as_it_was_stated_each_time(stage):
    """D11: the history stays, and what was pre-match by the start known then stays pre-match."""
    started = Event.objects.filter(api_id=EVENT["id"]).values_list("commence_time", flat=True)
    stated = []
    for minutes, moved in enumerate(("start_later", "start_earlier", "start_days_later", None)):
        stage.sandbox.faults.clear()
        if moved:
            stage.sandbox.faults.add(fault(moved))
        fetch(stage, DURING + timedelta(minutes=minutes))
        stated.append(started.get())
    snapshots = OddsSnapshot.objects.filter(event__api_id=EVENT["id"]).order_by("snapshot_time")
    assert list(snapshots.values_list("commence_time", flat=True)) == stated
    start = datetime.fromisoformat(EVENT["commence_time"])
    assert stated == [start + timedelta(hours=hours) for hours in (2, -2, 72, 0)]
    assert DataQualityLog.objects.filter(issue_type="start_moved").count() == 3


def test_a_game_may_go_back_from_live_to_scheduled(stage):
    """D11: its start is moved from the past by three days."""
    live = next(each for each in json.loads(clean(DURING)) if each["commence_time"] > "2026-01-14T23")
    begun = datetime.fromisoformat(live["commence_time"]) + timedelta(minutes=5)
    fetch(stage, DURING)
    event = Event.objects.get(api_id=live["id"])
    stage.at(begun)
    advance_statuses(begun)
    event.refresh_from_db()
    assert event.status == "live"
    stage.sandbox.faults.add(fault("start_days_later", event=event.api_id))
    fetch(stage, begun)
    advance_statuses(begun)
    event.refresh_from_db()
    assert event.status == "scheduled"
    assert event.closing_at == begun, "and its prices are pre-match again"


def test_the_names_first_stored_stay(stage):
    """D12, D14"""
    fetch(stage, BEFORE)
    event = Event.objects.get(api_id=EVENT["id"])
    for minutes, name in enumerate(("teams_swapped", "other_teams", "other_sport")):
        stage.sandbox.faults.add(fault(name, times=1))
        fetch(stage, DURING + timedelta(minutes=minutes))
        seen = Event.objects.get(pk=event.pk)
        assert (seen.home_team, seen.away_team, seen.sport_key) == (event.home_team, event.away_team, event.sport_key)


def test_a_game_under_another_id_is_a_suggestion_and_one_that_vanished_is_told(stage):
    """D13, D15: by the lists of events; when it is back, both end."""
    lists = [DURING + timedelta(minutes=40 * number) for number in range(5)]
    fetch(stage, BEFORE)
    stage.sandbox.faults.add(fault("new_id", "events"))
    for at in lists[:4]:
        fetch(stage, at, events(NBA))
    check_events(lists[3])
    found = dict(DataQualityLog.objects.standing().values_list("issue_type", "event__api_id"))
    assert found == {"likely_duplicate": OTHER_ID, "event_vanished": EVENT["id"]}
    assert Event.objects.filter(api_id__in=[EVENT["id"], OTHER_ID]).count() == 2, "nothing is joined on a guess"
    stage.sandbox.faults.clear()
    fetch(stage, lists[4], events(NBA))
    check_events(lists[4])
    assert not DataQualityLog.objects.standing().filter(issue_type="event_vanished").exists()


def test_one_answer_bought_twice_is_one_set_of_odds_and_two_answers(stage):
    """D20"""
    fetch(stage, DURING)
    before = standing(DURING)
    fetch(stage, DURING)
    assert standing(DURING) == before
    assert OddsSnapshot.objects.filter(event__api_id=EVENT["id"]).count() == 1
    assert RawResponse.objects.filter(call__endpoint="odds").count() == 2


SCORES = scores(NBA, 3)
FINISHED = EVENING + timedelta(hours=9)  # when the evening's games have ended


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("scores_null", True),
        ("scores_empty", True),
        ("score_number", True),
        *((name, False) for name in ("score_null", "score_text", "score_fraction", "score_negative", "score_huge")),
        *((name, False) for name in ("score_nan", "score_other_team", "score_one_side", "completed_text")),
    ],
)
def test_a_score_that_is_none_costs_only_itself_and_is_there_with_the_next_answer(stage, name, kept):
    """D16"""
    finished = finished_game()
    stage.sandbox.faults.add(fault(name, "scores", event=finished, times=1))
    stored = fetch(stage, FINISHED, SCORES)
    assert ledger.body_of(stored) == with_data_fault(body_of_scores(FINISHED), name, finished)
    others = {each["id"] for each in json.loads(body_of_scores(FINISHED)) if each["scores"]} - {finished}
    assert others <= set(with_score())
    told = list(DataQualityLog.objects.values_list("issue_type", "severity"))
    assert told == ([] if kept else [("unreadable", "error")])
    fetch(stage, FINISHED + timedelta(minutes=30), SCORES)
    assert finished in with_score()


def test_every_score_that_was_given_is_kept(stage):
    """D17: one is corrected after the end, and one is taken back."""
    finished = finished_game()
    for minutes, name in enumerate(("score_corrected", "uncompleted", None)):
        stage.sandbox.faults.clear()
        if name:
            stage.sandbox.faults.add(fault(name, "scores", event=finished))
        fetch(stage, FINISHED + timedelta(minutes=minutes), SCORES)
    event = Event.objects.get(api_id=finished)
    first, second, third = event.scores.order_by("observed_at").values_list("home_score", "away_score", "completed")
    assert sum(first[:2]) == sum(third[:2]) + 1
    assert (first[2], second[2], third[2]) == (True, False, True)
    assert (event.home_score, event.away_score, event.status) == (*third[:2], "final")


def body_of_scores(at: datetime) -> bytes:
    parameters = {**SCORES.parameters, "apiKey": "sandbox"}
    return respond(WORLD, f"/v4{SCORES.path}", parameters, at.timestamp()).body


def finished_game() -> str:
    return next(each["id"] for each in json.loads(body_of_scores(FINISHED)) if each["completed"])


def with_score() -> list[str]:
    return list(Event.objects.exclude(home_score=None).values_list("api_id", flat=True))
