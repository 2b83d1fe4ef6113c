"""Backups as collecting sees them: when to make one, and how the last ones went.

They are made by a part of the whole that this app may not import; it registers here when the project starts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from .facts import Backups
from .ticks import Outcome


@dataclass(frozen=True, slots=True)
class Keeper:
    """Who makes them: `back_up` does what is due at an instant, `known` tells what there is."""

    back_up: Callable[[datetime], Outcome]
    known: Callable[[], Backups]


_keepers: list[Keeper] = []


def register(keeper: Keeper) -> None:
    _keepers[:] = [keeper]


def back_up(now: datetime) -> Outcome:
    (keeper,) = _keepers
    return keeper.back_up(now)


def known() -> Backups:
    (keeper,) = _keepers
    return keeper.known()
