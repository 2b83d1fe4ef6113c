"""What .env.example says: which settings there are, under which headings, and what each means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

HEADING = re.compile(r"# --- (.+) ---")
VARIABLE = re.compile(r"#?([A-Z][A-Z0-9_]*)=")


class Block(NamedTuple):
    """Settings that one comment explains together."""

    group: str
    names: tuple[str, ...]
    text: str


def blocks(example: Path) -> Iterator[Block]:
    """The settings of the file, in its order: each comment with the variables under it. None without a file."""
    group = ""
    comment: list[str] = []
    names: list[str] = []
    text = example.read_text(encoding="utf-8") if example.is_file() else ""
    for line in [*text.splitlines(), ""]:
        if heading := HEADING.fullmatch(line):
            group, comment = heading[1], []
        elif variable := VARIABLE.match(line):
            names.append(variable[1])
        else:
            if names:
                yield Block(group, tuple(names), " ".join(comment))
            if names or not line:
                comment, names = [], []
            if line:
                comment.append(line.removeprefix("#").strip())
