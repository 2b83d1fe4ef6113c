"""What is kept of a run, where it is worked out from more than the run itself."""

from backtesting.choices import BetState
from backtesting.metrics import measure
from backtesting.models import BacktestRun
from backtesting.records import Coverage
from backtesting.result import BacktestResult
from backtesting.services import fill_in

from .bets import DAY, TIP, equity_of, make_bet


def filled_in(bets):
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
    run = BacktestRun(configuration="this one")
    fill_in(run, result, {"another": 0.1})
    return run.metrics


def test_what_shows_no_risk_is_not_set_against_the_luck_of_other_trials():
    arbitrage = [make_bet(day=day, decimal_price=1.02 + day / 10_000) for day in range(40)]
    bets = [make_bet(BetState.LOST if day % 3 == 0 else BetState.WON, day=day) for day in range(40)]
    assert filled_in(arbitrage)["deflated"] is None
    assert filled_in(bets)["deflated"]["trials"] == 2
