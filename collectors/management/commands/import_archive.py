from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from collectors.archives.importing import ArchiveOptions, import_archive
from collectors.archives.reading import check_options
from collectors.archives.restoring import restore
from collectors.choices import ArchiveFormat
from collectors.errors import CollectorError, UnreadablePayload
from events.cli import ReadCommand, plain, table
from events.queries import new_sport
from events.wording import plural
from odds.archiving.manifest import ArchiveError
from odds.records import Problem
from quality.event_checks import end_what_is_over

SHOWN = 20
Document = dict[str, Any]


class Command(ReadCommand):
    help = "Store games, results and prices of archives that others kept, or one's own in Parquet."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="or a folder, of parquet")
        parser.add_argument("--format", choices=ArchiveFormat.values, required=True)
        parser.add_argument("--sport", help="of files that do not say: 'nba', basketball_nba (default: SPORTS, if one)")
        parser.add_argument("--season", default="", help="of a sheet whose name does not tell it: 2016-17")
        parser.add_argument("--map", type=Path, metavar="FILE", help="the map of a generic file's columns, in TOML")
        parser.add_argument("--dry-run", action="store_true", help="do it, report, and take it back")

    def handle(self, *, files: list[Path], as_json: bool, dry_run: bool, **options: Any) -> None:
        is_parquet = options["format"] == ArchiveFormat.PARQUET
        documents: list[Document] = []
        try:
            check_options(options["format"], season=options["season"], mapping=options["map"])
            _check_readable(files, is_parquet)
            found = _restored(files, dry_run) if is_parquet else _imported(files, _options(options), dry_run)
            for document, problems in found:
                documents.append({**document, "dry_run": dry_run, "problems": [_told(each) for each in problems]})
                if not as_json:
                    self._show(documents[-1])
        except (CollectorError, ArchiveError) as error:
            if documents:
                self._end(documents, as_json, dry_run)
            raise CommandError(f"{error}; {_done(len(documents), len(files))}") from error
        self._end(documents, as_json, dry_run)
        if not any(document["events"] for document in documents):
            raise CommandError("no game of it could be used")

    def _end(self, documents: list[Document], as_json: bool, dry_run: bool) -> None:
        if not dry_run:
            end_what_is_over(timezone.now())
        if as_json:
            self.print_json(documents)

    def _show(self, document: Document) -> None:
        what = "Would be imported from" if document["dry_run"] else "Imported from"
        self.console.print(plain(f"{what} {document['file']}", "bold"))
        grid = table()
        grid.show_header = False
        grid.add_column("")
        grid.add_column("", justify="right")
        for name, value in document.items():
            if isinstance(value, int) and not isinstance(value, bool) and (value or name == "events"):
                grid.add_row(name.replace("_", " "), f"{value:,}")
        self.console.print(grid)
        problems = sorted(document["problems"], key=_weight)
        for problem in problems[:SHOWN]:
            self.console.print(plain(f"⚠ {problem['text']}", "yellow"))
        if rest := problems[SHOWN:]:
            kinds = Counter(problem["kind"].replace("_", " ") for problem in rest)
            told = ", ".join(f"{count:,} {kind}" for kind, count in kinds.items())
            self.console.print(plain(f"… and {len(rest):,} more ({told}); --json lists all"))
        self.console.print()


def _weight(problem: Document) -> int:
    """What a person can act on goes first: games left out for a name or a match, then what is wrong, then the rest."""
    if problem["kind"] in ("unknown_team", "unmatched"):
        return 0
    return 1 if problem["kind"].startswith("bad_") else 2


def _check_readable(files: list[Path], is_parquet: bool) -> None:
    """All of them before the first, so that a slip of the pen imports nothing. Raises UnreadablePayload."""
    for file in files:
        if not file.exists():
            raise UnreadablePayload(f"{file}: no such file{' or folder' if is_parquet else ''}")
        if file.is_dir() and not is_parquet:
            raise UnreadablePayload(f"{file}: a folder; those are of --format parquet")


def _done(done: int, files: int) -> str:
    """What was imported of several files when one of them failed."""
    if not done:
        return "nothing was imported"
    rest = f", {files - done - 1:,} not tried" if files > done + 1 else ""
    return f"nothing of this file was imported; imported before it: {done:,} of {plural(files, 'file')}{rest}"


def _imported(files: list[Path], options: ArchiveOptions, dry_run: bool) -> Iterator[tuple[Document, list[Problem]]]:
    for file in files:
        report = import_archive(file, options, now=timezone.now(), dry_run=dry_run)
        yield report.counts(), report.problems


def _restored(folders: list[Path], dry_run: bool) -> Iterator[tuple[Document, list[Problem]]]:
    for folder in folders:
        report = restore(folder, dry_run=dry_run)
        yield {"file": str(folder), **asdict(report), "rebuild": len(report.rebuild)}, []


def _options(options: dict[str, Any]) -> ArchiveOptions:
    return ArchiveOptions(
        format=ArchiveFormat(options["format"]),
        sport_key=_sport(options["sport"], options["format"]),
        season=options["season"],
        mapping=options["map"],
    )


def _sport(typed: str | None, format: str) -> str:
    """The sport of files that do not say. An archive may be the first that is stored of it."""
    if typed is None:
        if len(settings.SPORTS) == 1:
            return str(settings.SPORTS[0])
        if format != ArchiveFormat.GENERIC:
            raise CommandError(f"of which sport? SPORTS has {len(settings.SPORTS)}: give --sport")
        return ""
    return new_sport(typed)


def _told(problem: Problem) -> Document:
    return {"kind": problem.kind, "text": problem.text.encode(errors="replace").decode()}
