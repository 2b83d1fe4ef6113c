"""What the commands that run strategies have in common: how a strategy and its terms are told."""

from __future__ import annotations

from argparse import ArgumentTypeError
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser

from events.cli import ReadCommand, day_option
from odds.pricing import DevigMethod

from .options import DEFAULTS, range_of, strategy_of, terms_of
from .strategies import BettingStrategy, StrategyError
from .terms import RunTerms


class StrategyCommand(ReadCommand):
    """A command about one strategy on a range of game days."""

    def add_strategy_options(self, parser: CommandParser, *, dates: bool = True) -> None:
        parser.add_argument(
            "strategy", help="a name of list_strategies, package.module:Class, or path/to/file.py:Class"
        )
        if dates:
            parser.add_argument("--start", required=True, help="first game day, league time, as 2025-10-21")
            parser.add_argument("--end", required=True, help="last game day")
        parser.add_argument("--sport", help="sport key, title or a part of it; default: the first of SPORTS")
        parser.add_argument(
            "--param", action="append", default=[], metavar="NAME=VALUE", type=_pair, help="a parameter; repeatable"
        )
        parser.add_argument("--stake", help="flat:100, percent:0.02, kelly:0.25,cap=0.05, joint-kelly:0.25,cap=0.2")
        parser.add_argument("--decide", help="when: 60m or 3h before the start, change, 17:00, open, close")
        parser.add_argument("--bankroll", type=float, default=DEFAULTS["bankroll"], help="to begin with; default 10000")

    def add_terms_options(self, parser: CommandParser) -> None:
        parser.add_argument("--bookmaker", action="append", default=[], help="only these; repeatable; default: all")
        parser.add_argument(
            "--fill", default=DEFAULTS["fill"], help="must_stand,latency=2,limit=500,rounding=1,cost=0.1,…"
        )
        parser.add_argument(
            "--rules", default=DEFAULTS["rules"], help="how bookmakers settle: default, 72h, fanduel=same_day"
        )
        parser.add_argument(
            "--clv-book", default=DEFAULTS["clv_book"], help="whose close counts; 'own': that of each bet's book"
        )
        parser.add_argument("--devig", default=DEFAULTS["devig"], choices=[*DevigMethod], help="of the closing line")
        parser.add_argument(
            "--max-close-age",
            type=float,
            default=DEFAULTS["max_close_age"],
            metavar="MINUTES",
            help="of a closing line",
        )
        parser.add_argument(
            "--max-age", type=float, default=float(settings.MAX_QUOTE_AGE_MINUTES), metavar="MINUTES",
            help="older prices do not count as covered; default: MAX_QUOTE_AGE_MINUTES",
        )  # fmt: skip
        parser.add_argument(
            "--min-coverage", type=float, default=DEFAULTS["min_coverage"], metavar="SHARE", help="below it: refused"
        )
        parser.add_argument("--bet-again", action="store_true", help="also on markets of an event that were bet on")
        parser.add_argument("--seed", type=int, default=DEFAULTS["seed"], help="of the resampling; default 0")

    def strategy_of(self, options: dict[str, Any]) -> BettingStrategy:
        """The strategy that is meant. Raises CommandError with one line."""
        try:
            return strategy_of(options)
        except (StrategyError, ValueError) as error:
            raise CommandError(str(error)) from error

    def terms_of(
        self, options: dict[str, Any], *, start: datetime | None = None, end: datetime | None = None
    ) -> RunTerms:
        """How it is run, on the game days told unless a range is given. Raises CommandError with one line."""
        if start is None or end is None:
            start, end = self.range_of(options)
        try:
            return terms_of(options, start, end)
        except ValueError as error:
            raise CommandError(str(error)) from error

    def range_of(self, options: dict[str, Any]) -> tuple[datetime, datetime]:
        """[start, end) of the game days that are meant."""
        first, last = day_option(options["start"], "--start"), day_option(options["end"], "--end")
        assert first is not None
        assert last is not None
        try:
            return range_of(first, last)
        except ValueError as error:
            raise CommandError(str(error)) from error


def _pair(text: str) -> tuple[str, str]:
    """'min_ev=0.03' as a pair, as a type of argparse."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise ArgumentTypeError(f"{text!r}: a parameter is given as name=value")
    return name.strip(), value.strip()
