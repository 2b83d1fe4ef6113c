"""Which status an event has, from what is known of it now, pure.

The provider states no status: it gives a start that moves, scores for three days, and lists events until they end. What
cannot be inferred from these is named, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from .choices import EventStatus

# One list without an event may be the provider's slip; so many in a row over so long are not.
LISTS_UNTIL_VANISHED = 3
GONE_UNTIL_VANISHED = timedelta(hours=1)
# Long after any game has ended. Scores reach back three days, so there are two left to find out.
UNRESOLVED_AFTER = timedelta(hours=24)
# A person is told of it for so long. Seasons that were imported may lack results by the thousand.
UNRESOLVED_TOLD_FOR = timedelta(days=30)


class Doubt(Enum):
    """What a person should look into."""

    VANISHED = "vanished"  # gone from the lists before its start
    UNRESOLVED = "unresolved"  # long begun, and no final score


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What there is to go by."""

    status: EventStatus
    status_is_manual: bool
    commence_time: datetime
    missed_listings: int
    missing_since: datetime | None
    completed: bool  # the newest score says so
    has_score: bool


def status_at(known: Known, now: datetime) -> EventStatus:
    """The status that follows. One set by a person stays; one that vanished before its start is not taken for live."""
    if known.status_is_manual:
        return known.status
    if known.completed:
        return EventStatus.FINAL
    if known.has_score:
        return EventStatus.LIVE
    if now < known.commence_time or has_vanished(known, now):
        return EventStatus.SCHEDULED
    return EventStatus.LIVE


def has_vanished(known: Known, now: datetime) -> bool:
    """Whether it was gone from the lists, before its start, too often and too long for a slip."""
    if known.missing_since is None or known.missed_listings < LISTS_UNTIL_VANISHED:
        return False
    return min(now, known.commence_time) - known.missing_since >= GONE_UNTIL_VANISHED


def doubt(known: Known, now: datetime) -> Doubt | None:
    """What is unclear of an event that no person has judged; None if nothing."""
    if known.status_is_manual or known.completed:
        return None
    if now >= known.commence_time + UNRESOLVED_AFTER:
        return Doubt.UNRESOLVED
    return Doubt.VANISHED if has_vanished(known, now) else None
