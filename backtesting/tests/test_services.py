"""What is kept of a run, where it is worked out from more than the run itself."""

import pytest

from backtesting.choices import BetState
from backtesting.metrics import measure
from backtesting.models import BacktestRun
from backtesting.records import Coverage
from backtesting.result import BacktestResult
from backtesting.services import Trial, fill_in

from .bets import DAY, TIP, equity_of, make_bet

OTHER = {"another": Trial("wild", 0.1)}


def filled_in(bets, trials=OTHER):
    equity = equity_of(bets, 10_000)
    result = BacktestResult(
        configuration={},
        data_fingerprint="",
        initial_bankroll=10_000,
        bets=bets,
        equity=equity,
        metrics=measure(bets, equity, 10_000, seed=0, start=TIP - DAY, end=TIP + 41 * DAY, draws=100),
        coverage=Coverage(),
    )
    run = BacktestRun(configuration="this one", strategy="mine")
    fill_in(run, result, trials)
    return run.metrics


def test_what_shows_no_risk_is_not_set_against_the_luck_of_other_trials():
    arbitrage = [make_bet(day=day, decimal_price=1.02 + day / 10_000) for day in range(40)]
    bets = [make_bet(BetState.LOST if day % 3 == 0 else BetState.WON, day=day) for day in range(40)]
    assert filled_in(arbitrage)["deflated"] is None
    assert filled_in(bets)["deflated"]["trials"] == 2


def test_trials_of_other_strategies_count_and_do_not_tell_how_far_luck_goes():
    bets = [make_bet(BetState.LOST if day % 3 == 0 else BetState.WON, day=day) for day in range(40)]
    kin = {f"kin {number}": Trial("mine", 0.1 * number) for number in range(4)}
    spread = filled_in(bets, kin)["deflated"]
    losing = {f"certain loss {number}": Trial("wild", -float(number)) for number in range(1, 9)}
    among_others = filled_in(bets, kin | losing)["deflated"]
    assert (spread["trials"], among_others["trials"]) == (5, 13)
    ratio = among_others["expected_maximum"] / spread["expected_maximum"]
    assert among_others["benchmark_sharpe"] == pytest.approx(spread["benchmark_sharpe"] * ratio)
