"""Intervals are checked where the truth is known: on seasons drawn from chances that the test sets."""

import numpy as np
import pytest

from backtesting.choices import BetState
from backtesting.resampling import DayBlocks, IntervalMethod, bootstrap, day_blocks
from backtesting.tests.bets import make_bet

PRICE = 21 / 11
METHODS = pytest.mark.parametrize("method", IntervalMethod)


def season(rng, *, days=120, games=8, chance=0.53, shared=0.0):
    """Unit bets at -110. `shared` is the chance that a game of a day goes as the day's first one did."""
    won = rng.random((days, games)) < chance
    won = np.where(rng.random((days, games)) < shared, won[:, :1], won)
    profit = np.where(won, PRICE - 1, -1.0)
    return DayBlocks(profit.sum(axis=1), np.full(days, float(games)))


def by_bet(rng, shared):
    """The same bets as a block each, as if they were independent."""
    won = rng.random((120, 8)) < 0.53
    won = np.where(rng.random((120, 8)) < shared, won[:, :1], won).ravel()
    return DayBlocks(np.where(won, PRICE - 1, -1.0), np.ones(won.size))


def width(interval):
    return interval.high - interval.low


def test_bets_of_one_game_day_are_one_block():
    bets = [
        make_bet(day=1, stake=50.0),
        make_bet(BetState.LOST, day=0),
        make_bet(BetState.LOST, day=1),
        make_bet(BetState.PUSH, day=1, cost=1.0),
        make_bet(BetState.OPEN, day=2),
        make_bet(BetState.HALF_LOST, day=3),
    ]
    blocks = day_blocks(bets)
    assert blocks.profit == pytest.approx([-100, 50 / 1.1 - 100 - 1, -50])
    assert blocks.turnover == pytest.approx([100, 150, 50])


def test_bets_across_midnight_in_utc_are_of_one_day():
    late = make_bet()
    early = make_bet(commence_time=late.commence_time.replace(day=16, hour=20))
    assert len(day_blocks([late, early]).profit) == 1


@METHODS
@pytest.mark.parametrize("shared", [0.0, 0.5], ids=["independent games", "days that go together"])
def test_interval_holds_the_true_yield_as_often_as_it_says(method, shared):
    rng = np.random.default_rng(20181016)
    true = 0.53 * PRICE - 1
    hits = 0
    for _ in range(200):
        found = bootstrap(season(rng, shared=shared), 1_000.0, seed=rng, draws=400, method=method).yield_
        hits += found.low <= true <= found.high
    # 190 are expected; three standard errors of a count of 200 are 9.
    assert 181 <= hits <= 199


def test_days_that_go_together_widen_the_interval():
    rng = np.random.default_rng(1)
    alone = width(bootstrap(season(rng), 1_000.0, seed=1).yield_)
    together = width(bootstrap(season(rng, shared=0.7), 1_000.0, seed=1).yield_)
    taken_for_independent = width(bootstrap(by_bet(rng, shared=0.7), 1_000.0, seed=1).yield_)
    # Variance of a day's sum grows by 1 + 7 × the correlation, which is near a half.
    assert together == pytest.approx(2.1 * alone, rel=0.15)
    assert taken_for_independent == pytest.approx(alone, rel=0.15)


def test_interval_is_as_wide_as_the_error_of_a_mean_says():
    blocks = season(np.random.default_rng(2), days=400)
    found = bootstrap(blocks, 1_000.0, seed=3).bankroll_growth
    error = blocks.profit.std(ddof=1) * 20 / 1_000
    assert width(found) == pytest.approx(2 * 1.96 * error, rel=0.1)
    assert found.estimate == pytest.approx(blocks.profit.sum() / 1_000)


@METHODS
def test_same_seed_gives_the_same_interval(method):
    blocks = season(np.random.default_rng(4))
    assert bootstrap(blocks, 100.0, seed=5, method=method) == bootstrap(blocks, 100.0, seed=5, method=method)
    assert bootstrap(blocks, 100.0, seed=5, method=method) != bootstrap(blocks, 100.0, seed=6, method=method)


def test_higher_level_is_wider():
    blocks = season(np.random.default_rng(7))
    ninety, most = (bootstrap(blocks, 100.0, seed=8, level=level).yield_ for level in (0.9, 0.99))
    assert most.low < ninety.low < ninety.estimate < ninety.high < most.high


def test_bca_follows_the_longer_tail():
    """Of longshots, the few wins make the upper end less sure than the lower one: BCa moves the interval up."""
    won = np.random.default_rng(9).random(300) < 0.05
    blocks = DayBlocks(np.where(won, 20.0, -1.0), np.ones(300))
    plain, bca = (bootstrap(blocks, 500.0, seed=10, method=method).yield_ for method in IntervalMethod)
    assert bca.low > plain.low
    assert bca.high > plain.high


def test_drawdowns_are_those_of_the_days_in_other_orders():
    blocks = season(np.random.default_rng(11))
    found = bootstrap(blocks, 100.0, seed=12).max_drawdown
    money = np.concatenate([[100.0], 100 + np.cumsum(blocks.profit)])
    assert found.estimate == pytest.approx(max(1 - money[i:].min() / money[i] for i in range(len(money))))
    assert 0 < found.low < found.high <= 1


def test_path_ends_with_the_loss_of_everything():
    losing = DayBlocks(np.full(20, -10.0), np.full(20, 10.0))
    found = bootstrap(losing, 100.0, seed=13)
    assert (found.max_drawdown.high, found.yield_.high) == (1.0, -1.0)


def test_days_of_pushes_alone_have_no_turnover_and_give_no_infinite_yield():
    profit, staked = np.zeros(200), np.zeros(200)
    profit[:10], staked[:10] = [1.0, -1.0] * 5, 1.0
    found = bootstrap(DayBlocks(profit, staked), 100.0, seed=14, draws=50_000)
    assert -1 <= found.yield_.low < found.yield_.high <= 1
    assert found.days == 10


def test_fewer_than_ten_days_have_no_interval():
    found = bootstrap(season(np.random.default_rng(15), days=9), 100.0, seed=16)
    assert (found.yield_, found.bankroll_growth, found.max_drawdown) == (None, None, None)
    assert found.note == "9 game days with a bet won or lost, at least 10 are needed"


def test_no_bets_have_no_interval():
    assert bootstrap(day_blocks([]), 100.0, seed=17).yield_ is None
