"""About nothing but look-ahead: nothing that a history shows of an instant depends on what came after it."""

import pickle
from dataclasses import fields
from datetime import time, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.decision_times import AtLine, DailyAt, EveryChange, MinutesBefore
from backtesting.history import Board
from backtesting.history.records import instant
from backtesting.records import EventView, MarketView
from collectors.pipeline import ingest
from collectors.tests.histories import histories
from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.choices import LineMoment
from odds.models import Odds
from odds.tests.factories import make_odds, make_snapshot

from .as_of import whole_history

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
FORWARD = [MinutesBefore(30), MinutesBefore(120), EveryChange(), DailyAt(time(9)), AtLine(LineMoment.OPENING)]


def at(minutes_before_tip):
    return TIP - minutes_before_tip * MINUTE


def shown(view):
    """All that a strategy can see of a view, but for the way back."""
    return view.event, view.moment, view.snapshot_time, view.prices


def view(history, moment):
    return history.view(history.decision_at(0, moment))


def columns(board):
    """All that a board says, with names for numbers."""
    return board.prices(), [getattr(board, name).tolist() for name in ("decision", "side", "is_timed")]


@settings(max_examples=20, deadline=None)
@given(histories(), st.data())
def test_a_history_cut_at_an_instant_shows_and_decides_the_same_up_to_it(steps, data):
    cut = data.draw(st.integers(1, len(steps)))
    until = steps[cut].at if cut < len(steps) else steps[-1].at + 500 * MINUTE
    asked = [step.at for step in steps[:cut]] + [until - MINUTE / 60]
    with transaction.atomic():
        ingest([step.as_snapshot() for step in steps[:cut]])
        known = whole_history()
        ingest([step.as_snapshot() for step in steps[cut:]])
        Event.objects.update(commence_time=steps[-1].start + 999 * MINUTE, status="final")
        make_score(Event.objects.get(), observed_at=steps[-1].at + 600 * MINUTE)
        history = whole_history()
        transaction.set_rollback(True)
    for decides in FORWARD:
        now = [decision for decision in known.decisions(decides) if instant(decision.moment) < until]
        afterwards = [decision for decision in history.decisions(decides) if instant(decision.moment) < until]
        assert now == afterwards
        assert columns(known.board(now)) == columns(history.board(now))
    for moment in asked:
        assert shown(view(known, moment)) == shown(view(history, moment))
        earlier = moment - 45 * MINUTE
        assert shown(view(known, moment).earlier(earlier)) == shown(view(history, moment).earlier(earlier))


def test_a_price_is_not_seen_a_microsecond_before_its_first_snapshot():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_snapshot(event, snapshot_time=at(30))
    make_odds(event, odds_timestamp=at(30))
    history = whole_history()
    assert view(history, at(30) - timedelta(microseconds=1)).prices == ()
    assert len(view(history, at(30)).prices) == 1


def test_nothing_tells_when_a_price_would_end():
    event = make_event()
    for minutes in (60, 30):
        make_snapshot(event, snapshot_time=at(minutes))
    make_odds(event, odds_timestamp=at(60), valid_until=at(30))
    history = whole_history()
    assert [price.valid_until for price in view(history, at(45)).prices] == [None]
    decision = history.decision_at(0, at(45))
    assert [price.valid_until for price in history.board([decision]).prices()] == [None]
    assert {"end", "valid_until", "results", "status"}.isdisjoint(field.name for field in fields(Board))


def test_the_start_is_the_one_known_then_and_never_the_final_one():
    event = make_event(commence_time=at(-90))
    make_snapshot(event, snapshot_time=at(120), commence_time=TIP)
    make_snapshot(event, snapshot_time=at(10), commence_time=at(-90))
    make_odds(event, odds_timestamp=at(120))
    history = whole_history()
    [decision] = history.decisions(MinutesBefore(60))
    assert instant(decision.moment) == at(60)
    assert history.view(decision).event.commence_time == TIP
    assert view(history, at(5)).event.commence_time == at(-90)
    assert view(history, at(5)).earlier(at(60)).event.commence_time == TIP


