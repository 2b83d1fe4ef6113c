"""Bookmakers side by side, with what each keeps."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandParser

from events.queries import find_event
from odds.cli import OddsCommand, moment_or_now
from odds.lines import book_lines, compared
from odds.lookups import keys
from odds.standing import standing_odds
from odds.tables import market_tables, price_cell
from odds.wording import percent


class Command(OddsCommand):
    help = (
        "Compare the prices of all bookmakers, now or at an instant: each with its implied probability (1/decimal), "
        "each line with its overround (the sum of those, less 1) and its hold (1 - 1/sum, what the book keeps of each "
        "unit staked). A dash stands where the outcomes are not complete."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_instant_options(parser, bookmaker=False)

    def handle(self, *, event_id: str, as_of: str | None, market: str | None, as_json: bool, **_: Any) -> None:
        standing = standing_odds(find_event(event_id), moment_or_now(as_of), **keys(None, market))
        lines = book_lines(standing.prices())
        if as_json:
            self.tell_archived(standing.event, as_json=True)
            self.print_json([compared(price, line) for line in lines for price in line.prices])
            return
        self.show_heading(standing, asked=as_of is not None)
        columns = {"Overround": lambda line: percent(line.overround), "Hold": lambda line: percent(line.hold)}
        self.show_tables(market_tables(lines, price_cell(standing.prices(), implied=True), columns))
