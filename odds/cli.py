"""What the commands about prices have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core.management import CommandParser
from django.utils import timezone

from events.cli import ReadCommand, moment_option, plain
from events.models import Event
from events.queries import find_event
from events.statuses import status_told
from events.times import duration, stamp

from .archived import archive_note
from .event_lines import LinePrice
from .lines import BookLine, book_lines
from .lookups import keys
from .standing import StandingOdds
from .tables import market_tables, price_cell
from .wording import percent

if TYPE_CHECKING:
    from rich.table import Table


class OddsCommand(ReadCommand):
    """A read command about the prices of one event."""

    def add_instant_options(self, parser: CommandParser, *, bookmaker: bool = True) -> None:
        """The options of a question about one event at one instant."""
        self.add_event_option(parser)
        self.add_as_of_option(parser)
        self.add_choice_options(parser, bookmaker=bookmaker)

    def add_event_option(self, parser: CommandParser) -> None:
        parser.add_argument("--event-id", required=True, help="the id, or any beginning of it that fits one event only")

    def add_choice_options(self, parser: CommandParser, *, bookmaker: bool = True) -> None:
        if bookmaker:
            parser.add_argument("--bookmaker", help="only this bookmaker: 'fanduel', 'Caesars'")
        parser.add_argument("--market", help="only this market: h2h, 'moneyline', 'spreads'; all unless given")

    def add_as_of_option(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--as-of",
            help="the instant asked about, as 2026-01-15T00:30:00Z or with another offset; without an offset it is in "
            "UTC; now unless given",
        )

    def show_heading(self, standing: StandingOdds, *, asked: bool) -> None:
        """What event, what instant, and how old the knowledge is. `asked`: whether the instant was given."""
        newest = standing.newest
        event = standing.event
        self.console.print(plain(event.title, "bold"), f"[dim]{event.api_id}[/]")
        if asked:
            self.console.print(f"As of {stamp(standing.moment)} UTC")
        if newest is None or standing.age is None:
            if not self.tell_archived(event):
                self.console.print("[yellow]⚠ No snapshot at or before that instant[/]")
            return
        start = newest.commence_time if asked else event.commence_time
        told = "as stated then" if asked else status_told(event, timezone.now())
        self.console.print(f"Start {stamp(start)} UTC, {told}")
        age = duration(standing.age) + (" before" if asked else " ago")
        live = "[yellow]⚠ in play[/]" if newest.is_live else "before the start"
        self.console.print(f"Newest snapshot {stamp(newest.snapshot_time)} UTC, {age}; {live}")

    def tell_archived(self, event: Event, *, as_json: bool = False) -> bool:
        """Say where odds lie that are not here, with --json beside the document; whether there was anything to say."""
        note = archive_note(event)
        if note and as_json:
            self.stderr.write(f"{event.api_id}: {note}")
        elif note:
            self.console.print(plain(f"⚠ {note}", "yellow"), soft_wrap=True)
        return bool(note)

    def show_tables(self, tables: Iterable[Table]) -> None:
        for listing in tables:
            self.console.print()
            self.console.print(listing)


class LineCommand(OddsCommand):
    """A read command about the opening or closing lines of one event or several."""

    read: Callable[..., list[LinePrice]]

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--event-id", action="append", required=True, help="the id, or a beginning of it; may be repeated"
        )
        self.add_choice_options(parser)

    def handle(
        self, *, event_id: list[str], bookmaker: str | None, market: str | None, as_json: bool, **_: Any
    ) -> None:
        events = [find_event(each) for each in event_id]
        chosen = Event.objects.filter(pk__in=[event.pk for event in events])
        prices = self.read(chosen, **keys(bookmaker, market))
        if as_json:
            observed = {price.event_id for price in prices if price.is_timed}
            for event in events:
                if event.api_id not in observed:
                    self.tell_archived(event, as_json=True)
            self.print_json([price._asdict() for price in prices])
            return
        for event in events:
            self._show(event, [price for price in prices if price.event_id == event.api_id])

    def _show(self, event: Event, prices: list[LinePrice]) -> None:
        self.console.print(plain(event.title, "bold"), f"[dim]{event.api_id}[/]")
        self.console.print(f"Start {event.start_shown}, {status_told(event, timezone.now())}")
        is_told = not any(price.is_timed for price in prices) and self.tell_archived(event)
        if not prices and not is_told:
            self.console.print("[yellow]⚠ No such price in a snapshot before the start[/]")
        elif not all(price.is_timed for price in prices):
            self.console.print("Prices that are not timed come from an archive: nobody knows when they were on offer")
        columns = {"Before start": _before_start, "Overround": lambda line: percent(line.overround)}
        self.show_tables(market_tables(book_lines(prices), price_cell(prices), columns))
        self.console.print()


def _before_start(line: BookLine[LinePrice]) -> str:
    minutes = [price.minutes_before_start for price in line.prices if price.minutes_before_start is not None]
    return duration(timedelta(minutes=max(minutes))) if minutes else "not timed"


def moment_or_now(value: str | datetime | None) -> datetime:
    return moment_option(value, "--as-of") or timezone.now()
