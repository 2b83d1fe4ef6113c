"""A day on paper beside the same day run again on what is stored."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from backtesting import show
from backtesting.choices import RunKind
from backtesting.models import BacktestRun
from backtesting.paper.reconciling import Reconciliation, reconcile
from backtesting.strategies import StrategyError
from events.cli import ReadCommand, day_option
from events.game_days import day_of


class Command(ReadCommand):
    help = "Run a day of paper trading again on stored data and explain every difference; exit code 1 if there is one."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--day", help="league day; default: yesterday")
        parser.add_argument("--run", type=int, action="append", help="only this account; repeatable; default: all")

    def handle(self, *, day: str | None, run: list[int] | None, as_json: bool, **_: Any) -> None:
        asked = day_option(day, "--day") or day_of(timezone.now()) - timedelta(days=1)
        accounts = BacktestRun.objects.filter(kind=RunKind.PAPER).order_by("pk")
        if run:
            accounts = accounts.filter(pk__in=run)
        if not accounts:
            raise CommandError("no paper account: open one with paper_trade start")
        try:
            found = [reconcile(account, asked) for account in accounts]
        except (StrategyError, ValueError) as error:
            raise CommandError(str(error)) from error
        self._show(found, as_json=as_json)
        if any(each.differences for each in found):
            sys.exit(1)

    def _show(self, found: list[Reconciliation], *, as_json: bool) -> None:
        if as_json:
            self.print_json([
                {"id": each.run.pk, "day": each.day, "on_paper": each.on_paper, "in_run": each.in_run,
                 "agreeing": each.agreeing, "differences": [asdict(difference) for difference in each.differences]}
                for each in found
            ])  # fmt: skip
            return
        for each in found:
            for renderable in show.reconciliation(each):
                self.console.print(renderable)
