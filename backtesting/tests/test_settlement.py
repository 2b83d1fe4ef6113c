"""Grading at the line taken, both sides of every market, and what comes back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.choices import BetState
from backtesting.settlement import (
    THREE_WAY,
    grade,
    return_multiple,
    returned,
    why_not_graded,
)
from backtesting.tests.opportunities import point as exact

WON, LOST, PUSH = BetState.WON, BetState.LOST, BetState.PUSH
HALF_WON, HALF_LOST, UNRESOLVED = BetState.HALF_WON, BetState.HALF_LOST, BetState.UNRESOLVED

OPPOSITE = {WON: LOST, HALF_WON: HALF_LOST, PUSH: PUSH, HALF_LOST: HALF_WON, LOST: WON}


def test_moneyline_both_sides():
    assert grade(("h2h", "home", None), 110, 104) is WON
    assert grade(("h2h", "away", None), 110, 104) is LOST
    assert grade(("h2h", "home", None), 101, 104) is LOST
    assert grade(("h2h", "away", None), 101, 104) is WON


@pytest.mark.parametrize(
    ("side", "line", "home", "away", "state"),
    [
        ("home", "-3.5", 110, 106, WON),  # by 4
        ("home", "-3.5", 110, 107, LOST),  # by 3
        ("away", "3.5", 110, 106, LOST),
        ("away", "3.5", 110, 107, WON),
        ("away", "3.5", 99, 104, WON),
        ("away", "-6.5", 98, 105, WON),  # the away side as favourite, by 7
        ("away", "-6.5", 98, 104, LOST),  # by 6
        ("home", "6.5", 98, 105, LOST),
        ("home", "6.5", 98, 104, WON),
        ("home", "-3", 110, 107, PUSH),
        ("away", "3", 110, 107, PUSH),
        ("away", "-6", 98, 104, PUSH),
        ("home", "6", 98, 104, PUSH),
        ("home", "0", 100, 99, WON),  # pick'em is a line
        ("away", "0", 100, 99, LOST),
        ("home", "0", 100, 100, PUSH),
        ("away", "-0", 100, 100, PUSH),
        ("home", "-3.25", 110, 107, HALF_LOST),  # half on -3 pushes, half on -3.5 loses
        ("away", "3.25", 110, 107, HALF_WON),
        ("home", "-2.75", 110, 107, HALF_WON),  # half on -2.5 wins, half on -3 pushes
        ("away", "2.75", 110, 107, HALF_LOST),
        ("home", "-3.25", 110, 106, WON),
        ("home", "0.25", 100, 100, HALF_WON),
        ("home", "-0.25", 100, 100, HALF_LOST),
    ],
)
@pytest.mark.parametrize("market", ["spreads", "alternate_spreads"])
def test_spread_is_own_score_with_own_points_against_the_opponent(market, side, line, home, away, state):
    assert grade((market, side, Decimal(line)), home, away) is state


@pytest.mark.parametrize(
    ("side", "line", "state"),
    [
        ("over", "216.5", WON),  # 110 + 107 = 217
        ("under", "216.5", LOST),
        ("over", "217.5", LOST),
        ("under", "217.5", WON),
        ("over", "217", PUSH),
        ("under", "217", PUSH),
        ("over", "217.25", HALF_LOST),
        ("under", "217.25", HALF_WON),
        ("over", "216.75", HALF_WON),
        ("under", "216.75", HALF_LOST),
    ],
)
@pytest.mark.parametrize("market", ["totals", "alternate_totals"])
def test_total_of_both_scores_against_the_line(market, side, line, state):
    assert grade((market, side, Decimal(line)), 110, 107) is state
    assert grade((market, side, Decimal(line)), 107, 110) is state


def test_a_tie_gives_the_stake_back_where_no_draw_could_be_bet_on():
    assert grade(("h2h", "home", None), 24, 24) is PUSH
    assert grade(("h2h", "away", None), 24, 24) is PUSH


@pytest.mark.parametrize("market", ["h2h", THREE_WAY])
def test_a_tie_loses_both_teams_where_a_draw_could_be_bet_on(market):
    refunds = market == THREE_WAY  # whoever calls cannot make h2h_3_way refund
    assert grade((market, "home", None), 1, 1, draw_refunds=refunds) is LOST
    assert grade((market, "away", None), 1, 1, draw_refunds=refunds) is LOST
    assert grade((market, "draw", None), 1, 1, draw_refunds=refunds) is WON
    assert grade((market, "draw", None), 2, 1, draw_refunds=refunds) is LOST
    assert grade((market, "home", None), 2, 1, draw_refunds=refunds) is WON


def test_a_tie_at_pickem_is_a_push_though_a_draw_could_be_bet_on():
    assert grade(("spreads", "home", Decimal(0)), 1, 1, draw_refunds=False) is PUSH


@pytest.mark.parametrize(
    ("market", "side", "line", "reason"),
    [
        ("h2h_q1", "home", None, "home of h2h_q1 cannot be told from the final score"),
        ("spreads_h1", "away", 2.5, "away of spreads_h1 cannot be told from the final score"),
        ("alternate_totals_q4", "over", 55.5, "over of alternate_totals_q4 cannot be told from the final score"),
        ("team_totals", "over", 110.5, "over of team_totals cannot be told from the final score"),
        ("player_points", "over", 25.5, "over of player_points cannot be told from the final score"),
        ("outrights", "other", None, "other of outrights cannot be told from the final score"),
        ("h2h", "over", None, "over of h2h cannot be told from the final score"),
        ("totals", "home", 200.5, "home of totals cannot be told from the final score"),
        ("h2h_lay", "home", None, "h2h_lay is an offer to lay, which is not settled"),
        ("spreads", "home", None, "home of spreads was taken without a point"),
        ("totals", "under", None, "under of totals was taken without a point"),
    ],
)
def test_what_a_final_score_cannot_tell_is_unresolved_and_named(market, side, line, reason):
    assert why_not_graded((market, side, exact(line))) == reason
    assert grade((market, side, exact(line)), 110, 104) is UNRESOLVED


def test_a_draw_of_regular_time_cannot_be_told_from_a_score_with_overtime():
    reason = "home of h2h_3_way with a draw is of regular time, and the final score of basketball_nba is not"
    assert why_not_graded((THREE_WAY, "home", None), "basketball_nba") == reason
    assert why_not_graded(("h2h", "home", None), "icehockey_nhl", draw_offered=True)
    assert not why_not_graded(("h2h", "home", None), "icehockey_nhl")
    assert not why_not_graded(("spreads", "home", Decimal("1.5")), "icehockey_nhl", draw_offered=True)
    assert not why_not_graded((THREE_WAY, "home", None), "soccer_epl")


@pytest.mark.parametrize(
    ("state", "back"),
    [
        (WON, 190.9090909),  # 100 at -110
        (HALF_WON, 145.4545455),
        (PUSH, 100),
        (BetState.VOID, 100),
        (HALF_LOST, 50),
        (LOST, 0),
        (BetState.OPEN, 0),
        (UNRESOLVED, 0),
    ],
)
def test_what_comes_back_of_a_hundred(state, back):
    assert returned(state, 100, 1 + 100 / 110) == pytest.approx(back)


@pytest.mark.parametrize(
    ("state", "multiple"),
    [(WON, 2.078), (HALF_WON, 1.539), (PUSH, 1.0), (HALF_LOST, 0.5), (LOST, 0.0)],
)
def test_commission_is_taken_of_net_winnings_alone(state, multiple):
    assert return_multiple(state, 2.10, commission=0.02) == pytest.approx(multiple)


@pytest.mark.parametrize(("price", "commission"), [(1.0, 0.0), (float("nan"), 0.0), (2.0, 1.0), (2.0, -0.1)])
def test_impossible_prices_and_commissions_are_refused(price, commission):
    with pytest.raises(ValueError, match="expected above 1, and 0 to below 1"):
        return_multiple(WON, price, commission)


SCORES = st.integers(0, 12)
QUARTERS = st.integers(-40, 40).map(lambda quarters: Decimal(quarters) / 4)


@given(QUARTERS, SCORES, SCORES)
def test_the_two_sides_of_a_line_have_opposite_results(line, home, away):
    side = grade(("spreads", "home", line), home, away)
    assert grade(("spreads", "away", -line), home, away) is OPPOSITE[side]
    assert grade(("totals", "over", line), home, away) is OPPOSITE[grade(("totals", "under", line), home, away)]


@given(st.integers(-20, 20), SCORES, SCORES)
def test_a_quarter_line_is_half_a_bet_on_each_line_beside_it(halves, home, away):
    quarter, step = Decimal(halves) / 2 + Decimal("0.25"), Decimal("0.25")
    whole, below, above = (
        return_multiple(grade(("spreads", "home", line), home, away), 1.9)
        for line in (quarter, quarter - step, quarter + step)
    )
    assert whole == pytest.approx((below + above) / 2)
