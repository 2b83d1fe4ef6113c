"""The twin: what was known at an instant is as it was, and of what came later nothing is true."""

from datetime import timedelta

import pytest
from django.db.models import Count
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.lookahead.cutting import CUT
from backtesting.lookahead.scrambling import SCRAMBLED
from backtesting.lookahead.shadow import shadow, undone
from events.game_days import bounds, day_of
from events.models import Event, EventScore
from events.tests.factories import TIP, make_event
from odds.choices import LineMoment
from odds.models import ArchivePrice, Odds, OddsSnapshot
from odds.store import refresh_closing
from odds.tests.factories import make_bookmaker, make_market, make_outcome

from .lookahead_games import FACTS, games, h2h, store, stored
from .recordings import HOUR, Look, before, finish, record

pytestmark = pytest.mark.django_db

TICK = timedelta(microseconds=1)


def twin(moments, *, seed=1):
    """Scramble all after each of these instants, from the last to the first."""
    until = None
    for moment in sorted(moments, reverse=True):
        SCRAMBLED.apply(moment, seed=seed, until=until)
        until = moment


def cut(moment):
    """All that was stored at an instant."""
    with undone():
        CUT.apply(moment)
        return stored()


@settings(max_examples=15, deadline=None)
@given(game=games(), minutes=st.lists(st.integers(-620, 310), min_size=1, max_size=3), seed=st.integers(0, 2**60))
def test_what_was_known_is_as_it_was_and_all_else_still_fits_together(game, minutes, seed):
    moments = list(map(before, minutes))
    with undone():
        store(*game)
        with shadow(list(Event.objects.values_list("pk", flat=True))):
            known, counts = cut(min(moments)), {name: len(rows) for name, rows in stored().items()}
            twin(moments, seed=seed)
            assert cut(min(moments)) == known
            assert {name: len(rows) for name, rows in stored().items()} == counts
            assert_consistent()


def assert_consistent():
    """Runs begin and end with snapshots and follow each other; live and closing are as they are derived."""
    looks = {(look.event_id, look.snapshot_time): look for look in OddsSnapshot.objects.all()}
    assert all(look.is_live == (look.snapshot_time >= look.commence_time) for look in looks.values())
    for odds in Odds.objects.all():
        assert odds.is_live == looks[odds.event_id, odds.odds_timestamp].is_live
        assert odds.valid_until is None or (odds.event_id, odds.valid_until) in looks
        assert odds.valid_until is None or odds.valid_until > odds.odds_timestamp
        assert abs(odds.price) >= 100
    series = Odds.objects.values("event", "bookmaker", "market", "outcome")
    assert all(each["n"] == 1 for each in series.filter(valid_until=None).annotate(n=Count("pk")).order_by())
    closing = dict(Event.objects.values_list("pk", "closing_at"))
    refresh_closing(closing)
    assert dict(Event.objects.values_list("pk", "closing_at")) == closing


