"""What an archive holds: its files, the columns of each, and the queries that give their rows.

A whole archive has everything of its events, by names instead of ids, so that it can be read into an empty database. A
raw one has the raw answers alone; the rows that they belong to stay.
"""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from ..exports.columns import Column, Kind, select

VERSION = 1
MANIFEST = "manifest.json"


class ArchiveKind(StrEnum):
    WHOLE = "whole"
    RAW = "raw"


class Table(NamedTuple):
    """One file, and the query for the rows of a list of events."""

    file: str
    columns: tuple[Column, ...]
    sources: str  # FROM and WHERE; the one parameter is the list of ids of events
    order: str
    distinct: bool = False
    by_event: bool = False  # asked for one event after the other: all rows together are too many to sort

    def sql(self, *, without: frozenset[str] = frozenset()) -> str:
        columns = [column for column in self.columns if column.name not in without]
        distinct = "DISTINCT " if self.distinct else ""
        return f"SELECT {distinct}{select(columns)} FROM {self.sources} ORDER BY {self.order}"  # noqa: S608 - of these


def _plain(table: str, kind: Kind, *names: str) -> tuple[Column, ...]:
    return tuple(Column(name, f"{table}.{name}", kind) for name in names)


_EVENT_ID = Column("event_id", "event.api_id", Kind.NAME)

EVENTS = Table(
    "events.parquet",
    (
        *_plain("event", Kind.WHOLE, "id"),
        *_plain("event", Kind.TEXT, "api_id", "sport_key", "sport_title", "home_team", "away_team", "status"),
        *_plain("event", Kind.TIME, "commence_time", "completed_at", "closing_at", "observed_at", "missing_since"),
        *_plain("event", Kind.TIME, "created_at", "updated_at"),
        *_plain("event", Kind.FLAG, "status_is_manual", "start_is_day", "is_sandbox"),
        *_plain("event", Kind.WHOLE, "home_score", "away_score", "missed_listings"),
    ),
    "events_event AS event WHERE event.id = ANY(%s)",
    "event.id",
)

SCORES = Table(
    "scores.parquet",
    (
        *_plain("score", Kind.LONG, "id"),
        _EVENT_ID,
        *_plain("score", Kind.TIME, "observed_at", "last_update", "created_at"),
        *_plain("score", Kind.FLAG, "completed"),
        *_plain("score", Kind.WHOLE, "home_score", "away_score", "trust"),
        *_plain("score", Kind.TEXT, "origin"),
    ),
    "events_eventscore AS score JOIN events_event AS event ON event.id = score.event_id WHERE event.id = ANY(%s)",
    "score.id",
)

SCOPES = Table(
    "scopes.parquet",
    (
        *_plain("scope", Kind.TEXT, "digest"),
        Column("asked", "scope.asked::text", Kind.TEXT),
        *_plain("scope", Kind.TEXT, "odds_format"),
    ),
    "odds_oddssnapshot AS snapshot JOIN odds_scope AS scope ON scope.id = snapshot.scope_id "
    "WHERE snapshot.event_id = ANY(%s)",
    "digest",
    distinct=True,
)

BOOKMAKERS = Table(
    "bookmakers.parquet",
    (
        *_plain("bookmaker", Kind.TEXT, "key", "title", "kind"),
        Column("commission", "bookmaker.commission::text", Kind.TEXT),
        *_plain("bookmaker", Kind.FLOAT, "overround_min", "overround_max"),
    ),
    "odds_odds AS odds JOIN odds_bookmaker AS bookmaker ON bookmaker.id = odds.bookmaker_id "
    "WHERE odds.event_id = ANY(%s)",
    "key",
    distinct=True,
)

_RAW = Column("raw_data", "snapshot.raw_data::text", Kind.TEXT)
_SNAPSHOTS_OF_EVENTS = (
    "odds_oddssnapshot AS snapshot JOIN events_event AS event ON event.id = snapshot.event_id "
    "JOIN odds_scope AS scope ON scope.id = snapshot.scope_id WHERE snapshot.event_id = ANY(%s)"
)

SNAPSHOTS = Table(
    "snapshots.parquet",
    (
        *_plain("snapshot", Kind.LONG, "id"),
        _EVENT_ID,
        *_plain("snapshot", Kind.TIME, "snapshot_time", "commence_time", "created_at"),
        Column("scope", "scope.digest", Kind.NAME),
        *_plain("snapshot", Kind.WHOLE, "bookmaker_count"),
        *_plain("snapshot", Kind.FLAG, "is_live"),
        *_plain("snapshot", Kind.NAME, "source", "api_request_id"),
        _RAW,
    ),
    _SNAPSHOTS_OF_EVENTS,
    "snapshot.snapshot_time",
    by_event=True,
)

RAW_SNAPSHOTS = Table(
    SNAPSHOTS.file,
    (_EVENT_ID, *_plain("snapshot", Kind.TIME, "snapshot_time"), _RAW),
    f"{_SNAPSHOTS_OF_EVENTS} AND snapshot.raw_data IS NOT NULL",
    "snapshot.snapshot_time",
    by_event=True,
)

ODDS = Table(
    "odds.parquet",
    (
        *_plain("odds", Kind.LONG, "id"),
        _EVENT_ID,
        Column("bookmaker", "bookmaker.key", Kind.NAME),
        Column("market", "market.key", Kind.NAME),
        Column("side", "outcome.side", Kind.NAME),
        Column("outcome", "outcome.name", Kind.NAME),
        *_plain("outcome", Kind.NAME, "description"),
        *_plain("outcome", Kind.POINT, "line"),
        *_plain("odds", Kind.WHOLE, "price"),
        *_plain("odds", Kind.FLOAT, "decimal_price"),
        *_plain("odds", Kind.POINT, "point"),
        *_plain("odds", Kind.TIME, "odds_timestamp", "valid_until", "last_update"),
        *_plain("odds", Kind.FLAG, "is_live", "is_valid"),
        *_plain("odds", Kind.NAME, "validation_notes"),
    ),
    "odds_odds AS odds JOIN events_event AS event ON event.id = odds.event_id "
    "JOIN odds_bookmaker AS bookmaker ON bookmaker.id = odds.bookmaker_id "
    "JOIN odds_market AS market ON market.id = odds.market_id "
    "JOIN odds_outcome AS outcome ON outcome.id = odds.outcome_id WHERE odds.event_id = ANY(%s)",
    'bookmaker.key COLLATE "C", market.key COLLATE "C", outcome.side COLLATE "C", outcome.name COLLATE "C", '
    'outcome.description COLLATE "C", outcome.line, odds.odds_timestamp, odds.id',
    by_event=True,
)

TABLES = {
    ArchiveKind.WHOLE: (EVENTS, SCORES, SCOPES, BOOKMAKERS, SNAPSHOTS, ODDS),
    ArchiveKind.RAW: (EVENTS, RAW_SNAPSHOTS),
}

# What the fingerprint of an archive is of: all that is removed, but for the numbers of rows, which may be others after.
IDS = frozenset({"id"})
REMOVED = {ArchiveKind.WHOLE: (SNAPSHOTS, ODDS), ArchiveKind.RAW: (RAW_SNAPSHOTS,)}
