"""Worked by hand: a close of -110/-110 is even money without its margin, so 2.10 taken was 5 % better."""

from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.choices import BetState
from backtesting.clv import (
    ClosingMatch,
    ClosingTerms,
    attach_clv,
    closing_line_value,
    points_clv,
    summarise_clv,
)
from backtesting.history import ClosingPrice
from backtesting.tests.bets import make_bet
from odds.pricing import DevigMethod, american_to_decimal

halves = st.integers(-60, 60).map(lambda number: Decimal(number) / 2)


def close(side, price=-110, point=None, **over):
    fields = {
        "bookmaker": "pinnacle",
        "market": "h2h" if point is None else "spreads",
        "side": side,
        "outcome": side.title(),
        "description": "",
        "point": None if point is None else Decimal(point),
        "price": price,
        "decimal_price": None if price is None else american_to_decimal(price),
        "age_minutes": 5.0,
        "is_timed": True,
    }
    return ClosingPrice(**{**fields, **over})


def moneyline(home=-110, away=-110, **over):
    # Away first: outcomes are told apart by their side, never by their place.
    return [close("away", away, **over), close("home", home, **over)]


def spread(home, price=-110, **over):
    return [close("away", price, str(-Decimal(home)), **over), close("home", price, home, **over)]


def attach(bet, prices, **terms):
    """What was found of the closing line; the bet is filled in."""
    (match,) = attach_clv([bet], lambda _: prices, ClosingTerms(**terms))
    return match


# The value itself


def test_price_above_the_fair_close_has_value():
    assert closing_line_value(2.10, 2.0) == pytest.approx(0.05)
    assert closing_line_value(1.909091, 2.0) == pytest.approx(-0.0455, abs=1e-4)


@pytest.mark.parametrize(("taken", "fair"), [(1.0, 2.0), (2.0, 0.5), (2.0, float("nan"))])
def test_chance_given_for_a_price_is_refused(taken, fair):
    with pytest.raises(ValueError, match="is no decimal price: those are above 1"):
        closing_line_value(taken, fair)


@given(st.floats(1.01, 100), st.floats(0.001, 1))
def test_the_close_taken_loses_its_margin(fair, margin):
    """At the closing price itself, the value is minus what the book keeps."""
    assert closing_line_value(1 + (fair - 1) / (1 + margin), fair) < 0


@pytest.mark.parametrize(
    ("side", "taken", "closing", "points"),
    [
        ("home", "-3", "-4.5", 1.5),
        ("home", "-4.5", "-3", -1.5),
        ("away", "4", "3", 1),
        ("home", "1.5", "-1", 2.5),
        ("over", "220", "221.5", 1.5),
        ("under", "220", "218.5", 1.5),
        ("under", "220", "221.5", -1.5),
        ("home", "0", "0", 0),
    ],
)
def test_points_gained(side, taken, closing, points):
    assert points_clv(side, Decimal(taken), Decimal(closing)) == points


@given(halves, halves)
def test_what_one_side_gains_the_other_loses(taken, closing):
    assert points_clv("home", taken, closing) == -points_clv("away", -taken, -closing)
    assert points_clv("over", taken, closing) == -points_clv("under", taken, closing)


def test_draw_has_no_points():
    with pytest.raises(ValueError, match="'draw' has no number that could move"):
        points_clv("draw", Decimal(0), Decimal(0))


# Its closing line


def test_value_is_against_the_close_without_its_margin():
    bet = make_bet(decimal_price=2.10)
    assert attach(bet, moneyline()) == ClosingMatch.TIMED
    assert bet.closing_decimal == pytest.approx(1.909091, abs=1e-6)
    assert (bet.closing_fair, bet.closing_age_minutes) == (pytest.approx(0.5), 5.0)
    assert bet.clv == pytest.approx(0.05)  # 10 % against the price with its margin
    assert bet.clv_points is None


@pytest.mark.parametrize(
    ("method", "value"),
    [
        (DevigMethod.MULTIPLICATIVE, 0.070),
        (DevigMethod.ADDITIVE, 0.034),
        (DevigMethod.SHIN, 0.034),
        (DevigMethod.ODDS_RATIO, 0.032),
        (DevigMethod.POWER, 0.014),
    ],
)
def test_how_the_margin_is_removed_matters_for_an_underdog(method, value):
    bet = make_bet(price=280)
    attach(bet, moneyline(home=240, away=-300), method=method)
    assert bet.clv == pytest.approx(value, abs=1e-3)


