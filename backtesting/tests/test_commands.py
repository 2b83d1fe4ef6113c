"""run_backtest, compare_backtests and sweep, as typed."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from backtesting.models import BacktestBet, BacktestRun
from backtesting.services import read_bets

from .seasons import FIRST_DAY, LAST_DAY, make_season

pytestmark = pytest.mark.django_db

RANGE = ("--start", FIRST_DAY, "--end", LAST_DAY)


def typed(name: str, *arguments: str, **options: Any) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out, **options)
    return out.getvalue()


def as_json(name: str, *arguments: str) -> Any:
    return json.loads(typed(name, *arguments, "--json"))


class TestRunBacktest:
    def test_a_run_is_shown_with_its_uncertainty_and_kept(self):
        make_season()
        shown = typed("run_backtest", "expected_value", *RANGE, "--param", "min_ev=0.01")
        run = BacktestRun.objects.get()
        for part in (
            "expected_value, 2026-01-10",
            "Yield",
            "95\u00a0%",
            "breaks even at",
            "CLV",
            "Coverage",
            "⚠ Few bets",
        ):
            assert part in shown
        assert f"✓ kept as run #{run.pk}" in shown
        assert run.bets.count() == run.metrics["total_bets"] > 10
        assert (run.parameters["min_ev"], run.state, len(run.data_fingerprint)) == (0.01, "done", 64)
        assert run.equity[-1][1] == pytest.approx(10_000 + run.metrics["total_profit"])

    def test_what_was_kept_is_what_came_of_it(self):
        make_season()
        document = as_json("run_backtest", "expected_value", *RANGE, "--param", "min_ev=0.01")
        run = BacktestRun.objects.get(pk=document["id"])
        stored = read_bets(run)
        assert [bet.profit for bet in stored] == [bet["profit"] for bet in document["bets"]]
        assert [bet.settlements[-1].state.value for bet in stored] == [bet["state"] for bet in document["bets"]]
        assert sum(bet.profit for bet in stored) == pytest.approx(run.metrics["total_profit"])
        assert document["bets"][0]["decided_at"].endswith("Z")

    def test_a_dry_run_keeps_nothing(self):
        make_season(8)
        assert "nothing kept" in typed("run_backtest", "random", *RANGE, "--dry-run")
        assert not BacktestRun.objects.exists()

    def test_a_tear_sheet_is_written(self, tmp_path):
        make_season(12)
        typed("run_backtest", "random", *RANGE, "--html", str(tmp_path / "run.html"))
        assert "random" in (tmp_path / "run.html").read_text()

    def test_every_option_reaches_the_terms(self):
        make_season(8)
        typed(
            "run_backtest", "random", *RANGE, "--stake", "percent:0.01", "--decide", "1h", "--bankroll", "5000",
            "--fill", "limit=40,cost=0.1", "--rules", "72h", "--clv-book", "own", "--devig", "power",
            "--max-close-age", "5", "--max-age", "120", "--bookmaker", "fan", "--seed", "7", "--bet-again",
        )  # fmt: skip
        run = BacktestRun.objects.get()
        assert (run.staking, run.decides, run.initial_bankroll, run.seed) == ("percent:0.01", "60m", 5000, 7)
        assert run.terms["bookmakers"] == ["fanduel"]
        assert run.terms["closing"] == {"bookmaker": None, "method": "power", "max_close_age_minutes": 5}
        assert (run.terms["rules"], run.terms["bet_again"], run.terms["max_age_minutes"]) == ("72h,sbk=72h", True, 120)
        assert set(run.bets.values_list("bookmaker", "cost")) == {("fanduel", 0.1)}
        assert max(run.bets.values_list("stake", flat=True)) == 40

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("expected_valu", *RANGE), "no strategy 'expected_valu'.*did you mean 'expected_value'"),
            (
                ("random", "--start", "2026-01-10", "--end", "2026-01-09"),
                "--end: 2026-01-09 is before --start 2026-01-10",
            ),
            (("expected_value", *RANGE, "--param", "min_e=0.01"), "min_e.*min_ev"),
            (("random", *RANGE, "--stake", "kelly"), "kelly"),
            (("random", *RANGE, "--stake", "kelly:0.5", "--min-coverage", "0"), "[Kk]elly"),
            (("random", *RANGE, "--decide", "soon"), "soon"),
            (
                ("expected_value", *RANGE, "--param", "sharp_book=pinacle"),
                r"^no bookmaker 'pinacle'; did you mean pinnacle\?$",
            ),
            (("random", *RANGE, "--clv-book", "pinacle"), r"did you mean pinnacle\?$"),
            (("random", *RANGE, "--fill", "latency=never"), "latency=never"),
            (("random", "--start", "2025-01-10", "--end", "2025-01-30"), "no basketball_nba event is stored"),
            (("random", *RANGE, "--bookmaker", "nobody"), "nobody"),
            (("random", *RANGE, "--max-age", "1"), r"0% of 4 events .*, 50% are needed \(4 stale\)"),
        ],
    )
    def test_what_cannot_be_run_is_one_line(self, arguments, message):
        make_season(4)
        with pytest.raises(CommandError, match=message) as caught:
            typed("run_backtest", *arguments)
        assert "\n" not in str(caught.value)

    def test_a_run_that_failed_is_kept_with_its_reason_and_is_no_trial(self):
        with pytest.raises(CommandError, match="no basketball_nba event"):
            typed("run_backtest", "random", *RANGE)
        run = BacktestRun.objects.get()
        assert (run.state, run.metrics) == ("failed", {})
        assert "no basketball_nba event" in run.error
        assert not BacktestRun.objects.trials(run.sport_key, run.start, run.end).exists()


class TestCompareBacktests:
    def test_runs_stand_side_by_side_and_what_was_tried_is_told(self):
        make_season()
        for threshold in ("0.0", "0.02"):
            typed("run_backtest", "expected_value", *RANGE, "--param", f"min_ev={threshold}")
        shown = typed("compare_backtests")
        assert "min_ev=0.02" in shown
        assert "2 configurations were tried on these data" in shown
        newest, first = as_json("compare_backtests")
        assert (newest["parameters"]["min_ev"], newest["metrics"]["trials"]) == (0.02, 2)
        assert (first["parameters"]["min_ev"], first["metrics"]["trials"]) == (0.0, 1)
        assert [run["id"] for run in as_json("compare_backtests", f"#{first['id']}")] == [first["id"]]

    def test_80_columns_hold_the_widest_interval(self, monkeypatch):
        make_season(4)
        typed("run_backtest", "expected_value", *RANGE, "--param", "min_ev=0.0")
        run = BacktestRun.objects.get()
        run.metrics["intervals"]["yield"] = {"low": -1.0, "high": 1.0}
        run.save()
        monkeypatch.setenv("COLUMNS", "80")
        shown = typed("compare_backtests")
        assert f"#{run.pk}" in shown
        assert "expected_value" in shown
        assert "-100.0\u00a0% to +100.0\u00a0%" in shown
        assert "…" not in shown

    def test_the_same_configuration_again_is_no_further_trial(self):
        make_season(8)
        for _ in range(2):
            typed("run_backtest", "random", *RANGE)
        assert [run["metrics"]["trials"] for run in as_json("compare_backtests")] == [1, 1]

    def test_without_runs_it_says_how_to_make_one(self):
        assert "manage.py run_backtest" in typed("compare_backtests")
        with pytest.raises(CommandError, match="no finished run 12"):
            typed("compare_backtests", "12")


GRID = ("--grid", "min_ev=0.0|0.01|0.02", "--grid", "one_bet_per=market|price")


class TestSweep:
    def test_every_combination_is_run_kept_and_counted(self):
        make_season(60)
        shown = typed("sweep", "expected_value", *RANGE, *GRID, "--jobs", "2", "--by", "growth")
        runs = list(BacktestRun.objects.filter(kind="sweep").order_by("pk"))
        assert [(run.parameters["min_ev"], run.parameters["one_bet_per"]) for run in runs] == [
            (low, each) for low in (0.0, 0.01, 0.02) for each in ("market", "price")
        ]
        assert {run.metrics["trials"] for run in runs} == {6}
        assert len({run.group for run in runs}) == 1
        assert not BacktestBet.objects.exists()
        assert f"kept as 6 runs of group {runs[0].group}" in shown
        assert "min_ev" in shown

    def test_a_run_of_a_sweep_is_the_run_alone(self):
        make_season(24)
        swept = as_json("sweep", "expected_value", *RANGE, "--grid", "min_ev=0.01", "--jobs", "1")["runs"][0]
        alone = as_json("run_backtest", "expected_value", *RANGE, "--param", "min_ev=0.01")
        assert swept["data_fingerprint"] == alone["data_fingerprint"]
        assert swept["configuration"] == alone["configuration"]
        assert swept["metrics"]["total_profit"] == alone["metrics"]["total_profit"]

    def test_walk_forward_chooses_on_the_days_before(self):
        make_season(72)
        document = as_json(
            "sweep", "expected_value", *RANGE, *GRID, "--walk-forward", "8,4,1", "--fewest-bets", "5", "--jobs", "1"
        )
        steps = document["steps"]
        assert len(steps) == 3
        for step in steps:
            assert step["train_start"] < step["train_end"] < step["test_start"] < step["test_end"]
        assert document["metrics"]["total_bets"] == sum(step["bets"] for step in steps) > 0
        assert "All test windows together" in typed(
            "sweep", "expected_value", *RANGE, *GRID, "--walk-forward", "8,4,1", "--fewest-bets", "5", "--jobs", "1"
        )

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--grid", "min_e=0.1|0.2"), "min_e.*min_ev"),
            (("--grid", "min_ev=0.1|2"), "min_ev"),
            (("--grid", "min_ev=0.1", "--walk-forward", "300,100"), "do not fit between"),
            (("--grid", "min_ev=0.1", "--dask", "tcp://127.0.0.1:1"), "no scheduler answers there"),
        ],
    )
    def test_what_cannot_be_run_is_one_line(self, arguments, message):
        make_season(4)
        with pytest.raises(CommandError, match=message):
            typed("sweep", "expected_value", *RANGE, *arguments)
