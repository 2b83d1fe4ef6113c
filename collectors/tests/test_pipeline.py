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
from events.choices import EventStatus
from events.models import Event
from odds.choices import OddsFormat, Source
from odds.event_lines import closing_prices
from odds.models import Bookmaker, Odds, OddsSnapshot, Outcome
from odds.records import Asked

from .factories import DECIMAL, NOON, book, event, h2h, market, outcome, score, snapshot, spreads, totals

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=30)
H2H_ONLY = Asked.of(OddsFormat.AMERICAN, ["h2h"])
SPREADS_ONLY = Asked.of(OddsFormat.AMERICAN, ["spreads"])


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


def test_two_purchases_of_one_instant_become_one_snapshot():
    ingest([snapshot(event(book("fanduel", h2h())), asked=H2H_ONLY)])
    report = ingest([snapshot(event(book("fanduel", spreads())), asked=SPREADS_ONLY)])
    assert (report.snapshots, report.runs) == (0, 2)
    (kept,) = OddsSnapshot.objects.all()
    assert [m["key"] for m in kept.raw_data["bookmakers"][0]["markets"]] == ["h2h", "spreads"]
    assert {row[1] for row in standing()} == {"h2h", "spreads"}
    assert verify(Event.objects.all()).differences == 0


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


def test_verification_finds_a_price_that_was_changed_behind_its_back():
    ingest([snapshot(event(book("fanduel", h2h())))])
    Odds.objects.filter(outcome__side="home").update(price=-155)
    report = verify(Event.objects.all())
    assert report.differences == 4
    assert "in the raw answer, not in the runs" in report.examples[0]


def test_verification_finds_a_run_cut_in_two():
    """The view is right all the same; the runs are not those that the raw answers give."""
    ingest([snapshot(event(book("fanduel", h2h())), NOON + timedelta(minutes=minutes)) for minutes in (0, 30)])
    run = Odds.objects.get(outcome__side="home")
    Odds.objects.filter(pk=run.pk).update(valid_until=LATER)
    run.pk, run.odds_timestamp = None, LATER
    run.save()
    assert {line.split(": ")[1] for line in verify(Event.objects.all()).examples} == {
        "run missing",
        "run that the raw answers do not give",
    }


def test_a_final_score_ends_the_event():
    report = ingest_scores([score_record(LATER)])
    game = Event.objects.get()
    assert (game.home_score, game.away_score, game.status) == (110, 105, EventStatus.FINAL)
    assert game.completed_at == datetime.fromisoformat("2026-01-15T03:01:00Z")
    assert report.scores == 1


def test_a_correction_is_shown_and_what_was_before_is_kept():
    ingest_scores([score_record(LATER + timedelta(hours=6), home="112")])
    ingest_scores([score_record(LATER), score_record(LATER)])
    game = Event.objects.get()
    assert game.home_score == 112
    assert list(game.scores.values_list("home_score", flat=True)) == [110, 112]


def test_a_game_under_way_is_live_and_one_to_come_is_not():
    ingest_scores([score_record(LATER, completed=False)])
    assert Event.objects.get().status == EventStatus.LIVE
    ingest_scores([score_record(LATER, id="b" * 32, scores=None, completed=False)])
    assert Event.objects.get(api_id="b" * 32).status == EventStatus.SCHEDULED


def test_a_status_set_by_hand_stays():
    ingest_scores([score_record(NOON, scores=None, completed=False)])
    Event.objects.update(status=EventStatus.POSTPONED, status_is_manual=True)
    ingest_scores([score_record(LATER)])
    game = Event.objects.get()
    assert (game.status, game.home_score) == (EventStatus.POSTPONED, 110)


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


def test_of_two_scores_at_one_instant_the_further_one_stays():
    for order in ((False, True), (True, False)):
        with transaction.atomic():
            for completed in order:
                ingest_scores([score_record(LATER, completed=completed)])
            assert Event.objects.get().status == EventStatus.FINAL
            transaction.set_rollback(True)


def test_scores_take_as_many_queries_for_twenty_events_as_for_two():
    def queries_for(count):
        with CaptureQueriesContext(connection) as queries:
            ingest_scores([score_record(LATER, id=f"{count}{number:030x}") for number in range(count)])
        return len(queries)

    assert queries_for(2) == queries_for(20)


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


def test_verification_finds_rows_that_are_there_twice_or_have_lost_their_names():
    ingest([snapshot(event(book("fanduel", h2h()))), snapshot(event(), LATER)])
    run = Odds.objects.get(outcome__side="home")
    run.pk = None
    run.save()
    Odds.objects.filter(outcome__side="away").update(bookmaker_id=999)
    kinds = {line.split(": ")[1] for line in verify(Event.objects.all()).examples}
    assert {"run stored more than once", "rows of odds whose bookmaker, market or outcome is missing"} <= kinds


def test_verification_finds_a_wrong_closing_instant():
    ingest([snapshot(event(book("fanduel", h2h())))])
    Event.objects.update(closing_at=LATER)
    assert "closing_at, stored and as the snapshots give it" in verify(Event.objects.all()).examples[0]


def test_very_many_markets_make_one_scope_each():
    """More text than an index takes."""
    markets = [market(f"player_{'x' * 50}_{number}", outcome("Over", -110, point=1)) for number in range(400)]
    ingest([snapshot(event(*(book(f"book_{number}", markets[number]) for number in range(400))))])
    assert Odds.objects.count() == 400
