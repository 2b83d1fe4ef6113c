"""Worked by hand: 100, 120, 90, 110, 125, 100 falls by a quarter from 120 to 90, and is back after 125."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.drawdown import Drawdown, drawdown, underwater
from backtesting.records import EquityPoint

START = datetime(2018, 10, 16, tzinfo=UTC)
DAY = timedelta(days=1)


def curve(*amounts, open_stakes=0.0):
    """One point a day, from the day after START."""
    return [
        EquityPoint(START + number * DAY, amount - open_stakes, open_stakes) for number, amount in enumerate(amounts, 1)
    ]


def test_deepest_fall_is_told_with_its_days():
    assert drawdown(curve(120, 90, 110, 125, 100), 100, START) == Drawdown(
        fraction=0.25,
        amount=30,
        start=START + DAY,
        trough=START + 2 * DAY,
        recovery=START + 4 * DAY,
        days=3,
        longest_days=3,
    )


def test_starting_bankroll_is_the_first_peak():
    found = drawdown(curve(80, 90), 100, START)
    assert (found.fraction, found.start, found.trough) == (pytest.approx(0.2), START, START + DAY)


def test_fall_that_never_came_back_has_no_recovery_and_lasts_until_the_end():
    found = drawdown(curve(120, 90, 100), 100, START)
    assert (found.recovery, found.days) == (None, 2)


def test_deepest_in_money_and_the_longest_may_be_other_falls():
    # 20 of 100 is deeper as a fraction than 30 of 200, which is deeper in money and lasts longer.
    found = drawdown(curve(80, 100, 200, 170, 180, 190, 200), 100, START)
    assert (found.fraction, found.amount) == (pytest.approx(0.2), 30)
    assert (found.days, found.longest_days) == (2, 4)


def test_placing_a_bet_is_no_fall():
    before, after = EquityPoint(START + DAY, 100.0, 0.0), EquityPoint(START + 2 * DAY, 40.0, 60.0)
    assert drawdown([before, after], 100, START) == Drawdown(fraction=0.0, amount=0.0)


def test_peak_is_left_where_it_was_last_reached():
    found = drawdown(curve(120, 120, 90), 100, START)
    assert found.start == START + 2 * DAY


def test_stake_that_comes_back_but_for_a_rounding_is_a_recovery():
    assert drawdown(curve(90, 100 - 1e-12), 100, START).recovery == START + 2 * DAY
    assert drawdown(curve(100 - 1e-12), 100, START).fraction == 0


def test_without_a_point_there_is_none():
    assert drawdown([], 100, START) is None


def test_all_lost_is_a_fall_by_everything():
    assert drawdown(curve(50, 0), 100).fraction == 1


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_it_is_the_greatest_of_all_falls_between_two_instants(amounts):
    money = [1000.0, *amounts]
    pairs = [(a - b) / a for i, a in enumerate(money) for b in money[i:] if a > 0]
    assert drawdown(curve(*amounts), 1000.0).fraction == pytest.approx(max(pairs), abs=1e-9)


def test_depths_are_reckoned_along_the_last_axis():
    depths = underwater(np.array([[120.0, 90.0], [80.0, 100.0]]), 100.0)
    assert depths == pytest.approx(np.array([[0, 0.25], [0.2, 0]]))
