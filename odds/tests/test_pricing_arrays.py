"""Columns are priced as single prices are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odds import pricing
from odds.pricing import DevigMethod, arrays

every_method = pytest.mark.parametrize("method", DevigMethod)
prices = st.floats(1.0001, 1000)
pairs = st.lists(st.tuples(prices, prices), min_size=1, max_size=30)


@every_method
@given(pairs=pairs)
@settings(max_examples=40)
def test_pairs_have_the_chances_that_each_has_alone(method, pairs):
    a, b = np.array(pairs).T
    found = np.stack(arrays.two_way_fair(a, b, method), axis=1)
    alone = [pricing.fair_probabilities(pair, method) for pair in pairs]
    np.testing.assert_allclose(found, alone, rtol=0, atol=1e-12)


@every_method
@pytest.mark.parametrize("pair", [(1.01, 50), (50, 1.01), (1.000001, 1000), (1.9, 1.9), (2.1, 2.05), (1.0001, 1.0001)])
def test_extreme_pairs_beside_ordinary_ones_are_solved(method, pair):
    p_a, p_b = arrays.two_way_fair([1.9, pair[0]], [2.0, pair[1]], method)
    assert (p_a[1], p_b[1]) == pytest.approx(pricing.fair_probabilities(pair, method), abs=1e-12)


@every_method
def test_what_is_no_price_has_no_chance_and_takes_its_partner_along(method):
    p_a, p_b = arrays.two_way_fair([np.nan, 1.9, 1.0, 0.5, np.inf, 1.9], [1.9, np.nan, 1.9, 1.9, 1.9, 1.9], method)
    assert np.isnan(p_a).tolist() == np.isnan(p_b).tolist() == [True] * 5 + [False]
    assert (p_a[5], p_b[5]) == (0.5, 0.5)


@every_method
def test_no_pairs_have_no_chances(method):
    p_a, p_b = arrays.two_way_fair([], [], method)
    assert p_a.shape == p_b.shape == (0,)


def test_single_price_stands_against_a_column():
    p_a, _ = arrays.two_way_fair(1.9, [1.9, 2.1], DevigMethod.MULTIPLICATIVE)
    assert p_a.tolist() == pytest.approx([0.5, 2.1 / 4.0])


def test_american_columns_become_decimal_as_single_prices_do():
    american = [-110, 150, -200, 100, -100, 240, -300, 100_000]
    assert arrays.to_decimal(american).tolist() == [pricing.american_to_decimal(price) for price in american]


def test_no_american_price_of_a_column_lies_inside_a_hundred():
    assert np.isnan(arrays.to_decimal([0, 99, -99, np.nan])).all()


@given(st.lists(prices, min_size=1, max_size=20), st.floats(0, 1), st.floats(0, 0.5))
@settings(max_examples=40)
def test_columns_have_the_values_that_each_price_has_alone(column, chance, commission):
    def alone(function, *rest):
        return [function(price, *rest) for price in column]

    assert arrays.implied(column).tolist() == alone(pricing.implied_probability)
    assert arrays.expected_value(chance, column).tolist() == alone(lambda price: pricing.expected_value(chance, price))
    assert arrays.net_of_commission(column, commission).tolist() == alone(pricing.net_of_commission, commission)


def test_what_is_no_price_has_no_value():
    bad = [1.0, 0.0, -110.0, np.nan]
    for values in (arrays.implied(bad), arrays.expected_value(0.5, bad), arrays.net_of_commission(bad, 0.02)):
        assert np.isnan(values).all()
