"""Whether a strategy decides by what came later, and which row told it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from rich.progress import Progress

from backtesting.cli import StrategyCommand
from backtesting.errors import BacktestError
from backtesting.lookahead import AuditReport, audit
from backtesting.lookahead.show import described, findings_table
from backtesting.strategies import BettingStrategy, StrategyError
from backtesting.terms import RunTerms
from events.cli import plain, whole
from events.queries import find_sport

SHOWN = 40  # findings; all others are like these


class Command(StrategyCommand):
    help = (
        "Look for decisions that depend on what came later: each is repeated on data cut at its instant and on data "
        "whose later prices, starts and scores are made up. Exit code 1 if any differs. Nothing is written."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_strategy_options(parser)
        parser.add_argument("--decisions", type=whole, default=200, metavar="N", help="to repeat; default 200")
        parser.add_argument("--twins", type=whole, default=20, metavar="N", help="whole runs to repeat; default 20")
        parser.add_argument("--seed", type=int, default=0, help="of the sample and of what is made up; default 0")

    def handle(self, *, as_json: bool, **options: Any) -> None:
        strategy = self.strategy_of(options)
        start, end = self.range_of(options)
        sport = find_sport(options["sport"]) if options["sport"] else settings.SPORTS[0]
        try:
            terms = RunTerms(sport_key=sport, start=start, end=end, initial_bankroll=options["bankroll"])
            report = self._audit(strategy, terms, options, hidden=as_json)
        except (BacktestError, StrategyError, ValueError) as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.print_json({**asdict(report), "is_clean": report.is_clean})
            if not report.is_clean:
                sys.exit(1)
            return
        self._show(report)

    def _audit(
        self, strategy: BettingStrategy, terms: RunTerms, options: dict[str, Any], *, hidden: bool
    ) -> AuditReport:
        with Progress(console=self.console, transient=True, disable=hidden or not self.console.is_terminal) as bar:
            task = bar.add_task("Repeating")
            return audit(
                strategy,
                terms,
                decisions=options["decisions"],
                twins=options["twins"],
                seed=options["seed"],
                progress=lambda done, total: bar.update(task, completed=done, total=total),
            )

    def _show(self, report: AuditReport) -> None:
        if report.findings:
            self.console.print(findings_table(report.findings[:SHOWN]))
            more = len(report.findings) - SHOWN
            self.console.print(f"… and {more:,} more; --json lists all\n" if more > 0 else "")
        if not report.is_clean:
            raise CommandError(described(report))
        self.console.print(plain(f"✓ {described(report)}", "green"), soft_wrap=True)
