"""Whether the runs of standing prices say exactly what the raw answers say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from events.models import Event
from odds.archived import lying_in_archives
from odds.models import Odds
from odds.records import EventSnapshot
from odds.runs import EventRuns, Run
from odds.stored import stored_of
from quality.checking import begin

from .pipeline import read_again

EXAMPLES = 20


@dataclass(slots=True)
class Verification:
    """What was compared and what differed."""

    events: int = 0
    snapshots: int = 0
    price_points: int = 0
    runs: int = 0
    differences: int = 0
    archived: list[str] = field(default_factory=list)  # ids of events that nothing here can be compared with
    examples: list[str] = field(default_factory=list)  # the first EXAMPLES differences, a line each

    def note(self, event: Event, what: str, rows: AbstractSet[tuple[Any, ...]]) -> None:
        self.differences += len(rows)
        for row in sorted(rows, key=repr)[: EXAMPLES - len(self.examples)]:
            self.examples.append(f"event {event.api_id}: {what}: {', '.join(map(str, row))}")


def verify(events: Iterable[Event]) -> Verification:
    """Compare, for each event, every price of every raw snapshot with the view of the runs, both ways.

    The runs themselves are derived anew too and compared row by row: none may be too short, too long, left over or
    there twice. The same goes for each event's closing instant.
    """
    report = Verification()
    for event in events:
        with transaction.atomic():
            _verify_event(Event.objects.select_for_update(no_key=True).get(pk=event.pk), report)
    return report


def _verify_event(event: Event, report: Verification) -> None:
    """Compare one event, whose row is locked: nobody writes to it meanwhile."""
    if lying_in_archives([event.pk]):
        report.archived.append(event.api_id)
        return
    snapshots = [read_again(stored) for stored in stored_of(event.pk)]
    quoted, viewed = set(_quoted(snapshots)), set(_viewed(event))
    derived, stored = set(_derived(event, snapshots)), Counter(_stored(event))
    report.events += 1
    report.snapshots += len(snapshots)
    report.price_points += len(quoted)
    report.runs += len(derived)
    if not settings.REJECT_INVALID_ODDS:  # else some are left out on purpose: the runs as derived anew tell which
        report.note(event, "in the raw answer, not in the runs", quoted - viewed)
    report.note(event, "in the runs, not in the raw answer", viewed - quoted)
    report.note(event, "run missing", derived - stored.keys())
    report.note(event, "run that the raw answers do not give", stored.keys() - derived)
    report.note(event, "run stored more than once", {row for row, count in stored.items() if count > 1})
    if nameless := Odds.objects.filter(event=event).count() - stored.total():
        report.note(event, "rows of odds whose bookmaker, market or outcome is missing", {(nameless,)})
    if event.closing_at != (closing := _closing(event, snapshots)):
        report.note(event, "closing_at, stored and as the snapshots give it", {(event.closing_at, closing)})


def _closing(event: Event, snapshots: Iterable[EventSnapshot]) -> datetime | None:
    times = (each.snapshot_time for each in snapshots if not each.is_live)
    return max((time for time in times if time < event.commence_time), default=None)


def _quoted(snapshots: Iterable[EventSnapshot]) -> Iterator[tuple[Any, ...]]:
    for snapshot in snapshots:
        for key, offer in snapshot.offers.items():
            for quote in snapshot.read(key, offer).quotes:
                side, name, description, _ = quote.outcome
                yield (
                    snapshot.snapshot_time, snapshot.is_live, *key, side, name, description,
                    quote.point, quote.price, quote.decimal_price,
                )  # fmt: skip


def _viewed(event: Event) -> list[tuple[Any, ...]]:
    sql = """
        SELECT snapshot_time, is_live, bookmaker, market, side, outcome, description, point, price, decimal_price
        FROM odds_price_points WHERE event_id = %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [event.api_id])
        return list(cursor.fetchall())


def _derived(event: Event, snapshots: Iterable[EventSnapshot]) -> Iterator[tuple[Any, ...]]:
    checking = begin([event], {})
    runs = EventRuns(judge=checking.anew(event.pk) if checking is not None else None)
    for snapshot in snapshots:
        runs.add(snapshot)
    return map(_row, runs.all())


def _row(run: Run) -> tuple[Any, ...]:
    return (
        run.bookmaker, run.market, *run.outcome, run.price, run.decimal_price, run.point, run.odds_timestamp,
        run.valid_until, run.last_update, run.is_live, run.is_valid, run.notes,
    )  # fmt: skip


def _stored(event: Event) -> Iterable[tuple[Any, ...]]:
    return Odds.objects.filter(event=event).values_list(
        "bookmaker__key", "market__key", "outcome__side", "outcome__name", "outcome__description", "outcome__line",
        "price", "decimal_price", "point", "odds_timestamp", "valid_until", "last_update", "is_live", "is_valid",
        "validation_notes",
    )  # fmt: skip
