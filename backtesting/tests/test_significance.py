"""Published numbers: bets needed at -110, and the example of "The Deflated Sharpe Ratio" (2014)."""

from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.choices import BetState
from backtesting.significance import (
    Moments,
    bets_for,
    bets_needed,
    deflated,
    evidence,
    expected_maximum,
    probabilistic_sharpe,
    sidak,
)
from backtesting.tests.bets import make_bet
from odds.pricing import american_to_decimal

WON, LOST = BetState.WON, BetState.LOST


# Bets needed


@pytest.mark.parametrize(("chance", "bets"), [(0.55, 1_386), (0.54, 3_640), (0.53, 24_971)])
def test_bets_needed_at_minus_110(chance, bets):
    assert bets_needed(chance, american_to_decimal(-110)) == bets


@pytest.mark.parametrize("chance", [0.5, 11 / 21 - 1e-12])
def test_no_number_of_bets_proves_an_edge_that_is_not_there(chance):
    assert bets_needed(chance, american_to_decimal(-110)) is None


@given(st.floats(0.01, 0.2), st.floats(0.1, 5))
def test_half_the_edge_needs_four_times_the_bets(edge, deviation):
    assert bets_for(edge / 2, deviation) == pytest.approx(4 * bets_for(edge, deviation), rel=0.02, abs=4)


# Evidence


