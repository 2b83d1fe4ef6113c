"""Events with their ids, starts, states and scores."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.core.management import CommandParser
from django.utils import timezone

from events.choices import EventStatus
from events.choosing import chosen_events
from events.cli import ReadCommand, day_option, plain, table, whole
from events.documents import event_document
from events.models import Event
from events.queries import find_sport, find_team
from events.querysets import EventQuerySet
from events.statuses import NO_RESULT, status_told
from events.times import stamp
from events.wording import plural

SHOWN = 50
SHORTEST_ID = 8
WIDE = 120

_LOOKS = {
    EventStatus.SCHEDULED: "scheduled",
    EventStatus.LIVE: "[green]● live[/]",
    EventStatus.FINAL: "✓ final",
    EventStatus.CANCELLED: "[red]✗ cancelled[/]",
    EventStatus.POSTPONED: "[yellow]⚠ postponed[/]",
    NO_RESULT: "[yellow]? no result[/]",
}


class Command(ReadCommand):
    help = (
        "List events, the latest start last. All with --json, else the last ones; times are in UTC. Where a command "
        "asks for an id, any beginning of it that fits one event only will do."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--days", type=whole, help="only events that start within this many days of now")
        parser.add_argument("--date", help="only one game day, such as 2026-01-15, as counted in US/Eastern")
        parser.add_argument("--team", help="only events of this team: 'Lakers', 'LA Lakers', 'Los Angeles Lakers'")
        parser.add_argument("--sport", help="only this sport: 'nba', basketball_nba")
        parser.add_argument(
            "--status",
            choices=EventStatus.values,
            help="only events in this state; a game that began more than a day ago is neither scheduled nor live",
        )
        parser.add_argument("--limit", type=whole, help=f"only so many, the last ones ({SHOWN}; all with --json)")

    def handle(self, *, as_json: bool, limit: int | None, **filters: Any) -> None:
        events = _chosen(**{name: filters[name] for name in ("days", "date", "team", "sport", "status")})
        limit = limit or (None if as_json else SHOWN)
        shown = list(events.order_by("-commence_time", "-api_id")[:limit])[::-1]
        if as_json:
            self.print_json([event_document(event) for event in shown])
        else:
            self._show(shown, len(shown) if len(shown) != limit else events.count())

    def _show(self, shown: list[Event], count: int) -> None:
        if not shown:
            self.console.print("No such events.", _hint())
            return
        size = self.console.width if self.console.width >= WIDE else _id_size(shown)
        listing = table()
        for heading in ("Start (UTC)", "Event", "Game", "Status"):
            listing.add_column(heading, no_wrap=heading != "Game")
        listing.add_column("Score", justify="right")
        now = timezone.now()
        for event in shown:
            listing.add_row(
                event.start_shown.removesuffix(" UTC"),
                plain(event.api_id[:size], "cyan"),
                plain(event.title),
                _LOOKS[status_told(event, now)],
                "" if event.home_score is None else f"{event.away_score}–{event.home_score}",
            )
        self.console.print(listing)
        self.console.print(f"{len(shown):,} of {plural(count, 'event')}", style="dim")


def _chosen(
    *, days: int | None, date: str | date | None, team: str | None, sport: str | None, status: str | None
) -> EventQuerySet:
    now = timezone.now()
    start, end = (None, None) if days is None else (now - timedelta(days=days), now + timedelta(days=days))
    return chosen_events(
        now,
        start=start,
        end=end,
        day=day_option(date, "--date"),
        team=None if team is None else find_team(team),
        sport=None if sport is None else find_sport(sport),
        status=status,
    )


def _hint() -> str:
    newest = Event.objects.first()
    if newest is None:
        return "None is stored yet."
    return f"The latest of all starts at {stamp(newest.commence_time)} UTC."


def _id_size(events: list[Event]) -> int:
    """How much of the ids tells these events apart."""
    size = SHORTEST_ID
    while len({event.api_id[:size] for event in events}) < len(events):
        size += 1
    return size
