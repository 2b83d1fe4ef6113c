"""About nothing but look-ahead: no answer about an instant holds what was not known then."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from events.tests.factories import TIP
from odds.models import Odds
from odds.queries import compare_bookmakers, get_best_odds, get_odds_at_time

from .factories import make_event, make_odds, make_scope, make_snapshot

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


def at(minutes_before_tip):
    return TIP - minutes_before_tip * MINUTE


@pytest.fixture
def event():
    """Three snapshots: -110, then -120, then withdrawn."""
    event = make_event(closing_at=at(20))
    for minutes in (40, 30, 20):
        make_snapshot(event, snapshot_time=at(minutes))
    make_odds(event, price=-110, odds_timestamp=at(40), valid_until=at(30))
    make_odds(event, price=-120, odds_timestamp=at(30), valid_until=at(20))
    return event


def seen(event, moment, tolerance=None):
    return [row.price for row in get_odds_at_time(event.api_id, moment, tolerance)]


def test_price_is_seen_from_its_first_snapshot_on(event):
    assert seen(event, at(40) - timedelta(seconds=1)) == []
    assert seen(event, at(40)) == [-110]


def test_price_that_began_later_is_never_seen_however_near(event):
    just_before = at(30) - timedelta(microseconds=1)
    assert seen(event, just_before, tolerance=60) == [-110]
    assert seen(event, at(30)) == [-120]


def test_withdrawn_price_is_not_carried_forward(event):
    assert seen(event, at(20)) == []
    assert seen(event, at(1)) == []


def test_nothing_tells_when_a_price_would_change(event):
    [row] = get_odds_at_time(event.api_id, at(35), None)
    assert row.valid_until is None
    assert Odds.objects.get(pk=row.pk).valid_until == at(30)  # what is stored is untouched


def test_start_is_the_one_stated_then():
    event = make_event()  # in the end it begins at TIP
    make_snapshot(event, snapshot_time=at(60), commence_time=at(-90))
    make_odds(event, odds_timestamp=at(60))
    assert get_odds_at_time(event.api_id, at(30), None).newest.commence_time == at(-90)


def test_live_is_flagged_by_the_newest_snapshot_though_the_price_began_before_the_start():
    event = make_event()
    make_snapshot(event, snapshot_time=at(10))
    make_snapshot(event, snapshot_time=at(-10))
    make_odds(event, odds_timestamp=at(10))
    before, after = (get_odds_at_time(event.api_id, at(minutes), 60) for minutes in (5, -15))
    assert (before.is_live, after.is_live) == (False, True)
    assert [price.is_live for price in after.prices()] == [True]
    assert not after[0].is_live  # of the row: it began before the start


def test_frames_obey_as_well(event):
    assert list(compare_bookmakers(event.api_id, "h2h", at(31)).price) == [-110]
    assert list(get_best_odds(event.api_id, "h2h", at=at(31)).price) == [-110]
    assert compare_bookmakers(event.api_id, "h2h", at(20)).empty


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_later_rows_change_no_answer(data):
    """Whatever comes after the instant, the answer about it stays the same."""
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_odds(event, market="totals", side="over", odds_timestamp=at(60))
    asked = at(data.draw(st.integers(1, 59)))
    before = get_odds_at_time(event.api_id, asked, None).prices()
    for minutes in data.draw(st.lists(st.integers(-60, 58), unique=True, max_size=3)):
        if at(minutes) > asked:
            make_snapshot(event, snapshot_time=at(minutes))
            make_odds(
                event,
                f"later{minutes}",
                "totals",
                "over",
                price=200,
                point=Decimal(minutes),
                odds_timestamp=at(minutes),
            )
    assert get_odds_at_time(event.api_id, asked, None).prices() == before


def test_snapshot_that_did_not_ask_for_it_confirms_nothing():
    event = make_event()
    make_snapshot(event, snapshot_time=at(60))
    make_snapshot(event, snapshot_time=at(2), scope=make_scope({"h2h": None}))
    make_odds(event, market="spreads", odds_timestamp=at(60))
    make_odds(event, market="h2h", odds_timestamp=at(60))
    answer = get_odds_at_time(event.api_id, at(0), tolerance_minutes=5)
    assert [row.market.key for row in answer] == ["h2h"]
    assert answer.age == 2 * MINUTE
    ages = {price.market: price.age_seconds for price in get_odds_at_time(event.api_id, at(0), None).prices()}
    assert ages == {"h2h": 120, "spreads": 3600}
