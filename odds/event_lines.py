"""The first and the last prices before the start, of one event or of a whole season in one query.

Where a bookmaker has no price with a time before an event's start, those of archives without times answer for it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import F, QuerySet

from events.models import Event

from .archive_prices import untimed_prices
from .choices import LineMoment
from .dimensions import Requests
from .lines import market_order, side_order
from .models import Bookmaker, Market, Odds, OddsSnapshot, Outcome
from .records import Asked


class LinePrice(NamedTuple):
    """One price of an opening or closing line, observed, or from an archive that tells no time (`is_timed` false).

    Such a one has no times of its own, and may be a line without a price.
    """

    event_id: str  # the provider's
    commence_time: datetime  # as last stated
    bookmaker: str
    market: str
    outcome: str
    side: str
    description: str
    point: Decimal | None
    price: int | None  # American
    decimal_price: float | None
    odds_timestamp: datetime | None
    is_valid: bool  # true: flagged prices neither open nor close
    snapshot_time: datetime | None  # that showed it: opening the first that did, closing the last that asked for it
    minutes_before_start: float | None
    is_timed: bool


class _Row(NamedTuple):
    """A price as it lies in the table, without names: the same few would come again and again for a whole season."""

    event_id: int
    bookmaker_id: int
    market_id: int
    outcome_id: int
    point: Decimal | None
    price: int | None
    decimal_price: float | None
    odds_timestamp: datetime | None  # None: of an archive
    is_valid: bool


# The rows of `OddsQuerySet.closing` for lists of events, bookmakers and markets by id, each event looked up in the
# index. In one piece no index answers 'ended later, or not at all', so that the planner would read the whole table.
CLOSING_SQL = f"""
    SELECT {", ".join(f"odds.{name}" for name in _Row._fields)}
    FROM events_event AS event
    CROSS JOIN LATERAL (
        SELECT * FROM odds_odds WHERE event_id = event.id AND valid_until > event.closing_at
        UNION ALL
        SELECT * FROM odds_odds WHERE event_id = event.id AND valid_until IS NULL
    ) AS odds
    WHERE event.id = ANY(%s) AND odds.bookmaker_id = ANY(%s) AND odds.market_id = ANY(%s)
        AND odds.odds_timestamp <= event.closing_at AND odds.is_valid
"""  # noqa: S608 - only names of columns


def opening_prices(
    events: QuerySet[Event], *, bookmaker: str | None = None, market: str | None = None
) -> list[LinePrice]:
    """The opening lines of these events, of one book or market (by key) if named; all observed prices in one query.

    The first valid price of each series: a flagged one before it was never believed to be on offer.
    """
    names = _Names(events, bookmaker, market)
    found = Odds.objects.filter(event__in=names.events, bookmaker__in=names.bookmakers, market__in=names.markets)
    rows = map(_Row._make, found.opening().values_list(*_Row._fields))
    return names.spelt_out([*((row, row.odds_timestamp) for row in rows), *_untimed(names, LineMoment.OPENING)])


def closing_prices(
    events: QuerySet[Event], *, bookmaker: str | None = None, market: str | None = None
) -> list[LinePrice]:
    """The closing lines of these events, of one book or market (by key) if named; all observed prices in one query.

    A flagged price is no closing price, and nothing takes its place: the valid one before it had been replaced by then.
    """
    names = _Names(events, bookmaker, market)
    with connection.cursor() as cursor:
        cursor.execute(CLOSING_SQL, [list(names.events), list(names.bookmakers), list(names.markets)])
        rows = [_Row._make(row) for row in cursor.fetchall()]
    seen = _last_seen({names.offer(row) for row in rows})
    # What stood only in live snapshots, before a start that then moved, was never on offer before the game.
    shown = ((row, seen.get(names.offer(row))) for row in rows)
    before_start = [(row, time) for row, time in shown if time and row.odds_timestamp and time >= row.odds_timestamp]
    return names.spelt_out([*before_start, *_untimed(names, LineMoment.CLOSING)])


def _untimed(names: _Names, moment: LineMoment) -> Iterator[tuple[_Row, None]]:
    """What archives have where no price of the event's bookmaker, flagged or not, was observed before the start."""
    rows = untimed_prices(moment, events=names.events, bookmakers=names.bookmakers, markets=names.markets)
    if not rows:
        return
    observed = Odds.objects.filter(event__in={row.event_id for row in rows}, is_live=False).order_by()
    pre_match = observed.filter(odds_timestamp__lte=F("event__closing_at"))
    timed = set(pre_match.values_list("event_id", "bookmaker_id").distinct())
    for row in rows:
        if (row.event_id, row.bookmaker_id) not in timed:
            yield _Row(*row, odds_timestamp=None, is_valid=True), None


