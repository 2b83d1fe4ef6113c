"""What crosses the borders of this app: what a rule finds, and what it may know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from events.records import EventRecord
from odds.choices import BookmakerKind, OddsFormat
from odds.known_bookmakers import kind_of
from odds.markets import H2H, SPREADS, TOTALS, Draw
from odds.records import OutcomeKey, Quote
from odds.runs import Run

from .choices import IssueType, ReviewState, Severity

Range = tuple[float, float]


class Issue(NamedTuple):
    """What a rule found. Where it was found is known to whoever called the rule."""

    type: IssueType
    severity: Severity
    text: str  # what, the value seen and the value expected
    outcomes: tuple[OutcomeKey, ...] | None = None  # whose quotes are doubtful; None: all there are, (): none
    detail: str = ""  # what tells two faults of one type and place apart
    raw: Any = None  # the offending part of the answer, where it is not the offer itself


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """From where on something is unusual, as configured."""

    disabled: frozenset[str] = frozenset()  # types of issues nobody wants to hear of
    largest_price: int = 10_000  # American, of either sign
    overround: Mapping[str, Range] = field(
        default_factory=lambda: {
            BookmakerKind.RETAIL: (0.02, 0.15),
            BookmakerKind.SHARP: (0.005, 0.15),
            BookmakerKind.EXCHANGE: (-0.005, 0.15),
            BookmakerKind.DFS: (0.0, 0.25),
        }
    )  # as fractions, by kind of bookmaker
    movement_per_hour: Mapping[str, float] = field(
        default_factory=lambda: {H2H: 0.25, SPREADS: 10.0, TOTALS: 15.0}
    )  # by market: points, and for prices without one implied probability
    clocks_apart: timedelta = timedelta(seconds=120)  # the book's clock may be ahead of ours by so much
    stale_after: timedelta = timedelta(minutes=60)
    start_moved_by: timedelta = timedelta(hours=1)


class MarketQuotes(NamedTuple):
    """One bookmaker's market as one snapshot has it. Of the bookmaker a rule sees its kind and its range alone."""

    market: str
    quotes: tuple[Quote, ...]
    has_teams: bool  # false for outrights
    odds_format: OddsFormat  # as received
    kind: str
    overround: Range  # what is believable of this bookmaker
    draw: Draw = Draw.MAYBE  # whether the sport has one


class Stamp(NamedTuple):
    """The bookmaker's own time of a market, as written and as an instant."""

    written: str | int | None
    moment: datetime | None
    snapshot_time: datetime


class Sighting(NamedTuple):
    """An event as a snapshot states it, and what was known of it."""

    stated: EventRecord
    sport_key: str  # as first stored, like the names
    names: tuple[str, str]  # home, away
    start_before: datetime | None  # as the snapshot before stated it


class Movement(NamedTuple):
    """The outcomes of one bookmaker's market that quote something else than in the snapshot before."""

    market: str
    changes: tuple[tuple[Run, Quote], ...]
    last_update: datetime | None
    elapsed: timedelta  # since the snapshot before
    is_live: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Slate:
    """What one answer about a whole sport offers of games to come."""

    bookmakers: tuple[str, ...]  # asked for by name
    markets: tuple[str, ...]  # asked for
    events: int
    offers: Mapping[tuple[str, str], int]  # in how many events each bookmaker has each market
    last_quoted: Mapping[str, datetime]  # of those bookmakers that ever quoted this sport
    at: datetime


@dataclass(slots=True, kw_only=True)
class Entry:
    """One fault with its life so far: a row of the quality log."""

    fingerprint: str
    type: IssueType
    severity: Severity
    bookmaker: str
    market: str
    outcome: str
    description: str
    raw: Any
    first_seen: datetime
    last_seen: datetime
    occurrences: int = 1
    ended_at: datetime | None = None
    is_touched: bool = False  # whether it differs from the row


@dataclass(frozen=True, slots=True, kw_only=True)
class Standards:
    """What quotes are measured by."""

    thresholds: Thresholds
    kinds: Mapping[str, str] = field(default_factory=dict)  # of the bookmakers known so far, by key
    ranges: Mapping[str, Range] = field(default_factory=dict)  # of overround by bookmaker; goes before that of the kind
    markets: frozenset[str] = frozenset()  # known so far
    rejects: bool = False  # leave invalid quotes out
    known_clean: set[tuple[object, ...]] = field(default_factory=set)  # offers in which no rule found anything
    _looked_up: dict[str, tuple[str, Range]] = field(default_factory=dict)

    def of_bookmaker(self, bookmaker: str) -> tuple[str, Range]:
        """Its kind, and the overround that is believable of it. One seen for the first time is as it will be stored."""
        known = self._looked_up.get(bookmaker)
        if known is None:
            kind = self.kinds.get(bookmaker) or kind_of(bookmaker)
            known = self._looked_up[bookmaker] = kind, self.ranges.get(bookmaker) or self.thresholds.overround[kind]
        return known


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """What is known of an event before its next snapshot is judged."""

    api_id: str
    title: str
    sport_key: str
    names: tuple[str, str]  # home, away, as first stored
    start_before: datetime | None = None  # as the snapshot before stated it
    decisions: Mapping[str, ReviewState] = field(default_factory=dict)  # of people, by fingerprint
