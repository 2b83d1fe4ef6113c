"""Whether a backfill did what was planned: every credit, every byte and every price, and what is still missing."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import F, QuerySet, TextField
from django.db.models.functions import Cast
from msgspec.structs import replace

from events.models import Event
from odds.choices import Source
from odds.models import OddsSnapshot
from odds.records import EventSnapshot

from .. import ledger
from ..choices import Endpoint, ItemState
from ..errors import UnreadablePayload
from ..gate import Terms
from ..models import BackfillItem, BackfillRun, RawResponse
from ..the_odds_api.contents import read_contents
from ..the_odds_api.joining import join_snapshots
from ..verification import verify
from . import items
from .planning import Plan, make_plan
from .schedule import READ
from .wish import Wish

# Differences that are named; all are counted.
EXAMPLES = 20


@dataclass(slots=True)
class Report:
    """What was looked at, and what is not as it should be."""

    states: dict[str, int] = field(default_factory=dict)  # items by state
    planned: int = 0  # items
    accounted: int = 0  # of these, bought, there already or known not to be had; the others are left
    credits_planned: int = 0
    credits_charged: int = 0  # by the ledger, of all calls made for them
    credits_again: int = 0  # of these, for calls that brought nothing and were made again
    answers_rehashed: int = 0
    snapshots_compared: int = 0
    price_points: int = 0
    wanted: int = 0  # instants of games
    there: int = 0  # of these, with a snapshot
    missing: dict[str, int] = field(default_factory=dict)  # by moment: what --gaps would look for, and cannot be had
    games: int = 0
    without_result: int = 0
    per_team: dict[str, int] = field(default_factory=dict)  # games of the sample
    differences: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        return self.differences == 0

    def note(self, text: str) -> None:
        self.differences += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append(text)


def verify_run(
    run: BackfillRun, terms: Terms, now: datetime, advance: Callable[[int, int], object] = lambda done, total: None
) -> Report:
    """Compare plan, ledger, answers, raw snapshots and prices of a run; what is right is noted on its items.

    `advance` is told how many events of how many were compared.
    """
    report = Report()
    bought = run.items.all()
    report.states = dict(Counter(bought.values_list("state", flat=True)))
    _count(run, report)
    right = [item.pk for item in bought.filter(state__in=READ).order_by("requested_at") if _is_right(item, report)]
    events = list(Event.objects.filter(api_id__in=run.games).order_by("id"))
    for number, event in enumerate(events, start=1):
        compared = verify([event])
        report.price_points += compared.price_points
        for example in compared.examples:
            report.note(example)
        report.differences += compared.differences - len(compared.examples)
        advance(number, len(events))
    run.items.filter(pk__in=right).update(state=ItemState.VERIFIED)
    _cover(run, terms, now, report)
    report.games = len(events)
    report.without_result = sum(event.home_score is None for event in events)
    return report


def _count(run: BackfillRun, report: Report) -> None:
    """Items and credits: planned is what was bought, was there or cannot be had; what was charged is in the ledger."""
    ended = (*READ, ItemState.SKIPPED_EXISTING, ItemState.UNAVAILABLE, ItemState.PARKED)
    report.planned, report.accounted = run.items.count(), run.items.filter(state__in=ended).count()
    report.credits_planned = run.credits_planned
    calls = items.calls_for(run)
    report.credits_charged = items.spent_on(calls)
    report.credits_again = items.spent_on(calls.exclude(pk__in=run.items.exclude(call=None).values("call")))
    told = run.items.filter(charged__isnull=False, call__credits_charged__isnull=False).select_related("call")
    for item in told.exclude(charged=F("call__credits_charged")):
        report.note(f"{item}: {item.charged} credits charged, in the ledger {item.call and item.call.credits_charged}")


def _is_right(item: BackfillItem, report: Report) -> bool:
    """Whether the answer to an item has the hash it came with, and each of its events is stored as it says."""
    stored = RawResponse.objects.filter(call=item.call_id).first()
    if stored is None:
        return True  # removed after RAW_RESPONSE_DAYS: what it said is stored by event
    body = ledger.body_of(stored)
    report.answers_rehashed += 1
    if hashlib.sha256(body).hexdigest() != stored.sha256:
        report.note(f"{item}: the bytes stored are not those received")
        return False
    wrong = list(_differing(item, body, report))
    for text in wrong:
        report.note(text)
    return not wrong


def _differing(item: BackfillItem, body: bytes, report: Report) -> Iterator[str]:
    """A line for each event of an answer that is not stored as the answer has it."""
    if item.endpoint != Endpoint.HISTORICAL_ODDS:
        return
    source = Source.SANDBOX if item.is_sandbox else Source.HISTORICAL
    try:
        contents = read_contents(items.call_of(item), body, received_at=item.requested_at, source=source)
    except UnreadablePayload as error:
        yield f"{item}: {error}"
        return
    at = OddsSnapshot.objects.filter(snapshot_time=contents.at, event__api_id__in=contents.event_ids)
    raw = {api_id: bytes(text, "utf-8") for api_id, text in _raw_of(at)}
    for snapshot in contents.snapshots:
        report.snapshots_compared += 1
        found = raw.get(snapshot.event.api_id)
        if found is None:
            yield f"{item}: event {snapshot.event.api_id} is in the answer and not stored"
        elif found != snapshot.raw and not _holds(found, snapshot):
            yield f"{item}: event {snapshot.event.api_id} is not stored as the answer has it"


def _raw_of(snapshots: QuerySet[OddsSnapshot]) -> Iterable[tuple[str, str]]:
    """The texts by event, as stored: decoded, they would not be the same bytes."""
    exact = snapshots.annotate(text=Cast("raw_data", TextField()))
    rows: Iterable[tuple[str, str]] = exact.values_list("event__api_id", "text")
    return rows


def _holds(stored: bytes, answer: EventSnapshot) -> bool:
    """Whether what is stored holds all of this answer: two answers about one instant are joined."""
    return join_snapshots(replace(answer, raw=stored), answer)[0].raw == stored


def _cover(run: BackfillRun, terms: Terms, now: datetime, report: Report) -> None:
    """How many of the instants wanted are there, by the starts as they are known now."""
    plan: Plan = make_plan(Wish.from_json(run.parameters), terms, now, run.games)
    report.wanted = plan.windows
    report.there = plan.stored
    report.per_team = dict(sorted(plan.per_team.items()))
    points = [window.moment for point in plan.cover.points for window in point.windows]
    not_to_be_had = [window.moment for window in (*plan.cover.answered, *plan.cover.unobtainable)]
    report.missing = dict(Counter([*points, *not_to_be_had]))
