"""What crosses the borders of this app: snapshots with their quotes, before they become rows."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any, NamedTuple

from msgspec import Raw, Struct

from events.records import EventRecord

from .choices import LineMoment, OddsFormat, Side, Source
from .markets import FEATURED, with_lay

OfferKey = tuple[str, str]
"""(bookmaker key, market key)"""


class OutcomeKey(NamedTuple):
    """What is bet on, within one bookmaker's market of one event. `line` is null where one main line moves."""

    side: Side
    name: str
    description: str
    line: Decimal | None


class Quote(Struct, frozen=True, gc=False):
    """One price by one bookmaker at one instant."""

    outcome: OutcomeKey
    price: int  # American
    decimal_price: float
    point: Decimal | None


class Problem(NamedTuple):
    """Something in an answer that is not as it should be: what, where, the value seen and what became of it."""

    kind: str
    text: str
    outcomes: tuple[OutcomeKey, ...] = ()  # whose quotes are doubtful because of it
    detail: str = ""  # what tells it apart from others of its kind in the same place
    raw: Any = None  # the part of the answer, where it is smaller than an offer

    def of(self, key: OfferKey) -> Problem:
        """The same, with the bookmaker and the market in its text."""
        return self._replace(text=f"{' '.join(key)}: {self.text}")


class Reading(Struct, frozen=True):
    """What an offer says, once read."""

    quotes: tuple[Quote, ...]
    last_update: datetime | None  # the book's own time
    problems: tuple[Problem, ...]
    rejected: int  # quotes left out, each named in `problems`


class Verdict(NamedTuple):
    """What to think of a quote."""

    is_valid: bool
    notes: str  # names of its faults, in alphabetical order; "" if none


SOUND = Verdict(True, "")


class ArchiveOffer(NamedTuple):
    """Where prices of an archive belong: one bookmaker's market of one event, when it opened or when it closed."""

    event_id: int  # of the row
    bookmaker: str
    market: str
    moment: LineMoment


class ArchiveLine(NamedTuple):
    """What such an offer says of one outcome. It has a price, a point or both."""

    outcome: OutcomeKey
    price: int | None  # American
    decimal_price: float | None
    point: Decimal | None
    verdict: Verdict = SOUND


class Offer(Struct, gc=False):
    """One bookmaker's market in one snapshot, its outcomes still bytes: most equal those of the snapshot before."""

    key: str  # of the market, as received
    outcomes: Raw
    last_update: str | int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asked for, and so what its answer can speak of."""

    markets: Mapping[str, frozenset[str] | None]
    """The bookmakers asked for in each market; None stands for every bookmaker."""
    odds_format: OddsFormat

    @classmethod
    def of(cls, odds_format: OddsFormat, markets: Iterable[str], bookmakers: Iterable[str] | None = None) -> Asked:
        """The usual request: every market of every bookmaker given, with the lay prices that come unasked."""
        books = None if bookmakers is None else frozenset(bookmakers)
        return cls(dict.fromkeys(sorted(with_lay(set(markets))), books), odds_format)

    @classmethod
    def featured(cls, odds_format: OddsFormat) -> Asked:
        """All that the endpoint for a whole sport can return: what is assumed of a recorded answer."""
        return cls.of(odds_format, FEATURED)

    def covers(self, bookmaker: str, market: str) -> bool:
        """Whether an answer without this offer says that it was withdrawn."""
        if market not in self.markets:
            return False
        books = self.markets[market]
        return books is None or bookmaker in books

    def including(self, offers: Collection[OfferKey]) -> Asked:
        """The same, widened by offers that came unasked: a snapshot speaks for whatever it holds."""
        if all(self.markets.get(market, ()) is None for market in {market for _, market in offers}):
            return self
        unasked = [offer for offer in offers if not self.covers(*offer)]
        if not unasked:
            return self
        return self | Asked(_by_market(unasked), self.odds_format)

    def __or__(self, other: Asked) -> Asked:
        """What both requests together asked for."""
        markets = dict(self.markets)
        for market, books in other.markets.items():
            mine = markets.get(market, frozenset())
            markets[market] = None if books is None or mine is None else mine | books
        return Asked(markets, self.odds_format)

    def as_json(self) -> dict[str, list[str] | None]:
        """The canonical form that is stored: keys and lists sorted."""
        return {market: None if books is None else sorted(books) for market, books in sorted(self.markets.items())}

    @property
    def digest(self) -> str:
        """SHA-256 of the canonical form: two requests that asked for the same share it."""
        return sha256(repr((str(self.odds_format), self.as_json())).encode()).hexdigest()

    @classmethod
    def from_json(cls, asked: Mapping[str, list[str] | None], odds_format: str) -> Asked:
        markets = {market: None if books is None else frozenset(books) for market, books in asked.items()}
        return cls(markets, OddsFormat(odds_format))


def _by_market(offers: Iterable[OfferKey]) -> dict[str, frozenset[str]]:
    markets: dict[str, frozenset[str]] = {}
    for bookmaker, market in offers:
        markets[market] = markets.get(market, frozenset()) | {bookmaker}
    return markets


class EventSnapshot(Struct, frozen=True, kw_only=True):
    """One event as one answer had it, at `snapshot_time`."""

    event: EventRecord
    snapshot_time: datetime
    source: Source
    asked: Asked
    raw: bytes  # the event object as received, UTF-8
    bookmakers: Mapping[str, str]  # titles by key
    offers: Mapping[OfferKey, Offer]
    read: Callable[[OfferKey, Offer], Reading]
    basis: object  # offers with equal outcomes read alike if their snapshots' bases are equal
    problems: tuple[Problem, ...] = ()

    @property
    def is_live(self) -> bool:
        """Taken at or after its own stated start."""
        return self.snapshot_time >= self.event.commence_time
