"""Archives into the database: events, results and prices, a file at a time and each in one transaction."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import DataError, transaction

from events.models import Event
from events.services import Result, ResultCounts, record_results
from odds.archive_prices import Recorded, record_archive_prices
from odds.records import ArchiveLine, ArchiveOffer, Problem
from quality.standards import standards_of_settings

from ..choices import ArchiveFormat
from ..errors import UnreadablePayload
from ..models import ArchiveFile
from ..pipeline import IngestReport, ingest_piecemeal
from ..results import TRUST
from . import sbr_multibook, sbr_sheet
from .conversion import Teams, snapshot, untimed_offers
from .judging import judged
from .placing import place
from .reading import read_body
from .records import ArchiveGame

TITLES = sbr_sheet.TITLES | sbr_multibook.TITLES


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveOptions:
    """What is said of files beside what they say themselves."""

    format: ArchiveFormat
    sport_key: str
    season: str = ""  # of sheets
    mapping: Path | None = None  # of columns, for generic files


@dataclass(slots=True, kw_only=True)
class ArchiveReport:
    """What came of one file."""

    file: str
    games: int = 0  # rows of the file, together: a game at an instant where its prices have instants
    events: int = 0  # that they are of
    created: int = 0  # of these, made from the file
    left_out: int = 0  # games, each named in `problems`
    results: ResultCounts = field(default_factory=ResultCounts)
    prices: Recorded = field(default_factory=Recorded)  # without a time
    flagged: int = 0  # of these, not valid
    odds: IngestReport = field(default_factory=IngestReport)  # with a time
    problems: list[Problem] = field(default_factory=list)

    def counts(self) -> dict[str, Any]:
        """The report as a document, without the problems."""
        told = {name: getattr(self, name) for name in ("file", "games", "events", "created", "left_out")}
        timed = {name: getattr(self.odds, name) for name in ("snapshots", "live_snapshots", "price_points", "runs")}
        prices = {f"prices_{name}": count for name, count in asdict(self.prices).items()}
        results = {f"results_{name}": count for name, count in asdict(self.results).items()}
        rest = {"duplicates": self.odds.duplicates, "rejected": self.odds.rejected}
        return told | results | prices | {"prices_flagged": self.flagged} | timed | rest


def import_archive(path: Path, options: ArchiveOptions, *, now: datetime, dry_run: bool = False) -> ArchiveReport:
    """Store what a file has, and its bytes; a file imported before changes nothing, and the order of files neither.

    What cannot be read or placed is left out and named. A dry run does it all, and takes it back. Raises
    UnreadablePayload or BadMap where the file as a whole cannot be read; nothing of it is stored then.
    """
    body = _content(path)
    mapping = "" if options.mapping is None else _content(options.mapping).decode(errors="replace")
    found = list(read_body(body, path.name, options.format, options.sport_key, season=options.season, mapping=mapping))
    games = [each for each in found if isinstance(each, ArchiveGame)]
    report = ArchiveReport(file=path.name, games=len(games))
    report.problems += (each for each in found if isinstance(each, Problem))
    try:
        with transaction.atomic():
            _store(games, options.format, now, report)
            _keep(path, body, mapping, options, now, report)
            transaction.set_rollback(dry_run)
    except DataError as error:
        raise UnreadablePayload(f"{path.name}: the database refuses it: {str(error).splitlines()[0]}") from error
    return report


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadablePayload(f"{path}: {error.strerror}") from None


def _store(games: Sequence[ArchiveGame], format: ArchiveFormat, now: datetime, report: ArchiveReport) -> None:
    placing = place(games)
    placed = [(game, event) for game, event in zip(games, placing.events, strict=True) if event is not None]
    report.problems += placing.problems
    report.created = placing.created
    report.left_out = len(games) - len(placed)
    report.events = len({event.pk for _, event in placed})
    timed = [(game, event) for game, event in placed if any(quote.observed_at for quote in game.quotes)]
    report.odds = ingest_piecemeal([snapshot(game, _teams(event)) for game, event in timed])
    report.problems += report.odds.problems
    if format.value in TRUST:
        results = list(_results(placed, now, report))
        report.results = record_results(results, origin=format.value, trust=TRUST[format.value], observed_at=now)
    offers = _judged_offers(placed, report)
    report.flagged = sum(not line.verdict.is_valid for lines in offers.values() for line in lines)
    report.prices = record_archive_prices(offers, origin=format.value, titles=TITLES)


def _results(placed: Sequence[tuple[ArchiveGame, Event]], now: datetime, report: ArchiveReport) -> Iterator[Result]:
    for game, event in placed:
        if game.home_score is None:
            continue
        if event.commence_time > now:
            told = f"{game.away_score}–{game.home_score}, but {event} is still to begin; no result"
            report.problems.append(Problem("bad_score", f"{game.where}: {told}"))
            continue
        yield Result(event, game.home_score, game.away_score)


def _teams(event: Event) -> Teams:
    return Teams(event.api_id, event.home_team, event.away_team)


def _judged_offers(
    placed: Sequence[tuple[ArchiveGame, Event]], report: ArchiveReport
) -> dict[ArchiveOffer, list[ArchiveLine]]:
    """All prices without a time, with verdicts. A second game for one event is named; the first one's prices count."""
    standards = standards_of_settings()
    offers: dict[ArchiveOffer, list[ArchiveLine]] = {}
    for game, event in placed:
        for offer, lines in untimed_offers(event.pk, _teams(event), game.quotes).items():
            if offer in offers:
                told = f"a second {offer.moment} {offer.market} of {offer.bookmaker} for {event.title}"
                report.problems.append(Problem("duplicate_offer", f"{game.where}: {told}; the first kept"))
                continue
            offers[offer] = judged(
                lines,
                bookmaker=offer.bookmaker,
                market=offer.market,
                sport_key=event.sport_key,
                standards=standards,
            )
    return offers


def _keep(path: Path, body: bytes, mapping: str, options: ArchiveOptions, now: datetime, report: ArchiveReport) -> None:
    """Keep the file's bytes, once, with all that it takes to read them again and the report of the first import."""
    told = {"sport_key": options.sport_key, "season": options.season, "map": mapping}
    ArchiveFile.objects.get_or_create(
        sha256=hashlib.sha256(body).hexdigest(),
        defaults={
            "name": path.name,
            "format": options.format,
            "size": len(body),
            "body": zlib.compress(body, 9),
            "imported_at": now,
            "report": report.counts() | told,
        },
    )
