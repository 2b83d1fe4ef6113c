"""Runs, bets and equity by the API."""

import json
from dataclasses import asdict
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command

from backtesting.choices import BetState, RunKind, RunState
from backtesting.documents import run_document
from backtesting.services import read_bets
from backtesting.tests.factories import make_bet, make_run, measure_run
from events.encoding import as_json
from events.tests.api import all_pages, get, queries, refused, results
from events.tests.factories import TIP

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    run = make_run()
    for state in (BetState.WON, BetState.LOST, BetState.UNFILLED):
        verdicts = [[f"{TIP + timedelta(hours=3):%Y-%m-%dT%H:%M:%S.%fZ}", state.value, 210.0]]
        make_bet(run, state=state, point="-3.5", settlements=verdicts)
    return measure_run(run)


def test_runs_are_the_document_of_the_command(run):
    out = StringIO()
    call_command("compare_backtests", "--json", stdout=out)
    assert results("/backtests") == json.loads(out.getvalue())
    assert get(f"/backtests/{run.pk}").json() == json.loads(out.getvalue())[0]


def test_bets_and_equity_are_those_of_the_document(run):
    document = json.loads(as_json(run_document(run, read_bets(run))))
    bets = results(f"/backtests/{run.pk}/bets")
    assert bets == document["bets"]
    assert bets[0].keys() == asdict(read_bets(run)[0]).keys()
    equity = results(f"/backtests/{run.pk}/equity")
    assert [[row["moment"], row["cash"], row["open_stakes"]] for row in equity] == document["equity"]
    assert [row["equity"] for row in equity] == [row["cash"] + row["open_stakes"] for row in equity]
    assert [bet["number"] for bet in results(f"/backtests/{run.pk}/bets", {"state": "lost"})] == [2]


def test_runs_are_chosen_by_strategy_group_kind_state_and_sport(run):
    swept = make_run(strategy="arbitrage", group="g1", kind=RunKind.SWEEP, state=RunState.FAILED, error="no data")
    for chosen in ({"strategy": "arbitrage"}, {"group": "g1"}, {"kind": "sweep"}, {"state": "failed"}):
        assert [row["id"] for row in results("/backtests", chosen)] == [swept.pk]
    assert [row["id"] for row in results("/backtests")] == [swept.pk, run.pk]
    assert refused("/backtests", {"kind": "guess"})[:2] == ("invalid_parameter", "kind")


@pytest.mark.parametrize("number", ["0", "-1", "1.5", "x", "٣", "2147483648", "9" * 5_000, "%00"])
def test_an_unknown_run_is_404(number):
    for more in ("", "/bets", "/equity"):
        assert refused(f"/backtests/{number}{more}", {}, status=404)[0] == "unknown_run"


def test_three_and_thirty_take_the_same_queries():
    runs = [make_run() for _ in range(3)]
    for _ in range(3):
        make_bet(runs[0])
    paths = ("/backtests", f"/backtests/{runs[0].pk}/bets", f"/backtests/{runs[0].pk}/equity")
    few = [queries(path) for path in paths]
    for _ in range(27):
        make_run()
        make_bet(runs[0])
    measure_run(runs[0])
    assert [queries(path, {"page_size": 100}) for path in paths] == few == [1, 2, 1]


def test_pages_of_bets_hold_each_once(run):
    pages = all_pages(f"/backtests/{run.pk}/bets", {"page_size": 2})
    assert [[row["number"] for row in page] for page in pages] == [[1, 2], [3]]


@pytest.mark.parametrize("wanted", ["csv", "parquet"])
def test_every_list_comes_in_every_format(run, wanted):
    for path in ("/backtests", f"/backtests/{run.pk}/bets", f"/backtests/{run.pk}/equity"):
        assert get(path, {"format": wanted})["Content-Disposition"].endswith(f'.{wanted}"')
    text = get(f"/backtests/{run.pk}/bets", {"format": "csv"}).content.decode()
    assert ",home,,-3.5,110,2.1,true," in text
