"""Days as the leagues count them, pure.

A game at 19:30 in New York is played on the next day in UTC, so games are grouped by the day in US/Eastern.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

EASTERN = ZoneInfo("America/New_York")


def bounds(day: date) -> tuple[datetime, datetime]:
    """The instants in UTC at which a game day begins and ends: [start, end), 23 or 25 hours when clocks change."""
    start, end = (datetime.combine(each, time(), EASTERN) for each in (day, day + timedelta(days=1)))
    return start.astimezone(UTC), end.astimezone(UTC)


def day_of(moment: datetime) -> date:
    """The game day on which an instant falls."""
    return moment.astimezone(EASTERN).date()
