"""Closing lines are those of odds.event_lines, and archives without times answer for lines and for nothing else."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import given, settings

from backtesting.decision_times import AtLine, EveryChange, MinutesBefore
from collectors.pipeline import ingest
from collectors.tests.histories import histories
from events.models import Event
from events.tests.factories import TIP, make_event
from odds.archive_prices import record_archive_prices
from odds.choices import LineMoment, Side
from odds.event_lines import closing_prices
from odds.models import Odds
from odds.pricing import american_to_decimal
from odds.records import SOUND, ArchiveLine, ArchiveOffer, OutcomeKey, Verdict
from odds.tests.factories import make_odds, make_pair, make_scope, make_snapshot

from .as_of import whole_history

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
CLOSING, OPENING = LineMoment.CLOSING, LineMoment.OPENING
DAY_BEGINS = datetime(2026, 1, 14, 5, tzinfo=UTC)  # midnight in New York, before a game at 19:30


def at(minutes_before_tip):
    return TIP - minutes_before_tip * MINUTE


def archive(event, book="pinnacle", *, moment=CLOSING, home=-150, away=130, point=None, origin="sbr", verdict=SOUND):
    """A pair of spreads, or of head to head, that an archive has without times; None is a line without a price."""
    teams = {Side.HOME: (home, "Los Angeles Lakers", point), Side.AWAY: (away, "Boston Celtics", point and -point)}
    lines = [
        ArchiveLine(OutcomeKey(side, name, "", None), price, price and american_to_decimal(price), number, verdict)
        for side, (price, name, number) in teams.items()
    ]
    offer = ArchiveOffer(event.pk, book, "h2h" if point is None else "spreads", moment)
    with transaction.atomic():
        record_archive_prices({offer: lines}, origin=origin, titles={})


def expected(event):
    """What odds.event_lines has, without lines alone."""
    return [
        (
            line.bookmaker,
            line.market,
            line.side,
            line.outcome,
            line.point,
            line.price,
            line.decimal_price,
            line.is_timed,
        )
        for line in closing_prices(Event.objects.filter(pk=event.pk))
        if line.price is not None
    ]


def closing(history, event=0):
    return [
        (
            line.bookmaker,
            line.market,
            line.side,
            line.outcome,
            line.point,
            line.price,
            line.decimal_price,
            line.is_timed,
        )
        for line in history.closing(event)
    ]


def shown(history, decides):
    """The prices of the only decision."""
    [decision] = history.decisions(decides)
    board = history.board([decision])
    prices = history.view(decision).prices
    assert board.prices() == prices
    return [(price.bookmaker, price.side, price.price, price.odds_timestamp is not None) for price in prices]


@settings(max_examples=15, deadline=None)
@given(histories())
def test_closing_lines_equal_those_of_the_database(steps):
    with transaction.atomic():
        ingest([step.as_snapshot() for step in steps])
        Odds.objects.filter(price=105).update(is_valid=False)
        event = Event.objects.get()
        assert closing(whole_history()) == expected(event)
        assert closing(whole_history(decides=MinutesBefore(1))) == expected(event)
        transaction.set_rollback(True)


def test_closing_age_is_counted_to_the_earlier_of_stated_and_final_start():
    delayed, brought_forward = (
        make_event(commence_time=TIP + shift * MINUTE, closing_at=at(20)) for shift in (60, -10)
    )
    for event in (delayed, brought_forward):
        make_snapshot(event, snapshot_time=at(20), commence_time=TIP)
        make_odds(event, odds_timestamp=at(20))
    history = whole_history()
    ages = {history.events[number].event_id: history.closing(number)[0].age_minutes for number in (0, 1)}
    assert ages == {delayed.api_id: 20, brought_forward.api_id: 10}


def test_closing_age_is_of_the_snapshot_that_asked_for_it():
    event = make_event(closing_at=at(5))
    make_snapshot(event, snapshot_time=at(60))
    make_snapshot(event, snapshot_time=at(5), scope=make_scope({"h2h": None}))
    make_odds(event, odds_timestamp=at(60))
    make_odds(event, market="spreads", odds_timestamp=at(60))
    history = whole_history()
    assert {line.market: line.age_minutes for line in history.closing(0)} == {"h2h": 5, "spreads": 60}
    assert [line.market for line in history.closing(0, "spreads")] == ["spreads"]
    assert history.closing(0, "totals") == ()


@pytest.mark.parametrize(("begins", "closes"), [(-5, ["h2h"]), (60, ["h2h", "spreads"])], ids=["in play", "before"])
def test_only_what_was_seen_before_the_start_closes_though_the_start_was_put_back(begins, closes):
    event = make_event(commence_time=TIP + 60 * MINUTE, closing_at=at(-10))
    for minutes in (60, -5):
        make_snapshot(event, snapshot_time=at(minutes), commence_time=TIP)
    make_odds(event, market="spreads", odds_timestamp=at(begins))
    make_snapshot(event, snapshot_time=at(-10), scope=make_scope({"h2h": None}))
    make_odds(event, odds_timestamp=at(-10))
    assert closing(whole_history()) == expected(event)
    assert [line.market for line in whole_history().closing(0)] == closes


def test_an_event_without_a_close_has_no_closing_line():
    make_snapshot(make_event(), snapshot_time=at(-5))
    assert whole_history().closing(0) == ()


def test_archive_prices_close_where_the_book_has_no_observed_price():
    event = make_event(closing_at=at(10))
    make_snapshot(event, snapshot_time=at(10))
    make_odds(event, "pinnacle", odds_timestamp=at(10), is_valid=False)  # flagged, but observed
    make_odds(event, "bovada", odds_timestamp=at(10))
    make_odds(event, "betus", odds_timestamp=at(30), valid_until=at(20), is_live=True)  # before the start was put back
    for book in ("pinnacle", "bovada", "fanduel", "betus"):
        archive(event, book)
    for book in ("pinnacle", "fanduel"):
        archive(event, book, point=Decimal("-3.5"), home=None, away=-110)
    history = whole_history()
    assert closing(history) == expected(event)
    found = [(line.bookmaker, line.market, line.side, line.age_minutes, line.is_timed) for line in history.closing(0)]
    assert found == [
        ("betus", "h2h", "away", None, False),
        ("betus", "h2h", "home", None, False),
        ("bovada", "h2h", "home", 10, True),
        ("fanduel", "h2h", "away", None, False),
        ("fanduel", "h2h", "home", None, False),
        ("fanduel", "spreads", "away", None, False),
    ]


def test_the_first_archive_by_format_answers_with_what_it_is_sure_of():
    event = make_event()
    archive(event, origin="kaggle", home=-160, away=140)
    archive(event, origin="sbr", home=-150, away=130)
    archive(event, "fanduel", verdict=Verdict(False, "sides"))
    assert closing(whole_history()) == expected(event)
    assert [line.price for line in whole_history().closing(0)] == [140, -160]


def test_archives_are_decided_on_at_lines_alone():
    event = make_event()
    archive(event)
    archive(event, moment=OPENING, home=-140, away=120)
    history = whole_history()
    assert [(d.moment_kind, d.commence) for d in history.decisions(AtLine(CLOSING))] == [(CLOSING, 1768437000000000)]
    assert history.view(history.decisions(AtLine(CLOSING))[0]).moment == TIP
    assert history.view(history.decisions(AtLine(OPENING))[0]).moment == DAY_BEGINS
    assert history.decisions(MinutesBefore(60)) == history.decisions(EveryChange()) == []
    assert shown(history, AtLine(CLOSING)) == [("pinnacle", "away", 130, False), ("pinnacle", "home", -150, False)]
    assert shown(history, AtLine(OPENING)) == [("pinnacle", "away", 120, False), ("pinnacle", "home", -140, False)]


def test_prices_of_archives_have_no_times():
    archive(make_event())
    history = whole_history()
    seen = history.view(history.decisions(AtLine(CLOSING))[0])
    assert seen.snapshot_time is None
    assert {(p.odds_timestamp, p.last_update, p.snapshot_time, p.age_seconds) for p in seen.prices} == {(None,) * 4}
    assert not history.standing_at(0, seen.prices[0], TIP - MINUTE)


def test_a_line_joins_what_was_observed_with_what_archives_have_of_other_books():
    event = make_event(closing_at=at(10))
    for minutes in (60, 10):
        make_snapshot(event, snapshot_time=at(minutes))
    make_pair(event, "bovada", prices={"home": -110, "away": -110}, odds_timestamp=at(60), valid_until=at(10))
    make_pair(event, "bovada", prices={"home": -120, "away": 100}, odds_timestamp=at(10))
    archive(event)
    archive(event, moment=OPENING, home=-140, away=120)
    history = whole_history()
    assert shown(history, AtLine(CLOSING)) == [
        ("bovada", "away", 100, True),
        ("pinnacle", "away", 130, False),
        ("bovada", "home", -120, True),
        ("pinnacle", "home", -150, False),
    ]
    assert [price for *_, price, _ in shown(history, AtLine(OPENING))] == [-110, 120, -110, -140]
    assert [price for *_, price, _ in shown(history, MinutesBefore(60))] == [-110, -110]


def test_from_the_close_of_an_archive_the_way_back_leads_to_its_opening():
    event = make_event()
    archive(event)
    archive(event, moment=OPENING, home=-140, away=120)
    history = whole_history()
    close = history.view(history.decisions(AtLine(CLOSING))[0])
    prices = [[price.price for price in close.earlier(moment).prices] for moment in (TIP, at(30), DAY_BEGINS)]
    assert prices == [[130, -150], [120, -140], [120, -140]]
    assert close.earlier(DAY_BEGINS - MINUTE).prices == ()
    opening = close.earlier(DAY_BEGINS)
    assert opening.earlier(DAY_BEGINS - MINUTE).prices == ()
    with pytest.raises(ValueError, match="which is later"):
        opening.earlier(at(30))
