"""When to decide, pure: from the snapshots of one event to the instants at which a strategy looks at it.

All but the closing line are known as they come: an instant never depends on a later snapshot, start or score.
Times are microseconds since 1970 in UTC.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from events.game_days import EASTERN
from odds.choices import LineMoment

Times = NDArray[np.int64]

MINUTE = 60_000_000
_LONGEST = 366 * 24 * 60  # minutes; no price is offered so early
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class UnknownDecisionTime(ValueError):
    """The text names no time to decide at."""


class DecisionTime(ABC):
    """When to decide on an event. `str` gives the text that `parse_decision_time` reads."""

    @property
    def needs_hindsight(self) -> bool:
        """Whether it is known only afterwards that the instant was the one."""
        return False

    @abstractmethod
    def instants(self, times: Times, starts: Times, *, closing_at: int | None = None) -> list[int]:
        """The instants to decide at, in time order.

        `times` are those of the event's snapshots, rising; `starts` what each stated as the start. `closing_at` is the
        event's last pre-match snapshot, which only the closing line asks for.
        """


@dataclass(frozen=True, slots=True)
class MinutesBefore(DecisionTime):
    """Once, as soon as the start is this near by what is known then, and before it."""

    minutes: int

    def __post_init__(self) -> None:
        if self.minutes < 1:
            raise ValueError(f"{self.minutes} minutes before the start: give at least 1")
        if self.minutes > _LONGEST:
            raise ValueError(f"{self.minutes} minutes before the start: give at most {_LONGEST}, a year")

    def instants(self, times: Times, starts: Times, *, closing_at: int | None = None) -> list[int]:
        """From each snapshot to the next one its stated start is the known one."""
        reached = np.maximum(times, starts - self.minutes * MINUTE)
        counts = reached < starts
        counts[:-1] &= reached[:-1] < times[1:]
        return [int(moment) for moment in reached[counts][:1]]

    def __str__(self) -> str:
        hours, minutes = divmod(self.minutes, 60)
        return f"{self.minutes}m" if minutes or hours < 2 else f"{hours}h"


@dataclass(frozen=True, slots=True)
class EveryChange(DecisionTime):
    """At every snapshot taken before the start that it states."""

    def instants(self, times: Times, starts: Times, *, closing_at: int | None = None) -> list[int]:
        return [int(time) for time in times[times < starts]]

    def __str__(self) -> str:
        return "change"


@dataclass(frozen=True, slots=True)
class DailyAt(DecisionTime):
    """Every day at this time of the clock, from the first snapshot on, until the start known then."""

    time: time
    zone: ZoneInfo = EASTERN

    def instants(self, times: Times, starts: Times, *, closing_at: int | None = None) -> list[int]:
        if not len(times):
            return []
        first, last = (_EPOCH + timedelta(microseconds=int(each)) for each in (times[0], starts.max()))
        day, end = first.astimezone(self.zone).date(), last.astimezone(self.zone).date()
        found = []
        while day <= end:
            moment = self._on(day)
            known = int(np.searchsorted(times, moment, side="right")) - 1
            if known >= 0 and moment < starts[known]:
                found.append(moment)
            day += timedelta(days=1)
        return found

    def _on(self, day: date) -> int:
        return (datetime.combine(day, self.time, self.zone) - _EPOCH) // timedelta(microseconds=1)

    def __str__(self) -> str:
        clock = f"{self.time:%H:%M}"
        return clock if self.zone == EASTERN else f"{clock} {self.zone.key}"


@dataclass(frozen=True, slots=True)
class AtLine(DecisionTime):
    """At the opening or the closing line. Which snapshot is the closing one is known only afterwards: hindsight."""

    moment: LineMoment

    @property
    def needs_hindsight(self) -> bool:
        return self.moment == LineMoment.CLOSING

    def instants(self, times: Times, starts: Times, *, closing_at: int | None = None) -> list[int]:
        if self.moment == LineMoment.CLOSING:  # which stays known of events whose snapshots were archived
            return [closing_at] if len(times) and closing_at is not None else []
        return [int(time) for time in times[times < starts][:1]]

    def __str__(self) -> str:
        return "open" if self.moment == LineMoment.OPENING else "close"


def _zone(key: str) -> ZoneInfo:
    try:
        return ZoneInfo(key)
    except OSError:  # a folder of them, or no name that a file could have
        raise ValueError(f"there is no time zone {key:.40}") from None


_BEFORE = re.compile(r"(\d+)(m|h)")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})(?: (\S+))?")
_NAMED = {
    "change": EveryChange(),
    "open": AtLine(LineMoment.OPENING),
    "close": AtLine(LineMoment.CLOSING),
}


def parse_decision_time(text: str) -> DecisionTime:
    """`60m`, `3h` before the start; `change`; `17:00`, US/Eastern or as in `17:00 Europe/London`; `open`, `close`.

    Raises UnknownDecisionTime for anything else.
    """
    wanted = text.strip()
    try:
        if wanted in _NAMED:
            return _NAMED[wanted]
        if before := _BEFORE.fullmatch(wanted):
            return MinutesBefore(int(before[1]) * (60 if before[2] == "h" else 1))
        if clock := _CLOCK.fullmatch(wanted):
            return DailyAt(time(int(clock[1]), int(clock[2])), _zone(clock[3]) if clock[3] else EASTERN)
    except (ValueError, ZoneInfoNotFoundError) as exc:
        raise UnknownDecisionTime(f"decision time {text!r}: {exc}") from exc
    raise UnknownDecisionTime(
        f"decision time {text!r}: give minutes or hours before the start (60m, 3h), change, a time of day (17:00), "
        "open or close"
    )
