"""The worked numbers are those of the field's textbooks: a -110/-110 market, even money, 1.32."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odds.pricing import american_to_decimal, decimal_to_american, hold, implied_probability, overround

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
