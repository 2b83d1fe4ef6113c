"""The checks of one batch of answers, from what the database knows to the quality log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from django.conf import settings

from events.models import Event

from .choices import IssueType, Severity
from .judging import EventJudge, News
from .log import Known, Observation, end_unseen, forget_derived, known_of, observe, write_derived
from .models import DataQualityLog
from .readings import OF_THE_FEED, issue_of
from .records import Case, Issue, Standards
from .standards import standards_of_settings


class Checking:
    """Judges for the events of a batch. What they found is written by `write`, inside the same transaction."""

    def __init__(self, events: Collection[Event], starts_before: Mapping[int, datetime]) -> None:
        """`starts_before`: by id of the event's row, its start as its newest stored snapshot states it."""
        self._events = {event.pk: event for event in events}
        self._starts_before = starts_before
        self._standards: Standards = standards_of_settings()
        self._known: dict[int, Known] = known_of(self._events.keys())
        self._judges: dict[int, EventJudge] = {}
        self._anew: set[int] = set()

    def appending(self, event_id: int) -> EventJudge:
        """The judge of an event whose newest snapshot was judged before."""
        known = self._known[event_id]
        case = self._case(event_id, self._starts_before.get(event_id), known)
        return self._judges.setdefault(event_id, EventJudge(case, self._standards, known.entries))

    def anew(self, event_id: int) -> EventJudge:
        """The judge of an event whose snapshots are judged from the first one on."""
        self._anew.add(event_id)
        self._judges[event_id] = EventJudge(self._case(event_id, None, self._known[event_id]), self._standards)
        return self._judges[event_id]

    def write(self) -> list[DataQualityLog]:
        """Bring the log up to what the judges found; return the entries that are new to it."""
        for event_id in self._anew:
            forget_derived(event_id, self._judges[event_id].entries.keys())
        found = {event_id: judge.entries.values() for event_id, judge in self._judges.items()}
        return write_derived(found, self._events) + self._write_news()

    def _write_news(self) -> list[DataQualityLog]:
        """Note what is new of each sport, and end what its newest answers no longer show."""
        new = []
        disabled = self._standards.thresholds.disabled
        for sport_key, told in self._news_by_sport().items():
            at = max(news.until for news in told if news.until is not None)
            drift = {detail: problem for news in told for detail, problem in news.drift.items()}
            seen = [Observation(issue_of(problem), sport_key) for problem in drift.values()]
            if self._standards.kinds:  # else everything is new
                seen += _first_seen(
                    IssueType.NEW_BOOKMAKER, sport_key, {key for news in told for key in news.bookmakers}
                )
                seen += _first_seen(IssueType.NEW_MARKET, sport_key, {key for news in told for key in news.markets})
            seen = [each for each in seen if each.issue.type not in disabled]
            new += observe(seen, at, OF_THE_FEED)
            end_unseen(OF_THE_FEED, [sport_key], seen, at)
        return new

    def _news_by_sport(self) -> dict[str, list[News]]:
        by_sport: dict[str, list[News]] = {}
        for event_id, judge in self._judges.items():
            if judge.news.until is not None:
                by_sport.setdefault(self._events[event_id].sport_key, []).append(judge.news)
        return by_sport

    def _case(self, event_id: int, start_before: datetime | None, known: Known) -> Case:
        event = self._events[event_id]
        return Case(
            api_id=event.api_id,
            title=event.title,
            sport_key=event.sport_key,
            names=(event.home_team, event.away_team),
            start_before=start_before,
            decisions=known.decisions,
        )


def _first_seen(kind: IssueType, sport_key: str, keys: Iterable[str]) -> list[Observation]:
    """Bookmakers or markets that no answer had before; they are stored like any other."""
    is_bookmaker = kind is IssueType.NEW_BOOKMAKER
    what = "bookmaker" if is_bookmaker else "market"
    return [
        Observation(
            Issue(kind, Severity.INFO, f"the {what} '{key}' was never seen before"),
            sport_key,
            bookmaker=key if is_bookmaker else "",
            market="" if is_bookmaker else key,
        )
        for key in sorted(keys)
    ]


def begin(events: Collection[Event], starts_before: Mapping[int, datetime]) -> Checking | None:
    """The checks of a batch; None where they are switched off."""
    return Checking(events, starts_before) if settings.ENABLE_VALIDATION else None
