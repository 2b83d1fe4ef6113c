"""How good the prices of each bookmaker and market were."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone

from events.cli import ReadCommand, day_option, plain, whole
from events.queries import find_sport
from events.times import stamp
from odds.lookups import keys

from ...figures import quality_figures
from ...tables import figures_tables, remarks

DAYS = 7


class Command(ReadCommand):
    help = (
        "Show for every bookmaker and market how much of what was asked came, how old it was, how often it was "
        "flagged, what overround is usual and who moves first. Before the start of games, unless --live."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=whole, help=f"the last so many days ({DAYS})")
        parser.add_argument("--from", dest="first", metavar="DAY", help="the first day, such as 2026-01-15, in UTC")
        parser.add_argument("--to", dest="last", metavar="DAY", help="the last day; today unless given")
        parser.add_argument("--sport", help="only this sport: 'nba', basketball_nba")
        parser.add_argument("--bookmaker", help="only this bookmaker: 'fanduel', 'Caesars'")
        parser.add_argument("--market", help="only this market: h2h, 'moneyline', 'spreads'")
        parser.add_argument("--live", action="store_true", help="also snapshots taken after the start of their game")

    def handle(
        self,
        *,
        days: int | None,
        first: str | None,
        last: str | None,
        sport: str | None,
        bookmaker: str | None,
        market: str | None,
        live: bool,
        as_json: bool,
        **_: Any,
    ) -> None:
        start, end = _period(days, first, last, timezone.now())
        figures = quality_figures(
            start,
            end,
            sport=None if sport is None else find_sport(sport),
            pre_match_only=not live,
            **keys(bookmaker, market),
        )
        if as_json:
            self.print_json(figures)
            return
        if figures:
            self.console.print(f"[bold]Quality, {stamp(start)[:-3]} to {stamp(end)[:-3]} UTC[/]\n")
        for listing in figures_tables(figures):
            self.console.print(listing)
            self.console.print()
        for remark in remarks(figures):
            self.console.print(plain(remark, "dim"))


def _period(days: int | None, first: str | None, last: str | None, now: datetime) -> tuple[datetime, datetime]:
    """Whole days in UTC where days are named, else the time up to now."""
    from_day, to_day = day_option(first, "--from"), day_option(last, "--to")
    if days is not None and from_day is not None:
        raise CommandError("--days and --from say two things: give one of them")
    end = now if to_day is None else datetime.combine(to_day, time(), UTC) + timedelta(days=1)
    start = end - timedelta(days=days or DAYS) if from_day is None else datetime.combine(from_day, time(), UTC)
    if start >= end:
        raise CommandError(f"--from: {from_day} is not before the end, {stamp(end)} UTC")
    return start, end
