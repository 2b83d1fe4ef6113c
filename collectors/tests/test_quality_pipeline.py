"""From answers to verdicts and the quality log, the whole way: hand-written answers, real tables."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from collectors.pipeline import ingest, rebuild
from collectors.the_odds_api.endpoints import Wanted, odds
from events.models import Event
from events.tests.factories import make_event
from odds.event_lines import closing_prices
from odds.models import Bookmaker, Odds, OddsSnapshot
from odds.tests.factories import make_bookmaker, make_market
from quality.choices import IssueType, ReviewState
from quality.event_checks import check_events
from quality.models import DataQualityLog
from quality.review import decide

from .factories import NOON, book, event, h2h, market, outcome, snapshot, spreads, totals
from .quality_log import FREE_MONEY, NBA, at, entry, fresh, kinds, life, look, runs, take

pytestmark = pytest.mark.django_db


def test_a_fault_is_on_the_run_and_in_the_log_with_place_and_evidence():
    look(0, FREE_MONEY, totals())
    assert runs() == [(310, False, "booksum_below_one")]
    found = entry(IssueType.BOOKSUM_BELOW_ONE)
    assert (found.event.api_id, found.sport_key, found.bookmaker, found.market) == ("a" * 32, NBA, "fanduel", "h2h")
    assert found.description == (
        "Boston Celtics @ Los Angeles Lakers, fanduel h2h: the implied probabilities add up to 0.8439, "
        "expected at least 1: Boston Celtics at +310, Los Angeles Lakers at -150"
    )
    assert found.raw_data == FREE_MONEY["outcomes"]
    assert kinds() == {"booksum_below_one"}


def test_one_standing_fault_is_one_entry_over_many_answers_and_ends_with_the_fault():
    for minutes, offered in enumerate([h2h(), FREE_MONEY, FREE_MONEY, FREE_MONEY, h2h()]):
        look(minutes, offered)
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (1, 3, 3, 4)
    assert [valid for _, valid, _ in runs()] == [True, False, True]


def test_a_call_for_one_market_ends_no_fault_of_another():
    look(0, FREE_MONEY)
    only = Wanted(markets=("totals",), bookmakers=("fanduel",))
    take(10, event(fresh(10, totals())), call=odds(NBA, only))
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (0, 0, 1, None)


def test_an_older_answer_that_comes_late_is_judged_in_its_place():
    look(0, FREE_MONEY)
    look(20, FREE_MONEY)
    look(10, h2h())
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (0, 20, 2, None)
    assert [valid for _, valid, _ in runs()] == [False, True, False]


def test_the_same_answer_twice_is_one_sighting():
    look(0, FREE_MONEY)
    look(0, FREE_MONEY)
    assert life(IssueType.BOOKSUM_BELOW_ONE) == (0, 0, 1, None)


def test_a_huge_number_beside_a_fault_costs_neither_answer_nor_entry():
    odd = b'[{"name": "Los Angeles Lakers", "price": 1e400}, {"name": "Boston Celtics", "price": 130}]'
    payload = json.dumps(event(fresh(0, market("h2h")), book("draftkings", h2h()))).encode()
    ingest([snapshot(payload.replace(b"[]", odd, 1), NOON)])
    assert OddsSnapshot.objects.count() == 1
    assert entry(IssueType.INCOMPLETE_MARKET).raw_data[0] == {"name": "Los Angeles Lakers", "price": "1e400"}


def test_a_decision_outlives_rebuilding_and_later_answers():
    look(0, FREE_MONEY)
    found, reviewer = entry(IssueType.BOOKSUM_BELOW_ONE), User.objects.create_user("ann")
    decide([found], ReviewState.DISMISSED, note="a boost", reviewer=reviewer, now=at(5))
    assert runs() == [(310, True, "booksum_below_one")]
    look(10, FREE_MONEY)
    look(20, h2h(-150, 320))
    rebuild(found.event_id)
    assert runs() == [(310, True, "booksum_below_one"), (320, True, "booksum_below_one")]
    found.refresh_from_db()
    assert (found.review, found.occurrences, found.reviews.get().note) == (ReviewState.DISMISSED, 3, "a boost")


def test_a_confirmed_movement_keeps_its_runs_out_of_the_close_until_taken_back():
    look(0, h2h(130, -150))
    look(10, h2h(-400, 300))
    look(20, h2h(-400, 305))
    moved = entry(IssueType.LINE_MOVEMENT)
    decide([moved], ReviewState.CONFIRMED, reviewer=None, now=at(30))
    assert runs("Los Angeles Lakers") == [(130, True, ""), (-400, False, "line_movement")]
    look(40, h2h(-400, 310))
    assert runs("Los Angeles Lakers")[1:] == [(-400, False, "line_movement")]
    assert {line.price for line in closing_prices(Event.objects.all(), market="h2h")} == {310}
    decide([moved], ReviewState.OPEN, reviewer=None, now=at(50))
    assert runs("Los Angeles Lakers")[1:] == [(-400, True, "line_movement")]


def test_rebuilding_leaves_runs_and_log_as_they_were():
    for minutes, offered in enumerate([h2h(), FREE_MONEY, h2h(-20000, 2500), h2h(), h2h(0, 130)]):
        look(minutes, offered)
    log = list(DataQualityLog.objects.order_by("fingerprint").values())
    before = runs()
    rebuild(Event.objects.get().pk)
    assert runs() == before
    assert list(DataQualityLog.objects.order_by("fingerprint").values()) == log
    assert len(log) >= 4


def test_the_first_answer_with_a_bookmaker_is_judged_as_all_later_ones():
    """Pinnacle keeps 1.96 %: no fault, whether the table knew the bookmaker or not."""
    ingest([snapshot(event(fresh(0, h2h(-104, -104), key="pinnacle")))])
    assert (kinds(), Bookmaker.objects.get().kind) == (set(), "sharp")
    rebuild(Event.objects.get().pk)
    assert kinds() == set()


def test_a_range_of_its_own_is_taken_from_the_table():
    make_bookmaker("fanduel", overround_min=0.0, overround_max=0.03)
    look(0, h2h(-104, -104), totals())
    found = [kinds(market=market, severity="warning") for market in ("h2h", "totals")]
    assert found == [set(), {"unusual_overround"}]


def test_nothing_is_judged_where_checks_are_switched_off(settings):
    settings.ENABLE_VALIDATION = False
    take(0, event(fresh(0, FREE_MONEY), colour="red"))
    make_event(commence_time=NOON - timedelta(days=2))
    assert check_events(NOON) == []
    assert runs() == [(310, True, "")]
    assert not DataQualityLog.objects.exists()


def test_rejected_quotes_stay_in_the_raw_answer_alone(settings):
    settings.REJECT_INVALID_ODDS = True
    look(0, FREE_MONEY, h2h() | {"key": "totals", "outcomes": totals()["outcomes"]})
    assert runs() == []
    assert Odds.objects.count() == 2  # of the total
    assert OddsSnapshot.objects.get().raw_data["bookmakers"][0]["markets"][0]["outcomes"] == FREE_MONEY["outcomes"]
    assert entry(IssueType.BOOKSUM_BELOW_ONE).stands
    settings.REJECT_INVALID_ODDS = False
    rebuild(Event.objects.get().pk)
    assert runs() == [(310, False, "booksum_below_one")]


def test_disabled_checks_and_thresholds_come_from_the_settings(settings):
    settings.DISABLED_CHECKS = ["booksum_below_one", "line_movement"]
    settings.PRICE_LIMIT = 300
    look(0, FREE_MONEY)
    assert runs() == [(310, True, "price_out_of_range")]
    settings.OVERROUND_RANGES = {"retail": (0.03, 0.04)}
    settings.MAX_QUOTE_AGE_MINUTES = 0
    look(10, h2h(-110, -110))  # 4.76 %
    assert kinds() == {"price_out_of_range", "unusual_overround", "stale"}


def test_an_unknown_market_of_an_unknown_sport_is_judged_like_any_other():
    make_market("h2h")
    handicap = market("map_handicap", outcome("Los Angeles Lakers", 150, point=-1.5),
                      outcome("Boston Celtics", 120, point=1.5))  # fmt: skip
    look(0, handicap, spreads(), sport_key="esports_of_tomorrow")
    assert entry(IssueType.BOOKSUM_BELOW_ONE).market == "map_handicap"
    assert not Odds.objects.filter(market__key="map_handicap", is_valid=True).exists()
