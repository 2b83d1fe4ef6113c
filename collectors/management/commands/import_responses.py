from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser
from django.utils import timezone
from rich.progress import BarColumn, DownloadColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from collectors.recorded import ImportReport, RecordingOptions, import_responses
from events.cli import ReadCommand, moment_option, plain, table
from odds.choices import OddsFormat
from quality.choices import IssueType
from quality.event_checks import end_what_is_over

PROBLEMS_SHOWN = 20


class Command(ReadCommand):
    help = "Store recorded answers of The Odds API: odds, scores or events, as JSON or JSON lines, gzipped or not."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument(
            "--captured-at",
            metavar="TIME",
            help="when the answers were taken, for files that do not say; ISO 8601, UTC if without zone",
        )
        parser.add_argument(
            "--markets", type=_keys, metavar="KEYS", help="the markets asked for (default: all there are)"
        )
        parser.add_argument("--bookmakers", type=_keys, metavar="KEYS", help="the bookmakers asked for (default: all)")
        parser.add_argument("--odds-format", choices=OddsFormat.values, help="default: told from the prices")
        parser.add_argument("--dry-run", action="store_true", help="read and count, store nothing")

    def handle(self, *, files: list[Path], as_json: bool, dry_run: bool, **options: Any) -> None:
        for file in files:
            if not file.exists() or file.is_dir():
                what = "a folder" if file.is_dir() else "no such file"
                raise CommandError(f"{file}: {what}; nothing was imported")
        captured_at = moment_option(options["captured_at"], "--captured-at")
        if captured_at is not None and captured_at > timezone.now():
            raise CommandError(f"--captured-at: {captured_at:%Y-%m-%dT%H:%M:%SZ} is still to come")
        chosen = RecordingOptions(
            captured_at=captured_at,
            markets=options["markets"],
            bookmakers=options["bookmakers"],
            odds_format=options["odds_format"] and OddsFormat(options["odds_format"]),
        )
        with self._progress(files, hidden=as_json) as advance:
            report = import_responses(files, chosen, dry_run=dry_run, advance=advance)
        if not dry_run:
            end_what_is_over(timezone.now())  # most of what is imported is of events that are
        nothing_read = bool(report.unreadable and not report.responses)
        if as_json:
            self.print_json(as_document(report, dry_run=dry_run))
        else:
            if not nothing_read:
                self._show(report, dry_run=dry_run)
            self._show_problems(report)
        if nothing_read:
            raise CommandError("nothing could be read")

    def _progress(self, files: list[Path], *, hidden: bool) -> "_Bar":
        return _Bar(self.console, sum(file.stat().st_size for file in files), hidden=hidden)

    def _show(self, report: ImportReport, *, dry_run: bool) -> None:
        document = as_document(report, dry_run=dry_run)
        grid = table("Would be imported" if dry_run else "Imported")
        grid.show_header = False
        grid.add_column("")
        grid.add_column("", justify="right")
        for name, value in document.items():
            if isinstance(value, int) and not isinstance(value, bool):
                grid.add_row(name.replace("_", " "), f"{value:,}")
        self.console.print(grid)
        if report.entries:
            kinds = Counter((each.severity, each.issue_type) for each in report.entries)
            told = (
                f"{count:,} × {IssueType(kind).label} ({severity})" for (severity, kind), count in kinds.most_common()
            )
            self.console.print(f"New to the quality log: {', '.join(told)}", soft_wrap=True)

    def _show_problems(self, report: ImportReport) -> None:
        for problem in report.problems[:PROBLEMS_SHOWN]:
            self.console.print(plain(f"⚠ {problem.text}", "yellow"))
        if len(report.problems) > PROBLEMS_SHOWN:
            self.console.print(f"… and {len(report.problems) - PROBLEMS_SHOWN:,} more; --json lists all")


def as_document(report: ImportReport, *, dry_run: bool) -> dict[str, Any]:
    return {
        "events": len(report.events),
        "responses": report.responses,
        "snapshots": report.snapshots,
        "live_snapshots": report.live_snapshots,
        "price_points": report.price_points,
        "runs": report.runs,
        "rejected": report.rejected,
        "scores": report.scores,
        "duplicates": report.duplicates,
        "unreadable": report.unreadable,
        "dry_run": dry_run,
        "joined": report.joined,
        "faults": len(report.entries),
        "problems": [
            {"kind": problem.kind, "text": problem.text.encode(errors="replace").decode()}
            for problem in report.problems
        ],
    }


def _keys(value: str) -> tuple[str, ...]:
    return tuple(key.strip() for key in value.split(",") if key.strip())


class _Bar:
    """A progress bar over bytes; on entering, the function that moves it."""

    def __init__(self, console: Any, total: int, *, hidden: bool) -> None:
        columns = (TextColumn("Importing"), BarColumn(), TaskProgressColumn(), DownloadColumn(), TimeRemainingColumn())
        self.bar = Progress(*columns, console=console, transient=True, disable=hidden or not console.is_terminal)
        self.total = total

    def __enter__(self) -> Callable[[int], object]:
        task = self.bar.__enter__().add_task("", total=self.total)
        return lambda size: self.bar.update(task, advance=size)

    def __exit__(self, *raised: Any) -> None:
        self.bar.__exit__(*raised)
