"""Which backups are kept: all of a day, then the newest of each of the last days, weeks and months. Pure."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Keep:
    """How many are kept as the newest of a day, of a week and of a month (UTC; weeks begin on Monday)."""

    daily: int
    weekly: int
    monthly: int

    def __str__(self) -> str:
        return f"{self.daily},{self.weekly},{self.monthly}"


def parse_keep(text: str) -> Keep:
    """Such as "7,4,12". Raises ValueError, with one line, for anything else."""
    numbers = [part.strip() for part in text.split(",")]
    if len(numbers) != 3 or not all(number.isdecimal() and len(number) < 5 for number in numbers):
        raise ValueError(f"{text!r} is not how many of days, weeks and months are kept, such as 7,4,12")
    keep = Keep(*map(int, numbers))
    if not keep.daily:
        raise ValueError(f"{text!r} keeps nothing of the last days: the first number must be 1 or more")
    return keep


def kept(times: Iterable[datetime], keep: Keep) -> set[datetime]:
    """Of the times (aware, UTC) of backups those that stay. The newest is always among them.

    So are those made less than a day before it: one made by hand before a change is not lost to one made after it.
    """
    newest_first = sorted(times, reverse=True)
    return {
        *(time for time in newest_first if newest_first[0] - time < DAY),
        *_newest_of_each(newest_first, keep.daily, lambda time: time.date()),
        *_newest_of_each(newest_first, keep.weekly, lambda time: time.isocalendar()[:2]),
        *_newest_of_each(newest_first, keep.monthly, lambda time: (time.year, time.month)),
    }


def _newest_of_each(
    newest_first: list[datetime], number: int, period: Callable[[datetime], Hashable]
) -> Iterable[datetime]:
    newest: dict[Hashable, datetime] = {}
    for time in newest_first:
        newest.setdefault(period(time), time)
    return list(newest.values())[:number]