def test_longshot_that_is_left_no_chance_is_worth_nothing():
    bet = make_bet(price=10_000)
    attach(bet, [*moneyline(home=4_900, away=-10_000), close("draw", 700)], method=DevigMethod.ADDITIVE)
    assert (bet.closing_fair, bet.clv) == (0, -1)


def test_each_side_has_its_own_value():
    home, away = make_bet(price=-150), make_bet(price=130, side="away", outcome="Away")
    attach_clv([home, away], lambda _: moneyline(home=-200, away=170))
    assert home.closing_fair + away.closing_fair == pytest.approx(1)
    assert home.clv > 0 > away.clv


def test_spread_that_closed_at_the_number_taken():
    bet = make_bet(market="spreads", point=Decimal("-3.5"), price=100)
    assert attach(bet, spread("-3.50")) == ClosingMatch.TIMED
    assert (bet.clv, bet.clv_points) == (pytest.approx(0.0), 0)


def test_spread_that_moved_has_points_but_no_price():
    bet = make_bet(market="spreads", point=Decimal("-3.5"))
    assert attach(bet, spread("-5")) == ClosingMatch.OTHER_NUMBER
    assert (bet.clv, bet.closing_decimal, bet.closing_fair) == (None, None, None)
    assert (bet.closing_point, bet.clv_points) == (Decimal("-5"), 1.5)


def test_total_pairs_over_with_under():
    prices = [close(side, -110, "220.5", market="totals") for side in ("under", "over")]
    bet = make_bet(market="totals", side="over", outcome="Over", point=Decimal("220.5"), price=105)
    assert attach(bet, prices) == ClosingMatch.TIMED
    assert bet.clv == pytest.approx(0.025)


def test_one_side_at_another_number_does_not_complete_a_line():
    prices = [close("home", point="-3.5"), close("away", point="4")]
    bet = make_bet(market="spreads", point=Decimal("-3.5"))
    assert attach(bet, prices) == ClosingMatch.INCOMPLETE
    assert (bet.clv, bet.clv_points) == (None, 0)


@pytest.mark.parametrize("prices", [[close("home")], [close("home"), close("away", None)]], ids=["gone", "no price"])
def test_close_without_its_other_side_gives_no_value(prices):
    bet = make_bet()
    assert attach(bet, prices) == ClosingMatch.INCOMPLETE
    assert (bet.closing_decimal, bet.closing_fair, bet.clv) == (pytest.approx(1.909091), None, None)


def test_market_with_a_draw_needs_all_three():
    bet = make_bet(price=150)
    elsewhere = [close("draw", 230, bookmaker="fanduel")]
    assert attach(bet, moneyline(150, 180) + elsewhere) == ClosingMatch.INCOMPLETE
    assert attach(bet, [*moneyline(150, 180), close("draw", 230)]) == ClosingMatch.TIMED
    assert bet.closing_fair == pytest.approx(0.4 / (0.4 + 1 / 2.8 + 1 / 3.3))


@pytest.mark.parametrize(("age", "match"), [(10.0, "timed"), (10.1, "stale"), (None, "stale")])
def test_close_seen_too_long_before_the_start_gives_no_value(age, match):
    bet = make_bet()
    assert attach(bet, moneyline(age_minutes=age)) == match
    assert (bet.clv is None) == (match == "stale")
    assert bet.closing_age_minutes == age


def test_stale_close_still_tells_its_points():
    bet = make_bet(market="spreads", point=Decimal("-3.5"))
    assert attach(bet, spread("-4.5", age_minutes=90.0)) == ClosingMatch.OTHER_NUMBER
    assert bet.clv_points == 1


def test_other_side_seen_too_early_makes_the_line_stale():
    assert attach(make_bet(), [close("home"), close("away", age_minutes=30.0)]) == ClosingMatch.STALE


def test_side_without_a_time_does_not_excuse_the_other():
    prices = [close("home", is_timed=False, age_minutes=None), close("away", age_minutes=30.0)]
    assert attach(make_bet(), prices) == ClosingMatch.STALE
    assert attach(make_bet(), prices, max_close_age_minutes=30) == ClosingMatch.UNTIMED


