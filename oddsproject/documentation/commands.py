"""The reference of commands, from their parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.core.management import get_commands, load_command_class

from oddsproject.settings import BASE_DIR

INTRODUCTION = """\
# Options of all commands

Written by `manage.py write_reference` from the commands themselves. [Commands](../commands.md) tells what each is for,
with examples. All take Django's own options too, of which `--traceback` shows where an error came from.
"""
# What Django gives every command.
DJANGO = {
    "help", "version", "verbosity", "settings", "pythonpath", "traceback", "no_color", "force_color", "skip_checks",
    "force_rich_color",
}  # fmt: skip
APPS = "oddsproject", "collectors", "events", "odds", "quality", "backtesting"


def own_commands() -> dict[str, str]:
    """The name of each command of this project with its app, by apps and then by name."""
    found = {name: str(app) for name, app in get_commands().items() if is_own(str(app))}
    return dict(sorted(found.items(), key=lambda each: (APPS.index(each[1]), each[0])))


def is_own(app: str) -> bool:
    return app in APPS and apps.get_app_config(app).path.startswith(str(BASE_DIR))


def page() -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION]
    app_before = ""
    for name, app in own_commands().items():
        if app != app_before:
            parts.append(f"## {app}\n")
            app_before = app
        command = load_command_class(app, name)
        parts.append(f"### `{name}`\n\n{_sentence(command.help)}\n")
        parts += _of_parser(command.create_parser("manage.py", name))
    return "\n".join(parts)


def _of_parser(parser: argparse.ArgumentParser) -> Iterator[str]:
    """A table of the arguments, and the same of each command within."""
    actions = [action for action in parser._actions if action.dest not in DJANGO]
    rows = [_row(action) for action in actions if not isinstance(action, argparse._SubParsersAction)]
    if rows:
        yield "\n".join(["| argument | default | meaning |", "| --- | --- | --- |", *rows, ""])
    for action in actions:
        if isinstance(action, argparse._SubParsersAction):
            helps = {choice.dest: choice.help or "" for choice in action._choices_actions}
            for name, inner in action.choices.items():
                yield f"**`{inner.prog.removeprefix('manage.py ')}`** {_sentence(helps.get(name, ''))}".rstrip() + "\n"
                yield from _of_parser(inner)


def _row(action: argparse.Action) -> str:
    meaning = (action.help or "") % {"default": action.default, "prog": "manage.py"}
    if action.choices:
        meaning = "; ".join(filter(None, [meaning, "one of " + ", ".join(f"`{each}`" for each in action.choices)]))
    if isinstance(action, argparse._AppendAction) and "repeatable" not in meaning:
        meaning = "; ".join(filter(None, [meaning, "repeatable"]))
    return f"| {_name(action)} | {_default(action)} | {_cell(meaning)} |"


def _name(action: argparse.Action) -> str:
    """As one types it: `--team TEAM`, or `FILE…` without a dash."""
    shown = action.metavar or (action.dest if not action.option_strings else action.dest.upper())
    value = " ".join(shown) if isinstance(shown, tuple) else str(shown)
    many = "…" if action.nargs in ("+", "*") else ""
    if not action.option_strings:
        return f"`{value}{many}`" + (" (optional)" if action.nargs in ("?", "*") else "")
    takes_value = action.nargs != 0 and not action.choices
    return f"`{action.option_strings[-1]}{f' {value}{many}' if takes_value else ''}`"


def _default(action: argparse.Action) -> str:
    default: Any = action.default
    if action.required and action.nargs != "*":
        return "required"
    told = "default" in (action.help or "")  # in its own words: it may be that of a setting
    if told or action.nargs == 0 or default in (None, "", argparse.SUPPRESS) or default == []:
        return ""
    return f"`{default:g}`" if isinstance(default, float) else f"`{_cell(str(default))}`"


def _sentence(text: str) -> str:
    return " ".join(text.split())


def _cell(text: str) -> str:
    return _sentence(text).replace("|", "\\|").replace("<", "&lt;")