@pytest.mark.parametrize("minutes", [0, -5], ids=["at the start", "after it"])
def test_nothing_is_on_offer_from_the_start_known_then_on(minutes):
    event = make_event(commence_time=at(-90))  # in the end it begins later
    make_snapshot(event, snapshot_time=at(30), commence_time=TIP)
    make_odds(event, odds_timestamp=at(30))
    history = whole_history()
    assert len(view(history, at(1)).prices) == 1
    assert view(history, at(minutes)).prices == ()
    assert not history.standing_at(0, view(history, at(1)).prices[0], at(minutes))


def test_prices_last_seen_in_play_are_not_on_offer_though_the_start_was_put_back():
    event = make_event(commence_time=at(-90))
    make_snapshot(event, snapshot_time=at(30), commence_time=at(40))
    make_odds(event, odds_timestamp=at(30), is_live=True)
    make_snapshot(event, snapshot_time=at(20), commence_time=at(-90))
    history = whole_history()
    assert view(history, at(25)).prices == ()
    assert len(view(history, at(15)).prices) == 1  # seen again, before the new start


def test_the_way_back_never_leads_forward():
    event = make_event()
    for minutes, price, end in ((60, -110, at(30)), (30, -120, None)):
        make_snapshot(event, snapshot_time=at(minutes))
        make_odds(event, price=price, odds_timestamp=at(minutes), valid_until=end)
    now = view(whole_history(), at(45))
    with pytest.raises(ValueError, match=f"event {event.api_id}: a view of .* was asked for .*, which is later"):
        now.earlier(at(45) + timedelta(microseconds=1))
    before = now.earlier(at(50))
    with pytest.raises(ValueError, match="which is later"):
        before.earlier(at(45))
    assert shown(now.earlier(at(45))) == shown(now)
    assert [price.price for price in before.prices] == [-110]


def test_before_the_first_snapshot_there_is_nothing_to_see():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_odds(event, odds_timestamp=at(60))
    before = view(whole_history(), at(30)).earlier(at(61))
    assert (before.prices, before.snapshot_time) == ((), None)


def test_a_view_has_no_place_for_what_became_of_the_event():
    shown_of_events, shown_of_markets = ({field.name for field in fields(each)} for each in (EventView, MarketView))
    assert shown_of_events == {"event_id", "sport_key", "home_team", "away_team", "commence_time", "start_is_day"}
    assert shown_of_markets == {"event", "moment", "snapshot_time", "prices", "earlier"}


def test_looking_back_without_having_said_so_is_refused_and_not_answered_by_half():
    event = make_event(closing_at=at(5))
    for minutes in (120, 60, 5):
        make_snapshot(event, snapshot_time=at(minutes))
    make_odds(event, price=-110, odds_timestamp=at(120), valid_until=at(60))
    make_odds(event, price=-120, odds_timestamp=at(60))
    history = whole_history(decides=MinutesBefore(30))
    [decision] = history.decisions(MinutesBefore(30))
    assert [price.price for price in history.view(decision).prices] == [-120]
    for ask in (
        lambda: history.view(decision).earlier(at(90)),
        lambda: history.standing_at(0, history.view(decision).prices[0], at(90)),
        lambda: history.board(history.decisions(MinutesBefore(60))),
    ):
        with pytest.raises(ValueError, match=r"prices are loaded from 2026-01-15 00:00:00\+00:00 on.*looks_back"):
            ask()


def test_later_rows_in_the_database_do_not_reach_a_loaded_history():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_odds(event, odds_timestamp=at(60))
    history = whole_history()
    Odds.objects.update(price=200, decimal_price=3.0)
    make_odds(event, "pinnacle", odds_timestamp=at(60))
    again = pickle.loads(pickle.dumps(history))  # noqa: S301 - just written
    assert [price.price for price in view(again, at(30)).prices] == [-110]
