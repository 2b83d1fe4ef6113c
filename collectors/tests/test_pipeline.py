"""From answers to tables: what is kept, what is told, what is never believed."""

import json
from datetime import datetime, timedelta
from itertools import permutations

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from collectors.pipeline import ingest, ingest_events, ingest_scores
from collectors.the_odds_api.normaliser import read_listed_event, read_score
from collectors.verification import verify
from events.models import Event
from odds.choices import OddsFormat, Source
from odds.event_lines import closing_prices
from odds.models import Bookmaker, Odds, OddsSnapshot, Outcome
from odds.records import Asked

from .factories import DECIMAL, NOON, book, event, h2h, market, outcome, score, snapshot, spreads, totals

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)
H2H_ONLY = Asked.of(OddsFormat.AMERICAN, ["h2h"])


def standing() -> set[tuple[str, str, str, int]]:
    rows = Odds.objects.standing().values_list("bookmaker__key", "market__key", "outcome__side", "price")
    return set(rows)


def score_record(at: datetime, **over):
    return read_score(json.dumps(score(**over)).encode(), observed_at=at)


def test_a_price_is_stored_once_for_as_long_as_it_stands():
    for minutes in (0, 10, 20):
        ingest([snapshot(event(book("fanduel", h2h())), NOON + timedelta(minutes=minutes))])
    assert OddsSnapshot.objects.count() == 3
    assert Odds.objects.count() == 2
    assert not Odds.objects.exclude(valid_until=None, odds_timestamp=NOON).exists()


def test_a_changed_price_ends_the_run_and_begins_another():
    ingest([snapshot(event(book("fanduel", h2h(home=-150))))])
    report = ingest([snapshot(event(book("fanduel", h2h(home=-160))), LATER)])
    assert report.runs == 1
    ended, begun = Odds.objects.filter(outcome__side="home").order_by("odds_timestamp")
    assert (ended.price, ended.valid_until) == (-150, LATER)
    assert (begun.price, begun.odds_timestamp, begun.valid_until) == (-160, LATER, None)


def test_a_withdrawn_price_is_never_carried_forward():
    ingest([snapshot(event(book("fanduel", h2h()), book("bovada", h2h())))])
    ingest([snapshot(event(book("bovada", h2h())), LATER)])
    assert {row[0] for row in standing()} == {"bovada"}
    assert not Odds.objects.as_of(LATER).filter(bookmaker__key="fanduel").exists()
    assert Odds.objects.as_of(LATER - timedelta(seconds=1)).filter(bookmaker__key="fanduel").count() == 2


def test_an_event_without_bookmakers_withdraws_all():
    ingest([snapshot(event(book("fanduel", h2h())))])
    ingest([snapshot(event(), LATER)])
    assert standing() == set()
    assert OddsSnapshot.objects.count() == 2


def test_a_call_for_one_market_withdraws_no_other():
    ingest([snapshot(event(book("fanduel", h2h(), spreads())))])
    ingest([snapshot(event(book("fanduel", h2h(home=-160))), LATER, H2H_ONLY)])
    assert ("fanduel", "spreads", "home", -110) in standing()
    assert ("fanduel", "h2h", "home", -160) in standing()


def test_a_call_for_one_book_withdraws_no_other():
    ingest([snapshot(event(book("fanduel", h2h()), book("pinnacle", h2h())))])
    only_pinnacle = Asked.of(OddsFormat.AMERICAN, ["h2h"], ["pinnacle"])
    ingest([snapshot(event(), LATER, only_pinnacle)])
    assert {row[0] for row in standing()} == {"fanduel"}


