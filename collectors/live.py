"""Fetching what is on offer now: fetch_odds(), fetch_scores(), update_event_status()."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db.models import Max, Q, QuerySet

from events.choices import EventStatus
from events.models import Event
from events.statuses import StatusReport, advance_statuses
from events.wording import plural
from odds.signals import collected
from quality.alerts.entries import tell_new_entries
from quality.event_checks import check_events

from .budget import SCORES_DAYS
from .choices import Purpose
from .errors import CollectorError
from .gate import Gate, Received
from .intake import take_in
from .pipeline import IngestReport
from .the_odds_api.endpoints import Call, events, odds, scores
from .wanted import wanted_of_settings

log = structlog.get_logger(__name__)

# Results are read again at least this often while the provider has them: they are corrected after the final whistle.
CORRECTIONS_WITHIN = timedelta(hours=20)


@dataclass(slots=True, kw_only=True)
class FetchReport:
    """What one fetch of one sport brought. Counts are of what was stored, not of what came."""

    sport_key: str
    bought: bool  # whether a paid call was answered
    reason: str = ""  # why not
    events: int = 0
    snapshots: int = 0
    price_points: int = 0
    runs: int = 0
    scores: int = 0
    problems: int = 0
    faults: int = 0  # new to the quality log
    credits_charged: int | None = 0  # None: not known yet
    credits_remaining: int | None = None

    @property
    def outcome(self) -> str:
        """In one line."""
        if not self.bought:
            return self.reason
        what = (
            plural(self.scores, "score") if not self.snapshots and self.scores else plural(self.price_points, "price")
        )
        cost = "cost not known yet" if self.credits_charged is None else plural(self.credits_charged, "credit")
        told = f", {plural(self.faults, 'new fault', 'new faults')}: see the quality log" if self.faults else ""
        return f"{plural(self.events, 'event')}, {what}, {cost}{told}"


@dataclass(slots=True)
class Timing:
    """When a fetch is due and until when it is worth trying."""

    tick: datetime | None = None
    until: datetime | None = None
    live_need: int = 0


def fetch_odds(gate: Gate, sport_key: str, purpose: Purpose, timing: Timing) -> FetchReport:
    """Buy the odds of a sport if the free list of its events has one still to begin.

    Games in progress come with it and are kept; nothing is bought for their sake. Raises CollectorError.
    """
    listed = _call(gate, events(sport_key), purpose, timing)
    upcoming = Event.objects.for_sport(sport_key).upcoming(listed.stored.received_at)
    if not upcoming.not_vanished(gate.clock()).exists():
        return FetchReport(sport_key=sport_key, bought=False, reason="nothing to fetch: no game is still to begin")
    received = _call(gate, odds(sport_key, wanted_of_settings()), purpose, timing, take=False)
    return _collected(gate, received)


def fetch_scores(gate: Gate, sport_key: str, purpose: Purpose, timing: Timing) -> FetchReport:
    """Buy the scores of the last three days if a game of theirs has no result, or none that was checked lately."""
    if not wanting_scores(sport_key, gate.clock()).exists():
        return FetchReport(sport_key=sport_key, bought=False, reason="nothing to fetch: no result is missing")
    received = _call(gate, scores(sport_key, SCORES_DAYS), purpose, timing, take=False)
    return _collected(gate, received)


def update_event_status(gate: Gate, sport_keys: list[str], timing: Timing) -> StatusReport:
    """Read the free lists of events, then bring every status up to what is known.

    Statuses are brought up also where a list cannot be had. Raises the last CollectorError of those, afterwards.
    """
    failure = None
    for sport_key in sport_keys:
        try:
            _call(gate, events(sport_key), Purpose.LIVE, timing)
        except CollectorError as error:
            log.error("list_failed", sport_key=sport_key, reason=str(error))
            failure = error
    report = advance_statuses(gate.clock())
    tell_new_entries(check_events(gate.clock()))
    if failure is not None:
        raise failure
    return report


def wanting_scores(sport_key: str, now: datetime) -> QuerySet[Event]:
    """Events that began within the provider's three days and whose score is missing or has not been checked lately."""
    begun = Event.objects.for_sport(sport_key).commencing_between(now - timedelta(days=SCORES_DAYS), now)
    begun = begun.exclude(status__in=[EventStatus.CANCELLED, EventStatus.POSTPONED])
    checked = begun.annotate(checked_at=Max("scores__observed_at"))
    return checked.filter(
        ~Q(status=EventStatus.FINAL) | Q(checked_at=None) | Q(checked_at__lt=now - CORRECTIONS_WITHIN)
    )


def _call(gate: Gate, call: Call, purpose: Purpose, timing: Timing, *, take: bool = True) -> Received:
    received = gate.call(call, purpose, tick=timing.tick, until=timing.until, live_need=timing.live_need)
    if take:
        take_in(received)
    return received


def _collected(gate: Gate, received: Received) -> FetchReport:
    """Store what was bought, and tell whoever waits for it."""
    report = _report(received, take_in(received))
    collected.send_robust(sender=None, sport_key=report.sport_key, now=gate.clock())
    return report


def _report(received: Received, ingested: IngestReport) -> FetchReport:
    return FetchReport(
        sport_key=received.row.sport_key,
        bought=True,
        events=len(ingested.events),
        snapshots=ingested.snapshots,
        price_points=ingested.price_points,
        runs=ingested.runs,
        scores=ingested.scores,
        problems=len(ingested.problems),
        faults=len(ingested.entries),
        credits_charged=received.row.credits_charged,
        credits_remaining=received.row.api_quota_remaining,
    )
