"""Grids, windows, and the same answers wherever configurations are run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from backtesting.engine import load, simulate
from backtesting.strategies import EVStrategy
from backtesting.terms import RunTerms
from backtesting.validation.executors import in_processes, on_dask
from backtesting.validation.grid import combinations, parse_values
from backtesting.validation.sweep import specs_of, sweep
from backtesting.validation.walk_forward import Windows

from .seasons import make_season

START, END = datetime(2026, 1, 10, tzinfo=UTC), datetime(2026, 1, 31, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("0.01|0.02", ["0.01", "0.02"]),
        ("pinnacle", ["pinnacle"]),
        ("h2h,spreads|totals", ["h2h,spreads", "totals"]),
        ("0.01..0.03:0.01", ["0.01", "0.02", "0.03"]),
        ("1..3", ["1", "2", "3"]),
        ("0..1:0.3", ["0.0", "0.3", "0.6", "0.9"]),
    ],
)
def test_values_are_a_list_or_a_range_with_both_ends(text, values):
    assert parse_values(text) == values


@pytest.mark.parametrize("text", ["", "0.1|", "1..b", "1..3:0", "3..1", "1..3:-1", "1..5000", "1..inf"])
def test_what_is_neither_is_refused(text):
    with pytest.raises(ValueError, match=r"(parted by|range)"):
        parse_values(text)


def test_all_combinations_or_some_that_are_drawn():
    grid = {"a": ["1", "2"], "b": ["x", "y", "z"]}
    every = combinations(grid)
    assert len(every) == 6
    assert every[0] == {"a": "1", "b": "x"}
    drawn = combinations(grid, draws=4, seed=3)
    assert drawn == combinations(grid, draws=4, seed=3)
    assert [each for each in every if each in drawn] == drawn
    assert combinations(grid, draws=6) == combinations(grid, draws=100) == every
    wide = {name: [str(number) for number in range(1_000)] for name in "abcdef"}
    assert len({tuple(each.values()) for each in combinations(wide, draws=50)}) == 50


def test_windows_follow_each_other_and_never_train_on_what_they_test():
    windows = Windows(train=timedelta(days=8), test=timedelta(days=4), embargo=timedelta(days=1))
    cuts = list(windows.over(START, END))
    assert [(train.day, until.day, test.day, end.day) for train, until, test, end in cuts] == [
        (10, 18, 19, 23), (14, 22, 23, 27), (18, 26, 27, 31),
    ]  # fmt: skip
    assert [cut[3] for cut in cuts[:-1]] == [cut[2] for cut in cuts[1:]]
    with pytest.raises(ValueError, match="take a day or more"):
        Windows(train=timedelta(0), test=timedelta(days=1))


@pytest.fixture
def task():
    make_season(24)
    terms = RunTerms(sport_key="basketball_nba", start=START, end=END)
    strategy = EVStrategy()
    return load([strategy], terms), specs_of(strategy, combinations({"min_ev": ["0.0", "0.01", "0.9"]})), terms


@pytest.mark.django_db
def test_a_configuration_that_cannot_be_run_harms_no_other(task):
    history, _, terms = task
    specs = specs_of(EVStrategy(), combinations({"sharp_book": ["nobody", "pinnacle"]}))
    failed, fine = sweep(history, specs, terms, in_processes(1)).answers
    assert failed.result is None
    assert "0% of 24 events" in failed.error
    assert fine.result.bets == simulate(history, EVStrategy(), terms).bets != []


@pytest.mark.django_db
@pytest.mark.slow
def test_processes_and_a_dask_cluster_of_two_workers_give_the_same_answers(task):
    distributed = pytest.importorskip("distributed")
    history, specs, terms = task
    here = sweep(history, specs, terms, in_processes(2))
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, processes=True
    ) as cluster:
        there = sweep(history, specs, terms, on_dask(cluster.scheduler_address))
    assert [result and result.bets for result in here.results] == [result and result.bets for result in there.results]
    assert [len(result.bets) for result in here.results][2] == 0
    assert len(here.results[0].bets) > len(here.results[1].bets) > 0
