"""For how long opportunities stood, from what was found at one snapshot after the other.

Between two snapshots nobody looked: a span is known to have lasted from the first to the last snapshot that had it, and
cannot have lasted beyond the ones before and after that had not, nor past the start. What came and went between two
snapshots is in none of them.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from .finding import FINDABLE
from .records import Opportunity, OpportunityKind


class Look(NamedTuple):
    """What one snapshot of an event showed."""

    moment: datetime
    commence_time: datetime  # as stated in it
    found: list[Opportunity]  # none in play


@dataclass(frozen=True, slots=True, kw_only=True)
class OpportunitySpan:
    """An unbroken sequence of snapshots with the same opportunity: the same bets, and of value the same bookmaker."""

    best: Opportunity  # the highest edge it had, with the legs of then
    best_at: datetime
    first_seen: datetime
    last_seen: datetime
    until: datetime | None  # the first later snapshot without it; None if there is none
    snapshots: int  # that had it
    shortest_seconds: float  # it lasted at least so long: from the first to the last that had it
    longest_seconds: float | None  # and no longer than this; None where the first snapshot of all had it already
    sampling_seconds: float | None  # usual time between two snapshots of the event; None where there is but one


@dataclass(slots=True)
class _Open:
    """A span that may go on."""

    after: datetime | None  # the snapshot before the first that had it
    first: Look
    last: Look
    best: Opportunity
    best_at: datetime
    snapshots: int = 0

    def see(self, opportunity: Opportunity, look: Look) -> None:
        self.last = look
        self.snapshots += 1
        if (opportunity.edge or 0) > (self.best.edge or 0):
            self.best, self.best_at = opportunity, look.moment

    def closed(self, until: datetime | None, sampling_seconds: float | None) -> OpportunitySpan:
        start = self.last.commence_time
        end = start if until is None else min(until, start)
        return OpportunitySpan(
            best=self.best,
            best_at=self.best_at,
            first_seen=self.first.moment,
            last_seen=self.last.moment,
            until=until,
            snapshots=self.snapshots,
            shortest_seconds=(self.last.moment - self.first.moment).total_seconds(),
            longest_seconds=None if self.after is None else (end - self.after).total_seconds(),
            sampling_seconds=sampling_seconds,
        )


def spans(looks: Iterable[Look]) -> list[OpportunitySpan]:
    """All spans, by when they were first seen. The looks are of one event, in time order."""
    looks = list(looks)
    sampling = _usual_gap(looks)
    open_spans: dict[Hashable, _Open] = {}
    done: list[OpportunitySpan] = []
    after: datetime | None = None
    for look in looks:
        found = {_bets(opportunity): opportunity for opportunity in reversed(look.found)}  # the best comes first
        for bets in [bets for bets in open_spans if bets not in found]:
            done.append(open_spans.pop(bets).closed(look.moment, sampling))
        for bets, opportunity in found.items():
            if bets not in open_spans:
                open_spans[bets] = _Open(after, look, look, opportunity, look.moment)
            open_spans[bets].see(opportunity, look)
        after = look.moment
    done += [span.closed(None, sampling) for span in open_spans.values()]
    return sorted(done, key=lambda span: (span.first_seen, FINDABLE.index(span.best.kind), -(span.best.edge or 0)))


def _bets(opportunity: Opportunity) -> Hashable:
    """What two snapshots share if they show the same opportunity, whoever offers its legs; value has its bookmaker."""
    bets = tuple((leg.price.side, leg.price.point) for leg in opportunity.legs)
    bookmaker = opportunity.legs[0].price.bookmaker if opportunity.kind is OpportunityKind.VALUE else ""
    return opportunity.kind, opportunity.market, opportunity.description, bets, bookmaker


def _usual_gap(looks: Sequence[Look]) -> float | None:
    gaps = [(later.moment - earlier.moment).total_seconds() for earlier, later in pairwise(looks)]
    return median(gaps) if gaps else None