def season(results, per_day):
    """Bets of 100 at -110, won where a result is true, so many on each day."""
    return [make_bet(WON if won else LOST, day=number // per_day) for number, won in enumerate(results)]


def test_t_statistic_of_independent_bets():
    # 60 of 100 won at -110: yield 0.14545, standard deviation 1.90909 × sqrt(0.24) × sqrt(100/99) = 0.93996.
    found = evidence(season([1, 1, 0, 1, 0] * 20, per_day=1))
    assert found.yield_.value == pytest.approx(0.6 * 21 / 11 - 1)
    assert found.t_statistic == pytest.approx(0.145455 / 0.093996, rel=1e-4)
    assert found.p_value == pytest.approx(0.0609, abs=1e-4)
    assert found.bets_needed == pytest.approx((1.96 * 0.93996 / 0.145455) ** 2, abs=1)


def test_bets_that_win_and_lose_by_the_day_are_as_few_as_the_days():
    alone = evidence(season([1, 1, 0, 1, 0] * 20, per_day=1))
    together = evidence(season(([1] * 10 + [0] * 5 + [1] * 5 + [0] * 5) * 4, per_day=5))
    assert together.yield_.value == pytest.approx(alone.yield_.value)
    assert together.yield_.standard_error == pytest.approx(alone.yield_.standard_error)
    assert together.t_statistic == pytest.approx(alone.t_statistic / sqrt(5), rel=0.03)


def test_fewer_than_ten_days_have_a_yield_and_no_t_statistic():
    found = evidence(season([1, 0, 1] * 9, per_day=3))
    assert (found.yield_.n, found.t_statistic, found.bets_needed) == (27, None, None)
    assert found.note == "9 game days with settled bets, at least 10 are needed"


def test_yield_is_weighted_by_stake():
    bets = [make_bet(WON, day=day, stake=200.0) for day in range(10)] + [make_bet(LOST, day=day) for day in range(10)]
    assert evidence(bets).yield_.value == pytest.approx((200 / 1.1 - 100) / 300)


def test_pushes_are_no_bets_and_add_no_certainty():
    bets = season([1, 1, 0, 1, 0] * 20, per_day=1)
    assert evidence(bets + [make_bet(BetState.PUSH, day=500 + day) for day in range(50)]) == evidence(bets)


def test_legs_of_a_position_are_one_piece_of_evidence():
    arbitrages = []
    for day in range(20):
        for state, stake in ((WON, 100.0), (LOST, 90.0 + day % 5)):
            arbitrages.append(make_bet(state, day=day, stake=stake, decimal_price=2.0, position=day))
    found = evidence(arbitrages)
    assert found.yield_.n == found.yield_.clusters == 20
    assert found.yield_.standard_error == found.yield_.clustered_standard_error < 0.01
    assert found.bets_needed == 1


def test_losing_run_needs_no_number_of_bets():
    found = evidence(season([1, 0] * 20, per_day=1))
    assert (found.bets_needed, found.t_statistic < 0) == (None, True)
    assert found.p_value > 0.5
    assert found.note == "the yield is not above 0: no number of such bets would show that it is"


def test_yield_without_any_error_has_no_t_statistic():
    found = evidence(season([1] * 20, per_day=1))
    assert (found.t_statistic, found.p_value) == (None, None)
    assert found.note == "every day had the same yield: there is no error"


def test_nothing_settled_is_no_evidence():
    assert evidence([make_bet(BetState.OPEN)]).note == "no bet was won or lost"


def test_t_statistic_exceeds_its_threshold_as_seldom_as_it_should():
    """Fair bets in days that go together: of 400 seasons without an edge, 5 % have a p value below 0.05."""
    rng = np.random.default_rng(20190613)
    low = 0
    for _ in range(400):
        days = rng.random((40, 1)) < 0.5
        won = np.where(rng.random((40, 3)) < 0.5, days, rng.random((40, 3)) < 0.5)
        bets = [
            make_bet(WON if hit else LOST, day=day, decimal_price=2.0) for day, row in enumerate(won) for hit in row
        ]
        low += evidence(bets).p_value < 0.05
    assert 8 <= low <= 33  # 20 expected, three standard errors are 13


# What is left once the trials are counted


def test_published_deflated_sharpe_ratio():
    """2.5 a year over 1,250 days, skewness -3, kurtosis 10, the best of 100 whose ratios have variance 1/2 a year."""
    benchmark = sqrt(0.5 / 250) * expected_maximum(100)
    assert benchmark == pytest.approx(0.1132, abs=1e-4)
    best = Moments(n=1250, sharpe=2.5 / sqrt(250), skewness=-3, kurtosis=10)
    assert probabilistic_sharpe(best, benchmark) == pytest.approx(0.9004, abs=1e-4)
    assert probabilistic_sharpe(best, sqrt(0.5 / 250) * expected_maximum(46)) == pytest.approx(0.9505, abs=1e-4)
    normal = best._replace(skewness=0, kurtosis=3)
    assert probabilistic_sharpe(normal, sqrt(0.5 / 250) * expected_maximum(88)) == pytest.approx(0.9505, abs=1e-4)


def test_worked_chance_that_the_true_ratio_is_above_its_benchmark():
    # No skewness and a kurtosis of 1 leave a variance of 1: (1 - 0.5) × sqrt(5 - 1) is one deviation.
    assert probabilistic_sharpe(Moments(5, 1.0, 0.0, 1.0), 0.5) == pytest.approx(0.841345, abs=1e-6)


# Expected maxima of standard normal values, as tables of order statistics have them.
@pytest.mark.parametrize(("trials", "expected"), [(2, 0.5642), (10, 1.5388), (100, 2.5076), (1000, 3.2414)])
def test_expected_maximum_is_near_the_exact_one(trials, expected):
    assert expected_maximum(trials) == pytest.approx(expected, rel=0.08 if trials == 2 else 0.03)


def test_one_trial_deflates_nothing():
    assert expected_maximum(1) == 0
    returns = np.random.default_rng(1).normal(0.01, 0.1, 200)
    found = deflated(returns, trials=1, p_value=0.03)
    assert found.probability == pytest.approx(probabilistic_sharpe(Moments(200, found.sharpe, *shape(returns)), 0))
    assert (found.bonferroni, found.sidak) == (0.03, pytest.approx(0.03))


def shape(returns):
    scaled = (returns - returns.mean()) / returns.std()
    return (scaled**3).mean(), (scaled**4).mean()


def test_best_of_many_worthless_ones_is_seen_through():
    rng = np.random.default_rng(2)
    trials = rng.normal(0, 0.1, (500, 165))
    sharpes = trials.mean(axis=1) / trials.std(axis=1, ddof=1)
    best = trials[sharpes.argmax()]
    assert deflated(best, trials=1).probability > 0.99
    assert deflated(best, trials=500).probability < 0.8
    assert deflated(best, trials=500, trial_sharpes=sharpes).probability < 0.8


def test_real_edge_survives_its_trials():
    best = np.random.default_rng(3).normal(0.06, 0.1, 165)
    assert deflated(best, trials=500).probability > 0.95


def test_trials_that_hardly_differ_deflate_less():
    returns = np.random.default_rng(4).normal(0.02, 0.1, 165)
    independent = deflated(returns, trials=50)
    alike = deflated(returns, trials=50, trial_sharpes=[0.2, 0.201, 0.199, 0.2, 0.2])
    assert alike.benchmark_sharpe < independent.benchmark_sharpe / 10
    assert deflated(returns, trials=50, trial_sharpes=[0.2, 0.201, 0.199, 0.2]) == independent


@given(st.integers(1, 5_000), st.integers(1, 5_000))
def test_more_trials_never_make_a_result_surer(one, other):
    fewer, more = sorted((one, other))
    returns = np.random.default_rng(5).normal(0.01, 0.1, 60)
    assert deflated(returns, trials=more).probability <= deflated(returns, trials=fewer).probability


def test_worked_corrections_of_a_p_value():
    returns = np.random.default_rng(6).normal(0, 1, 60)
    found = deflated(returns, trials=10, p_value=0.01)
    assert (found.bonferroni, found.sidak) == (pytest.approx(0.1), pytest.approx(1 - 0.99**10))
    assert deflated(returns, trials=10, p_value=0.5).bonferroni == 1


@given(st.floats(0, 1), st.integers(1, 10_000))
def test_sidak_lies_between_the_p_value_and_bonferroni(p_value, trials):
    assert p_value - 1e-12 <= sidak(p_value, trials) <= min(1.0, trials * p_value) + 1e-12


@pytest.mark.parametrize("returns", [[0.01] * 29, [0.01] * 40], ids=["29 days", "all alike"])
def test_too_few_returns_or_none_that_differ_cannot_be_deflated(returns):
    assert deflated(returns, trials=3) is None


def test_run_itself_is_a_trial():
    with pytest.raises(ValueError, match="0 trials: the run itself is one"):
        deflated([0.1, -0.1] * 20, trials=0)