def test_the_view_has_every_price_at_every_snapshot_within_its_scope():
    ingest([snapshot(event(book("fanduel", h2h(), spreads())))])
    ingest([snapshot(event(book("fanduel", h2h())), LATER, H2H_ONLY)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT snapshot_time, market, count(*) FROM odds_price_points GROUP BY 1, 2 ORDER BY 1, 2")
        assert cursor.fetchall() == [(NOON, "h2h", 2), (NOON, "spreads", 2), (LATER, "h2h", 2)]


def test_a_line_that_moves_begins_a_new_run_of_the_same_outcome():
    ingest([snapshot(event(book("fanduel", totals(220.5))))])
    ingest([snapshot(event(book("fanduel", totals(221.5))), LATER)])
    over = Odds.objects.filter(outcome__side="over").order_by("odds_timestamp")
    assert [float(run.point) for run in over] == [220.5, 221.5]
    assert Outcome.objects.filter(side="over").count() == 1


def test_lines_beside_each_other_are_outcomes_of_their_own():
    alternates = market("alternate_totals", outcome("Over", -130, point=218.5), outcome("Over", -110, point=220.5))
    ingest([snapshot(event(book("fanduel", alternates)))])
    assert [run.outcome.line for run in Odds.objects.order_by("point")] == [218.5, 220.5]


def test_the_same_answer_twice_changes_nothing():
    taken = snapshot(event(book("fanduel", h2h())))
    ingest([taken])
    report = ingest([taken, taken])
    assert (report.snapshots, report.duplicates, report.runs) == (0, 1, 0)


def test_an_answer_that_comes_late_takes_its_place_in_time():
    ingest([snapshot(event(book("fanduel", h2h(home=-150)))), snapshot(event(book("fanduel", h2h(home=-150))), LATER)])
    between = NOON + timedelta(minutes=10)
    report = ingest([snapshot(event(book("fanduel", h2h(home=-170))), between)])
    assert report.runs == 2
    runs = Odds.objects.filter(outcome__side="home").order_by("odds_timestamp")
    assert [(run.price, run.valid_until) for run in runs] == [(-150, between), (-170, LATER), (-150, None)]


def test_a_price_that_becomes_unreadable_ends_there_and_the_rest_goes_on():
    ingest([snapshot(event(book("fanduel", h2h())))])
    report = ingest([snapshot(event(book("fanduel", h2h(home=0))), LATER)])
    assert standing() == {("fanduel", "h2h", "away", 130)}
    assert report.rejected == 1
    (problem,) = report.problems
    assert problem.text == (
        f"event {'a' * 32} at 2026-01-14T12:30:00Z: fanduel h2h: 'Los Angeles Lakers': "
        "0 is no American price: those are at most -100 or at least +100; quote left out"
    )
    assert OddsSnapshot.objects.get(snapshot_time=LATER).raw_data["bookmakers"][0]["markets"][0]["outcomes"][1] == {
        "name": "Los Angeles Lakers",
        "price": 0,
    }


def test_a_standing_fault_is_told_once_and_counted_every_time():
    faulty = event(book("fanduel", h2h(home=0)))
    report = ingest([snapshot(faulty, NOON + timedelta(minutes=minutes)) for minutes in range(5)])
    assert (report.rejected, len(report.problems)) == (5, 1)


def test_live_is_told_by_the_start_stated_in_the_same_answer():
    tip = datetime.fromisoformat("2026-01-15T00:30:00Z")
    payload = event(book("fanduel", h2h()))
    ingest([snapshot(payload, tip - timedelta(seconds=1)), snapshot(payload, tip)])
    assert list(OddsSnapshot.objects.order_by("snapshot_time").values_list("is_live", flat=True)) == [False, True]


def test_the_close_goes_by_the_earlier_start():
    """The game began at 00:20, ten minutes before its stated start: a snapshot in between was live after all."""
    tip = datetime.fromisoformat("2026-01-15T00:30:00Z")
    times = [tip - timedelta(minutes=minutes) for minutes in (60, 30, 5)]
    ingest([snapshot(event(book("fanduel", h2h(home=-150 - i))), at) for i, at in enumerate(times)])
    assert Event.objects.get().closing_at == times[2]
    ingest_scores([score_record(tip + timedelta(hours=3), commence_time="2026-01-15T00:20:13Z")])
    assert Event.objects.get().closing_at == times[1]
    assert {run.price for run in Odds.objects.closing()} == {-151, 130}


def test_a_delayed_game_stays_pre_match():
    tip = datetime.fromisoformat("2026-01-15T00:30:00Z")
    delayed = event(book("fanduel", h2h()), commence_time="2026-01-15T01:30:00Z")
    ingest([snapshot(event(book("fanduel", h2h())), NOON), snapshot(delayed, tip + timedelta(minutes=20))])
    assert Event.objects.get().closing_at == tip + timedelta(minutes=20)
    assert Event.objects.get().commence_time == tip + timedelta(hours=1)


def test_an_older_answer_does_not_take_the_start_back():
    moved = event(book("fanduel", h2h()), commence_time="2026-01-15T01:30:00Z")
    ingest([snapshot(moved, LATER)])
    ingest([snapshot(event(book("fanduel", h2h())), NOON)])
    assert Event.objects.get().commence_time.hour == 1


def test_an_id_that_comes_back_as_another_game_is_told_and_keeps_its_names():
    ingest([snapshot(event(book("fanduel", h2h())))])
    other = event(book("fanduel", h2h()), home_team="Utah Jazz")
    report = ingest([snapshot(other, LATER)])
    assert Event.objects.get().home_team == "Los Angeles Lakers"
    assert "came back as another game" in report.problems[0].text


def test_swapped_teams_are_told():
    ingest([snapshot(event(book("fanduel", h2h())))])
    swapped = event(book("fanduel", h2h()), home_team="Boston Celtics", away_team="Los Angeles Lakers")
    report = ingest([snapshot(swapped, LATER)])
    assert "came back its teams swapped" in report.problems[0].text
    assert ("fanduel", "h2h", "away", -150) in standing()


def test_raw_text_is_kept_to_the_byte():
    raw = json.dumps(event(book("fanduel", h2h()), note="\0 \ud83d"), indent=3).encode()
    ingest([snapshot(raw)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT raw_data::text FROM odds_oddssnapshot")
        assert cursor.fetchone()[0].encode() == raw


def test_names_that_differ_only_after_cutting_stay_two():
    long = [outcome("x" * 5_000 + end, 300) for end in "ab"]
    ingest([snapshot(event(book("fanduel", market("outrights", *long))))])
    assert Odds.objects.count() == 2


def test_decimal_and_american_answers_of_one_event_live_together():
    ingest([snapshot(event(book("fanduel", h2h(home=1.91, away=1.91))), asked=DECIMAL)])
    ingest([snapshot(event(book("fanduel", h2h(home=-110, away=-110))), LATER)])
    assert set(Odds.objects.values_list("price", "decimal_price")) == {(-110, 1.91), (-110, 1 + 100 / 110)}
    assert verify(Event.objects.all()).differences == 0


def test_a_book_seen_for_the_first_time_becomes_a_row_with_its_title():
    ingest([snapshot(event(book("novig", h2h(), title="Novig")))])
    assert Bookmaker.objects.get().title == "Novig"


def test_the_source_is_kept():
    ingest([snapshot(event(book("fanduel", h2h())), source=Source.HISTORICAL)])
    assert OddsSnapshot.objects.get().source == Source.HISTORICAL


def test_a_listed_event_is_stored_without_odds():
    raw = json.dumps({key: value for key, value in event().items() if key != "bookmakers"}).encode()
    ingest_events([read_listed_event(raw, observed_at=NOON)])
    assert Event.objects.get().title == "Boston Celtics @ Los Angeles Lakers"


def test_one_batch_takes_as_many_queries_for_twenty_events_as_for_two():
    def queries_for(count, at):
        batch = [snapshot(event(book("fanduel", h2h()), id=f"{number:032x}"), at) for number in range(count)]
        with CaptureQueriesContext(connection) as queries:
            ingest(batch)
        return len(queries)

    queries_for(20, NOON)
    assert queries_for(2, LATER) == queries_for(20, LATER + timedelta(minutes=1))


def test_facts_of_an_event_do_not_depend_on_the_order_of_answers():
    payloads = [
        (event(book("fanduel", h2h()), sport_title="NBA"), NOON),
        (event(book("fanduel", h2h()), sport_title=None), LATER),
        (
            event(book("fanduel", h2h()), sport_title="NBA Basketball", home_team=None, away_team=None),
            LATER + LATER.resolution,
        ),
    ]
    found = set()
    for order in permutations(payloads):
        for batches in ([order], [[each] for each in order]):
            with transaction.atomic():
                for batch in batches:
                    ingest([snapshot(payload, at) for payload, at in batch])
                found.add(Event.objects.values_list("sport_title", "home_team", "commence_time").get())
                transaction.set_rollback(True)
    assert found == {("NBA Basketball", "Los Angeles Lakers", datetime.fromisoformat("2026-01-15T00:30:00Z"))}


def test_a_book_without_a_title_gets_it_when_it_is_told():
    ingest([snapshot(event(book("williamhill_us", h2h(), title="")))])
    ingest([snapshot(event(book("williamhill_us", h2h(home=-160), title="Caesars")), LATER)])
    assert Bookmaker.objects.get().title == "Caesars"


def test_a_price_seen_only_live_is_no_closing_line():
    """It stood before the start only because the start moved afterwards; no pre-match answer ever had it."""
    tip = datetime.fromisoformat("2026-01-15T00:30:00Z")
    ingest([snapshot(event(book("fanduel", h2h(), spreads())), tip + timedelta(minutes=1))])
    moved = event(book("fanduel", h2h()), commence_time="2026-01-15T02:00:00Z")
    ingest([snapshot(moved, tip + timedelta(minutes=30), H2H_ONLY)])
    assert {price.market for price in closing_prices(Event.objects.all())} == {"h2h"}


def test_very_many_markets_make_one_scope_each():
    """More text than an index takes."""
    markets = [market(f"player_{'x' * 50}_{number}", outcome("Over", -110, point=1)) for number in range(400)]
    ingest([snapshot(event(*(book(f"book_{number}", markets[number]) for number in range(400))))])
    assert Odds.objects.count() == 400
