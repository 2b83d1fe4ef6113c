"""What time shows rather than an answer: events that vanish, end without a result or come back under another id.

And what has no answer to end it any more: the faults of events that are over.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from events import doubts
from events.choices import EventStatus
from events.lifecycle import UNRESOLVED_AFTER, UNRESOLVED_TOLD_FOR
from events.locking import once_more
from events.models import Event
from events.times import stamp

from .choices import IssueType, Severity
from .log import Observation, end, end_unseen, observe
from .models import DataQualityLog
from .records import Issue
from .shifts import overround_shifts
from .standards import thresholds_of_settings

# What is looked for here, and ends where it is not found.
LOOKED_FOR = (
    IssueType.EVENT_VANISHED,
    IssueType.NO_RESULT,
    IssueType.LIKELY_DUPLICATE,
    IssueType.OVERROUND_SHIFT,
)
# The same teams so close together are one game, or two on one day.
SAME_GAME_WITHIN = timedelta(hours=12)
# What was seen in an answer and in none since has ended.
OVER_AFTER = timedelta(hours=24)


@once_more
@transaction.atomic
def check_events(now: datetime) -> list[DataQualityLog]:
    """Bring the log up to what is known of events at `now`; return the entries that are new to it."""
    if not settings.ENABLE_VALIDATION:
        return []
    disabled = thresholds_of_settings().disabled
    checks = (_vanished, _without_result, _likely_duplicates, _shifted)
    seen = [each for check in checks for each in check(now) if each.issue.type not in disabled]
    new = observe(seen, now, LOOKED_FOR)
    sports = Event.objects.order_by().values_list("sport_key", flat=True).distinct()
    end_unseen(LOOKED_FOR, list(sports), seen, now)
    end_what_is_over(now)
    return new


def _vanished(now: datetime) -> Iterator[Observation]:
    for event in Event.objects.filter(doubts.vanished(now)):
        text = f"{event}: gone from the provider's lists since {stamp(event.missing_since)} UTC, before its start"
        told = f"{text}; postponed or cancelled? Its status can be set by hand"
        yield Observation(Issue(IssueType.EVENT_VANISHED, Severity.WARNING, told), event=event)


def _without_result(now: datetime) -> Iterator[Observation]:
    recent = Event.objects.filter(doubts.unresolved(now), commence_time__gte=now - UNRESOLVED_TOLD_FOR)
    for event in recent.exclude(doubts.vanished(now)):
        hours = UNRESOLVED_AFTER // timedelta(hours=1)
        text = f"{event}: no final score, expected within {hours} h of the start; bets on it stay unsettled"
        yield Observation(Issue(IssueType.NO_RESULT, Severity.WARNING, text), event=event)


def _likely_duplicates(now: datetime) -> Iterator[Observation]:
    """Listed events whose teams had another id, now gone from the lists. A suggestion: nothing is joined on a guess."""
    to_come = Event.objects.upcoming(now).exclude(home_team="")
    listed, gone = to_come.filter(missing_since=None), to_come.filter(missing_since__isnull=False)
    by_teams: dict[tuple[str, frozenset[str]], list[Event]] = {}
    for event in gone:
        by_teams.setdefault((event.sport_key, frozenset({event.home_team, event.away_team})), []).append(event)
    for event in listed if by_teams else ():
        for other in by_teams.get((event.sport_key, frozenset({event.home_team, event.away_team})), ()):
            if abs(event.commence_time - other.commence_time) <= SAME_GAME_WITHIN:
                known = f"event {other.api_id}, gone from the lists since {stamp(other.missing_since)} UTC"
                text = f"{event}, event {event.api_id}: the same teams as {known}; probably one game, not joined"
                issue = Issue(IssueType.LIKELY_DUPLICATE, Severity.WARNING, text, detail=other.api_id)
                yield Observation(issue, event=event)


def _shifted(now: datetime) -> Iterator[Observation]:
    shifts = overround_shifts(now)
    events = {event.api_id: event for event in Event.objects.filter(api_id__in={shift.event_id for shift in shifts})}
    for shift in shifts:
        event = events[shift.event_id]
        text = f"{event}, {shift.bookmaker} {shift.text}"
        issue = Issue(IssueType.OVERROUND_SHIFT, Severity.WARNING, text, detail=shift.line)
        yield Observation(issue, "", event, shift.bookmaker, shift.market)


@transaction.atomic
def end_what_is_over(now: datetime, event_ids: Collection[int] | None = None) -> int:
    """End the faults that no answer will end: of events that are over, and what answers have not shown for a day.

    `event_ids` are the ids of the rows to look at, all unless given; return how many ended.
    """
    over = Q(event__status__in=[EventStatus.FINAL, EventStatus.CANCELLED]) | Q(
        event__commence_time__lte=now - UNRESOLVED_AFTER
    )
    not_seen = Q(is_derived=False, last_seen__lte=now - OVER_AFTER)
    standing = DataQualityLog.objects.standing().exclude(issue_type__in=LOOKED_FOR)
    if event_ids is not None:
        standing = standing.filter(event__in=event_ids)
    return end(standing.filter((over & Q(is_derived=True)) | not_seen), now)
