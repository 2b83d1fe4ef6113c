"""What several books think together."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odds.pricing import DevigMethod, american_to_decimal, consensus, fair_american, fair_probabilities

PINNACLE, FANDUEL, BETMGM = (0.52, 0.48), (0.50, 0.50), (0.56, 0.44)

rows = st.lists(st.floats(0.01, 1), min_size=3, max_size=3).map(lambda each: tuple(x / sum(each) for x in each))


def test_prices_on_both_sides_of_even_average_to_even():
    """American -105 and +105 average to 0, which is no price. As chances they average to even money."""
    books = [[american_to_decimal(price) for price in pair] for pair in ((-105, -105), (105, -125), (-125, 105))]
    fair = consensus([fair_probabilities(book, DevigMethod.POWER) for book in books])
    assert fair == pytest.approx((0.5, 0.5))
    assert fair_american(fair[0]) == 100


def test_mean_weighs_the_books():
    assert consensus([PINNACLE, FANDUEL]) == pytest.approx((0.51, 0.49))
    assert consensus([PINNACLE, FANDUEL], weights=[3, 1]) == pytest.approx((0.515, 0.485))
    assert consensus([PINNACLE, FANDUEL], weights=[1, 0]) == pytest.approx(PINNACLE)


def test_median_does_not_follow_one_book_that_is_off():
    assert consensus([PINNACLE, FANDUEL, (0.95, 0.05)], how="median") == pytest.approx(PINNACLE)
    assert consensus([PINNACLE, FANDUEL], how="median") == pytest.approx((0.51, 0.49))


def test_median_has_half_of_the_weight_on_either_side():
    books = [PINNACLE, FANDUEL, BETMGM]
    assert consensus(books, weights=[1, 1, 3], how="median") == pytest.approx(BETMGM)
    assert consensus(books, weights=[1, 1, 2], how="median") == pytest.approx((0.54, 0.46))
    assert consensus(books, weights=[0, 1, 0], how="median") == pytest.approx(FANDUEL)


def test_median_of_three_outcomes_is_made_to_sum_to_one():
    """The medians are 0.4, 0.3 and 0.25, each of another book."""
    books = [(0.4, 0.3, 0.3), (0.5, 0.25, 0.25), (0.35, 0.45, 0.2)]
    assert consensus(books, how="median") == pytest.approx((0.4 / 0.95, 0.3 / 0.95, 0.25 / 0.95))


@given(st.lists(rows, min_size=1, max_size=6), st.sampled_from(["mean", "median"]))
@settings(max_examples=60)
def test_consensus_sums_to_one_and_does_not_depend_on_the_order_of_books(books, how):
    fair = consensus(books, how=how)
    assert sum(fair) == pytest.approx(1)
    assert fair == pytest.approx(consensus(books[::-1], how=how))


@given(rows, st.integers(1, 5), st.sampled_from(["mean", "median"]))
@settings(max_examples=40)
def test_books_that_agree_are_believed(row, books, how):
    assert consensus([row] * books, how=how) == pytest.approx(row)


@given(st.lists(rows, min_size=1, max_size=5), st.sampled_from(["mean", "median"]))
@settings(max_examples=40)
def test_weight_of_two_is_the_book_twice(books, how):
    weights = [2.0, *[1.0] * (len(books) - 1)]
    assert consensus(books, weights=weights, how=how) == pytest.approx(consensus([books[0], *books], how=how))


@pytest.mark.parametrize(
    ("books", "weights", "message"),
    [
        ([], None, "needs at least one book"),
        ([PINNACLE, (0.4, 0.3, 0.3)], None, r"unequal numbers of outcomes: \[2, 3\]"),
        ([(0.524, 0.524)], None, "no chances that sum to 1: remove the margin first"),
        ([(1.2, -0.2)], None, "no chances that sum to 1"),
        ([(float("nan"), 0.5)], None, "no chances that sum to 1"),
        ([PINNACLE, FANDUEL], [1], "1 weights for 2 books"),
        ([PINNACLE, FANDUEL], [0, 0], "weights are at least 0, and one is above"),
        ([PINNACLE, FANDUEL], [2, -1], "weights are at least 0, and one is above"),
    ],
)
def test_what_cannot_be_weighed_is_refused(books, weights, message):
    with pytest.raises(ValueError, match=message):
        consensus(books, weights=weights)


def test_books_that_are_each_certain_of_another_outcome_have_no_median():
    with pytest.raises(ValueError, match="they contradict each other"):
        consensus([(1, 0, 0), (0, 1, 0), (0, 0, 1)], how="median")
