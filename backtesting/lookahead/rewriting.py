"""Ways to rewrite the shadow so that nothing later than an instant is left, or left true."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter

from django.db import connection

from events.models import EventScore
from events.results import completed_at, shown

from .parts import SCORE, Part, within


@dataclass(frozen=True, slots=True)
class Rewriting:
    """What is done to the late rows of each part, in this order. Statements of a part share its `chosen`."""

    name: str
    statements: Mapping[Part, Collection[str]]
    settle: Callable[[datetime, datetime | None], None] | None = None  # done once all parts are: (moment, until)

    def apply(self, moment: datetime, *, seed: int = 0, until: datetime | None = None) -> None:
        """Rewrite all that was not known at an instant.

        Going back in time, `until` is the instant at which it was last applied: what is later has been rewritten.
        """
        for part in self.statements:
            self.rewrite(part, moment, seed=seed, until=until)
        if self.settle is not None:
            self.settle(moment, until)

    def rewrite(
        self,
        part: Part,
        moment: datetime,
        *,
        seed: int = 0,
        until: datetime | None = None,
        ids: Iterable[int] | None = None,
    ) -> None:
        """Rewrite the late rows of one part, or some of them."""
        for statement in self.statements[part]:
            with connection.cursor() as cursor:
                cursor.execute(statement, within(moment, until, ids) | {"seed": seed})
                touched = {event for (event,) in cursor.fetchall()} if part is SCORE else set()
            if touched:
                _show_results(touched, moment)


def _show_results(event_ids: Collection[int], moment: datetime) -> None:
    """Have events show the result that follows from the scores that are left, as at an instant."""
    scores = EventScore.objects.filter(event__in=event_ids).order_by("event_id", "observed_at")
    results: dict[int, tuple[object, ...]] = dict.fromkeys(event_ids, (None, None, None, None))
    for event_id, group in groupby(scores, key=attrgetter("event_id")):
        kept = list(group)
        result = shown(kept)
        status = "final" if result.completed else "live"
        results[event_id] = (
            result.home_score,
            result.away_score,
            completed_at(kept) if result.completed else None,
            status,
        )
    sql = """
        UPDATE pg_temp.events_event AS event
        SET home_score = result.home_score, away_score = result.away_score, completed_at = result.completed_at,
            status = CASE WHEN event.status_is_manual THEN event.status ELSE coalesce(
                result.status, CASE WHEN event.commence_time > %s THEN 'scheduled' ELSE 'live' END) END
        FROM unnest(%s::int[], %s::int[], %s::int[], %s::timestamptz[], %s::text[])
            AS result (event_id, home_score, away_score, completed_at, status)
        WHERE event.id = result.event_id
    """
    columns = zip(*((event_id, *result) for event_id, result in results.items()), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(sql, [moment, *map(list, columns)])
