"""From the database to a history: the only reader of odds in this app."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import numpy as np
from django.db.models import QuerySet

from events.models import Event
from events.reading import rows_of
from odds.dimensions import bookmaker_keys, market_keys
from odds.models import Bookmaker

from ..decision_times import DecisionTime
from .deciding import decisions_of
from .fetching import Only, fetch_archive, fetch_runs, fetch_snapshots
from .history import History
from .naming import named
from .records import Decision, HistoryEvent, microseconds
from .results import final_scores, imported_results, result_versions
from .tables import UNKNOWN, Integers, Snapshots


def load_history(
    sport_key: str,
    start: datetime,
    end: datetime,
    *,
    markets: Collection[str] = (),
    bookmakers: Collection[str] = (),
    decides: DecisionTime | None = None,
) -> History:
    """The events of a sport that start, as last stated, in [start, end), of these markets and books; empty: of all.

    With `decides` only the prices from the instants of those decisions on are fetched, which is all that a strategy
    needs that does not look back; else all that stood before the start. Keys that nothing is stored of find nothing.
    Made-up events of the sandbox are loaded only where there is no real one.
    Raises ValueError for a naive time.
    """
    for moment in (start, end):
        if moment.tzinfo is None:
            raise ValueError(f"{moment} has no time zone: give one, as 2026-01-15 00:00:00+00:00 has")
    found = Event.objects.for_sport(sport_key).commencing_between(start, end).of_one_kind()
    return _loaded(found, markets, bookmakers, decides)


def load_events(
    event_ids: Collection[str],
    *,
    markets: Collection[str] = (),
    bookmakers: Collection[str] = (),
    decides: DecisionTime | None = None,
) -> History:
    """The same of the events with these ids of the provider, whenever they start and whoever made them up."""
    return _loaded(Event.objects.filter(api_id__in=event_ids), markets, bookmakers, decides)


def _loaded(
    found: QuerySet[Event], markets: Collection[str], bookmakers: Collection[str], decides: DecisionTime | None
) -> History:
    ids, events = _events(found)
    only = Only(_ids(bookmaker_keys(), bookmakers), _ids(market_keys(), markets))
    snapshots, archive = fetch_snapshots(ids), fetch_archive(ids, only)
    decided = {} if decides is None else {decides: decisions_of(events, snapshots, archive, decides)}
    since = _since(events, snapshots, None if decides is None else decided[decides])
    tables = named(snapshots, archive, *fetch_runs(ids, since, _last_before_start(snapshots, len(ids)), only))
    commissions = _commissions(tables.vocabulary.bookmakers)
    return History(events=events, commissions=commissions, tables=tables, since=since, decided=decided)


def _ids(keys: dict[int, str], wanted: Collection[str]) -> list[int] | None:
    return [pk for pk, key in keys.items() if key in wanted] if wanted else None


def _commissions(bookmakers: Sequence[str]) -> dict[str, float]:
    rows = Bookmaker.objects.filter(key__in=bookmakers).values_list("key", "commission")
    return {key: float(commission) for key, commission in rows}


def _events(found: QuerySet[Event]) -> tuple[Integers, list[HistoryEvent]]:
    """The ids of the rows of these events, and the events, by start and then the provider's id."""
    names = "sport_key", "home_team", "away_team", "start_is_day", "closing_at", "status"
    rows = sorted(rows_of(found.order_by().values_list("commence_time", "api_id", "pk", *names)))
    ids = [pk for _, _, pk, *_ in rows]
    final, imported = final_scores(ids), imported_results(ids)
    events = [
        HistoryEvent(
            event_id=api_id,
            commence_time=start,
            results=result_versions(
                final.get(pk, ()), imported.get(pk), commence_time=start, start_is_day=facts["start_is_day"]
            ),
            **facts,
        )
        for start, api_id, pk, facts in ((*row[:3], dict(zip(names, row[3:], strict=True))) for row in rows)
    ]
    return np.array(ids, np.int64), events


def _last_before_start(snapshots: Snapshots, events: int) -> Integers:
    """The last snapshot of each event that was taken before the start it states; UNKNOWN where there is none."""
    last = np.full(events, UNKNOWN)
    before_start = ~snapshots.is_live
    last[snapshots.event[before_start]] = snapshots.time[before_start]  # of several the last stays
    return last


def _since(events: Sequence[HistoryEvent], snapshots: Snapshots, decisions: Sequence[Decision] | None) -> Integers:
    """From when on prices of each event are needed: its first decision or its closing line.

    UNKNOWN: from the first one on. Without `decisions` all are needed.
    """
    since = np.full(len(events), UNKNOWN)
    if decisions is None:
        return since
    since[snapshots.event] = snapshots.time  # the last one
    needed = [(number, microseconds(event.closing_at)) for number, event in enumerate(events) if event.closing_at]
    needed += [(each.event, each.moment) for each in decisions]
    numbers, moments = np.array(needed, np.int64).reshape(-1, 2).T
    np.minimum.at(since, numbers, moments)
    return since
