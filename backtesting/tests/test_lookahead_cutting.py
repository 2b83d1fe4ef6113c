"""Data cut at an instant: what had been stored then, and nothing else."""

from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.history import load_history
from backtesting.lookahead.cutting import CUT
from backtesting.lookahead.shadow import shadow, undone
from events.choices import EventStatus
from events.models import Event
from events.services import Result, record_results
from events.statuses import set_status
from events.tests.factories import TIP, make_event
from odds.choices import LineMoment
from odds.models import ArchivePrice, Odds, OddsSnapshot
from odds.tests.factories import make_bookmaker, make_market, make_outcome

from .lookahead_games import games, h2h, store, stored
from .recordings import HOUR, MINUTE, Look, before, finish, record

pytestmark = pytest.mark.django_db


@settings(max_examples=15, deadline=None)
@given(game=games(), minutes=st.lists(st.integers(-620, 310), min_size=1, max_size=3))
def test_the_cut_is_what_was_stored_then_however_many_steps_lead_to_it(game, minutes):
    moments = sorted(map(before, minutes), reverse=True)
    with undone():
        store(*game, until=moments[-1])
        then = stored()
    with undone():
        store(*game)
        with shadow(list(Event.objects.values_list("pk", flat=True))):
            until = None
            for moment in moments:
                CUT.apply(moment, until=until)
                until = moment
            assert stored() == then


def test_a_price_that_still_stood_has_no_end_yet():
    game = record(Look(before(60), h2h(-110)), Look(before(30), h2h(-120)))
    with shadow([game.pk]):
        CUT.apply(before(30) - timedelta(microseconds=1))
        assert set(Odds.objects.values_list("price", "valid_until")) == {(-110, None)}
        assert not OddsSnapshot.objects.filter(snapshot_time=before(30)).exists()


def test_what_came_at_the_instant_itself_is_known():
    game = record(Look(before(60), h2h(-110)), Look(before(30), h2h(-120)))
    with shadow([game.pk]):
        CUT.apply(before(30))
        assert Odds.objects.get(price=-120).valid_until is None
        assert Event.objects.get().closing_at == before(30)


def test_the_start_is_the_one_stated_then_though_the_game_had_begun():
    game = record(Look(before(60), h2h(-110), TIP + HOUR), Look(before(-20), h2h(-120), TIP))
    with shadow([game.pk]):
        CUT.apply(before(-10))
        assert Event.objects.get().commence_time == TIP + HOUR


def test_a_correction_is_gone_and_the_score_before_it_is_back():
    game = record(Look(before(60), h2h(-110)))
    finish(game, 110, 105)
    finish(game, 110, 112, at=TIP + 20 * HOUR)
    with shadow([game.pk]):
        CUT.apply(TIP + 10 * HOUR)
        shown = Event.objects.get()
        assert (shown.home_score, shown.away_score, shown.status) == (110, 105, EventStatus.FINAL)
        assert shown.completed_at == TIP + 2.5 * HOUR


def test_a_game_that_a_person_called_off_was_still_to_be_played():
    game = record(Look(before(60), h2h(-110)))
    set_status(game, EventStatus.CANCELLED)
    with shadow([game.pk]):
        CUT.apply(before(30))
        shown = Event.objects.get()
        assert (shown.status, shown.status_is_manual) == (EventStatus.SCHEDULED, False)


@pytest.mark.parametrize(
    ("moment", "known"),
    [
        (TIP - 20 * HOUR, set()),  # the evening before, in New York
        (TIP - HOUR, {"opening"}),
        (TIP - MINUTE, {"opening"}),
        (TIP, {"opening", "closing"}),
    ],
)
def test_an_archive_opens_with_the_league_day_and_closes_with_the_start(moment, known):
    game = make_event()
    for when in LineMoment.values:
        ArchivePrice.objects.create(
            event=game, bookmaker=make_bookmaker(), market=make_market(), outcome=make_outcome(), moment=when,
            price=-110, decimal_price=1.909, origin="sbr",
        )  # fmt: skip
    with shadow([game.pk]):
        CUT.apply(moment)
        assert Event.objects.get().commence_time == TIP  # the schedule was known
        assert set(ArchivePrice.objects.values_list("moment", flat=True)) == known


@pytest.mark.parametrize("given", ["provider", "soon", "imported", "imported of a day"])
def test_a_result_is_known_from_the_instant_on_at_which_histories_have_it(given):
    game = record(Look(before(60), h2h(-110)), start_is_day=given.endswith("day"))
    if given.startswith("imported"):
        record_results([Result(game, 110, 105)], origin="csv", trust=0, observed_at=TIP + 9000 * HOUR)
    else:
        finish(game, 110, 105, at=TIP + (3 if given == "provider" else 0.5) * HOUR)
    [event] = load_history("basketball_nba", TIP, TIP + HOUR).events
    [(known_at, *_)] = event.results
    with shadow([game.pk]):
        CUT.apply(known_at)
        assert Event.objects.get().home_score == 110
        CUT.apply(known_at - timedelta(microseconds=1))
        assert Event.objects.get().home_score is None


def test_nothing_outside_is_touched_without_a_shadow():
    record(Look(before(60), h2h(-110)))
    with pytest.raises(Exception, match="pg_temp"), undone():
        CUT.apply(before(90))
    assert Odds.objects.count() == 2
    assert connection.in_atomic_block
