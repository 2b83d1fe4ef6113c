"""Runs side by side."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable
from typing import Any

from django.core.management import CommandError, CommandParser

from backtesting import show
from backtesting.documents import run_summary
from backtesting.models import BacktestRun
from backtesting.querysets import BacktestRunQuerySet
from events.cli import ReadCommand, plain, whole

SORTS: dict[str, Callable[[BacktestRun], float | None]] = {
    "yield": lambda run: run.metrics["yield"],
    "growth": lambda run: run.metrics["bankroll_growth"],
    "clv": lambda run: (run.metrics["clv"]["price"] or {}).get("value"),
    "sharpe": lambda run: run.metrics["sharpe_ratio"],
}


class Command(ReadCommand):
    help = "Compare finished runs: yield with its interval, growth, drawdown, closing line value, coverage."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("runs", nargs="*", type=_run_id, metavar="RUN", help="ids of runs; default: the newest")
        parser.add_argument("--strategy", help="only runs of this strategy")
        parser.add_argument("--group", help="only runs of this sweep")
        parser.add_argument("--limit", type=whole, default=20, help="how many of the newest; default 20")
        parser.add_argument("--sort", choices=[*SORTS], help="best first; default: as given, or newest first")

    def handle(self, *, as_json: bool, runs: list[int], limit: int, sort: str | None, **options: Any) -> None:
        found = self._found(runs, limit, **options)
        if sort:
            found.sort(key=lambda run: (SORTS[sort](run) is not None, SORTS[sort](run) or 0), reverse=True)
        if as_json:
            self.print_json([run_summary(run) for run in found])
        elif found:
            for part in show.comparison(found):
                self.console.print(part)
            self._warn(found)
        else:
            self.console.print("No finished run. Make one: manage.py run_backtest expected_value --start … --end …")

    def _found(self, ids: list[int], limit: int, *, strategy: str | None, group: str | None, **_: Any) -> list[Any]:
        wanted: BacktestRunQuerySet = BacktestRun.objects.done()
        if strategy:
            wanted = wanted.filter(strategy=strategy)
        if group:
            wanted = wanted.filter(group=group)
        if not ids:
            return list(wanted[:limit])
        by_id = wanted.in_bulk(ids)
        if missing := [str(each) for each in ids if each not in by_id]:
            raise CommandError(f"no finished run {', '.join(missing)}: compare_backtests without ids lists the newest")
        return [by_id[each] for each in ids]

    def _warn(self, runs: list[BacktestRun]) -> None:
        """Say where figures cannot be set beside each other."""
        if len({run.data_fingerprint for run in runs}) > 1:
            self.console.print(plain("⚠ Not all of these runs read the same data", "yellow"))
        tried = max(run.metrics["trials"] for run in runs)
        if tried > 1:
            text = f"⚠ {tried:,} configurations were tried on these data: the best of them looks better than it is"
            self.console.print(plain(text, "yellow"))


def _run_id(text: str) -> int:
    number = text.removeprefix("#")
    if not number.isdecimal():
        raise ArgumentTypeError(f"{text!r} is no id of a run")
    return int(number)
