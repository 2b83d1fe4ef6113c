"""What the commands that answer questions have in common."""

from __future__ import annotations

import logging
import signal
import sys
import threading
from argparse import ArgumentTypeError
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec
from django.core.management import CommandError, CommandParser
from django.db import OperationalError, ProgrammingError
from django_rich.management import RichCommand

from .encoding import as_json
from .names import UnresolvedName

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

# Wide enough that no row of a table is broken in a file or a pipe.
PIPED_WIDTH = 240

# What asks a command to end.
ENDING = (signal.SIGINT, signal.SIGTERM)

# Between a number and its sign.
_UNBROKEN = "\N{NO-BREAK SPACE}"

UNDEFINED = ("42P01", "42703")  # table, column


class ReadCommand(RichCommand):
    """A command that answers a question: in tables for people, or with --json as one document.

    Known errors end it with one line and exit code 1.
    """

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if parser.called_from_command_line:
            _quiet_terminal()
            # argparse would print the whole usage, and exit with 2.
            parser.error = lambda message: parser.exit(1, f"{message}; see {parser.prog} --help\n")  # type: ignore[method-assign]
        return parser

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json", help="print one JSON document instead")

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except OverflowError as error:
            raise CommandError(f"beyond the calendar: {error}") from error
        except UnresolvedName as error:
            raise CommandError(str(error)) from error
        except OperationalError as error:
            raise CommandError(f"the database does not answer: {str(error).splitlines()[0]}") from error
        except ProgrammingError as error:
            if getattr(error.__cause__, "sqlstate", None) not in UNDEFINED:
                raise
            raise CommandError("the database is not up to date: run `manage.py migrate`") from error

    def make_rich_console(self, **kwargs: Any) -> Console:
        console = super().make_rich_console(**kwargs, highlight=False)
        if not console.is_terminal and "COLUMNS" not in console._environ:
            console.width = PIPED_WIDTH
        return console

    def print_json(self, answer: Any) -> None:
        """Write one document: times in ISO 8601 with Z, exact decimals as numbers, dataclasses as objects."""
        self.stdout.write(msgspec.json.format(as_json(answer), indent=2).decode())


def asked(question: str) -> str:
    """What a person at the terminal answers; "" from whoever interrupts it or ends the input.

    It goes to standard error: standard output is for the answer of the command, which may be JSON.
    """
    in_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.signal(number, signal.default_int_handler) for number in ENDING if in_main}
    try:
        sys.stderr.write(question)
        sys.stderr.flush()
        return input().strip().casefold()
    except (EOFError, KeyboardInterrupt):
        return ""
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _quiet_terminal() -> None:
    """Leave the terminal to the answer: what is merely normal goes to the log file only."""
    for handler in logging.getLogger().handlers:
        if getattr(handler, "stream", None) is sys.stderr:
            handler.setLevel(max(handler.level, logging.WARNING))


def whole(text: str) -> int:
    """A whole number above 0, as a type of argparse."""
    if not text.isdecimal() or not 0 < int(text) < 1_000_000:
        raise ArgumentTypeError(f"{text!r} is no whole number above 0")
    return int(text)


def moment_option(value: str | datetime | None, option: str) -> datetime | None:
    """An aware instant from what was typed; without an offset it is UTC. Raises CommandError with one line."""
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise CommandError(f"{option}: {value!r} is no instant; write it as 2026-01-15T00:30:00Z") from error


def day_option(value: str | date | None, option: str) -> date | None:
    """A day from what was typed. Raises CommandError with one line."""
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise CommandError(f"{option}: {value!r} is no day; write it as 2026-01-15") from error


def plain(text: str, style: str = "") -> Text:
    """Text from outside, without its markup meaning anything and with what could steer a terminal made visible."""
    from rich.text import Text

    shown = (char if char.isprintable() or char == _UNBROKEN else "\N{REPLACEMENT CHARACTER}" for char in text)
    return Text("".join(shown), style=style)


def table(title: str | Text = "") -> Table:
    """An empty table in the look that all commands share."""
    from rich import box
    from rich.table import Table

    listing = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    listing.show_edge = listing.pad_edge = False
    return listing
