"""How much of what was asked came: snapshots quoted, of those that asked, by bookmaker, market, and day or event."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from odds.dimensions import bookmaker_keys, market_keys
from odds.markets import is_lay
from odds.models import Scope

from .period import Offer, Period

_REQUESTS = """
    SELECT scope_id, sport_key, {group}, sum(snapshots)::bigint FROM asked GROUP BY 1, 2, 3
"""

# A bookmaker quotes a market while any outcome of it stands: the union of its runs.
_QUOTED = """
    , stood AS (
        SELECT event_id, bookmaker_id, market_id, unnest(range_agg(tstzrange(odds_timestamp, valid_until))) AS span
        FROM runs GROUP BY 1, 2, 3
    ), within AS (
        SELECT stood.bookmaker_id, stood.market_id, asked.sport_key, asked.{group} AS part, asked.times,
            width_bucket(lower(span) - interval '1 microsecond', times) AS before,
            coalesce(width_bucket(upper(span) - interval '1 microsecond', times), snapshots) AS last
        FROM stood JOIN asked USING (event_id) JOIN covered USING (scope_id, bookmaker_id, market_id)
    )
    SELECT bookmaker_id, market_id, sport_key, part, sum(last - before)::bigint, max(times[last])
    FROM within WHERE last > before GROUP BY 1, 2, 3, 4
"""


Part = TypeVar("Part", date, int)
"""A day in UTC, or the primary key of an event."""


@dataclass
class Coverage(Generic[Part]):
    """Snapshots of single events that asked for a bookmaker's market, and those of them that had a price of it."""

    asked: Counter[Part] = field(default_factory=Counter)  # by day or event
    quoted: Counter[Part] = field(default_factory=Counter)
    last_quoted: datetime | None = None  # the newest snapshot of the period that had it

    @property
    def share(self) -> float | None:
        return share(self.quoted.total(), self.asked.total())


def coverage(period: Period) -> dict[Offer, Coverage[date]]:
    """By bookmaker and market, and within these by day in UTC, wherever something was to be expected.

    That is: of a request that names bookmakers, each of them, even if it never came; of one for all bookmakers, those
    that quoted the market in this sport at some time in the period. Lay prices come unasked, and are expected only of
    those that had some.
    """
    return _coverage(period, "day")


def coverage_by_event(period: Period) -> dict[Offer, Coverage[int]]:
    """The same, within bookmakers and markets by the primary key of the event."""
    return _coverage(period, "event_id")


def _coverage(period: Period, group: str) -> dict[Offer, Coverage[Any]]:
    found: dict[Offer, Coverage[Any]] = defaultdict(Coverage)
    offered: dict[str, set[Offer]] = defaultdict(set)
    bookmakers, markets = bookmaker_keys(), market_keys()
    for book, market, sport, part, snapshots, last in period.rows(_QUOTED.format(group=group)):
        offer = bookmakers[book], markets[market]
        offered[sport].add(offer)
        found[offer].quoted[part] += snapshots
        found[offer].last_quoted = max(last, found[offer].last_quoted or last)
    requests = period.rows(_REQUESTS.format(group=group))
    scopes = Scope.objects.in_bulk({scope for scope, *_ in requests})
    for scope, sport, part, snapshots in requests:
        for offer in _expected(scopes[scope].asked, offered[sport], period.market):
            found[offer].asked[part] += snapshots
    return dict(found)


def _expected(asked: dict[str, list[str] | None], offered: set[Offer], only: str | None) -> set[Offer]:
    """What an answer to this request should have, given what was offered at some time."""
    named = {(book, market) for market, books in asked.items() if not is_lay(market) for book in books or ()}
    unnamed = {market for market, books in asked.items() if books is None}
    came = {(book, market) for book, market in offered if market in unnamed or book in (asked.get(market) or ())}
    return {(book, market) for book, market in named | came if only in (None, market)}


def share(part: float, whole: float) -> float | None:
    """None of nothing."""
    return part / whole if whole else None


def by_bookmaker(covered: Iterable[tuple[Offer, Coverage[Part]]]) -> dict[str, dict[Part, float]]:
    """The share quoted by bookmaker and day or event, over all markets; no entry where nothing was asked."""
    asked: dict[str, Counter[Part]] = defaultdict(Counter)
    quoted: dict[str, Counter[Part]] = defaultdict(Counter)
    for (bookmaker, _), each in covered:
        asked[bookmaker].update(each.asked)
        quoted[bookmaker].update(each.quoted)
    return {book: {part: quoted[book][part] / count for part, count in parts.items()} for book, parts in asked.items()}
