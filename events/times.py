"""Instants and spans as people read them, pure."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

FIRST_YEAR, LAST_YEAR = 1900, 2200


def stamp(moment: datetime | None) -> str:
    """'2026-01-15 00:30:00', in UTC: whatever stands around it says so. A dash where there is none."""
    return "–" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def duration(span: timedelta) -> str:
    """The two leading units of a span that is not negative: '45 s', '12 min', '3 h 5 min', '2 d 4 h'."""
    minutes, seconds = divmod(int(span.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((place for place, (amount, _) in enumerate(parts) if amount), len(parts) - 1)
    leading = parts[first : first + 2] if first < 2 else parts[first : first + 1]
    return " ".join(f"{amount} {unit}" for amount, unit in leading if amount) or "0 s"


def is_reckonable(moment: datetime) -> bool:
    """Whether it lies in 1900 to 2199: beyond there are no odds, and arithmetic could leave the calendar."""
    return datetime(FIRST_YEAR, 1, 1, tzinfo=UTC) <= moment < datetime(LAST_YEAR, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=65536)
def parse_time(value: str | int) -> datetime | None:
    """The instant in UTC of an ISO text with its zone, or of Unix seconds; None for anything else, naive text too."""
    try:
        if isinstance(value, int):
            return datetime.fromtimestamp(value, UTC)
        moment = datetime.fromisoformat(value)
        return moment.astimezone(UTC) if moment.tzinfo is not None and "T" in value else None
    except (ValueError, OverflowError, OSError):
        return None
