"""Results from files into the database: import_results().

rows of a file ── teams by the provider's names ── stored events ── scores, of which the most trusted is shown
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.db import transaction

from events.matching import Game, Match, match_games
from events.models import Event
from events.services import Result, ResultCounts, record_results
from events.teams import TeamNames
from events.times import stamp
from odds.records import Problem

from .archives import ArchiveGame, read_archive
from .choices import ArchiveFormat
from .errors import UnreadablePayload
from .results_csv import BAD_ROW, ResultRow, read_results_csv

CSV = "csv"
# A person's word counts as the provider's, so the newest of them is shown. Of archives the season sheets are the better
# ones: scores of the others lack overtimes, or name the wrong winner.
TRUST = {
    CSV: 0,
    ArchiveFormat.SBR_SHEET.value: -1,
    ArchiveFormat.SBR_MULTIBOOK.value: -2,
    ArchiveFormat.GENERIC.value: -2,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsFile:
    """A file, and what it does not say of itself."""

    path: Path
    format: str = CSV
    sport_key: str = ""  # of rows that name none
    season: str = ""  # of sheets whose name does not tell it
    mapping: Path | None = None  # the map of a generic file's columns


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A result that belongs to no stored event for certain."""

    where: str
    reason: str
    suggestions: tuple[str, ...] = ()


@dataclass(slots=True)
class ResultsReport:
    """What an import of results came to, and what became of the events they are of."""

    rows: int = 0  # of results, those that cannot be used too
    matched: int = 0
    counts: ResultCounts = field(default_factory=ResultCounts)  # of events
    unmatched: list[Unmatched] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)  # rows that could not be read


def import_results(file: ResultsFile, *, now: datetime, dry_run: bool = False) -> ResultsReport:
    """Keep the results of a file and show those that count; what cannot be read or matched is named in the report.

    They are kept as observed at `now`. Raises CollectorError where the file as a whole cannot be read.
    """
    report = ResultsReport()
    rows: list[ResultRow] = []
    for each in _read(file):
        if isinstance(each, Problem):
            report.problems.append(each)
        else:
            rows.append(each)
    report.rows = len(rows) + sum(problem.kind == BAD_ROW for problem in report.problems)
    with transaction.atomic():
        results = list(_results(rows, file.sport_key, now, report))
        report.matched = len(results)
        report.counts = record_results(results, origin=file.format, trust=TRUST[file.format], observed_at=now)
        transaction.set_rollback(dry_run)
    return report


def _read(file: ResultsFile) -> Iterator[ResultRow | Problem]:
    if file.format != CSV:
        games = read_archive(file.path, file.format, file.sport_key, season=file.season, mapping=file.mapping)
        return map(_of_archive, games)
    try:
        return read_results_csv(file.path.read_bytes(), file.path.name)
    except OSError as error:
        raise UnreadablePayload(f"{file.path}: {error.strerror}; nothing was imported") from None


def _of_archive(game: ArchiveGame | Problem) -> ResultRow | Problem:
    if isinstance(game, Problem):
        return game
    if game.home_score is None or game.away_score is None:
        return Problem(BAD_ROW, f"{game.where}: {game.away} @ {game.home} has no score; left out")
    return ResultRow(
        where=game.where,
        event_id=game.event_id,
        sport_key=game.sport_key,
        day=game.day,
        start=game.start,
        home=game.home,
        away=game.away,
        home_score=game.home_score,
        away_score=game.away_score,
    )


def _results(rows: Sequence[ResultRow], sport_key: str, now: datetime, report: ResultsReport) -> Iterator[Result]:
    """The results that belong to an event; the others go into the report."""
    found: dict[int, list[tuple[ResultRow, Event]]] = {}
    for row, match in _match(rows, sport_key):
        refusal = match.reason or _too_early(row, match.event, now)
        if match.event is None or refusal:
            report.unmatched.append(Unmatched(row.where, refusal, match.suggestions))
        else:
            found.setdefault(match.event.pk, []).append((row, match.event))
    for same in found.values():
        if len({_ending(row) for row, _ in same if row.completed or row.status}) > 1:
            reason = f"{same[0][1]}: the file says different things of this event, and none is taken"
            report.unmatched += [Unmatched(row.where, reason) for row, _ in same]
            continue
        yield from (Result(event, row.home_score, row.away_score, row.completed, row.status) for row, event in same)


def _match(rows: Sequence[ResultRow], sport_key: str) -> Iterator[tuple[ResultRow, Match]]:
    """Each row with the event that it is of. As many queries as there are sports in the file, and two."""
    names = {key: TeamNames.of(key) for key in {row.sport_key or sport_key for row in rows if row.home} - {""}}
    games: list[Game | Match] = [_game(row, row.sport_key or sport_key, names) for row in rows]
    matches = iter(match_games([game for game in games if isinstance(game, Game)]))
    for row, game in zip(rows, games, strict=True):
        yield row, game if isinstance(game, Match) else next(matches)


def _game(row: ResultRow, sport_key: str, names: dict[str, TeamNames]) -> Game | Match:
    """The row with the provider's names of its teams, or why there are none."""
    teams = []
    for written in filter(None, (row.home, row.away)):
        if not sport_key:
            return Match(reason="of which sport? It has no sport_key, and no --sport is given")
        team = names[sport_key].team(written)
        if team is None:
            reason = f"no team of {sport_key} is called {written!r}; an alias for it can be added in the admin"
            return Match(reason=reason, suggestions=names[sport_key].suggestions(written))
        teams.append(team)
    home, away = teams or ("", "")
    return Game(
        sport_key=sport_key if teams else row.sport_key,
        event_id=row.event_id,
        home_team=home,
        away_team=away,
        day=row.day,
        start=row.start,
    )


def _too_early(row: ResultRow, event: Event | None, now: datetime) -> str:
    """Why a score cannot be of this event; "" if it can."""
    if event is None or row.home_score is None or event.commence_time <= now:
        return ""
    return f"event {event.api_id} has not begun: it starts at {stamp(event.commence_time)} UTC"


def _ending(row: ResultRow) -> tuple[object, ...]:
    return row.home_score, row.away_score, row.status


def as_document(report: ResultsReport, *, dry_run: bool) -> dict[str, object]:
    """What the command prints as JSON."""
    return {
        "rows": report.rows,
        "matched": report.matched,
        "new": report.counts.new,
        "corrected": report.counts.corrected,
        "unchanged": report.counts.unchanged,
        "outranked": report.counts.outranked,
        "dry_run": dry_run,
        "unmatched": [
            {"where": each.where, "reason": each.reason, "suggestions": list(each.suggestions)}
            for each in report.unmatched
        ],
        "problems": [{"kind": problem.kind, "text": problem.text} for problem in report.problems],
    }