_Offer = tuple[int, str, str]
"""(id of the event's row, bookmaker key, market key)"""


class _Names:
    """The events asked about, with the bookmakers and markets: those named, else all."""

    def __init__(self, events: QuerySet[Event], bookmaker: str | None, market: str | None) -> None:
        self.events = {pk: (api_id, start) for pk, api_id, start in events.values_list("pk", "api_id", "commence_time")}
        self.bookmakers = _keys(Bookmaker, bookmaker)
        self.markets = _keys(Market, market)

    def offer(self, row: _Row) -> _Offer:
        return row.event_id, self.bookmakers[row.bookmaker_id], self.markets[row.market_id]

    def spelt_out(self, rows: list[tuple[_Row, datetime | None]]) -> list[LinePrice]:
        """With names, by start, event, market, book and outcome, from rows and the snapshots that showed them."""
        outcomes = Outcome.objects.in_bulk({row.outcome_id for row, _ in rows})
        in_order = sorted(
            outcomes.values(), key=lambda each: (each.description, side_order(each.side), each.name, each.line or 0)
        )
        place = {outcome.pk: number for number, outcome in enumerate(in_order)}
        markets = {pk: market_order(key) for pk, key in self.markets.items()}
        starts = {pk: (start, api_id) for pk, (api_id, start) in self.events.items()}
        rows.sort(
            key=lambda each: (
                starts[each[0].event_id],
                markets[each[0].market_id],
                self.bookmakers[each[0].bookmaker_id],
                place[each[0].outcome_id],
            )
        )
        return [self._spelt_out(row, outcomes[row.outcome_id], snapshot_time) for row, snapshot_time in rows]

    def _spelt_out(self, row: _Row, outcome: Outcome, snapshot_time: datetime | None) -> LinePrice:
        api_id, commence_time = self.events[row.event_id]
        return LinePrice(
            api_id,
            commence_time,
            self.bookmakers[row.bookmaker_id],
            self.markets[row.market_id],
            outcome.name,
            outcome.side,
            outcome.description,
            row.point,
            row.price,
            row.decimal_price,
            row.odds_timestamp,
            row.is_valid,
            snapshot_time,
            None if snapshot_time is None else (commence_time - snapshot_time) / timedelta(minutes=1),
            snapshot_time is not None,
        )


def _keys(model: type[Bookmaker] | type[Market], key: str | None) -> dict[int, str]:
    return {row.pk: row.key for row in model._default_manager.all() if key in (None, row.key)}


def _last_seen(offers: AbstractSet[_Offer]) -> dict[_Offer, datetime]:
    """The last pre-match snapshot that asked for each offer: the closing one, or an earlier one that asked for more."""
    scopes = Requests()
    closing = _of_events(offers).filter(snapshot_time=F("event__closing_at"))
    seen = _latest_that_asked(offers, closing, scopes)
    missing = offers - seen.keys()
    if missing:
        earlier = _of_events(missing).filter(snapshot_time__lte=F("event__closing_at"))
        newest = earlier.order_by("event_id", "scope_id", "-snapshot_time").distinct("event_id", "scope_id")
        seen |= _latest_that_asked(missing, newest, scopes)
    return seen


def _of_events(offers: Iterable[_Offer]) -> QuerySet[OddsSnapshot]:
    return OddsSnapshot.objects.pre_match().filter(event__in={event_id for event_id, *_ in offers}).order_by()


def _latest_that_asked(
    offers: Iterable[_Offer], snapshots: QuerySet[OddsSnapshot], scopes: Mapping[int, Asked]
) -> dict[_Offer, datetime]:
    by_event: dict[int, list[tuple[datetime, Asked]]] = defaultdict(list)
    for event_id, snapshot_time, scope_id in snapshots.values_list("event_id", "snapshot_time", "scope_id"):
        by_event[event_id].append((snapshot_time, scopes[scope_id]))
    latest = {}
    for event_id, bookmaker, market in offers:
        times = [time for time, asked in by_event[event_id] if asked.covers(bookmaker, market)]
        if times:
            latest[event_id, bookmaker, market] = max(times)
    return latest
