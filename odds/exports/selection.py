"""Which rows of a dataset are wanted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import groupby
from typing import Any, NamedTuple

from django.db.models import QuerySet

from events import game_days
from events.models import Event

from .columns import select
from .datasets import SPORT, Dataset


class ExportError(Exception):
    """An export that cannot be; the message is one line for a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is wanted, by keys as they are stored; what is empty or None chooses nothing out."""

    sports: Sequence[str] = ()
    event_ids: Sequence[str] = ()  # the provider's
    team: str | None = None
    start: date | None = None  # first game day, league time
    end: date | None = None  # last game day
    bookmakers: Sequence[str] = ()
    markets: Sequence[str] = ()
    live: bool = True  # in-play prices as well
    valid_only: bool = False
    sandbox: bool = False  # made-up events, instead of real ones

    def events(self) -> QuerySet[Event]:
        events = Event.objects.filter(is_sandbox=self.sandbox)
        if self.sports:
            events = events.filter(sport_key__in=self.sports)
        if self.event_ids:
            events = events.filter(api_id__in=self.event_ids)
        if self.team is not None:
            events = events.for_team(self.team)
        if self.start is not None:
            events = events.filter(commence_time__gte=game_days.bounds(self.start)[0])
        if self.end is not None:
            events = events.filter(commence_time__lt=game_days.bounds(self.end)[1])
        return events

    def settled(self) -> Selection:
        """This one; where it chooses no real event, but made-up ones, the selection of those."""
        made_up = replace(self, sandbox=True)
        return made_up if not self.events().exists() and made_up.events().exists() else self

    def left_out(self) -> int:
        """Made-up events that would be chosen, were they real."""
        return 0 if self.sandbox else replace(self, sandbox=True).events().count()

    def conditions(self, dataset: Dataset) -> tuple[list[str], list[Any]]:
        """What rows of prices must meet, as SQL with its parameters. Raises ExportError where they cannot."""
        wanted: list[tuple[str, str, str, list[Any]]] = []
        if self.bookmakers:
            wanted.append(("--bookmaker", dataset.bookmaker, "{} = ANY(%s)", [list(self.bookmakers)]))
        if self.markets:
            wanted.append(("--market", dataset.market, "{} = ANY(%s)", [list(self.markets)]))
        if not self.live:
            wanted.append(("--no-live", dataset.is_live, "NOT {}", []))
        if self.valid_only:
            wanted.append(("--valid-only", dataset.is_valid, "{}", []))
        for option, expression, _, _ in wanted:
            if not expression:
                raise ExportError(f"{option}: what is exported here has nothing to choose by it; leave it out")
        conditions = [condition.format(expression) for _, expression, condition, _ in wanted]
        return conditions, [value for *_, values in wanted for value in values]


class Part(NamedTuple):
    """The events of one sport that start in one month, in UTC."""

    sport_key: str
    month: str  # "2026-01"
    events: list[int]  # by the ids of their rows, in order of their start


def parts(events: QuerySet[Event]) -> Iterator[Part]:
    rows = events.order_by("sport_key", "commence_time", "id").values_list("sport_key", "commence_time", "id")
    for (sport_key, month), group in groupby(rows.iterator(), key=lambda row: (row[0], f"{row[1]:%Y-%m}")):
        yield Part(sport_key, month, [id_ for *_, id_ in group])


def query(dataset: Dataset, conditions: Sequence[str], *, with_sport: bool) -> str:
    """The rows of the events in a list, which is the first parameter."""
    columns = (SPORT, *dataset.columns) if with_sport else dataset.columns
    where = " AND ".join(["event.id = ANY(%s)", *conditions])
    return (
        f"SELECT {select(columns)} FROM events_event AS event {dataset.sources} "  # noqa: S608 - of the datasets
        f"WHERE {where} ORDER BY {dataset.order}"
    )
