"""The quality log and its figures by the API."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from events.tests.api import all_pages, get, queries, refused, results
from events.tests.factories import TIP, make_event
from odds.tests.factories import make_bookmaker, make_market, make_pair, make_snapshot
from quality.tests.factories import SEEN, make_entry

pytestmark = pytest.mark.django_db


def ids(**parameters):
    return [row["id"] for row in results("/quality/entries", parameters)]


def test_an_entry_names_its_event_by_the_id_of_the_provider():
    entry = make_entry(event=make_event(api_id="game"))
    (row,) = results("/quality/entries")
    assert row == {
        "id": entry.pk,
        "severity": "error",
        "issue_type": "booksum_below_one",
        "sport_key": "basketball_nba",
        "event_id": "game",
        "bookmaker": "fanduel",
        "market": "h2h",
        "outcome": "",
        "description": entry.description,
        "first_seen": "2026-01-14T22:30:00Z",
        "last_seen": "2026-01-14T22:30:00Z",
        "occurrences": 1,
        "ended_at": None,
        "review": "open",
    }


def test_entries_are_chosen_by_what_they_are_about():
    make_bookmaker("fanduel")
    make_market("h2h")
    first = make_entry(event=make_event(api_id="game"))
    ended = make_entry(severity="warning", issue_type="stale", bookmaker="betmgm", ended_at=TIP, review="dismissed")
    later = make_entry(first_seen=SEEN + timedelta(days=1), market="spreads")
    assert ids() == [later.pk, ended.pk, first.pk]
    assert ids(severity="warning") == ids(issue_type="stale") == ids(review="dismissed") == [ended.pk]
    assert ids(standing="true") == [later.pk, first.pk]
    assert ids(standing="false") == [ended.pk]
    assert ids(event_id="game") == [first.pk]
    assert ids(bookmaker="Fan Duel", market="moneyline", sport="nba") == [first.pk]
    assert ids(**{"from": "2026-01-15T00:00:00Z"}) == [later.pk]
    assert ids(to="2026-01-15T00:00:00Z") == [ended.pk, first.pk]
    assert refused("/quality/entries", {"severity": "terrible"})[:2] == ("invalid_parameter", "severity")


def test_pages_of_entries_hold_each_once():
    made = [make_entry().pk for _ in range(5)]
    pages = all_pages("/quality/entries", {"page_size": 2})
    assert [[row["id"] for row in page] for page in pages] == [made[:2:-1], made[2:0:-1], made[:1]]


def test_three_entries_and_thirty_take_one_query():
    for number in range(3):
        make_entry(event=make_event(api_id=f"{number}"))
    few = queries("/quality/entries")
    for number in range(3, 30):
        make_entry(event=make_event(api_id=f"{number}"))
    assert queries("/quality/entries") == few == 1


@pytest.fixture
def offers():
    event = make_event()
    for hour in (18, 19):
        make_snapshot(event, snapshot_time=TIP.replace(day=14, hour=hour))
    make_snapshot(event, snapshot_time=TIP.replace(hour=1))
    for bookmaker in ("fanduel", "betmgm"):
        make_pair(event, bookmaker, prices={"home": -110, "away": -110}, odds_timestamp=TIP.replace(day=14, hour=18))


PERIOD = {"from": "2026-01-14T00:00:00Z", "to": "2026-01-15T00:00:00Z"}


@pytest.mark.usefixtures("offers")
def test_figures_are_the_document_of_the_command():
    out = StringIO()
    call_command("quality_report", "--json", "--from", "2026-01-14", "--to", "2026-01-14", stdout=out)
    assert results("/quality/figures", PERIOD) == json.loads(out.getvalue())
    assert len(results("/quality/figures", {**PERIOD, "bookmaker": "betmgm"})) == 1
    later = {"from": "2026-01-15T00:00:00Z", "to": "2026-01-16T00:00:00Z"}
    assert results("/quality/figures", later) == []
    assert len(results("/quality/figures", {**later, "live": "true"})) == 2
    assert get("/quality/figures", {**PERIOD, "format": "csv"}).content.count(b"\r\n") == 3


@pytest.mark.usefixtures("offers")
def test_figures_of_three_events_and_thirty_take_the_same_queries():
    few = queries("/quality/figures", PERIOD)
    for number in range(27):
        event = make_event(api_id=f"{number}")
        make_snapshot(event, snapshot_time=TIP.replace(day=14, hour=18))
        make_pair(
            event, f"book{number}", prices={"home": -110, "away": -110}, odds_timestamp=TIP.replace(day=14, hour=18)
        )
    assert queries("/quality/figures", PERIOD) == few
    assert len(results("/quality/figures", PERIOD)) == 29


def test_a_range_that_is_too_long_or_ends_before_it_begins_is_refused():
    long = {"from": "2026-01-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}
    assert refused("/quality/figures", long)[:2] == ("range_too_long", "to")
    assert refused("/quality/figures", {"from": "2199-01-01T00:00:00Z"})[:2] == ("range", "from")
    assert results("/quality/figures", {"to": "1900-01-01T00:00:00Z"}) == []


def test_without_a_range_figures_are_of_the_last_seven_days():
    now = timezone.now()
    event = make_event(commence_time=now + timedelta(hours=1))
    make_snapshot(event, snapshot_time=now - timedelta(days=6))
    make_pair(event, prices={"home": -110, "away": -110}, odds_timestamp=now - timedelta(days=6))
    assert [row["asked"] for row in results("/quality/figures")] == [1]
    assert results("/quality/figures", {"to": (now - timedelta(days=13)).strftime("%Y-%m-%dT%H:%M:%SZ")}) == []
