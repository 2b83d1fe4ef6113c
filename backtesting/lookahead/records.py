"""What an audit tells: what changed where nothing may, and which row made it. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple


class Change(StrEnum):
    """What is not the same once the future is another."""

    APPEARED = "bet appeared"
    VANISHED = "bet vanished"
    CHANGED = "bet changed"  # another price of the same market
    STAKE = "stake"
    ESTIMATE = "estimate"  # chance or edge
    CASH = "cash at hand"
    FAILED = "failed"  # it raised an error
    UNSTEADY = "not repeatable"  # on the very same data, asked one by one, it answers differently


class Check(NamedTuple):
    """A decision to repeat."""

    moment: datetime
    event_id: str  # the provider's


class Want(NamedTuple):
    """What a strategy wants of one decision: a position."""

    market: str  # with the description, where there is one
    bet: str  # each leg's outcome, price and book
    stakes: tuple[float, ...]  # of each leg
    probability: float | None
    edge: float | None


Answer = list[Want] | str
"""What is wanted of one decision; the error in one line, where one was raised."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A whole run, by decision."""

    decisions: list[Check]  # all there were, in time order
    proposed: Mapping[Check, list[Want]]  # what the strategy chose, with stakes of 0
    bets: Mapping[Check, list[Want]]  # what was bet of it, with the stakes there was money for
    cash: Mapping[datetime, float]  # at hand at each instant of a bet, in time order
    initial: float

    def cash_at(self, moment: datetime) -> float:
        """At hand at the last instant of a bet up to this one."""
        instants = list(self.cash)
        known = bisect_right(instants, moment)
        return self.cash[instants[known - 1]] if known else self.initial


class Difference(NamedTuple):
    """One thing that was so, and is so on the rewritten data."""

    change: Change
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Leak:
    """The row that a decision knew though it came later."""

    event_id: str
    row: str  # what it is and its natural key
    rows: int = 1  # how many only together make the change, of which it is the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A decision that knew more than it could."""

    moment: datetime
    event_id: str  # the provider's; empty for cash
    game: str
    change: Change
    before: str
    after: str
    seen_on: str  # cut, scrambled, or a whole run on scrambled data
    leak: Leak | None  # None: no single part of the later data makes the change, or it is not repeatable


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditReport:
    """How much was looked at, and what was found."""

    strategy: str
    events: int
    bets: int
    decisions: int
    repeated: int  # of the decisions, each on cut and on scrambled data
    twins: int  # whole runs on scrambled data
    seed: int
    findings: list[Finding] = field(default_factory=list)

    @property
    def is_clean(self) -> bool:
        """Whether something was looked at and nothing found."""
        return self.repeated > 0 and not self.findings
