"""A history shows what stood at the instant, whatever was asked and withdrawn, moved and flagged."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.decision_times import AtLine, MinutesBefore
from backtesting.history.records import instant
from collectors.pipeline import ingest
from collectors.tests.histories import histories
from events.models import Event
from events.tests.factories import TIP, make_event
from odds.choices import LineMoment
from odds.models import Odds
from odds.tests.factories import make_odds, make_pair, make_scope, make_snapshot

from .as_of import on_offer, whole_history

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
CLOSING, OPENING = LineMoment.CLOSING, LineMoment.OPENING


def at(minutes_before_tip):
    return TIP - minutes_before_tip * MINUTE


@pytest.fixture
def event():
    """Seen 40, 30 and 20 minutes before the start: -110, then -120, then withdrawn."""
    event = make_event(closing_at=at(20))
    for minutes in (40, 30, 20):
        make_snapshot(event, snapshot_time=at(minutes))
    make_odds(event, price=-110, odds_timestamp=at(40), valid_until=at(30))
    make_odds(event, price=-120, odds_timestamp=at(30), valid_until=at(20))
    return event


def view(history, moment, event=0):
    return history.view(history.decision_at(event, moment))


def shown(history, moment, event=0):
    return [price.price for price in view(history, moment, event).prices]


def test_a_price_is_seen_from_its_first_snapshot_until_it_is_gone(event):
    history = whole_history()
    assert [shown(history, at(minutes)) for minutes in (40.1, 40, 30.1, 30, 20.1, 20, 1)] == [
        [], [-110], [-110], [-120], [-120], [], [],
    ]  # fmt: skip


def test_a_view_has_the_facts_of_the_event_and_the_age_of_each_price(event):
    seen = view(whole_history(), at(25))
    assert (seen.event.event_id, seen.event.home_team, seen.event.away_team) == (
        event.api_id,
        "Los Angeles Lakers",
        "Boston Celtics",
    )
    assert (seen.moment, seen.snapshot_time, seen.event.commence_time) == (at(25), at(30), TIP)
    assert [(price.age_seconds, price.snapshot_time) for price in seen.prices] == [(300, at(30))]


def test_age_is_of_the_newest_snapshot_that_asked_for_the_book_and_market():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_snapshot(event, snapshot_time=at(10), scope=make_scope({"h2h": ["fanduel"], "spreads": ["pinnacle"]}))
    for book in ("fanduel", "pinnacle"):
        for market in ("h2h", "spreads"):
            make_odds(event, book, market, odds_timestamp=at(60))
    ages = {(price.bookmaker, price.market): price.age_seconds / 60 for price in view(whole_history(), at(5)).prices}
    assert ages == {
        ("fanduel", "h2h"): 5,
        ("fanduel", "spreads"): 55,
        ("pinnacle", "h2h"): 55,
        ("pinnacle", "spreads"): 5,
    }


def test_no_snapshot_of_another_event_speaks_for_a_price():
    """Such prices cannot come about; where the database holds some all the same, they are of unknown age."""
    for api_id, asked, minutes in (("a", {"h2h": None, "spreads": None}, 60), ("b", {"h2h": None}, 50)):
        event = make_event(api_id=api_id)
        make_snapshot(event, snapshot_time=at(minutes), scope=make_scope(asked))
        make_odds(event, odds_timestamp=at(60))
        make_odds(event, market="spreads", odds_timestamp=at(60))
    history = whole_history()
    board = history.board([history.decision_at(event, at(minutes)) for event in (0, 1) for minutes in (55, 40)])
    assert [(int(board.decision[row]), board.price(row).market) for row in range(len(board))] == [
        (0, "h2h"),
        (0, "spreads"),
        (1, "h2h"),
        (1, "spreads"),
        (3, "h2h"),
    ]


def test_flagged_prices_are_not_shown():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_odds(event, odds_timestamp=at(60), is_valid=False)
    make_odds(event, "pinnacle", price=-105, odds_timestamp=at(60), validation_notes="overround")
    assert [(price.price, price.validation_notes) for price in view(whole_history(), at(5)).prices] == [
        (-105, "overround")
    ]


def test_prices_lie_as_boards_put_them_in_order():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    for book in ("pinnacle", "fanduel"):
        make_pair(event, book, "totals", prices={"under": -105, "over": -115}, point="220.5", odds_timestamp=at(60))
        make_pair(event, book, "spreads", prices={"home": -110, "away": -110}, point="-3.5", odds_timestamp=at(60))
        make_pair(event, book, "h2h", prices={"home": -150, "away": 130}, odds_timestamp=at(60))
    make_pair(event, "bovada", "spreads", prices={"home": -120, "away": 100}, point="-4", odds_timestamp=at(60))
    prices = view(whole_history(), at(5)).prices
    assert [(price.market, price.point, price.side, price.bookmaker) for price in prices[4:10]] == [
        ("spreads", Decimal("4"), "away", "bovada"),
        ("spreads", Decimal("-4"), "home", "bovada"),
        ("spreads", Decimal("3.5"), "away", "fanduel"),
        ("spreads", Decimal("3.5"), "away", "pinnacle"),
        ("spreads", Decimal("-3.5"), "home", "fanduel"),
        ("spreads", Decimal("-3.5"), "home", "pinnacle"),
    ]
    assert list(prices) == on_offer(event, at(5))


@settings(max_examples=20, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_views_equal_what_stood_in_the_database(steps, random):
    """For snapshots of differing scope in any order of arrival, books withdrawn, starts moved and prices flagged."""
    with transaction.atomic():
        for step in random.sample(steps, len(steps)):
            ingest([step.as_snapshot()])
        flagged = [pk for pk in Odds.objects.values_list("pk", flat=True) if random.random() < 0.2]
        Odds.objects.filter(pk__in=flagged).update(is_valid=False)
        event, history = Event.objects.get(), whole_history()
        moments = [step.at + shift for step in steps for shift in (-MINUTE / 2, 0 * MINUTE, MINUTE / 2, 70 * MINUTE)]
        decisions = [history.decision_at(0, moment) for moment in random.sample(moments, min(6, len(moments)))]
        board = history.board(decisions)
        rows = [[] for _ in decisions]
        for number, price in zip(board.decision, board.prices(), strict=True):
            rows[number].append(price)
        for decision, of_board in zip(decisions, rows, strict=True):
            expected = on_offer(event, instant(decision.moment))
            assert list(history.view(decision).prices) == expected
            assert of_board == expected
        transaction.set_rollback(True)


@settings(max_examples=20, deadline=None)
@given(histories(), st.sampled_from([MinutesBefore(30), MinutesBefore(120), AtLine(OPENING), AtLine(CLOSING)]))
def test_what_is_loaded_for_decisions_alone_shows_the_same(steps, decides):
    with transaction.atomic():
        ingest([step.as_snapshot() for step in steps])
        history, part = whole_history(), whole_history(decides=decides)
        decisions = history.decisions(decides)
        assert part.decisions(decides) == decisions
        for decision in decisions:
            assert part.view(decision).prices == history.view(decision).prices
            for later in (30, 90, 200):
                moment = instant(decision.moment) + later * MINUTE
                assert view(part, moment).prices == view(history, moment).prices
        assert part.closing(0) == history.closing(0)
        transaction.set_rollback(True)
