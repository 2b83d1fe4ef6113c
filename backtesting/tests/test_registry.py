"""Strategies by name: those that ship, and anybody's own."""

import json
import os
import pickle
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from backtesting.staking import Flat
from backtesting.strategies import (
    BettingStrategy,
    EVStrategy,
    StrategyError,
    StrategySpec,
    UnknownStrategy,
    name_of,
    register,
    strategies,
    strategy_class,
)

from .views import make_view

OWN = '''
from backtesting.strategies import BettingStrategy, Parameter


class Longshots(BettingStrategy):
    """Bets on whatever pays a lot."""

    least = Parameter(float, 5.0, low=1)

    def should_bet(self, event, odds_snapshot):
        return [self.pick(price) for price in self.usable(odds_snapshot) if price.decimal_price >= self.least]


class Half(BettingStrategy):
    pass
'''


@pytest.fixture
def own(tmp_path: Path) -> Path:
    path = tmp_path / "my strategies.py"
    path.write_text(OWN)
    return path


def test_what_ships():
    assert list(strategies()) == [
        "arbitrage",
        "closing_oracle",
        "consensus_outlier",
        "expected_value",
        "favourite",
        "line_move",
        "random",
    ]
    assert strategy_class("expected_value") is EVStrategy


def test_a_class_is_found_in_a_module():
    assert strategy_class("backtesting.strategies.expected_value:EVStrategy") is EVStrategy


def test_a_class_is_found_in_a_file(own):
    cls = strategy_class(f"{own}:Longshots")
    assert cls(least="8").parameters() == {"markets": [], "least": 8.0}
    assert name_of(cls) == f"{own}:Longshots"
    assert strategy_class(f"{own}:Longshots") is cls


def test_a_file_may_be_given_from_here_or_from_home(own, monkeypatch):
    monkeypatch.chdir(own.parent)
    monkeypatch.setenv("HOME", str(own.parent))
    found = [strategy_class(f"{place}:Longshots") for place in (own.name, f"~/{own.name}", own)]
    assert len(set(found)) == 1


def test_a_file_that_changed_is_read_anew(own):
    before = strategy_class(f"{own}:Longshots")
    own.write_text(OWN.replace("5.0", "9.0"))
    assert (before().least, strategy_class(f"{own}:Longshots")().least) == (5.0, 9.0)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "expected_valeu",
            "no strategy 'expected_valeu'; did you mean 'expected_value'?; list_strategies tells all, one",
        ),
        ("nothing", "no strategy 'nothing'; list_strategies tells all, one's own is named package.module:Class or"),
        ("nowhere.py:Mine", "nowhere.py:Mine: there is no file nowhere.py"),
        ("no.such:Mine", "no.such:Mine cannot be loaded: ModuleNotFoundError: No module named 'no'"),
        ("OWN:Longshot", "OWN:Longshot: OWN has no 'Longshot'; did you mean 'Longshots'?"),
        ("OWN:Half", "OWN:Half lacks should_bet"),
        ("OWN:Parameter", "OWN:Parameter is no subclass of BettingStrategy"),
        (":Mine", ":Mine cannot be loaded: ValueError: Empty module name"),
    ],
)
def test_what_cannot_be_found_is_told_in_one_line(own, name, message):
    with pytest.raises(UnknownStrategy) as refusal:
        strategy_class(name.replace("OWN", str(own)))
    text = str(refusal.value).replace(str(own), "OWN")
    assert text.startswith(message)
    assert "\n" not in text


def test_a_file_that_fails_says_why_and_is_tried_again(own):
    own.write_text("import nothing_of_this_name")
    with pytest.raises(UnknownStrategy, match="cannot be loaded: ModuleNotFoundError: No module named 'nothing_of_th"):
        strategy_class(f"{own}:Longshots")
    own.write_text("class Longshots(:\n  pass")
    with pytest.raises(UnknownStrategy, match=r"cannot be loaded: SyntaxError: invalid syntax .*line 1"):
        strategy_class(f"{own}:Longshots")
    own.write_text(OWN)
    assert strategy_class(f"{own}:Longshots")().least == 5.0


def test_two_strategies_cannot_share_a_name():
    class Other(EVStrategy):
        name = "expected_value"

    with pytest.raises(StrategyError, match=r"two strategies are named 'expected_value': backtesting.strategies.expec"):
        register(Other)
    assert strategy_class("expected_value") is EVStrategy


def test_a_registered_class_of_a_file_replaces_itself(own, monkeypatch):
    monkeypatch.setattr("backtesting.strategies.registry._registered", strategies())
    registering = OWN.replace("class Longshots", "@register\nclass Longshots").replace(
        "import Bet", "import register, Bet"
    )
    for text in (registering, registering.replace("5.0", "9.0")):
        own.write_text(text)
        strategy_class(f"{own}:Longshots")
    assert strategies()["Longshots"]().least == 9.0


def test_a_spec_says_in_json_all_that_makes_a_strategy(own):
    strategy = strategy_class(f"{own}:Longshots")(least=7, markets=["h2h"], staking=Flat(12.5))
    spec = StrategySpec.of(strategy)
    read = StrategySpec(**json.loads(json.dumps(asdict(spec))))
    assert read == spec
    assert asdict(read) == {
        "name": f"{own}:Longshots",
        "parameters": {"markets": ["h2h"], "least": 7.0},
        "staking": "flat:12.5",
        "decides": "60m",
    }
    assert vars(read.build()) == vars(strategy)


@pytest.mark.parametrize("name", strategies())
def test_a_name_alone_is_a_spec_with_all_defaults(name):
    strategy = StrategySpec(name=name).build()
    assert StrategySpec.of(strategy).build().parameters() == strategy.parameters()
    assert StrategySpec.of(strategy).name == name


def test_another_process_restores_a_strategy_of_a_file(own):
    """A worker that was not forked has never heard of the file's module."""
    strategy = strategy_class(f"{own}:Longshots")(least=8)
    program = (
        "import pickle, sys, django; django.setup();"
        "strategy = pickle.load(sys.stdin.buffer); print(type(strategy).__name__, strategy.least)"
    )
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "oddsproject.settings"}
    root = Path(__file__).resolve().parents[2]
    answer = subprocess.run(
        [sys.executable, "-c", program], input=pickle.dumps(strategy), capture_output=True, cwd=root, env=environment
    )
    assert answer.stdout.decode().split() == ["Longshots", "8.0"], answer.stderr.decode()


def test_a_strategy_may_be_defined_anywhere_that_can_be_imported():
    assert strategy_class(name_of(Here)) is Here
    assert Here().opportunities(make_view()) == ()


class Here(BettingStrategy):
    def should_bet(self, event, odds_snapshot):
        return ()
