"""From snapshots to runs of a standing price, pure.

A run is the longest unbroken sequence of an event's snapshots in which one bookmaker's outcome kept its price and its
point, and was believed or not. `EventRuns` is fed snapshots in time order; starting from nothing, or from the runs that
stood after an earlier snapshot, gives the same runs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Protocol

from msgspec import Raw, Struct

from .records import SOUND, EventSnapshot, Offer, OfferKey, OutcomeKey, Problem, Quote, Reading, Verdict


class Run(Struct, kw_only=True, gc=False):
    """A price for as long as it stood; a row of Odds with names instead of keys."""

    bookmaker: str
    market: str
    outcome: OutcomeKey
    price: int
    decimal_price: float
    point: Decimal | None
    odds_timestamp: datetime
    last_update: datetime | None
    is_live: bool
    valid_until: datetime | None = None
    is_valid: bool = True
    notes: str = ""  # names of the faults it began with
    id: int | None = None  # of the row, once there is one

    def has(self, quote: Quote) -> bool:
        """Whether the quote goes on with this run. Answers in another format may round alike: both prices count."""
        return self.price == quote.price and self.decimal_price == quote.decimal_price and self.point == quote.point


Compared = tuple[Quote, Run | None, bool]
"""A quote, the run that stood of its outcome, and whether the quote goes on with it."""


class Judge(Protocol):
    """Whoever says what to think of quotes. What it learns of them beside the verdicts it keeps to itself."""

    @property
    def is_thorough(self) -> bool:
        """Whether it has to see every offer of every snapshot, not only those that changed."""

    def judge(
        self,
        key: OfferKey,
        offer: Offer,
        reading: Reading,
        compared: Sequence[Compared],
        snapshot: EventSnapshot,
        since: datetime | None,
    ) -> Mapping[OutcomeKey, Verdict | None]:
        """The verdicts on an offer that may differ from what stood before; an outcome not in it is sound.

        `since` is the event's snapshot before this one. None for an outcome means: leave it out.
        """

    def close(self, snapshot: EventSnapshot, since: datetime | None) -> None:
        """Called once all that differs in a snapshot was judged."""


class Tally(Struct, frozen=True):
    """What one snapshot held."""

    price_points: int
    rejected: int
    problems: tuple[Problem, ...]  # those of offers that changed; a standing fault is told once


@dataclass(slots=True)
class _Standing:
    """One bookmaker's market as the latest snapshot that covers it had it."""

    runs: dict[OutcomeKey, Run] = field(default_factory=dict)
    outcomes: Raw | None = None  # as received; None where only the runs are known
    rejected: int = 0


class EventRuns:
    """The runs of one event, grown snapshot by snapshot in time order."""

    def __init__(
        self, standing: Iterable[Run] = (), *, last: datetime | None = None, judge: Judge | None = None
    ) -> None:
        """`standing` are the runs that stood after the snapshot of `last`. Without a judge all quotes are sound."""
        self.ended: list[Run] = []
        self._standing: dict[OfferKey, _Standing] = {}
        self._last = last
        self._judge = judge
        self._is_thorough = judge is not None and judge.is_thorough
        self._basis: object = None
        for run in standing:
            self._standing.setdefault((run.bookmaker, run.market), _Standing()).runs[run.outcome] = run

    @property
    def standing(self) -> list[Run]:
        return [run for offer in self._standing.values() for run in offer.runs.values()]

    def all(self) -> list[Run]:
        return self.ended + self.standing

    def add(self, snapshot: EventSnapshot) -> Tally:
        """Take the next snapshot in. Raises ValueError for one that is not later than the last."""
        if self._last is not None and snapshot.snapshot_time <= self._last:
            raise ValueError(f"snapshot of {snapshot.snapshot_time} after one of {self._last}")
        since, self._last = self._last, snapshot.snapshot_time
        self._take_basis((snapshot.basis, snapshot.is_live, snapshot.event.sport_key))
        points = rejected = 0
        problems = list(snapshot.problems)
        for key, offer in snapshot.offers.items():
            known = self._standing.get(key)
            if known is None or known.outcomes != offer.outcomes or self._is_thorough:
                reading = snapshot.read(key, offer)
                known = self._replace(key, offer, reading, snapshot, since)
                problems += [problem.of(key) for problem in reading.problems]
            points += len(known.runs)
            rejected += known.rejected
        self._withdraw(snapshot)
        if self._judge is not None:
            self._judge.close(snapshot, since)
        return Tally(points, rejected, tuple(problems))

    def _take_basis(self, basis: object) -> None:
        """Have every offer read and judged again when what that depends on has changed."""
        if basis != self._basis:
            self._basis = basis
            for offer in self._standing.values():
                offer.outcomes = None

    def _replace(
        self, key: OfferKey, offer: Offer, reading: Reading, snapshot: EventSnapshot, since: datetime | None
    ) -> _Standing:
        before = self._standing[key].runs if key in self._standing else {}
        compared = _compare(reading.quotes, before)
        verdicts = self._judge.judge(key, offer, reading, compared, snapshot, since) if self._judge else {}
        after, rejected = {}, reading.rejected
        for quote, run, stands in compared:
            verdict = verdicts.get(quote.outcome, SOUND) if verdicts else SOUND
            if verdict is None:
                rejected += 1
            elif run is not None and stands and run.is_valid == verdict.is_valid:
                after[quote.outcome] = before.pop(quote.outcome)
            else:
                after[quote.outcome] = _begin(key, quote, reading.last_update, snapshot, verdict)
        self._end(before.values(), snapshot.snapshot_time)
        standing = _Standing(after, offer.outcomes, rejected)
        self._standing[key] = standing
        return standing

    def _withdraw(self, snapshot: EventSnapshot) -> None:
        """End what the snapshot would have shown, had it still been there."""
        if len(self._standing) == len(snapshot.offers):
            return
        gone = [key for key in self._standing if key not in snapshot.offers and snapshot.asked.covers(*key)]
        for key in gone:
            self._end(self._standing.pop(key).runs.values(), snapshot.snapshot_time)

    def _end(self, runs: Iterable[Run], moment: datetime) -> None:
        for run in runs:
            run.valid_until = moment
            self.ended.append(run)


def _compare(quotes: Iterable[Quote], before: Mapping[OutcomeKey, Run]) -> list[Compared]:
    found = [(quote, before.get(quote.outcome)) for quote in quotes]
    return [(quote, run, run is not None and run.has(quote)) for quote, run in found]


def _begin(key: OfferKey, quote: Quote, last_update: datetime | None, snapshot: EventSnapshot, verdict: Verdict) -> Run:
    return Run(
        bookmaker=key[0],
        market=key[1],
        outcome=quote.outcome,
        price=quote.price,
        decimal_price=quote.decimal_price,
        point=quote.point,
        odds_timestamp=snapshot.snapshot_time,
        last_update=last_update,
        is_live=snapshot.is_live,
        is_valid=verdict.is_valid,
        notes=verdict.notes,
    )
