"""Worked by hand: 1,000 wins 100, loses 110 and wins 99, which is +10 %, -10 % and +10 % of what was there."""

from datetime import UTC, date, datetime
from math import sqrt

import numpy as np
import pytest

from backtesting.choices import BetState
from backtesting.records import Settlement
from backtesting.returns import daily_profit, daily_returns, most_in_a_year, risk_ratios
from backtesting.tests.bets import DAY, make_bet

WON, LOST, PUSH, VOID = BetState.WON, BetState.LOST, BetState.PUSH, BetState.VOID


def paying(*profits):
    """One bet a day with each of these profits."""
    return [make_bet(WON if amount > 0 else LOST, day=day, profit=amount) for day, amount in enumerate(profits)]


def test_return_is_on_the_bankroll_at_the_beginning_of_the_day():
    assert daily_returns([100, -110, 99], 1_000) == pytest.approx([0.1, -0.1, 0.1])


def test_profit_belongs_to_the_day_of_settlement_in_new_york():
    late = make_bet(settled_at=datetime(2018, 10, 17, 4, 30, tzinfo=UTC))  # half past midnight there
    early = make_bet(settled_at=datetime(2018, 10, 17, 3, 30, tzinfo=UTC))
    assert daily_profit([late, early]) == {
        date(2018, 10, 16): pytest.approx(90.909091),
        date(2018, 10, 17): pytest.approx(90.909091),
    }


def test_days_with_pushes_alone_are_days_and_days_with_open_bets_are_none():
    bets = [make_bet(PUSH, day=0), make_bet(VOID, day=1, cost=2.0), make_bet(BetState.OPEN, day=2)]
    assert list(daily_profit(bets).values()) == [0, -2]


def test_corrected_result_counts_on_the_day_of_the_correction():
    first, second = datetime(2018, 10, 17, 4, tzinfo=UTC), datetime(2018, 10, 19, 16, tzinfo=UTC)
    bet = make_bet(
        LOST,
        cost=1.0,
        settled_at=second,
        settlements=(Settlement(first, WON, 190.0), Settlement(second, LOST, 0.0)),
    )
    profits = daily_profit([bet])
    assert list(profits.values()) == [89, -190]
    assert sum(profits.values()) == bet.profit


def test_bet_that_waited_as_unresolved_counts_when_its_result_came():
    waited, came = datetime(2018, 10, 20, tzinfo=UTC), datetime(2018, 10, 25, 16, tzinfo=UTC)
    verdicts = (Settlement(waited, BetState.UNRESOLVED, 0.0), Settlement(came, PUSH, 100.0))
    assert daily_profit([make_bet(PUSH, settled_at=came, settlements=verdicts)]) == {date(2018, 10, 25): 0}


def test_settled_bet_without_a_time_is_refused():
    with pytest.raises(ValueError, match="is won and has no time of settlement"):
        daily_profit([make_bet(settled_at=None)])


def test_returns_end_with_the_loss_of_everything():
    assert daily_returns([-50, -50, 10], 100) == pytest.approx([-0.5, -1])
    assert list(daily_returns([], 100)) == []


def test_worked_sharpe_and_sortino():
    # +2 % and -1 % in turn, over 40 days: mean 0.5 %, sample deviation 1.5 % × sqrt(40/39), downside 1 % / sqrt(2).
    amounts, money = [], 10_000.0
    for number in range(40):
        amounts.append(money * (-0.01 if number % 2 else 0.02))
        money += amounts[-1]
    found = risk_ratios(paying(*amounts), 10_000)
    each = 1 / 3 * sqrt(39 / 40)
    assert (found.days, found.days_per_year) == (40, 40)
    assert found.sharpe == pytest.approx(each * sqrt(40))
    assert found.sharpe_standard_error == pytest.approx(sqrt((1 + each**2 / 2) / 40) * sqrt(40))
    assert found.sortino == pytest.approx(0.005 / (0.01 / sqrt(2)) * sqrt(40))


def test_standard_error_is_how_far_the_ratio_scatters():
    """Lo (2002): of 200 runs of 60 days with a daily ratio of 1, where it is a fifth above the root of 1/n."""
    rng = np.random.default_rng(20180101)
    found = []
    for returns in rng.normal(0.01, 0.01, (200, 60)):
        before = 10_000 * np.concatenate([[1], np.cumprod(1 + returns)[:-1]])
        found.append(risk_ratios(paying(*(returns * before)), 10_000))
    scatter = np.std([each.sharpe for each in found])
    assert np.mean([each.sharpe_standard_error for each in found]) == pytest.approx(scatter, rel=0.15)


def test_season_is_a_year_and_two_seasons_are_not_two_thirds_of_three():
    season = [date(2016, 10, 25) + number * DAY for number in range(165)]
    second = [day + 365 * DAY for day in season]
    assert most_in_a_year(season) == 165
    assert most_in_a_year(season + second) == 165
    assert most_in_a_year([date(2016, 1, 1) + number * DAY for number in range(1000)]) == 365
    assert most_in_a_year([]) == 0


def test_arbitrage_has_no_sharpe_ratio():
    found = risk_ratios(paying(*[10.0 + number % 3 for number in range(60)]), 10_000)
    assert (found.sharpe, found.sharpe_standard_error, found.sortino) == (None, None, None)
    assert found.note.startswith("n/a: the daily returns show no risk")


def test_losses_that_are_all_the_same_have_none_either():
    bets = paying(*[-(0.999**number) for number in range(60)])
    assert risk_ratios(bets, 1_000).sharpe is None


def test_fewer_than_thirty_days_have_no_ratio():
    found = risk_ratios(paying(*[10.0, -5.0] * 14, 10.0), 10_000)
    assert (found.sharpe, found.days) == (None, 29)
    assert found.note == "n/a: 29 days with settlements, at least 30 are needed"
    assert risk_ratios(paying(*[10.0, -5.0] * 15), 10_000).sharpe > 0


def test_many_bets_a_day_are_one_return():
    """A ratio by bet, multiplied by the root of 252, would be another number altogether."""
    amounts = [30.0, -20.0] * 20
    whole = risk_ratios(paying(*amounts), 10_000)
    halves = [
        make_bet(LOST if amount < 0 else WON, day=day, profit=amount / 2)
        for day, amount in enumerate(amounts)
        for _ in "ab"
    ]
    assert risk_ratios(halves, 10_000).sharpe == pytest.approx(whole.sharpe)


def test_empty_days_between_are_left_out():
    amounts = [30.0, -20.0] * 20
    spaced = [make_bet(WON if amount > 0 else LOST, day=2 * day, profit=amount) for day, amount in enumerate(amounts)]
    assert risk_ratios(spaced, 10_000).sharpe == pytest.approx(risk_ratios(paying(*amounts), 10_000).sharpe)