@pytest.fixture
def game():
    """-110, which becomes -120, -130 and -140; the start is put off by an hour; the score is corrected."""
    prices = [(90, -110, TIP), (60, -120, TIP), (30, -130, TIP + HOUR), (-20, -140, TIP + HOUR)]
    looks = (Look(before(minutes), h2h(price, 100 - price // 10), start) for minutes, price, start in prices)
    game = record(*looks, api_id="a" * 32)
    finish(game, 110, 105, at=TIP + 4 * HOUR)
    finish(game, 110, 112, at=TIP + 20 * HOUR)
    return game


def test_nothing_later_is_left_true(game):
    moment = before(60)
    with shadow([game.pk]):
        true = stored()
        twin([moment])
        made_up = stored()
    assert made_up["odds"][0] == true["odds"][0]  # the away side's first price
    assert made_up["snapshots"][:2] == true["snapshots"][:2]
    later = {
        *true["snapshots"][2:],
        *true["scores"],
        *(row for row in true["odds"] if row[8] is None or row[8] > moment),
    }
    assert len(later) == 2 + 2 + 6
    assert not later & {*made_up["snapshots"], *made_up["scores"], *made_up["odds"]}
    was, seems = (dict(zip(FACTS, each["events"][0], strict=True)) for each in (true, made_up))
    assert {name for name in FACTS if was[name] != seems[name]} >= {"commence_time", "home_score", "away_score"}


def test_the_start_stated_then_stays_and_later_ones_move(game):
    with shadow([game.pk]):
        twin([before(60)])
        looks = list(OddsSnapshot.objects.order_by("snapshot_time").values_list("snapshot_time", "commence_time"))
        assert looks[:2] == [(before(90), TIP), (before(60), TIP)]
        moved = {start for _, start in looks[2:]}
        assert len(moved) == 1
        assert Event.objects.get().commence_time in moved - {TIP + HOUR}


def test_a_correction_alone_is_made_up_once_the_first_score_was_known(game):
    with shadow([game.pk]):
        twin([TIP + 10 * HOUR])
        scores = list(EventScore.objects.order_by("observed_at").values_list("home_score", "away_score"))
        assert scores[0] == (110, 105)
        assert scores[1] != (110, 112)
        assert Event.objects.values_list("home_score", "away_score").get() == scores[1]


def test_the_raw_answers_of_later_snapshots_tell_nothing(game):
    with shadow([game.pk]):
        twin([before(60)])
        for look in OddsSnapshot.objects.filter(snapshot_time__gt=before(60)):
            assert look.raw_data["bookmakers"] == []
            assert look.raw_data["commence_time"][:10] == f"{look.commence_time:%Y-%m-%d}"


def test_equal_seeds_make_up_the_same(game):
    made_up = []
    for seed in (1, 1, 2):
        with shadow([game.pk]):
            twin([before(60)], seed=seed)
            made_up.append(stored())
    assert made_up[0] == made_up[1]
    assert made_up[0] != made_up[2]


def test_a_pair_of_seeds_moves_prices_up_and_down(game):
    prices = {}
    with shadow([game.pk]):
        true = dict(Odds.objects.filter(odds_timestamp__gt=before(60)).values_list("pk", "decimal_price"))
        for seed in (4, 5):
            with undone():
                twin([before(60)], seed=seed)
                prices[seed] = dict(Odds.objects.filter(pk__in=true).values_list("pk", "decimal_price"))
    assert len(true) == 4
    for pk, price in true.items():
        low, high = sorted((prices[4][pk], prices[5][pk]))
        assert low < price < high


def test_both_sides_of_a_line_move_together():
    spread = {("fanduel", "spreads", "home"): (-110, "-3.5"), ("fanduel", "spreads", "away"): (-110, "3.5")}
    other = {key: (price, "-4.5" if "home" in key else "4.5") for key, (price, _) in spread.items()}
    game = record(Look(before(60), spread), Look(before(30), other))
    with shadow([game.pk]):
        for seed in range(4):
            with undone():
                twin([before(40)], seed=seed)
                home, away = (
                    Odds.objects.filter(odds_timestamp__gt=before(40), outcome__side=side).get().point
                    for side in ("home", "away")
                )
                assert home == -away
                assert abs(float(home) + 4.5) <= 2


def test_an_archive_keeps_its_day_and_what_opened_it():
    game = make_event(api_id="a" * 32)
    for when in LineMoment.values:
        ArchivePrice.objects.create(
            event=game, bookmaker=make_bookmaker(), market=make_market(), outcome=make_outcome(), moment=when,
            price=-110, decimal_price=1.909, origin="sbr",
        )  # fmt: skip
    moment = TIP - HOUR
    with shadow([game.pk]):
        for seed in range(5):
            with undone():
                twin([moment], seed=seed)
                start = Event.objects.get().commence_time
                assert moment < start < bounds(day_of(TIP))[1]
                assert start != TIP
                opening, closing = ArchivePrice.objects.order_by("-moment")
                assert (opening.price, opening.decimal_price) == (-110, 1.909)
                assert closing.price != -110


def test_a_game_that_was_called_off_is_played_in_the_twin():
    called_off = {"status": "cancelled", "status_is_manual": True}
    games = [record(Look(before(60), h2h(-110)), api_id=f"{number:032x}", **called_off) for number in range(30)]
    with shadow([game.pk for game in games]):
        twin([before(30)])
        assert {*Event.objects.values_list("status", "status_is_manual")} == {("scheduled", False), ("cancelled", True)}


def test_a_start_that_had_passed_unnoticed_is_late_as_well():
    """It had begun at TIP, but until twenty minutes later everybody thought it would an hour after that."""
    game = record(Look(before(60), h2h(-110), TIP + HOUR), Look(before(-20), h2h(-120), TIP))
    with shadow([game.pk]):
        twin([before(-10)])
        assert Event.objects.get().commence_time > before(-10)
        assert OddsSnapshot.objects.latest("snapshot_time").commence_time == Event.objects.get().commence_time
