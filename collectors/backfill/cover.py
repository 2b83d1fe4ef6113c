"""The smallest set of purchases that shows every game at every instant wanted, pure.

Each wish is a window of time; one answer of the provider has all games at one instant, and so serves every window that
the instant lies in. Fewest points that lie in all windows: go through them by their ends, and where one has no point
yet, take its end.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from statistics import median_low

# The provider's grid: snapshots come every five minutes, and until some day of September 2022 came every ten, each some
# seconds earlier or later than that.
_FINER_FROM = datetime(2022, 10, 1, tzinfo=UTC)
_SPACING, _SPACING_BEFORE = timedelta(minutes=5, seconds=30), timedelta(minutes=10, seconds=30)


def _spacing_at(moment: datetime) -> timedelta:
    return _SPACING if moment >= _FINER_FROM else _SPACING_BEFORE


@dataclass(frozen=True, slots=True)
class Window:
    """A game is wanted in any snapshot from `first` to `last`, best at `ideal`."""

    event_id: str
    moment: str
    first: datetime
    last: datetime
    ideal: datetime
    # By the start that a snapshot itself states: it serves as well if it was taken so long before that.
    leads: tuple[timedelta, timedelta] | None = None

    @property
    def sure(self) -> datetime:
        """Asked for from here to `last`, the answer lies in the window: it is up to a spacing older than that."""
        return min(self.first + _spacing_at(self.first), self.last)


@dataclass(frozen=True, slots=True)
class Answered:
    """A purchase made: whatever is asked from `at` to before `until` has the same answer."""

    at: datetime
    until: datetime


@dataclass(slots=True)
class Point:
    """An instant to buy, and the windows that it serves."""

    at: datetime
    windows: list[Window]


@dataclass(slots=True)
class Cover:
    """What is to be bought for which windows, what was asked before, and what cannot be had."""

    points: list[Point] = field(default_factory=list)
    answered: list[Window] = field(default_factory=list)  # by an answer bought before: the game is not in it
    unobtainable: list[Window] = field(default_factory=list)

    @property
    def bought(self) -> int:
        """Windows that the points serve."""
        return sum(len(point.windows) for point in self.points)


class Grid:
    """What the answers bought tell of the provider's snapshots, and at which instants there is nothing to be had."""

    def __init__(self, answered: Iterable[Answered], nothing_at: Iterable[datetime] = ()) -> None:
        self.nothing_at = frozenset(nothing_at)
        self._answered = sorted(set(answered), key=attrgetter("at", "until"))
        self._times = [each.at for each in self._answered]

    def serves(self, window: Window) -> bool:
        """Whether a snapshot in the window was bought: if the game is not in it, it was not on offer."""
        place = bisect_right(self._times, window.last)
        return place > 0 and self._times[place - 1] >= window.first

    def span(self, moment: datetime) -> Answered | None:
        """The answer to whoever asks for this instant, where it is known."""
        place = bisect_right(self._times, moment)
        found = self._answered[place - 1] if place else None
        return found if found is not None and moment < found.until else None


def cover(windows: Iterable[Window], grid: Grid) -> Cover:
    """The fewest points for these windows beside what the grid has."""
    result = Cover()
    group: list[Window] = []
    for window in sorted(windows, key=attrgetter("last", "first", "event_id", "moment")):
        if grid.serves(window):
            result.answered.append(window)
        elif (span := grid.span(window.last)) is not None and span.at < window.first:
            result.unobtainable.append(window)  # nothing was taken in it
        elif group and window.sure <= group[0].last:
            group.append(window)
        else:
            _close(group, grid, result)
            group = [window]
    _close(group, grid, result)
    return result


def _close(group: Sequence[Window], grid: Grid, result: Cover) -> None:
    """Add the point of a group of windows that have one in common, as near to what is ideal as all of them allow."""
    if not group:
        return
    earliest, latest = max(window.sure for window in group), min(window.last for window in group)
    asked = min(max(_ideal(group), earliest), latest)
    span = grid.span(asked)
    if span is not None:  # what it would bring is known, and lies in no window: ask for the next one
        asked = min(span.until, latest)
    for instant in _around(asked, earliest, latest):
        if instant not in grid.nothing_at:
            result.points.append(Point(instant, list(group)))
            return
    result.unobtainable.extend(group)


def _around(asked: datetime, earliest: datetime, latest: datetime) -> Iterator[datetime]:
    """An instant, and those that bring other snapshots and serve as well: the earlier ones first."""
    spacing = _spacing_at(earliest)
    yield asked
    for number in range(1, (asked - earliest) // spacing + 1):
        yield asked - number * spacing
    for number in range(1, (latest - asked) // spacing + 1):
        yield asked + number * spacing


def _ideal(group: Sequence[Window]) -> datetime:
    """The close before all else: its price moves fastest, and is what results are measured by."""
    closes = [window.ideal for window in group if window.ideal == window.last]
    return min(closes) if closes else median_low(window.ideal for window in group)
