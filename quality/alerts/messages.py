"""What is told, pure: one message, text that is safe to pass on, and several messages in one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from ..choices import Severity

# The same is told once within this.
DAY = timedelta(hours=24)

# Begins the keys of what a sandbox shows, so that trying it out keeps nothing quiet that comes later.
SANDBOX = "sandbox/"

LONGEST_TITLE = 200
LONGEST_TEXT = 1500
# Of each message where several go as one.
LONGEST_LINE = 240


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What a person is told. `key` says what it is about: the same is told once within `quiet`."""

    key: str
    severity: Severity
    title: str
    text: str
    quiet: timedelta = DAY

    @property
    def heading(self) -> str:
        return f"{self.severity.label}: {self.title}"


def clean(text: str, longest: int) -> str:
    """Text from wherever, without what steers a terminal, turns the direction of writing or hides; lines are kept.

    PostgreSQL would refuse some of it (NUL, halves of surrogate pairs).
    """
    shown = (
        char if char.isprintable() or char == "\n" else " " if char.isspace() else "\N{REPLACEMENT CHARACTER}"
        for char in text.replace("\r\n", "\n")[: longest + 1]
    )
    return clipped("".join(shown).strip(), longest)


def in_one_line(text: str, longest: int) -> str:
    return clipped(" ".join(clean(text, 2 * longest).split()), longest)


def clipped(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1] + "…"


def summed(messages: Sequence[Message]) -> Message:
    """Several messages as one, the worst first; one alone as it is."""
    if len(messages) == 1:
        return messages[0]
    ordered = sorted(messages, key=lambda message: -message.severity.rank)
    lines, room = [], LONGEST_TEXT - 60
    for message in ordered:
        line = f"• {in_one_line(f'{message.heading}. {message.text}', LONGEST_LINE)}"
        if len(line) >= room:
            break
        lines.append(line)
        room -= len(line) + 1
    if left := len(ordered) - len(lines):
        lines.append(f"… and {left:,} more: see the alerts in the admin")
    return Message(key="", severity=ordered[0].severity, title=f"{len(messages)} messages", text="\n".join(lines))
