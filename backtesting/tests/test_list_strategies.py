"""The command that tells which strategies there are."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from backtesting.strategies import strategies


def listed(*args):
    out = StringIO()
    call_command("list_strategies", *args, stdout=out)
    return out.getvalue()


def test_all_are_listed_with_parameters_times_and_who_cheats():
    text = listed()
    for name, cls in strategies().items():
        assert f"{name}  decides 60m · stakes flat:100" in text
        for parameter in cls.declared().values():
            assert parameter.allowed in text
    assert text.count("⚠ cheats") == 1
    assert "min_ev " in text
    assert "a number from -0.99 to 0.99" in text


def test_one_is_shown_by_name():
    text = listed("random")
    assert "random  decides 60m" in text
    assert "arbitrage" not in text


def test_json_holds_what_a_program_needs_to_ask_for_parameters():
    [found] = json.loads(listed("expected_value", "--json"))
    assert {name: value for name, value in found.items() if name != "parameters"} == {
        "name": "expected_value",
        "description": strategies()["expected_value"].description(),
        "decides": "60m",
        "staking": "flat:100",
        "is_cheating": False,
        "looks_back": False,
    }
    parameters = {each["name"]: each for each in found["parameters"]}
    assert list(parameters) == list(strategies()["expected_value"].declared())
    assert parameters["min_ev"] == {
        "name": "min_ev",
        "type": "float",
        "default": 0.03,
        "low": -0.99,
        "high": 0.99,
        "choices": [],
        "optional": False,
        "help": "least expected profit for each unit staked",
    }
    assert parameters["markets"]["default"] == ["h2h", "spreads", "totals"]
    assert [each["name"] for each in json.loads(listed("--json"))] == list(strategies())


def test_ones_own_is_shown_by_where_it_is(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text(
        "from backtesting.strategies import BettingStrategy\n"
        "class Mine(BettingStrategy):\n"
        "    '''Mine [bold]alone.'''\n"
        "    def should_bet(self, event, odds_snapshot): return ()\n"
    )
    text = listed(f"{path}:Mine")
    assert f"{path}:Mine  decides 60m" in text
    assert "Mine [bold]alone." in text


def test_an_unknown_name_is_one_line():
    with pytest.raises(CommandError, match=r"^no strategy 'ev'; list_strategies tells all"):
        listed("ev")
