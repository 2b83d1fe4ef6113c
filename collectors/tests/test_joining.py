"""Two answers about one event and instant: nothing of either is lost, and what contradicts is told."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from collectors.pipeline import ingest
from collectors.verification import verify
from events.models import Event
from odds.choices import OddsFormat
from odds.models import Odds, OddsSnapshot
from odds.records import Asked

from .factories import DECIMAL, NOON, book, event, h2h, snapshot, spreads, totals

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)
H2H_ONLY = Asked.of(OddsFormat.AMERICAN, ["h2h"])
SPREADS_ONLY = Asked.of(OddsFormat.AMERICAN, ["spreads"])


def standing() -> set[tuple[str, str, str, int]]:
    rows = Odds.objects.standing().values_list("bookmaker__key", "market__key", "outcome__side", "price")
    return set(rows)


def test_two_purchases_of_one_instant_become_one_snapshot():
    ingest([snapshot(event(book("fanduel", h2h())), asked=H2H_ONLY)])
    report = ingest([snapshot(event(book("fanduel", spreads())), asked=SPREADS_ONLY)])
    assert (report.snapshots, report.runs) == (0, 2)
    (kept,) = OddsSnapshot.objects.all()
    assert [m["key"] for m in kept.raw_data["bookmakers"][0]["markets"]] == ["h2h", "spreads"]
    assert {row[1] for row in standing()} == {"h2h", "spreads"}
    assert verify(Event.objects.all()).differences == 0


def test_answers_without_prices_take_the_format_of_the_others():
    """An empty answer does not say in which format it was; it must not throw prices away."""
    ingest([snapshot(event(book("fanduel", h2h(home=1.91, away=1.95))), asked=DECIMAL)])
    report = ingest([snapshot(event())])
    assert (Odds.objects.count(), report.runs, report.problems) == (2, 0, [])


def test_two_formats_at_one_instant_are_told():
    ingest([snapshot(event(book("fanduel", h2h(home=1.91, away=1.95))), asked=DECIMAL)])
    report = ingest([snapshot(event(book("fanduel", spreads())))])
    assert {row[1] for row in standing()} == {"spreads"}
    assert "one with American prices and one with decimal; the American kept" in report.problems[0].text


def test_joining_reads_a_repeated_bookmaker_as_one():
    ingest([snapshot(event(book("fanduel", h2h()), book("fanduel", spreads())))])
    report = ingest([snapshot(event(book("fanduel", totals())))])
    assert {row[1] for row in standing()} == {"h2h", "spreads", "totals"}
    assert (report.joined, report.price_points) == (1, 0)


def test_two_answers_that_differ_at_one_instant_are_told():
    ingest([snapshot(event(book("fanduel", h2h(home=-150))))])
    report = ingest([snapshot(event(book("fanduel", h2h(home=-160))))])
    assert [problem.kind for problem in report.problems] == ["conflicting_answers"]
    assert "fanduel h2h: two answers at one instant differ; the fresher kept" in report.problems[0].text


def test_the_same_answer_written_otherwise_keeps_a_text_as_received():
    compact, indented = (json.dumps(event(book("fanduel", h2h())), indent=indent).encode() for indent in (None, 2))
    ingest([snapshot(compact)])
    ingest([snapshot(indented)])
    assert OddsSnapshot.objects.get().raw_data == json.loads(compact)
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw_data::text FROM odds_oddssnapshot")
        assert cursor.fetchone()[0].encode() in (compact, indented)


@pytest.mark.parametrize(
    "junk", [{"key": ["list"]}, {"key": {"a": 1}, "markets": 5}, 7, None, {"key": "x", "markets": 5}]
)
def test_joining_survives_what_is_no_bookmaker(junk):
    ingest([snapshot(event(book("fanduel", h2h()), junk))])
    ingest([snapshot(event(book("fanduel", spreads()), junk))])
    assert {row[1] for row in standing()} == {"h2h", "spreads"}
