"""What stood at an instant."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandParser

from events.queries import find_event
from events.times import stamp
from odds.cli import OddsCommand, moment_or_now
from odds.lines import BookLine, StandingPrice, book_lines, standing_since
from odds.lookups import keys
from odds.standing import standing_odds
from odds.tables import market_tables, price_cell


class Command(OddsCommand):
    help = (
        "Show the prices of an event that stood at an instant, or stand now: live or not, flagged or not, and which. "
        "Only what a snapshot at or before the instant showed counts; how old that was is told. Times are in UTC."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_instant_options(parser)

    def handle(
        self, *, event_id: str, as_of: str | None, bookmaker: str | None, market: str | None, as_json: bool, **_: Any
    ) -> None:
        standing = standing_odds(find_event(event_id), moment_or_now(as_of), **keys(bookmaker, market))
        lines = book_lines(standing.prices())
        prices = [price for line in lines for price in line.prices]
        if as_json:
            self.tell_archived(standing.event, as_json=True)
            self.print_json(prices)
            return
        self.show_heading(standing, asked=as_of is not None)
        self.show_tables(market_tables(lines, price_cell(prices), {"Since (UTC)": _since}))


def _since(line: BookLine[StandingPrice]) -> str:
    return stamp(standing_since(line))
