"""The reference of settings: what each means from .env.example, its type and default from where it is declared."""

from __future__ import annotations

from typing import Any

from oddsproject.example import blocks
from oddsproject.settings import BASE_DIR, env

INTRODUCTION = """\
# Settings

Written by `manage.py write_reference` from `.env.example` and from where settings are declared. Settings are variables
of the environment or lines of `.env`; the environment goes before. `manage.py show_config` tells what is in effect and
where it comes from, and `manage.py check` what cannot be meant. What is left empty has its default.
"""
TYPES = {
    str: "text",
    bool: "`true` or `false`",
    int: "whole number",
    float: "number",
    list: "list, commas between",
}


def page() -> str:
    """The whole page, in Markdown."""
    parts = [INTRODUCTION]
    group_before = ""
    for block in blocks(BASE_DIR / ".env.example"):
        if block.group != group_before:
            parts.append(f"## {block.group}\n")
            group_before = block.group
        parts.append("### " + ", ".join(f"`{name}`" for name in block.names) + "\n")
        declared = [name for name in block.names if name in env.scheme]
        parts += [f"- `{name}`: {_declared(*env.scheme[name])}" for name in declared]
        parts.append("")
        parts.append(block.text.replace("<", "&lt;") + "\n")
    return "\n".join(parts)


def _declared(cast: type, default: Any) -> str:
    """Type and default."""
    if default in ("", []):
        shown = "empty"
    elif isinstance(default, bool):
        shown = f"`{str(default).lower()}`"
    elif isinstance(default, list):
        shown = f"`{','.join(default)}`"
    else:
        shown = f"`{default:g}`" if isinstance(default, float) else f"`{default}`"
    return f"{TYPES[cast]}; default: {shown}"