def test_limit_of_age_is_a_term():
    assert attach(make_bet(), moneyline(age_minutes=60.0), max_close_age_minutes=60) == ClosingMatch.TIMED


def test_archive_without_times_counts_apart():
    bet = make_bet()
    assert attach(bet, moneyline(age_minutes=None, is_timed=False)) == ClosingMatch.UNTIMED
    assert bet.clv is not None
    assert summarise_clv([bet]).untimed == 1


def test_reference_is_another_book_unless_told_otherwise():
    bet = make_bet(bookmaker="fanduel")
    prices = moneyline(-200, 170, bookmaker="fanduel")
    assert attach(bet, prices) == ClosingMatch.MISSING
    assert attach(bet, prices, bookmaker=None) == ClosingMatch.TIMED


def test_other_market_and_other_player_are_no_close():
    bet = make_bet(market="player_points", side="over", outcome="Over", description="Embiid", point=Decimal("25.5"))
    others = [close(side, -110, "25.5", market="player_points", description="Simmons") for side in ("over", "under")]
    assert attach(bet, others + moneyline()) == ClosingMatch.MISSING


def test_alternate_line_is_compared_at_its_own_number_and_moves_by_no_points():
    bet = make_bet(market="alternate_spreads", point=Decimal("-6.5"), price=200)
    main, far = (spread(home, market="alternate_spreads") for home in ("-3.5", "-6.5"))
    assert attach(bet, main + far) == ClosingMatch.TIMED
    assert (bet.clv, bet.clv_points) == (pytest.approx(0.5), None)
    assert attach(bet, main) == ClosingMatch.OTHER_NUMBER
    assert (bet.closing_point, bet.clv_points) == (None, None)


def test_second_time_leaves_nothing_of_the_first():
    bet = make_bet()
    attach(bet, moneyline())
    attach(bet, [])
    fields = (bet.closing_decimal, bet.closing_fair, bet.closing_point, bet.closing_age_minutes, bet.clv)
    assert fields == (None,) * 5


def test_what_was_found_is_counted_for_unfilled_bets_too():
    bets = [make_bet(), make_bet(BetState.UNFILLED), make_bet(market="totals", side="over", point=Decimal(220))]
    found = attach_clv(bets, lambda _: moneyline())
    assert found == Counter({ClosingMatch.TIMED: 2, ClosingMatch.MISSING: 1})
    assert bets[1].clv is not None


# Of many bets


def test_summary_has_mean_error_and_share():
    bets = [make_bet(day=day, clv=clv) for day, clv in enumerate([0.05, 0.01, -0.03, 0.01])] + [make_bet()]
    found = summarise_clv(bets)
    assert (found.bets, found.price.n, found.share_positive) == (5, 4, 0.75)
    assert found.price.value == pytest.approx(0.01)
    # Deviations 0.04, 0, -0.04, 0: variance 0.0032/3, over 4.
    assert found.price.standard_error == pytest.approx((0.0032 / 3 / 4) ** 0.5)
    assert found.points is None


def test_bets_of_one_day_that_move_together_make_the_mean_less_sure():
    days = [0, 0, 0, 1, 1, 1]
    bets = [make_bet(day=day, clv=0.02 if day else -0.02, clv_points=1.0 if day else 0.0) for day in days]
    found = summarise_clv(bets)
    # By cluster: sums of deviations -0.06 and 0.06, so sqrt(2/1 × 0.0072)/6; as if independent sqrt(6/5 × 0.0024)/6.
    assert found.price.clustered_standard_error == pytest.approx(0.02)
    assert found.price.standard_error == pytest.approx(0.02 / 5**0.5)
    assert (found.points.value, found.share_positive_points) == (0.5, 0.5)


def test_late_game_belongs_to_the_day_in_new_york():
    """The 16th in New York began on both days of the UTC calendar."""
    evening = make_bet(clv=0.1)
    afternoon = make_bet(clv=0.0, commence_time=evening.commence_time.replace(day=16, hour=20))
    assert summarise_clv([evening, afternoon]).price.clusters == 1


def test_no_close_at_all_is_no_zero():
    found = summarise_clv([make_bet()])
    assert (found.price, found.share_positive, found.points, found.share_positive_points) == (None, None, None, None)
