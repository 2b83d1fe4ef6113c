"""Pairs at two numbers between which both win."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odds.opportunities import Terms, middles

from .prices import make_price

ANY = Terms(max_middle_loss=0.5, max_hold=0.5, suspect_above=0.5)


def totals(over, under, over_american=-110, under_american=-110):
    return [
        make_price("a", "totals", "over", over_american, over),
        make_price("b", "totals", "under", under_american, under),
    ]


def spread(home, away):
    return [make_price("a", "spreads", "home", -110, home), make_price("b", "spreads", "away", -110, away)]


def test_middle_of_two_totals_at_minus_110():
    [found] = middles(totals(220.5, 222.5), ANY)
    assert found.edge == pytest.approx(-1 / 22)  # one wins: 2.1 units come back of 2.2
    assert found.best_case == pytest.approx(20 / 22)  # both do: 4.2 units of 2.2
    assert (found.width, found.note, found.can_push) == (2, "both win on 221 to 222: profit 90.9 %", False)
    assert [leg.share for leg in found.legs] == [0.5, 0.5]


def test_higher_over_than_under_is_a_gap_and_equal_is_none():
    assert middles(totals(222.5, 220.5), ANY) == []
    assert middles(totals(220.5, 220.5), ANY) == []


@pytest.mark.parametrize(
    ("home", "away", "width", "note"),
    [
        (-3.5, 5.5, 2, "both win on a home margin of 4 to 5: profit 90.9 %"),
        (3.5, -2.5, 1, "both win on a home margin of -3: profit 90.9 %"),
        (0.5, 0.5, 1, "both win on a home margin of 0: profit 90.9 %"),
        (-3, 4, 1, "at best on a home margin of 4: profit 45.5 %"),
    ],
)
def test_spread_middle_where_the_points_add_up_to_more_than_nothing(home, away, width, note):
    [found] = middles(spread(home, away), ANY)
    assert (found.width, found.note) == (width, note)


@pytest.mark.parametrize(("home", "away"), [(-3.5, 3.5), (-5.5, 3.5), (-0.5, -0.5)])
def test_points_that_add_up_to_nothing_or_less_are_no_middle(home, away):
    assert middles(spread(home, away), ANY) == []


def test_half_a_point_wins_one_and_refunds_the_other():
    [found] = middles(totals(220, 220.5), ANY)
    assert found.can_push
    assert found.edge == pytest.approx(-1 / 22)
    assert found.best_case == pytest.approx(0.5 + 0.5 * 21 / 11 - 1)  # on 220: one stake back, the other wins
    assert (found.width, found.note) == (Decimal("0.5"), "at best on 220: profit 45.5 %")


def test_half_a_point_may_cost_no_more_than_a_low_hold():
    assert middles(totals(220, 220.5), replace(ANY, max_hold=0.045)) == []
    assert len(middles(totals(220, 220.5), replace(ANY, max_hold=0.046))) == 1
    assert len(middles(totals(220, 220.5, 105, 105), Terms())) == 1  # it wins whatever happens


def test_quarter_lines_win_by_halves():
    [found] = middles(totals("220.25", "220.75"), ANY)
    # On 221 over wins, and of under the half at 221 comes back; on 220 the same the other way round.
    assert found.best_case == pytest.approx((21 / 22) + 0.25 - 1)
    assert found.can_push


def test_whole_numbers_at_the_ends_are_not_between():
    [found] = middles(totals(220, 222), ANY)
    assert (found.note, found.can_push) == ("both win on 221: profit 90.9 %", True)
    assert found.best_case == pytest.approx(20 / 22)


def test_dear_middles_are_left_out():
    assert middles(totals(220.5, 222.5), Terms(max_middle_loss=0.045)) == []
    assert len(middles(totals(220.5, 222.5), Terms(max_middle_loss=0.046))) == 1


def test_middle_that_costs_nothing_keeps_its_sure_win():
    [found] = middles(totals(220.5, 222.5, 105, 105), Terms(suspect_above=0.02))
    assert found.edge == pytest.approx(0.025)
    assert found.is_suspect


def test_best_price_at_each_number_of_different_books():
    prices = [*totals(220.5, 222.5), make_price("c", "totals", "over", -105, 220.5)]
    prices += [make_price("b", "totals", "over", 100, 220.5), make_price("c", "totals", "under", -115, 223.5)]
    found = {(each.legs[0].price.bookmaker, each.legs[1].price.bookmaker): each.width for each in middles(prices, ANY)}
    # b pays most for over 220.5, but has the only under 222.5, where c takes its place.
    assert found == {("c", "b"): 2, ("b", "c"): 3}


def test_one_book_alone_has_no_middle():
    assert middles([replace(price, bookmaker="a") for price in totals(220.5, 222.5)], ANY) == []


def test_commission_is_in_the_loss():
    [found] = middles(totals(220.5, 222.5), replace(ANY, commissions={"a": 0.02}))
    net = 1 + 10 / 11 * 0.98
    assert found.edge == pytest.approx(1 / (1 / net + 11 / 21) - 1)
