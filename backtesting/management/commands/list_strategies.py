"""Strategies with their parameters."""

from __future__ import annotations

from typing import Any

from django.core.management import CommandError, CommandParser
from rich.padding import Padding

from backtesting.strategies import BettingStrategy, Parameter, StrategyError, name_of, strategies, strategy_class
from backtesting.strategies.parameters import as_json
from events.cli import ReadCommand, plain, table


class Command(ReadCommand):
    help = (
        "List strategies with what they take: each parameter with its default and what is allowed, when they decide "
        "and what they stake unless told, and which of them cheat."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "names", nargs="*", metavar="NAME", help="only these; one's own as package.module:Class or file.py:Class"
        )

    def handle(self, *, as_json: bool, names: list[str], **_: Any) -> None:
        try:
            found = [strategy_class(name) for name in names] or list(strategies().values())
        except StrategyError as error:
            raise CommandError(str(error)) from error
        if as_json:
            self.print_json([_as_json(cls) for cls in found])
            return
        for cls in found:
            self._show(cls)

    def _show(self, cls: type[BettingStrategy]) -> None:
        traits = [f"decides {cls.default_decides}", f"stakes {cls.default_staking}"]
        traits += ["[yellow]⚠ cheats: for calibration only[/]"] * cls.is_cheating
        self.console.print(f"[bold cyan]{name_of(cls)}[/]  " + " · ".join(traits))
        self.console.print(Padding(plain(" ".join(cls.description().split())), (0, 0, 0, 2), expand=False))
        listing = table()
        for heading in ("Parameter", "Default", "Allowed", "Meaning"):
            listing.add_column(heading, no_wrap=heading in ("Parameter", "Default"))
        for name, parameter in cls.declared().items():
            listing.add_row(name, plain(parameter.written), plain(parameter.allowed), plain(parameter.help))
        self.console.print(Padding(listing, (0, 0, 1, 2), expand=False))


def _as_json(cls: type[BettingStrategy]) -> dict[str, Any]:
    return {
        "name": name_of(cls),
        "description": cls.description(),
        "decides": str(cls.default_decides),
        "staking": str(cls.default_staking),
        "is_cheating": cls.is_cheating,
        "looks_back": cls.looks_back,
        "parameters": [_parameter(name, each) for name, each in cls.declared().items()],
    }


def _parameter(name: str, parameter: Parameter[Any]) -> dict[str, Any]:
    return {
        "name": name,
        "type": parameter.type.__name__,
        "default": as_json(parameter.default),
        "low": parameter.low,
        "high": parameter.high,
        "choices": list(parameter.choices),
        "optional": parameter.optional,
        "help": parameter.help,
    }
