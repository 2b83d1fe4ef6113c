"""Prices without a time: they open and close lines where nothing observed does, and are seen nowhere else."""

import json
from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import transaction

from events.models import Event
from events.tests.factories import TIP, make_event
from odds.archive_prices import record_archive_prices
from odds.choices import LineMoment, Side
from odds.event_lines import closing_prices, opening_prices
from odds.models import ArchivePrice
from odds.pricing import american_to_decimal
from odds.queries import closing_line, compare_bookmakers, get_best_odds, get_line_movement, get_odds_at_time
from odds.records import SOUND, ArchiveLine, ArchiveOffer, OutcomeKey, Verdict

from .factories import make_odds, make_snapshot

pytestmark = pytest.mark.django_db

TEAMS = {Side.HOME: "Los Angeles Lakers", Side.AWAY: "Boston Celtics"}
CLOSING, OPENING = LineMoment.CLOSING, LineMoment.OPENING


def lines(home=-150, away=130, *, point=None, verdict=SOUND):
    """A pair of prices; None for a line alone."""
    points = {Side.HOME: point, Side.AWAY: None if point is None else -point}
    return [
        ArchiveLine(
            OutcomeKey(side, TEAMS[side], "", None), price, price and american_to_decimal(price), points[side], verdict
        )
        for side, price in ((Side.HOME, home), (Side.AWAY, away))
    ]


def record(event, *given, book="pinnacle", market="h2h", moment=CLOSING, origin="sbr-multibook", **over):
    offers = {ArchiveOffer(event.pk, book, market, moment): lines(*given, **over)}
    with transaction.atomic():
        return record_archive_prices(offers, origin=origin, titles={})


def told(read=closing_prices):
    return [(line.bookmaker, line.market, line.side, line.price, line.is_timed) for line in read(Event.objects.all())]


def stored():
    return list(ArchivePrice.objects.order_by("pk").values_list("outcome__side", "price", "is_valid"))


@pytest.fixture
def event():
    return make_event(closing_at=TIP - timedelta(minutes=10))


def observed(event, book="pinnacle", **over):
    make_snapshot(event, snapshot_time=TIP - timedelta(minutes=10))
    return make_odds(event, book, odds_timestamp=TIP - timedelta(minutes=10), **over)


def test_untimed_prices_close_and_open_and_say_so(event):
    record(event, -150, 130)
    record(event, -140, 120, moment=OPENING)
    assert told() == [("pinnacle", "h2h", "away", 130, False), ("pinnacle", "h2h", "home", -150, False)]
    assert told(opening_prices) == [("pinnacle", "h2h", "away", 120, False), ("pinnacle", "h2h", "home", -140, False)]
    line = closing_prices(Event.objects.all())[0]
    assert (line.odds_timestamp, line.snapshot_time, line.minutes_before_start) == (None, None, None)
    assert (line.event_id, line.commence_time, line.is_valid) == (event.api_id, TIP, True)


def test_observed_prices_of_a_bookmaker_go_before_all_of_its_untimed_ones(event):
    observed(event, price=-170)
    record(event, -150, 130)
    record(event, -110, -110, market="spreads", point=Decimal("-3.5"))
    record(event, -155, 135, book="bovada")
    assert told() == [
        ("bovada", "h2h", "away", 135, False), ("bovada", "h2h", "home", -155, False),
        ("pinnacle", "h2h", "home", -170, True),
    ]  # fmt: skip


@pytest.mark.parametrize("read", [opening_prices, closing_prices])
def test_flagged_or_withdrawn_price_that_was_observed_is_not_replaced(event, read):
    observed(event, is_valid=False)
    make_odds(event, "bovada", odds_timestamp=TIP - timedelta(hours=2), valid_until=TIP - timedelta(hours=1))
    for book in ("pinnacle", "bovada"):
        record(event, book=book)
        record(event, book=book, moment=OPENING)
    assert not [line for line in read(Event.objects.all()) if not line.is_timed]


def test_price_observed_in_play_alone_replaces_nothing(event):
    make_odds(event, "pinnacle", odds_timestamp=TIP + timedelta(minutes=5), is_live=True)
    record(event, -150, 130)
    assert [timed for *_, timed in told()] == [False, False]


def test_flagged_untimed_price_neither_opens_nor_closes(event):
    record(event, verdict=Verdict(False, "booksum_below_one"))
    assert told() == []


