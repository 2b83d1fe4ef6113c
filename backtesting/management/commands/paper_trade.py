"""Open, close and list paper accounts."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from backtesting import show
from backtesting.cli import StrategyCommand
from backtesting.documents import run_summary
from backtesting.errors import BacktestError
from backtesting.models import BacktestRun
from backtesting.paper.accounts import NEVER_ENDS, close_account, open_account, standings


class Command(StrategyCommand):
    help = "Trade on paper: a strategy decides on odds as they are collected, and its bets are settled with the scores."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
        opening = actions.add_parser("start", help="open an account for a strategy, from now on")
        self.add_strategy_options(opening, dates=False)
        self.add_terms_options(opening)
        closing = actions.add_parser("stop", help="decide no more for an account; its open bets are still settled")
        closing.add_argument("run", type=int, help="number of the account")
        actions.add_parser("list", help="all accounts with how they stand")

    def handle(self, *, action: str, as_json: bool, **options: Any) -> None:
        try:
            run = self._start(options) if action == "start" else None
            run = close_account(options["run"], timezone.now()) if action == "stop" else run
        except BacktestError as error:
            raise CommandError(str(error)) from error
        if run is not None:
            self._show_one(run, action, as_json=as_json)
        else:
            self._show_all(as_json=as_json)

    def _start(self, options: dict[str, Any]) -> BacktestRun:
        now = timezone.now()
        terms = self.terms_of(options, start=now, end=NEVER_ENDS)
        return open_account(self.strategy_of(options), terms, now)

    def _show_one(self, run: BacktestRun, action: str, *, as_json: bool) -> None:
        if as_json:
            self.print_json(run_summary(run))
        elif action == "start":
            self.console.print(
                f"✓ Account #{run.pk}: {run.strategy} decides whenever odds are collected (run_scheduler)"
            )
        else:
            self.console.print(f"✓ Account #{run.pk} is closed; its open bets are still settled")

    def _show_all(self, *, as_json: bool) -> None:
        found = standings()
        if as_json:
            self.print_json(found)
        elif found:
            for part in show.standings(found):
                self.console.print(part)
        else:
            self.console.print("No paper account. Open one: manage.py paper_trade start expected_value")
