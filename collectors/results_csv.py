"""Results that a person wrote down, as CSV, pure: text in, rows of results out, each wrong row named with its line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime

from msgspec import Struct

from events.choices import EventStatus
from events.times import parse_time
from odds.records import Problem

from .archives.files import Row, table_of
from .errors import UnreadablePayload

COLUMNS = (
    "event_id", "sport_key", "date", "commence_time", "home_team", "away_team", "home_score", "away_score", "completed",
    "status",
)  # fmt: skip
TEMPLATE = """\
event_id,sport_key,date,commence_time,home_team,away_team,home_score,away_score,completed,status
,basketball_nba,2026-01-14,,Los Angeles Lakers,Boston Celtics,110,105,true,final
,basketball_nba,,2026-01-15T03:00:00Z,Denver Nuggets,Utah Jazz,,,,postponed
"""
# The kind of problem of a row that says nothing that could be used.
BAD_ROW = "bad_row"

CALLED_OFF = (EventStatus.POSTPONED, EventStatus.CANCELLED)

_SCORE = re.compile(r"\d{1,4}(\.0+)?")  # some programs write whole numbers as 110.0
_YES_OR_NO = {"": None, **dict.fromkeys(("true", "yes", "1"), True), **dict.fromkeys(("false", "no", "0"), False)}
_YEARS = range(1870, 2101)


class ResultRow(Struct, frozen=True, kw_only=True):
    """How one game ended, as a file has it: both scores, or a status without them."""

    where: str  # "file:line"
    event_id: str = ""
    sport_key: str = ""  # "" where the file does not say
    day: date | None = None  # as the league counts it
    start: datetime | None = None  # aware, UTC
    home: str = ""  # as written there
    away: str = ""
    home_score: int | None = None
    away_score: int | None = None
    completed: bool = True
    status: EventStatus | None = None  # postponed or cancelled, where there is no score


def read_results_csv(body: bytes, name: str) -> Iterator[ResultRow | Problem]:
    """The results of a file in its order, and what is wrong with the rows that cannot be used.

    Raises UnreadablePayload, at once, where the file has not the columns that it needs, or is no CSV.
    """
    columns, rows = table_of(body, name)
    _check(columns, name)
    return _read(rows, name)


def _check(columns: list[str], name: str) -> None:
    known = ", ".join(COLUMNS)
    given = [column.strip() for column in columns]
    if strange := [column for column in given if column not in COLUMNS]:
        told = "; columns are separated by commas" if len(given) == 1 and ";" in given[0] else ""
        raise UnreadablePayload(f"{name}: no column is called {', '.join(map(repr, strange))}; known: {known}{told}")
    if len(set(given)) < len(given):
        raise UnreadablePayload(f"{name}: a column is there twice: {', '.join(given)}")
    by_teams = {"home_team", "away_team"} <= {*given} and {"date", "commence_time"} & {*given}
    if not ("event_id" in given or by_teams):
        raise UnreadablePayload(f"{name}: event_id is needed, or home_team, away_team and date or commence_time")
    if not ({"home_score", "away_score"} <= {*given} or "status" in given):
        raise UnreadablePayload(f"{name}: home_score and away_score are needed, or status")


def _read(rows: Iterable[tuple[int, Row]], name: str) -> Iterator[ResultRow | Problem]:
    try:
        for number, cells in rows:
            where = f"{name}:{number}"
            try:
                row = {column.strip(): str(cell).strip() for column, cell in cells.items()}
                if any(row.values()):
                    yield _read_row(row, where)
            except ValueError as error:
                yield Problem(BAD_ROW, f"{where}: {error}; left out")
    except UnreadablePayload as error:
        yield Problem(BAD_ROW, f"{error}; left out from there on")


def _read_row(row: dict[str, str], where: str) -> ResultRow:
    """Raises ValueError, saying what is wrong."""
    if row.get(""):
        raise ValueError("it has more cells than the first line")
    scores = (_score(row, "home_score"), _score(row, "away_score"))
    completed, status = _ending(row, scores)
    result = ResultRow(
        where=where,
        event_id=row.get("event_id", ""),
        sport_key=row.get("sport_key", ""),
        day=_day(row.get("date", "")),
        start=_start(row.get("commence_time", "")),
        home=row.get("home_team", ""),
        away=row.get("away_team", ""),
        home_score=scores[0],
        away_score=scores[1],
        completed=completed,
        status=status,
    )
    if bool(result.home) != bool(result.away):
        raise ValueError("it names one team only")
    if not result.event_id and not (result.home and (result.day or result.start)):
        raise ValueError("which game? event_id is empty, and so are teams or date and commence_time")
    return result


def _ending(row: dict[str, str], scores: tuple[int | None, int | None]) -> tuple[bool, EventStatus | None]:
    """Whether the game is over, and the status of one that was not played. Raises ValueError where cells disagree."""
    told = row.get("status", "").lower()
    if told and told not in EventStatus.values:
        raise ValueError(f"status {told!r} is none of {', '.join(EventStatus.values)}")
    answer = row.get("completed", "").lower()
    if answer not in _YES_OR_NO:
        raise ValueError(f"completed {answer!r} is neither true nor false")
    completed = _YES_OR_NO[answer]
    if None in scores:
        if scores != (None, None):
            raise ValueError("one score alone")
        if told not in CALLED_OFF or completed:
            raise ValueError("no scores, and no status postponed or cancelled")
        return False, EventStatus(told)
    if told in (*CALLED_OFF, EventStatus.SCHEDULED):
        raise ValueError(f"status {told} with a score")
    by_status = {"": completed, EventStatus.FINAL.value: True, EventStatus.LIVE.value: False}[told]
    if None not in (completed, by_status) and completed != by_status:
        raise ValueError(f"status {told} and completed {answer}")
    return by_status is not False, None


def _score(row: dict[str, str], column: str) -> int | None:
    text = row.get(column, "")
    if not text:
        return None
    if not _SCORE.fullmatch(text):
        raise ValueError(f"{column} {text!r} is no whole number")
    return int(text.partition(".")[0])


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"date {text!r} is no day; write it as 2026-01-14") from None
    _check_year(day.year, f"date {text}")
    return day


def _start(text: str) -> datetime | None:
    if not text:
        return None
    start = parse_time(text.replace(" ", "T", 1))
    if start is None:
        raise ValueError(f"commence_time {text!r} is no instant with its zone; write it as 2026-01-15T00:30:00Z")
    _check_year(start.year, f"commence_time {text}")
    return start


def _check_year(year: int, told: str) -> None:
    if year not in _YEARS:
        raise ValueError(f"{told} is not in the years {_YEARS[0]} to {_YEARS[-1]}")
