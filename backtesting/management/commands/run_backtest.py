"""Run a strategy on stored data, keep what came of it and show it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser

from backtesting import show
from backtesting.cli import StrategyCommand
from backtesting.documents import run_document
from backtesting.errors import BacktestError
from backtesting.services import run_backtest


class Command(StrategyCommand):
    help = "Test a strategy on what was known at the time: bets, yield with its uncertainty, closing line value."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_strategy_options(parser)
        self.add_terms_options(parser)
        parser.add_argument("--html", type=Path, metavar="FILE", help="write the tear sheet to this file")
        parser.add_argument("--dry-run", action="store_true", help="show what comes of it and keep nothing")

    def handle(self, *, as_json: bool, html: Path | None, dry_run: bool, **options: Any) -> None:
        strategy, terms = self.strategy_of(options), self.terms_of(options)
        if dry_run and html:
            raise CommandError("--html: a tear sheet is of a run that is kept; leave --dry-run out")
        try:
            run, result = run_backtest(strategy, terms, dry_run=dry_run)
        except BacktestError as error:
            raise CommandError(str(error)) from error
        if html:
            self._write(run, html)
        if as_json:
            self.print_json(run_document(run, result.bets))
            return
        for renderable in show.run_tables(run):
            self.console.print(renderable)
        kept = "nothing kept" if dry_run else f"kept as run #{run.pk}"
        self.console.print(f"\n✓ {kept}" + (f"; tear sheet in {html}" if html else ""))

    def _write(self, run: Any, path: Path) -> None:
        from backtesting.report import write_tear_sheet

        try:
            write_tear_sheet(run, path)
        except OSError as error:
            raise CommandError(f"--html: {path} cannot be written: {error.strerror}; run #{run.pk} is kept") from error
