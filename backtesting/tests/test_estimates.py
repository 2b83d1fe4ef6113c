"""Worked by hand and from published tables."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.estimates import mean, ratio, wilson


def test_mean_with_its_error():
    found = mean([1, 2, 3, 4], "abcd")
    assert (found.value, found.n, found.clusters) == (2.5, 4, 4)
    assert found.standard_error == pytest.approx(sqrt(5 / 3 / 4))
    assert found.clustered_standard_error == pytest.approx(found.standard_error)


def test_clusters_of_like_values_are_less_sure():
    found = mean([1, 1, 3, 3], "aabb")
    # Sums of deviations are -2 and 2: sqrt(2/1 × 8) / 4.
    assert found.clustered_standard_error == pytest.approx(1.0)
    assert found.standard_error == pytest.approx(sqrt(4 / 3 / 4))


def test_ratio_is_of_the_sums():
    found = ratio([10, -5, 0], [100, 50, 0], "abc")
    assert found.value == pytest.approx(5 / 150)
    # What each adds beyond a thirtieth: 6.667, -6.667 and 0.
    assert found.standard_error == pytest.approx(sqrt(3 / 2 * 2 * (20 / 3) ** 2) / 150)


def test_nothing_has_no_mean_and_one_value_no_error():
    assert mean([], []) is None
    assert ratio([1.0], [0.0], "a") is None
    single = mean([7.0], "a")
    assert (single.value, single.standard_error, single.clustered_standard_error) == (7, None, None)
    assert mean([1.0, 2.0], "aa").clustered_standard_error is None


@given(st.lists(st.floats(-100, 100), min_size=2, max_size=30))
def test_clusters_of_one_are_no_clusters(values):
    found = mean(values, range(len(values)))
    assert found.clustered_standard_error == pytest.approx(found.standard_error)
    assert found.standard_error == pytest.approx(np.std(values, ddof=1) / sqrt(len(values)), abs=1e-9)


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
    ids=["81 of 263", "15 of 148", "none of 20", "1 of 29"],
)
def test_published_intervals_of_a_rate(successes, n, low, high):
    """Newcombe 1998, table I, method 3."""
    assert wilson(successes, n) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


@given(st.integers(0, 50), st.integers(1, 50))
def test_interval_of_a_rate_holds_it_and_stays_within_bounds(successes, more):
    n = successes + more
    low, high = wilson(successes, n)
    assert 0 <= low <= successes / n + 1e-12
    assert successes / n <= high <= 1


def test_rate_of_no_trials_is_refused():
    with pytest.raises(ValueError, match="a rate needs trials, and there are 0"):
        wilson(0, 0)
