"""Worked by hand: chances of 0.6 and 0.7 of which the first won and the second lost."""

from math import log

import numpy as np
import pytest

from backtesting.calibration import calibration
from backtesting.choices import BetState
from backtesting.tests.bets import make_bet

WON, LOST = BetState.WON, BetState.LOST


def test_worked_scores():
    found = calibration([make_bet(probability=0.6), make_bet(LOST, probability=0.7)])
    assert found.brier == pytest.approx((0.4**2 + 0.7**2) / 2)
    assert found.log_loss == pytest.approx(-(log(0.6) + log(0.3)) / 2)


def test_bin_holds_what_was_claimed_and_what_came():
    bets = [make_bet(probability=0.56)] * 3 + [make_bet(LOST, probability=0.58)] * 2 + [make_bet(probability=0.9)]
    low, high = calibration(bets).bins
    assert (low.low, low.high, low.bets, low.rate) == (0.55, 0.6, 5, 0.6)
    assert low.predicted == pytest.approx(0.568)
    assert (low.rate_low, low.rate_high) == (pytest.approx(0.2307, abs=1e-4), pytest.approx(0.8824, abs=1e-4))
    assert (high.low, high.bets) == (0.9, 1)


@pytest.mark.parametrize(
    ("chance", "low"), [(0.0, 0.0), (0.05, 0.05), (0.15, 0.15), (0.55, 0.55), (0.6, 0.6), (0.5999, 0.55), (1.0, 0.95)]
)
def test_edge_begins_a_bin(chance, low):
    assert calibration([make_bet(probability=chance)]).bins[0].low == low


def test_pushes_voids_and_bets_without_a_claim_tell_nothing():
    nothing = [make_bet(BetState.PUSH), make_bet(BetState.VOID), make_bet(BetState.OPEN), make_bet(probability=None)]
    assert calibration(nothing) is None
    assert calibration([*nothing, make_bet()]).bets == 1


def test_half_won_counts_as_half_a_bet():
    found = calibration([make_bet(BetState.HALF_WON, probability=0.6), make_bet(LOST, probability=0.63)])
    (only,) = found.bins
    assert (found.bets, only.bets, only.rate) == (1.5, 1.5, pytest.approx(1 / 3))
    assert only.predicted == pytest.approx((0.3 + 0.63) / 1.5)
    assert found.brier == pytest.approx((0.5 * 0.16 + 0.63**2) / 1.5)


def test_certain_claim_that_was_wrong_costs_much_and_not_everything():
    assert 30 < calibration([make_bet(LOST, probability=1.0)]).log_loss < 40


def test_true_chances_are_held_by_their_intervals():
    rng = np.random.default_rng(20181016)
    chances = rng.uniform(0.3, 0.8, 5_000)
    bets = [make_bet(WON if rng.random() < chance else LOST, probability=float(chance)) for chance in chances]
    bins = calibration(bets).bins
    assert len(bins) == 10
    assert sum(each.rate_low <= each.predicted <= each.rate_high for each in bins) >= 8
