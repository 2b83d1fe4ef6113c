"""What was offered, when, and how it ended, as plain data: nothing a strategy is shown is later than its instant."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, partial

import numpy as np

from odds.choices import LineMoment
from odds.lines import StandingPrice
from odds.records import OutcomeKey

from ..decision_times import AtLine, DecisionTime
from ..records import EventView, MarketView
from .board import Board
from .closing import ClosingLines, closing_lines
from .deciding import decisions_of, line_moment
from .fingerprint import fingerprint
from .records import ClosingPrice, Decision, HistoryEvent, instant, microseconds
from .showing import board_of, is_offered
from .tables import Integers, Snapshots, Tables


@dataclass(frozen=True, eq=False, kw_only=True)
class History:
    """Events of one sport with their snapshots and prices, independent of the database. It can be pickled."""

    events: list[HistoryEvent]  # by start, then the provider's id
    commissions: dict[str, float]  # by bookmaker; fraction of net winnings
    tables: Tables
    since: Integers  # of each event: what ended by this instant was not loaded; UNKNOWN: everything was
    decided: dict[DecisionTime, list[Decision]] = field(default_factory=dict)  # what was asked for before

    @property
    def bookmakers(self) -> list[str]:
        return self.tables.vocabulary.bookmakers

    @property
    def markets(self) -> list[str]:
        return self.tables.vocabulary.markets

    @property
    def outcomes(self) -> list[OutcomeKey]:
        return self.tables.vocabulary.outcomes

    def decisions(self, decides: DecisionTime) -> list[Decision]:
        """Every instant to decide at, in time order; those of one instant by event."""
        if decides not in self.decided:
            self.decided[decides] = decisions_of(self.events, self.tables.snapshots, self.tables.archive, decides)
        return self.decided[decides]

    def decision_at(self, event: int, moment: datetime) -> Decision:
        """A decision on one event at an instant of one's choice, by prices that have times alone."""
        return self._decision(event, microseconds(moment))

    def _decision(self, event: int, moment: int, kind: LineMoment | None = None) -> Decision:
        """The start before the first snapshot is the one that states: whoever looks back from later knows it."""
        snapshots = self._snapshots(event)
        if not len(snapshots):
            return Decision(event, moment, microseconds(self.events[event].commence_time), kind)
        newest = max(int(np.searchsorted(snapshots.time, moment, side="right")) - 1, 0)
        return Decision(event, moment, int(snapshots.commence[newest]), kind)

    def _snapshots(self, event: int) -> Snapshots:
        return self.tables.snapshots.of_events(event, event + 1)

    def view(self, decision: Decision) -> MarketView:
        """What was known at a decision, which `decisions` or `decision_at` gave."""
        event = self.events[decision.event]
        board = self.board([decision])
        times = self._snapshots(decision.event).time
        seen = int(np.searchsorted(times, decision.moment, side="right"))
        return MarketView(
            event=EventView(
                event_id=event.event_id,
                sport_key=event.sport_key,
                home_team=event.home_team,
                away_team=event.away_team,
                commence_time=instant(decision.commence),
                start_is_day=event.start_is_day,
            ),
            moment=instant(decision.moment),
            snapshot_time=instant(int(times[seen - 1])) if seen else None,
            prices=board.prices(),
            earlier=partial(self._earlier, decision),
        )

    def _earlier(self, decision: Decision, moment: datetime) -> MarketView:
        asked = microseconds(moment)
        if asked > decision.moment:
            raise ValueError(
                f"event {self.events[decision.event].event_id}: a view of {instant(decision.moment)} was asked for "
                f"{moment}, which is later; nothing of it was known then"
            )
        kind = decision.moment_kind
        if asked < decision.moment:
            had_opened = kind == LineMoment.CLOSING and asked >= self._opening(decision.event)
            kind = LineMoment.OPENING if had_opened else None
        return self.view(self._decision(decision.event, asked, kind))

    def _opening(self, event: int) -> int:
        snapshots = self._snapshots(event)
        seen = AtLine(LineMoment.OPENING).instants(snapshots.time, snapshots.commence)
        return seen[0] if seen else line_moment(self.events[event], LineMoment.OPENING)

    def board(self, decisions: Sequence[Decision]) -> Board:
        """The prices in the views of these decisions, as columns. Some thousands of decisions at a time are enough."""
        for decision in decisions:
            self._require(decision)
        return board_of(self.tables, decisions, [self.events[decision.event] for decision in decisions])

    def _require(self, decision: Decision) -> None:
        """Raise ValueError where what was on offer at a decision was not loaded."""
        since = int(self.since[decision.event])
        if decision.moment < since:
            raise ValueError(
                f"event {self.events[decision.event].event_id}: {instant(decision.moment)} was asked for, but prices "
                f"are loaded from {instant(since)} on; a strategy that looks back has to declare it (looks_back)"
            )

    def standing_at(self, event: int, price: StandingPrice, at: datetime) -> bool:
        """Whether the same book offered the same price and number at an instant, before the start known then.

        Never for one of an archive that tells no time: nobody knows.
        """
        decision = self.decision_at(event, at)
        self._require(decision)
        return is_offered(self.tables, decision, self.events[event], price)

    def next_look(self, event: int, bookmaker: str, market: str, after: datetime) -> datetime | None:
        """The next snapshot after an instant that asked for this book and market; None if there is none."""
        snapshots = self._snapshots(event)
        asking = np.array([asked.covers(bookmaker, market) for asked in self.tables.vocabulary.scopes], bool)
        later = np.flatnonzero(snapshots.time > microseconds(after))
        found = later[asking[snapshots.scope[later]]]
        return instant(int(snapshots.time[found[0]])) if len(found) else None

    def stated_starts(self, event: int) -> list[tuple[datetime, datetime]]:
        """Each snapshot that stated another start than the one before, and that start, in time order."""
        stated = self._stated_starts.of_events(event, event + 1)
        rows = zip(stated.time.tolist(), stated.commence.tolist(), strict=True)
        return [(instant(time), instant(start)) for time, start in rows]

    @cached_property
    def _stated_starts(self) -> Snapshots:
        snapshots = self.tables.snapshots
        is_first = np.ones(len(snapshots), bool)
        is_first[1:] = snapshots.event[1:] != snapshots.event[:-1]
        is_first[1:] |= snapshots.commence[1:] != snapshots.commence[:-1]
        return snapshots.take(np.flatnonzero(is_first))

    def closing(self, event: int, market: str | None = None) -> tuple[ClosingPrice, ...]:
        """The closing line in the order of odds.event_lines, without lines that have no price; empty if there is none.

        Of one market, or of all. It is known only afterwards.
        """
        return self._closing_lines.of(event, self.tables.vocabulary, market)

    @cached_property
    def _closing_lines(self) -> ClosingLines:
        return closing_lines(self.tables, self.events)

    def between(self, start: datetime, end: datetime) -> History:
        """The part of the events that start in [start, end), as last stated."""
        starts = [event.commence_time for event in self.events]
        first, last = bisect_left(starts, start), bisect_left(starts, end)
        return History(
            events=self.events[first:last],
            commissions=self.commissions,
            tables=self.tables.of_events(first, max(first, last)),
            since=self.since[first:last],
        )

    def fingerprint(self) -> str:
        """SHA-256 over all of it in natural order, in hexadecimal: equal for equal data, whatever its row ids."""
        return self._fingerprint

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self.events, self.commissions, self.tables)
