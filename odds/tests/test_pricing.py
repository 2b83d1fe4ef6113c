"""The worked numbers are those of the field's textbooks: a -110/-110 market, even money, 1.32."""

import subprocess
import sys

import numpy as np
import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from odds.pricing import (
    EDGE_TOLERANCE,
    american_to_decimal,
    break_even,
    decimal_to_american,
    expected_value,
    fair_american,
    fair_decimal,
    hold,
    implied_probability,
    net_of_commission,
    overround,
    reaches,
)

american_prices = st.one_of(st.integers(100, 200_000), st.integers(-200_000, -100))


@pytest.mark.parametrize(
    ("american", "decimal"),
    [(-110, 1.909091), (150, 2.5), (-200, 1.5), (100, 2.0), (-100, 2.0), (240, 3.4), (-300, 1.333333), (100_000, 1001)],
)
def test_american_to_decimal(american, decimal):
    assert american_to_decimal(american) == pytest.approx(decimal, abs=1e-6)


@pytest.mark.parametrize("price", [0, 99, -99, 50, 99.99])
def test_no_american_price_lies_inside_a_hundred(price):
    with pytest.raises(ValueError, match="no American price: those are at most -100 or at least"):
        american_to_decimal(price)


@pytest.mark.parametrize(
    ("decimal", "american"),
    [(1.91, -110), (2.5, 150), (2.0, 100), (1.5, -200), (1.32, -313), (3.4, 240), (1.01, -10_000), (1000.0, 99_900)],
)
def test_decimal_to_american(decimal, american):
    assert decimal_to_american(decimal) == american


@pytest.mark.parametrize("price", [1, 1.0, 0.5, 0, -2.0])
def test_no_decimal_price_is_one_or_less(price):
    with pytest.raises(ValueError, match="no decimal price: those are above 1"):
        decimal_to_american(price)


@given(american_prices)
def test_american_price_survives_the_way_through_decimal(price):
    there_and_back = decimal_to_american(american_to_decimal(price))
    assert there_and_back == (100 if price == -100 else price)  # even money has two names


@given(american_prices, american_prices)
def test_higher_american_price_pays_more(one, other):
    if one > other:
        assert american_to_decimal(one) >= american_to_decimal(other)


def test_implied_probability():
    assert implied_probability(american_to_decimal(-110)) == pytest.approx(0.5238, abs=1e-4)
    assert implied_probability(american_to_decimal(150)) == pytest.approx(0.4)


@pytest.mark.parametrize(
    ("prices", "expected_overround", "expected_hold"),
    [
        ((-110, -110), 0.0476, 0.0455),
        ((-105, -105), 0.0244, 0.0238),
        ((-104, -104), 0.0196, 0.0192),
        ((100, -100), 0.0, 0.0),
        ((-300, 240), 0.0441, 0.0423),
    ],
)
def test_overround_and_hold_are_two_figures(prices, expected_overround, expected_hold):
    decimals = [american_to_decimal(price) for price in prices]
    assert overround(decimals) == pytest.approx(expected_overround, abs=5e-5)
    assert hold(decimals) == pytest.approx(expected_hold, abs=5e-5)


def test_prices_that_can_be_bet_without_risk_have_a_negative_overround():
    assert overround([2.10, 2.05]) == pytest.approx(-0.0360, abs=1e-4)
    assert hold([2.10, 2.05]) == pytest.approx(-0.0373, abs=1e-4)  # the return of the arbitrage, taken from the book


def test_return_of_an_arbitrage_is_over_what_all_legs_cost():
    implied = 1 + overround([2.10, 2.05])
    assert 1 / implied - 1 == pytest.approx(0.0373, abs=5e-5)  # not 1 - S, which is 3.60 %


def test_chance_has_a_fair_price_in_both_notations():
    assert (fair_decimal(0.6), fair_american(0.6)) == (pytest.approx(1.6667, abs=1e-4), -150)
    assert (fair_decimal(0.25), fair_american(0.25)) == (4.0, 300)
    assert fair_american(0.5) == 100


@pytest.mark.parametrize("chance", [0, 1, 1.2, -0.1, float("nan")])
def test_what_is_certain_has_no_fair_price(chance):
    with pytest.raises(ValueError, match="has no fair price: chances that have one lie between 0 and 1"):
        fair_decimal(chance)


def test_bet_breaks_even_at_its_implied_probability():
    price = american_to_decimal(-110)
    assert break_even(price) == pytest.approx(11 / 21)
    assert expected_value(break_even(price), price) == pytest.approx(0)


def test_commission_is_taken_off_the_winnings_alone():
    assert net_of_commission(2.10, 0.05) == pytest.approx(2.045)
    assert net_of_commission(2.10, 0) == 2.10
    assert break_even(2.10, commission=0.05) == pytest.approx(1 / 2.045)


def test_expected_value_is_what_a_unit_earns():
    assert expected_value(0.55, american_to_decimal(-110)) == pytest.approx(0.05)
    assert expected_value(0.25, 3.0) == pytest.approx(-0.25)


def test_push_scales_the_expected_value():
    """A spread of -3 at -110: with pushes in 4 % the stake is at work in the other 96 % only."""
    assert expected_value(0.55, american_to_decimal(-110), push=0.04) == pytest.approx(0.96 * 0.05)
    won, lost = 0.96 * 0.55, 0.96 * 0.45
    assert expected_value(0.55, american_to_decimal(-110), push=0.04) == pytest.approx(won / 1.1 - lost)


def test_last_bit_decides_on_no_bet():
    edge = expected_value(0.35, 3.0)  # 5 % exactly, but for floats
    assert edge < 0.05
    assert reaches(edge, 0.05)
    assert not reaches(0.03 - 2 * EDGE_TOLERANCE, 0.03)


def test_columns_are_compared_as_single_edges_are():
    edges = np.array([0.03 - 1e-12, 0.03 - 2 * EDGE_TOLERANCE, 0.05, np.nan])
    assert (
        reaches(edges, 0.03).tolist() == [reaches(edge, 0.03) for edge in edges.tolist()] == [True, False, True, False]
    )


def test_odds_arithmetic_starts_without_numpy_or_the_solver():
    code = "import sys, odds.pricing; print({'numpy', 'shin'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"
