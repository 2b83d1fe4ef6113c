"""What can be exported: the columns of each table of the answer, and the query that gives its rows."""

from __future__ import annotations

from dataclasses import dataclass

from .columns import Column, Kind

_EVENT = (
    Column("event_id", "event.api_id", Kind.NAME),
    Column("commence_time", "event.commence_time", Kind.TIME),
    Column("home_team", "event.home_team", Kind.NAME),
    Column("away_team", "event.away_team", Kind.NAME),
)
SPORT = Column("sport_key", "event.sport_key", Kind.NAME)

_SERIES = (
    Column("bookmaker", "bookmaker.key", Kind.NAME),
    Column("market", "market.key", Kind.NAME),
    Column("outcome", "outcome.name", Kind.NAME),
    Column("side", "outcome.side", Kind.NAME),
    Column("description", "outcome.description", Kind.NAME),
)


def _price(table: str) -> tuple[Column, ...]:
    return (
        Column("point", f"{table}.point", Kind.POINT),
        Column("price", f"{table}.price", Kind.WHOLE),
        Column("decimal_price", f"{table}.decimal_price", Kind.FLOAT),
    )


def _names(table: str) -> str:
    """The joins that give the keys of a table their names."""
    return f"""
        JOIN odds_bookmaker AS bookmaker ON bookmaker.id = {table}.bookmaker_id
        JOIN odds_market AS market ON market.id = {table}.market_id
        JOIN odds_outcome AS outcome ON outcome.id = {table}.outcome_id
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Dataset:
    """One kind of table. Its query is about events of a list; `sources` is what follows FROM events_event AS event."""

    columns: tuple[Column, ...]  # without the sport, which is a folder's name in Parquet and a column elsewhere
    sources: str = ""
    order: str = "event.commence_time, event.id"
    events_at_once: int = 500  # whose rows PostgreSQL sorts together
    bookmaker: str = ""  # the expressions that are chosen by; empty where there is no such thing
    market: str = ""
    is_live: str = ""
    is_valid: str = ""
    is_archivable: bool = False  # whether archive_odds takes its rows out of the database


ODDS = Dataset(
    columns=(
        *_EVENT,
        *_SERIES,
        *_price("odds"),
        Column("odds_timestamp", "odds.odds_timestamp", Kind.TIME),
        Column("valid_until", "odds.valid_until", Kind.TIME),
        Column("last_update", "odds.last_update", Kind.TIME),
        Column("is_live", "odds.is_live", Kind.FLAG),
        Column("is_valid", "odds.is_valid", Kind.FLAG),
        Column("validation_notes", "odds.validation_notes", Kind.NAME),
    ),
    sources="JOIN odds_odds AS odds ON odds.event_id = event.id" + _names("odds"),
    order="event.commence_time, event.id, odds.odds_timestamp, bookmaker.id, market.id, outcome.id",
    bookmaker="bookmaker.key",
    market="market.key",
    is_live="odds.is_live",
    is_valid="odds.is_valid",
    is_archivable=True,
)

POINTS = Dataset(
    columns=(
        *_EVENT,
        Column("snapshot_time", "point.snapshot_time", Kind.TIME),
        Column("is_live", "point.is_live", Kind.FLAG),
        *(Column(column.name, f"point.{column.name}", column.kind) for column in _SERIES),
        *_price("point"),
        Column("odds_timestamp", "point.odds_timestamp", Kind.TIME),
        Column("valid_until", "point.valid_until", Kind.TIME),
        Column("is_valid", "point.is_valid", Kind.FLAG),
    ),
    sources="JOIN odds_price_points AS point ON point.event_id = event.api_id",
    order="event.commence_time, event.id, point.snapshot_time, point.odds_id",
    events_at_once=10,
    bookmaker="point.bookmaker",
    market="point.market",
    is_live="point.is_live",
    is_valid="point.is_valid",
    is_archivable=True,
)

EVENTS = Dataset(
    columns=(
        _EVENT[0],
        Column("sport_title", "event.sport_title", Kind.NAME),
        *_EVENT[1:],
        Column("start_is_day", "event.start_is_day", Kind.FLAG),
        Column("status", "event.status", Kind.NAME),
        Column("home_score", "event.home_score", Kind.WHOLE),
        Column("away_score", "event.away_score", Kind.WHOLE),
        Column("completed_at", "event.completed_at", Kind.TIME),
        Column("closing_at", "event.closing_at", Kind.TIME),
        Column("is_sandbox", "event.is_sandbox", Kind.FLAG),
    ),
)

ARCHIVE_PRICES = Dataset(
    columns=(
        *_EVENT,
        *_SERIES,
        Column("moment", "archived.moment", Kind.NAME),
        *_price("archived"),
        Column("origin", "archived.origin", Kind.NAME),
        Column("is_valid", "archived.is_valid", Kind.FLAG),
        Column("validation_notes", "archived.validation_notes", Kind.NAME),
    ),
    sources="JOIN odds_archiveprice AS archived ON archived.event_id = event.id" + _names("archived"),
    order="event.commence_time, event.id, bookmaker.id, market.id, outcome.id, archived.moment, archived.origin",
    bookmaker="bookmaker.key",
    market="market.key",
    is_valid="archived.is_valid",
)

DATASETS = {"odds": ODDS, "points": POINTS, "events": EVENTS, "archive_prices": ARCHIVE_PRICES}
