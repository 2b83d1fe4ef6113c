from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from collectors.archives.reading import check_options
from collectors.errors import CollectorError
from collectors.results import CSV, TRUST, ResultsFile, ResultsReport, Unmatched, as_document, import_results
from collectors.results_csv import TEMPLATE
from events.cli import ReadCommand, plain, table
from events.names import listed
from events.queries import find_sport
from events.wording import plural
from quality.event_checks import end_what_is_over

SHOWN = 20


class Command(ReadCommand):
    help = (
        "Store results from a file: a CSV of one's own, or an archive. What belongs to no event for certain is named."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", nargs="?", type=Path, metavar="FILE")
        parser.add_argument("--format", choices=list(TRUST), default=CSV, help="default: csv; see --template")
        parser.add_argument("--sport", help="of rows that name none: 'nba', basketball_nba (default: SPORTS, if one)")
        parser.add_argument("--season", default="", help="of a sheet whose name does not tell it: 2016-17")
        parser.add_argument("--map", type=Path, metavar="FILE", help="the map of a generic file's columns")
        parser.add_argument("--dry-run", action="store_true", help="do it, report, and take it back")
        parser.add_argument("--template", action="store_true", help="print a CSV to fill in, and do nothing else")

    def handle(self, *, file: Path | None, as_json: bool, dry_run: bool, template: bool, **options: Any) -> None:
        if template:
            self.stdout.write(TEMPLATE, ending="")
            return
        if file is None:
            raise CommandError("which file? import_results --template prints one to fill in")
        _check(options)
        sport_key = find_sport(options["sport"]) if options["sport"] else _the_only(settings.SPORTS)
        chosen = ResultsFile(
            path=file,
            format=options["format"],
            sport_key=sport_key,
            season=options["season"],
            mapping=options["map"],
        )
        now = timezone.now()
        try:
            report = import_results(chosen, now=now, dry_run=dry_run)
        except CollectorError as error:
            raise CommandError(str(error)) from error
        if not dry_run:
            end_what_is_over(now)
        self.print_json(as_document(report, dry_run=dry_run)) if as_json else self._show(file, report, dry_run=dry_run)
        if not report.matched:
            told = f"none of {plural(report.rows, 'result')} could be used" if report.rows else "it has no rows"
            raise CommandError(f"{file}: {told}")

    def _show(self, file: Path, report: ResultsReport, *, dry_run: bool) -> None:
        self.console.print(plain(f"{'Would be imported' if dry_run else 'Imported'} from {file.name}", "bold"))
        grid = table()
        grid.show_header = False
        grid.add_column("", min_width=16)
        grid.add_column("", justify="right")
        for name, value in as_document(report, dry_run=dry_run).items():
            if not isinstance(value, bool):
                grid.add_row(name, f"{len(value) if isinstance(value, list) else value:,}")
        self.console.print(grid)
        self._name([problem.text for problem in report.problems])
        self._name(_unmatched(report.unmatched))

    def _name(self, lines: Sequence[str]) -> None:
        for line in lines[:SHOWN]:
            self.console.print(plain(f"⚠ {line}", "yellow"))
        if len(lines) > SHOWN:
            self.console.print(f"… and {len(lines) - SHOWN:,} more; --json lists all")


def _check(options: dict[str, Any]) -> None:
    try:
        check_options(options["format"], season=options["season"], mapping=options["map"])
    except CollectorError as error:
        raise CommandError(str(error)) from error


def _unmatched(unmatched: Sequence[Unmatched]) -> list[str]:
    """A line for each reason, with all rows that it is of."""
    rows: dict[str, list[str]] = {}
    for each in unmatched:
        rows.setdefault(f"{each.reason}{_meant(each.suggestions)}", []).append(each.where)
    return [f"{listed(where)}: {reason}" for reason, where in rows.items()]


def _the_only(sports: Sequence[str]) -> str:
    return sports[0] if len(sports) == 1 else ""


def _meant(suggestions: Sequence[str]) -> str:
    return f"; did you mean {' or '.join(suggestions)}?" if suggestions else ""
