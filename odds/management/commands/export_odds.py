"""Stored odds as files for other programs."""

from __future__ import annotations

from argparse import ArgumentTypeError
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import CommandError, CommandParser
from rich.progress import Progress

from events.cli import ReadCommand, day_option, plain
from events.queries import find_event, find_sport, find_team
from events.wording import plural
from odds.archived import archive_folder
from odds.exports.datasets import DATASETS
from odds.exports.export import ExportReport, Format, archived_of, export, format_of
from odds.exports.selection import ExportError, Selection
from odds.lookups import find_bookmaker, find_market
from odds.wording import size


class Command(ReadCommand):
    help = "Write stored odds to Parquet (a folder for each sport and month), CSV or Excel: all of it, or nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--out", type=_path, required=True, metavar="PATH", help="a folder for Parquet, or a file")
        parser.add_argument("--format", choices=list(Format), help="default: as PATH ends; parquet without an ending")
        parser.add_argument("--what", choices=list(DATASETS), default="odds", help="which table (odds)")
        parser.add_argument("--sport", action="append", default=[], help="only this sport, repeatable: 'nba'")
        parser.add_argument("--start", metavar="DAY", help="only from this game day on, as counted in US/Eastern")
        parser.add_argument("--end", metavar="DAY", help="only up to this game day")
        parser.add_argument("--event-id", action="append", default=[], metavar="ID", help="only this event, repeatable")
        parser.add_argument("--team", help="only events of this team: 'Lakers'")
        parser.add_argument("--bookmaker", action="append", default=[], help="only this bookmaker, repeatable")
        parser.add_argument("--market", action="append", default=[], help="only this market, repeatable")
        parser.add_argument("--no-live", action="store_true", help="no in-play prices")
        parser.add_argument("--valid-only", action="store_true", help="no prices that were found invalid")
        parser.add_argument("--sandbox", action="store_true", help="the sandbox's made-up events, not the real ones")
        parser.add_argument("--overwrite", action="store_true", help="replace what an export before wrote there")
        parser.add_argument("--dry-run", action="store_true", help="count the events chosen, write nothing")

    def handle(self, *, out: Path, as_json: bool, overwrite: bool, what: str, dry_run: bool, **options: Any) -> None:
        selection = _selection(options).settled()
        events = selection.events().count()
        try:
            file_format = format_of(out, options["format"] and Format(options["format"]))
            if dry_run:
                self._tell_dry(selection, out, what, events, as_json=as_json)
                return
            with self._progress(events, hidden=as_json) as advance:
                report = export(
                    selection, out, what=what, file_format=file_format, overwrite=overwrite, advance=advance
                )
        except ExportError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"{out}: {error.strerror or error}; nothing was written") from error
        self._tell(report, as_json=as_json)

    @contextmanager
    def _progress(self, events: int, *, hidden: bool) -> Iterator[Callable[[int], object]]:
        """What moves a bar, which appears with the first move: above a refusal there is none."""
        bar = Progress(console=self.console, transient=True, disable=hidden or not self.console.is_terminal)
        task = bar.add_task("Exporting", total=events)

        def advance(more: int) -> None:
            bar.start()
            bar.update(task, advance=more)

        try:
            yield advance
        finally:
            bar.stop()

    def _tell(self, report: ExportReport, *, as_json: bool) -> None:
        if as_json:
            self.print_json(report)
            return
        where = f"{plural(report.files, 'file')} in {report.path}" if report.format == Format.PARQUET else report.path
        rows = f"✓ {plural(report.rows, 'row')} of {plural(report.events, 'event')}, {size(report.size_bytes)}: {where}"
        self.console.print(plain(rows), soft_wrap=True)
        self._warn(is_sandbox=report.is_sandbox, left_out=report.sandbox_left_out, archived=report.archived)

    def _tell_dry(self, selection: Selection, out: Path, what: str, events: int, *, as_json: bool) -> None:
        is_sandbox, left_out, archived = selection.sandbox, selection.left_out(), archived_of(selection, what)
        if as_json:
            kinds = {"is_sandbox": is_sandbox, "sandbox_left_out": left_out, "archived": archived}
            self.print_json({"path": str(out), "events": events, **kinds, "dry_run": True})
            return
        self.console.print(plain(f"would export {plural(events, 'event')} to {out}"), soft_wrap=True)
        self._warn(is_sandbox=is_sandbox, left_out=left_out, archived=archived)

    def _warn(self, *, is_sandbox: bool, left_out: int, archived: int) -> None:
        restore = f"import_archive --format parquet {archive_folder()}"
        warnings = {
            "made up by the sandbox, all of it": is_sandbox,
            f"{plural(left_out, 'made-up event')} of the sandbox left out; --sandbox exports those alone": left_out,
            f"the odds of {archived:,} of these events lie in archives and are missing here; {restore}": archived,
        }
        for warning, applies in warnings.items():
            if applies:
                self.console.print(plain(f"⚠ {warning}", "yellow"), soft_wrap=True)


def _selection(options: dict[str, Any]) -> Selection:
    start, end = day_option(options["start"], "--start"), day_option(options["end"], "--end")
    if start is not None and end is not None and end < start:
        raise CommandError(f"--end {end} is before --start {start}")
    return Selection(
        sports=[find_sport(typed) for typed in options["sport"]],
        event_ids=[find_event(typed).api_id for typed in options["event_id"]],
        team=options["team"] and find_team(options["team"]),
        start=start,
        end=end,
        bookmakers=[find_bookmaker(typed) for typed in options["bookmaker"]],
        markets=[find_market(typed) for typed in options["market"]],
        live=not options["no_live"],
        valid_only=options["valid_only"],
        sandbox=options["sandbox"],
    )


def _path(typed: str) -> Path:
    if not typed or "\0" in typed:
        raise ArgumentTypeError(f"{typed!r} is no path")
    if typed == "-":
        raise ArgumentTypeError("'-': an export is put in its place whole, it cannot be piped; name a file")
    return Path(typed).expanduser().absolute()