def test_line_without_a_price_is_told(event):
    record(event, None, None, book="sbr", market="spreads", point=Decimal("-12"))
    away, home = closing_prices(Event.objects.all())
    assert (away.side, away.point, away.price, away.decimal_price) == ("away", Decimal(12), None, None)
    assert (home.side, home.point, home.price, home.decimal_price) == ("home", Decimal(-12), None, None)
    frame = closing_line(event.api_id)
    assert frame.point.tolist() == [12, -12]
    assert frame.price.isna().all()
    assert frame.snapshot_time.isna().all()
    assert not frame.is_timed.any()


def test_of_several_archives_the_one_with_prices_counts(event):
    record(event, None, None, market="spreads", point=Decimal(-3), origin="a")
    record(event, -110, -110, market="spreads", point=Decimal(-4), origin="b")
    record(event, -120, 100, market="spreads", point=Decimal(-5), origin="c")
    assert {line.price for line in closing_prices(Event.objects.all())} == {-110}


def test_no_question_about_an_instant_sees_them(event):
    make_snapshot(event, snapshot_time=TIP - timedelta(minutes=10))
    record(event)
    record(event, moment=OPENING)
    for moment in (TIP - timedelta(minutes=1), TIP + timedelta(hours=3)):
        assert list(get_odds_at_time(event.api_id, moment, None)) == []
    assert get_line_movement(event.api_id).empty
    assert compare_bookmakers(event.api_id, "h2h").empty
    assert call("best_odds", event_id=event.api_id) == call("line_movement", event_id=event.api_id) == []
    make_odds(event, "bovada", "h2h", odds_timestamp=TIP - timedelta(minutes=10), price=-300)
    best = get_best_odds(event.api_id, "h2h")
    assert best.price.tolist() == [-300]


def test_events_without_archive_prices_cost_one_query_more(event, django_assert_num_queries):
    observed(event)
    with django_assert_num_queries(8):
        assert closing_prices(Event.objects.all())
    record(event, book="bovada")
    with django_assert_num_queries(9):
        assert closing_prices(Event.objects.all())


def call(name, **options):
    out = StringIO()
    call_command(name, as_json=True, stdout=out, **options)
    return json.loads(out.getvalue())


@pytest.mark.parametrize(("name", "moment"), [("closing_line", CLOSING), ("opening_line", OPENING)])
def test_commands_tell_that_they_are_not_timed(event, name, moment):
    record(event, -150, 130, moment=moment)
    record(event, None, None, market="spreads", point=Decimal("-3.5"), moment=moment)
    answer = call(name, event_id=[event.api_id])
    assert [(row["price"], row["is_timed"], row["snapshot_time"]) for row in answer] == [
        (130, False, None), (-150, False, None), (None, False, None), (None, False, None)
    ]  # fmt: skip
    out = StringIO()
    call_command(name, event_id=[event.api_id], stdout=out)
    assert "not timed" in out.getvalue()
    assert "nobody knows when they were on offer" in out.getvalue()
    assert "-3.5      –" in out.getvalue()


def test_the_same_again_changes_nothing(event):
    first, again = record(event), record(event)
    assert (first.new, again.unchanged, again.new) == (2, 2, 0)
    assert len(stored()) == 2


def test_what_pays_less_stays_whatever_the_order(event):
    other = make_event(api_id="b" * 32)
    record(event, -150, 130)
    assert record(event, -160, 120).changed == 2
    record(other, -160, 120)
    assert record(other, -150, 130).outranked == 2
    for each in (event, other):
        assert {price.price for price in each.archive_prices.all()} == {-160, 120}


def test_more_prices_go_before_fewer(event):
    record(event, None, None, market="spreads", point=Decimal(-3))
    record(event, -110, -110, market="spreads", point=Decimal(-4))
    assert record(event, None, None, market="spreads", point=Decimal(-3)).outranked == 2
    assert {price.point for price in ArchivePrice.objects.all()} == {Decimal(-4), Decimal(4)}


def test_verdict_that_changed_is_written_anew(event):
    record(event)
    assert record(event, verdict=Verdict(False, "unusual_overround")).changed == 2
    assert {is_valid for *_, is_valid in stored()} == {False}
    assert record(event).changed == 2
    assert {is_valid for *_, is_valid in stored()} == {True}
