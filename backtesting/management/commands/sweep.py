"""Many configurations of one strategy on the same data, on all processors or a Dask cluster; or walk-forward."""

from __future__ import annotations

from argparse import ArgumentTypeError
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management import CommandError, CommandParser

from backtesting import show, show_validation
from backtesting.cli import StrategyCommand
from backtesting.documents import run_summary
from backtesting.errors import BacktestError
from backtesting.strategies import BettingStrategy, StrategyError
from backtesting.terms import RunTerms
from backtesting.validation.criteria import CRITERIA, DEFAULT
from backtesting.validation.executors import Executor, in_processes, on_dask
from backtesting.validation.grid import combinations, parse_values
from backtesting.validation.service import Choice, run_sweep, run_walk_forward
from backtesting.validation.walk_forward import Windows
from events.cli import whole
from events.wording import plural


class Command(StrategyCommand):
    help = "Try many configurations of a strategy on the same data; --walk-forward chooses on the past only."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_strategy_options(parser)
        grid = "values of a parameter: min_ev=0.01|0.02|0.05 or min_ev=0.01..0.05:0.01; repeatable, all are combined"
        parser.add_argument("--grid", action="append", required=True, metavar="NAME=VALUES", type=_values, help=grid)
        parser.add_argument("--random", type=whole, metavar="N", help="only N of the combinations, drawn by --seed")
        parser.add_argument("--jobs", type=whole, help="processes at once; default: one for each processor")
        parser.add_argument("--dask", metavar="ADDRESS", help="scheduler of a Dask cluster: tcp://127.0.0.1:8786")
        parser.add_argument("--by", choices=[*CRITERIA], default=DEFAULT, help="what is best; default: yield")
        parser.add_argument("--fewest-bets", type=whole, default=20, help="with fewer none is best; default 20")
        windows = "choose on TRAIN days, test on the TEST days after EMBARGO (1) days more, and so on: 60,14"
        parser.add_argument("--walk-forward", type=_windows, metavar="TRAIN,TEST[,EMBARGO]", help=windows)
        self.add_terms_options(parser)
        parser.add_argument("--dry-run", action="store_true", help="show what comes of it and keep nothing")

    def handle(self, *, as_json: bool, **options: Any) -> None:
        strategy, terms = self.strategy_of(options), self.terms_of(options)
        drawn = combinations(dict(options["grid"]), draws=options["random"], seed=options["seed"])
        choice = Choice(by=options["by"], fewest_bets=options["fewest_bets"])
        windows: Windows | None = options["walk_forward"]
        try:
            execute = on_dask(options["dask"]) if options["dask"] else in_processes(options["jobs"])
            if windows:
                self._walk(strategy, drawn, terms, windows, execute, choice, as_json=as_json)
            else:
                self._sweep(strategy, drawn, terms, execute, choice, as_json=as_json, dry_run=options["dry_run"])
        except (BacktestError, StrategyError, ValueError) as error:
            raise CommandError(str(error)) from error

    def _sweep(
        self,
        strategy: BettingStrategy,
        drawn: list[dict[str, str]],
        terms: RunTerms,
        execute: Executor,
        choice: Choice,
        *,
        as_json: bool,
        dry_run: bool,
    ) -> None:
        with show.Bar(self.console, len(drawn), hidden=as_json) as bar:
            report = run_sweep(strategy, drawn, terms, execute, choice, dry_run=dry_run, advance=bar.advance)
        if as_json:
            over = report.sweep.overfitting
            document = {"group": report.group, "best": report.best, "overfitting": over and asdict(over)}
            self.print_json(document | {"runs": [run_summary(run) for run in report.runs]})
            return
        for renderable in show_validation.sweep_tables(report, choice):
            self.console.print(renderable)
        kept = "nothing kept" if dry_run else f"kept as {plural(len(report.runs), 'run')} of group {report.group}"
        self.console.print(f"\n✓ {kept}")

    def _walk(
        self,
        strategy: BettingStrategy,
        drawn: list[dict[str, str]],
        terms: RunTerms,
        windows: Windows,
        execute: Executor,
        choice: Choice,
        *,
        as_json: bool,
    ) -> None:
        runs = len(drawn) * len(list(windows.over(terms.start, terms.end)))
        with show.Bar(self.console, runs, hidden=as_json) as bar:
            walked = run_walk_forward(strategy, drawn, terms, windows, execute, choice, advance=bar.advance)
        if as_json:
            steps = [asdict(step) for step in walked.steps]
            self.print_json({"steps": steps, "metrics": walked.metrics.as_json()})
            return
        for renderable in show_validation.walk_tables(walked, choice):
            self.console.print(renderable)


def _values(text: str) -> tuple[str, list[str]]:
    """'min_ev=0.01|0.02' as a name and its values, as a type of argparse."""
    name, equals, values = text.partition("=")
    if not equals:
        raise ArgumentTypeError(f"{text!r}: values are given as name=first|second")
    try:
        return name.strip(), parse_values(values)
    except ValueError as error:
        raise ArgumentTypeError(str(error)) from error


def _windows(text: str) -> Windows:
    """'60,14' or '60,14,2' as windows in days, as a type of argparse."""
    try:
        days = [int(part) for part in text.split(",")]
        train, test, embargo = days if len(days) == 3 else (*days, 1)
        return Windows(train=timedelta(days=train), test=timedelta(days=test), embargo=timedelta(days=embargo))
    except (ValueError, TypeError, OverflowError) as error:
        raise ArgumentTypeError(f"{text!r}: windows are days of training, test and embargo, as 60,14,1") from error
