"""Who pays most for each outcome."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.core.management import CommandParser

from events.cli import plain, table
from events.queries import find_event
from odds.cli import OddsCommand, moment_or_now
from odds.lines import BestPrice, best_prices
from odds.lookups import keys
from odds.standing import standing_odds
from odds.wording import percent, pointed, signed

if TYPE_CHECKING:
    from rich.table import Table


class Command(OddsCommand):
    help = (
        "Show the best price of each outcome at each point, with all bookmakers that tie, now or at an instant. Prices "
        "at different points never compete; flagged prices and offers to lay do not count; exchange prices are before "
        "commission."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_instant_options(parser, bookmaker=False)

    def handle(self, *, event_id: str, as_of: str | None, market: str | None, as_json: bool, **_: Any) -> None:
        standing = standing_odds(find_event(event_id), moment_or_now(as_of), **keys(None, market))
        best = best_prices(standing.prices())
        if as_json:
            self.tell_archived(standing.event, as_json=True)
            self.print_json(best)
            return
        self.show_heading(standing, asked=as_of is not None)
        self.show_tables(_tables(best))


def _tables(prices: Iterable[BestPrice]) -> Iterator[Table]:
    for market, of_market in groupby(prices, key=lambda price: price.market):
        rows = list(of_market)
        listing = table(plain(market))
        listing.add_column("Outcome")
        for heading in ("Point", "Best", "Decimal", "Implied"):
            listing.add_column(heading, justify="right", no_wrap=True)
        listing.add_column("Bookmakers")
        listing.add_column("Of", justify="right")
        for price in rows:
            listing.add_row(
                plain(f"{price.description} {price.outcome}".lstrip()),
                pointed(price.side, price.point),
                f"[bold green]{signed(price.price)}[/]",
                f"{price.decimal_price:.3f}",
                percent(price.implied_probability),
                plain(", ".join(price.bookmakers), "cyan"),
                str(price.offers),
            )
        yield listing
