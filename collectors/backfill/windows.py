"""When each game is wanted, pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from .cover import Window
from .wish import CLOSE, Moment

# The last instant before the start that can be asked for: times are sent in whole seconds.
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Game:
    """A game as far as its times are known."""

    event_id: str
    start: datetime  # as last stated
    listed: datetime | None  # the first list that has it, where the one before has not
    gone: datetime | None = None  # the first list before its start that lacks it again


def windows(games: Iterable[Game], moments: Iterable[Moment]) -> list[Window]:
    """A window for each game and moment; none for an opening that nobody saw, or before a game was listed."""
    moments = tuple(moments)
    return [window for game in games for moment in moments for window in _window(game, moment)]


def _window(game: Game, moment: Moment) -> Iterator[Window]:
    first, last, ideal = _bounds(game, moment)
    last = min(last, (game.gone or game.start) - _SECOND)
    if game.listed is not None:
        first = max(first, game.listed)
    if first < last:
        yield Window(game.event_id, moment.name, first, last, max(first, min(ideal, last)), _leads(moment))


def _leads(moment: Moment) -> tuple[timedelta, timedelta] | None:
    """How long before the start known then a snapshot serves, though the start has moved since; None of an opening."""
    if moment.name == CLOSE:
        return _SECOND, moment.within
    return None if moment.before is None else (moment.before - moment.within, moment.before + moment.within)


def _bounds(game: Game, moment: Moment) -> tuple[datetime, datetime, datetime]:
    """The first and last instant that serve, and the best."""
    if moment.name == CLOSE:
        return game.start - moment.within, game.start - _SECOND, game.start - _SECOND
    if moment.before is None:
        opening = game.listed or game.start
        return opening, opening + moment.within, opening
    ideal = game.start - moment.before
    return ideal - moment.within, ideal + moment.within, ideal
