"""How the prices of an event moved."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django.core.management import CommandParser
from django.utils import timezone

from events.cli import plain, table
from events.queries import find_event
from events.statuses import status_told
from events.times import duration, stamp
from events.wording import plural
from odds.cli import OddsCommand
from odds.lines import side_order
from odds.lookups import keys
from odds.markets import carries_line
from odds.movement import PriceChange, price_changes
from odds.wording import pointed, signed

if TYPE_CHECKING:
    from rich.table import Table


class Command(OddsCommand):
    help = (
        "Show every change of an event's prices: one row each time a bookmaker moved the price or the point of an "
        "outcome, since when it stood and for how long. Times are in UTC."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        self.add_event_option(parser)
        self.add_choice_options(parser)

    def handle(self, *, event_id: str, bookmaker: str | None, market: str | None, as_json: bool, **_: Any) -> None:
        event = find_event(event_id)
        changes = price_changes(event, **keys(bookmaker, market))
        if as_json:
            self.tell_archived(event, as_json=True)
            self.print_json([change._asdict() for change in changes])
            return
        self.console.print(plain(event.title, "bold"), f"[dim]{event.api_id}[/]")
        self.console.print(
            f"Start {event.start_shown}, {status_told(event, timezone.now())}; {plural(len(changes), 'price')}"
        )
        self.tell_archived(event)
        self.show_tables(_tables(changes))


def _tables(changes: Sequence[PriceChange]) -> Iterator[Table]:
    begun = {(_series(change), change.odds_timestamp) for change in changes}
    for (market, bookmaker), group in groupby(changes, key=lambda change: (change.market, change.bookmaker)):
        rows = sorted(group, key=lambda change: (change.odds_timestamp, side_order(change.side)))
        listing = table(plain(f"{market} at {bookmaker}"))
        listing.add_column("Since (UTC)", no_wrap=True)
        listing.add_column("Outcome")
        for heading in ("Point", "Price", "Stood"):
            listing.add_column(heading, justify="right", no_wrap=True)
        listing.add_column("")
        last: datetime | None = None
        for change in rows:
            listing.add_row(
                "" if change.odds_timestamp == last else stamp(change.odds_timestamp),
                plain(f"{change.description} {change.outcome}".lstrip()),
                pointed(change.side, change.point),
                signed(change.price),
                duration(change.valid_until - change.odds_timestamp) if change.valid_until else "stands",
                _remarks(change, gone=change.valid_until and (_series(change), change.valid_until) not in begun),
            )
            last = change.odds_timestamp
        yield listing


def _series(change: PriceChange) -> Hashable:
    line = change.point if carries_line(change.market) else None
    return change.bookmaker, change.market, change.side, change.outcome, change.description, line


def _remarks(change: PriceChange, *, gone: object) -> str:
    remarks = {"in play": change.is_live, "[yellow]⚠ flagged[/]": not change.is_valid, "then withdrawn": gone}
    return ", ".join(remark for remark, applies in remarks.items() if applies)
