"""How events ended, and from which instant on that was known."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models.functions import Coalesce

from events.game_days import bounds, day_of
from events.models import EventScore
from events.results import shown

from ..records import ResultVersion
from .fetching import as_array, fetch_rows

# No game is over sooner, whatever time a score claims.
SHORTEST_GAME = timedelta(hours=1)
# From then on a result counts as known that was imported, at whatever time: every game is over.
LONGEST_GAME = timedelta(hours=4)


class FinalScore(NamedTuple):
    """A score that the provider called final, and when."""

    said_at: datetime
    home_score: int
    away_score: int


def final_scores(event_ids: Iterable[int]) -> dict[int, list[FinalScore]]:
    """What the provider called final of each event, in the order in which it was observed, each time it changed."""
    sql = """
        SELECT event_id, coalesce(last_update, observed_at), home_score, away_score FROM (
            SELECT *, lag(ARRAY[home_score, away_score]) OVER (PARTITION BY event_id ORDER BY observed_at) AS before
            FROM events_eventscore
            WHERE event_id = ANY(%s::int[]) AND completed AND origin = '' AND home_score + away_score IS NOT NULL
        ) AS final
        WHERE ARRAY[home_score, away_score] IS DISTINCT FROM before ORDER BY event_id, observed_at
    """
    found = defaultdict(list)
    for event_id, *score in fetch_rows(sql, [as_array(event_ids)]):
        found[event_id].append(FinalScore(*score))
    return found


def imported_results(events: Collection[int]) -> dict[int, EventScore]:
    """The final scores shown that somebody other than the provider gave, by event, of these ids."""
    imported = EventScore.objects.filter(event__in=events).exclude(origin="").order_by()
    ids = set(imported.values_list("event", flat=True))  # apart, since nested the planner may choose a slow way
    progress = "-completed", Coalesce("home_score", 0).desc(), Coalesce("away_score", 0).desc()
    newest = (
        EventScore.objects.filter(event__in=ids)
        .order_by("event_id", "trust", "-observed_at", *progress, "-origin")
        .distinct("event_id", "trust")
    )
    results = {event_id: shown(scores) for event_id, scores in groupby(newest, key=attrgetter("event_id"))}
    return {event_id: score for event_id, score in results.items() if score.completed and score.origin}


def result_versions(
    final: Iterable[FinalScore], imported: EventScore | None, *, commence_time: datetime, start_is_day: bool
) -> tuple[ResultVersion, ...]:
    """The results of an event in the order in which they became known; an imported one stands alone."""
    if imported is not None:
        over = bounds(day_of(commence_time))[1] if start_is_day else commence_time
        return (ResultVersion(over + LONGEST_GAME, imported.home_score, imported.away_score, True),)
    known_at, versions = commence_time + SHORTEST_GAME, []
    for score in final:
        known_at = max(known_at, score.said_at)
        versions.append(ResultVersion(known_at, score.home_score, score.away_score, True))
    return tuple(versions)
