"""How the credits of a period went and where they go: lines of a chart, pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

# The chart is drawn in these units and stretched to whatever width there is.
WIDTH, HEIGHT = 640, 200


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    left: int


@dataclass(frozen=True, slots=True)
class Day:
    """A day in UTC: what our calls were charged, and what is left at its end, or now, in fact and at an even pace."""

    day: date
    charged: int
    left: int
    even: int


@dataclass(frozen=True, slots=True)
class BurnDown:
    """Lines of credits left over time; `actual` ends and `forecast` begins now."""

    days: list[Day]
    actual: list[Point]
    even: list[Point]
    forecast: list[Point]


def burn_down(
    charged: Mapping[date, int],
    *,
    started_at: datetime,
    now: datetime,
    quota: int,
    left: int,
    resets_at: datetime,
    end: Point,
) -> BurnDown:
    """The lines of a period that began at `started_at`, with `left` credits now; the forecast leads to `end`.

    What was left earlier is reckoned back from now by what our calls were charged since. So what was used before our
    first call, or elsewhere, lowers the whole line.
    """
    even = [Point(started_at, quota), Point(resets_at, 0)]
    actual = [Point(started_at, left + sum(charged.values()))]
    days = []
    for day in _days(started_at, now):
        at = min(now, datetime.combine(day + timedelta(days=1), time(), UTC))
        then = left + sum(credits for other, credits in charged.items() if other > day)
        actual.append(Point(at, then))
        days.append(Day(day, charged.get(day, 0), then, _between(even[0], even[1], at)))
    return BurnDown(days, actual, even, [Point(now, left), end])


def coordinates(line: Sequence[Point], start: datetime, end: datetime, most: int) -> str:
    """A line as an SVG polyline has it, from `start` at the left to `end`, from `most` at the top to 0."""
    span = (end - start).total_seconds() or 1.0
    return " ".join(
        f"{WIDTH * (point.at - start).total_seconds() / span:.1f},{HEIGHT * (1 - point.left / (most or 1)):.1f}"
        for point in line
    )


def _days(first: datetime, last: datetime) -> list[date]:
    begin, end = first.astimezone(UTC).date(), last.astimezone(UTC).date()
    return [begin + timedelta(days=number) for number in range((end - begin).days + 1)]


def _between(first: Point, last: Point, at: datetime) -> int:
    share = (at - first.at) / (last.at - first.at)
    return round(first.left + share * (last.left - first.left))
