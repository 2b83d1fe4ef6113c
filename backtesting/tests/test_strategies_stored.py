"""Strategies on stored prices, and the example of the documentation on the same."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings

from backtesting.decision_times import MinutesBefore
from backtesting.history import load_history
from backtesting.staking import Flat
from backtesting.strategies import ClosingOracle, EVStrategy, LineMove, strategies, strategy_class
from events.tests.factories import TIP, make_event
from odds.tests.factories import make_bookmaker, make_pair, make_snapshot

from .views import bets

DOCUMENTED = settings.BASE_DIR / "docs" / "strategies.md"
HOUR = timedelta(hours=1)
DOGS = ("fanduel", "home", None, 170)


@pytest.fixture
def history(db):
    """Snapshots three and one hours and ten minutes before: Pinnacle moves to the home dog, and FanDuel stays."""
    event = make_event(closing_at=TIP - timedelta(minutes=10))
    for before in (3 * HOUR, HOUR, timedelta(minutes=10)):
        make_snapshot(event, snapshot_time=TIP - before)
    first, moved = {"odds_timestamp": TIP - 3 * HOUR, "valid_until": TIP - HOUR}, {"odds_timestamp": TIP - HOUR}
    make_pair(event, "pinnacle", prices={"home": 180, "away": -200}, **first)
    make_pair(event, "pinnacle", prices={"home": 150, "away": -165}, **moved)
    make_pair(event, "fanduel", prices={"home": 170, "away": -200}, odds_timestamp=TIP - 3 * HOUR)
    make_bookmaker("matchbook", commission=Decimal("0.02"))
    make_pair(event, "matchbook", prices={"home": 171, "away": -210}, **moved)
    return load_history("basketball_nba", TIP - HOUR, TIP + HOUR)


def chosen(strategy, history):
    strategy = strategy.with_commissions(history.commissions)
    strategy = strategy.with_hindsight(history) if strategy.wants_hindsight else strategy
    decisions = history.decisions(strategy.decides)
    found = [each for decision in decisions for each in strategy.opportunities(history.view(decision))]
    at_once = strategy.choose(board := history.board(decisions))
    if at_once is not None:
        assert [board.price(row) for row in at_once.rows] == [each.legs[0].price for each in found]
    return bets(found)


def test_value_by_the_line_as_it_stands(history):
    assert history.commissions["matchbook"] == 0.02
    assert chosen(EVStrategy(), history) == [DOGS]
    assert chosen(EVStrategy(decides=MinutesBefore(120)), history) == []  # Pinnacle paid more then


def test_a_move_since_an_earlier_snapshot_is_followed(history):
    assert chosen(LineMove(), history) == [DOGS]
    assert chosen(LineMove(window_minutes=30), history) == []


def test_the_oracle_bets_before_the_move(history):
    strategy = ClosingOracle(decides=MinutesBefore(120), min_ev=0.01, suspect_above=None, one_bet_per="price")
    assert chosen(strategy, history) == [DOGS, ("pinnacle", "home", None, 180)]


@pytest.fixture
def example(tmp_path):
    """The file in docs/strategies.md."""
    [code] = re.findall(r"```python\n(.*?)```", DOCUMENTED.read_text(), flags=re.DOTALL)
    path = tmp_path / "dogs.py"
    path.write_text(code)
    return f"{path}:HomeDogs"


def test_the_documented_example_works(history, example):
    cls = strategy_class(example)
    assert chosen(cls(), history) == [DOGS]
    assert chosen(cls(least_price="172"), history) == []
    [decision] = history.decisions(cls().decides)
    [opportunity] = cls(staking=Flat(1)).opportunities(history.view(decision))
    assert [cls().calculate_stake(bankroll, opportunity) for bankroll in (10_000, 90_000)] == [100, 250]


@pytest.mark.parametrize("name", strategies())
def test_every_parameter_is_documented(name):
    text = DOCUMENTED.read_text()
    assert f"| `{name}` |" in text
    assert [each for each in strategies()[name].declared() if f"`{each}`" not in text] == []
