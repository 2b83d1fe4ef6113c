"""Questions about prices, answered by DataFrames.

Events are named by the provider's id, or any beginning of it that fits one event only; bookmakers, markets and teams as
people write them ('Fan Duel', 'moneyline', 'Lakers'). A name that fits nothing, or several things, raises
`events.names.UnresolvedName` with the nearest ones. All times are aware and in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils import timezone

from events.models import Event
from events.names import resolve
from events.queries import find_event, find_sport

from .choices import Side
from .event_lines import LinePrice, closing_prices, opening_prices
from .frames import frame
from .lines import BestPrice, best_prices, book_lines, compared
from .lookups import find_market, keys
from .movement import price_changes
from .opportunities import FINDABLE, OpportunityKind, Terms
from .opportunities.rows import as_row, leg_row
from .opportunity_search import opportunities_at, opportunities_before
from .standing import StandingOdds, standing_odds

if TYPE_CHECKING:
    from pandas import DataFrame

_MOVEMENT = (
    "timestamp", "outcome", "price", "point", "bookmaker", "market", "side", "description", "decimal_price",
    "valid_until", "last_update", "is_live", "is_valid",
)  # fmt: skip
_BEST = (
    "market", "outcome", "side", "description", "point", "price", "decimal_price", "implied_probability", "bookmakers",
    "offers", "snapshot_time", "age_minutes", "is_live",
)  # fmt: skip
_COMPARISON = (
    "bookmaker", "outcome", "price", "point", "implied_probability", "overround", "hold", "market", "side",
    "description", "decimal_price", "odds_timestamp", "snapshot_time", "age_minutes", "is_live", "is_valid",
)  # fmt: skip
_OPPORTUNITIES = (
    "event_id", "commence_time", "opportunity", "kind", "edge", "market", "outcome", "point", "bookmaker", "price",
    "decimal_price", "net_price", "share", "side", "description", "probability", "best_case", "width", "can_push",
    "is_suspect", "is_same_snapshot", "note", "snapshot_time", "age_minutes",
)  # fmt: skip


def get_odds_at_time(event_id: str, timestamp: datetime, tolerance_minutes: float | None = 5) -> StandingOdds:
    """The prices that stood at `timestamp`, as a list of Odds with the age of what was known.

    Only what a snapshot at or before the instant showed counts, never a nearer one after it, and nothing that had been
    withdrawn by then. Prices last confirmed more than `tolerance_minutes` before the instant are left out, each by the
    newest snapshot that asked for its book and market; None allows any age. The list is empty if nothing qualifies;
    its `age` and `newest` still tell of the newest snapshot, and are None if there is none.

    Live and flagged prices are in it: ask `.is_live` of the list, and `.is_valid` of each row. On every row
    `valid_until` is null, as it was not known then; the event behind the rows is as it is known today. Raises
    ValueError for a naive timestamp.
    """
    max_age = None if tolerance_minutes is None else timedelta(minutes=tolerance_minutes)
    return standing_odds(find_event(event_id), _aware(timestamp), max_age=max_age)


def get_line_movement(event_id: str, bookmaker: str | None = None, market: str | None = None) -> DataFrame:
    """Every price the event ever had: one row each time a price or point changed, by series and in time order.

    Columns: timestamp (first snapshot that had it), outcome, price (American), point (NaN without one), bookmaker and
    market (keys), side, description, decimal_price, valid_until (first later snapshot that had it no more, NaT while it
    stands), last_update (the book's own time then), is_live (whether the first snapshot that had it was taken after the
    start), is_valid. Between `valid_until` and the next row of a series it was not offered: do not draw a line there.
    Empty if there are no prices.
    """
    changes = price_changes(find_event(event_id), **keys(bookmaker, market))
    return frame([change._asdict() | {"timestamp": change.odds_timestamp} for change in changes], _MOVEMENT)


def get_best_odds(
    event_id: str,
    market: str,
    outcome: str | None = None,
    point: float | None = None,
    at: datetime | None = None,
) -> DataFrame:
    """The best price of each outcome at each point, at an instant or now; prices of different points never compete.

    `outcome` is a name as quoted, a part of it, or a side; `point` as that outcome has it. Columns: market, outcome,
    side, description, point (NaN without one), price (American), decimal_price, implied_probability (1/decimal, margin
    included), bookmakers (tuple of the keys of all that tie; -100 and +100 do), offers (how many books quote it),
    snapshot_time and age_minutes (of the oldest snapshot that speaks for them, at the instant), is_live.

    Exchange prices are before commission. Flagged prices and offers to lay never count. Empty if nothing stood.
    """
    standing = standing_odds(find_event(event_id), _aware(at), market=find_market(market))
    best = chosen(best_prices(standing.prices()), outcome, point)
    return frame([asdict(each) | {"age_minutes": _minutes(each.age_seconds)} for each in best], _BEST)


def compare_bookmakers(event_id: str, market: str, timestamp: datetime | None = None) -> DataFrame:
    """All prices of a market side by side, at an instant or now: by description, point and bookmaker.

    Columns: bookmaker (key), outcome, price (American), point (NaN without one), implied_probability (1/decimal),
    overround (sum of implied probabilities - 1) and hold (1 - 1/sum) of the book's line that the price belongs to,
    market, side, description, decimal_price, odds_timestamp (since when it stood), snapshot_time and age_minutes (of
    the newest snapshot that speaks for it, at the instant), is_live (whether that was taken after the start), is_valid.

    Overround and hold are NaN unless the book quotes the complete set at that point: both teams (and the draw where it
    is offered), over and under; never for offers to lay. Flagged prices are shown and counted. Empty if nothing stood.
    """
    standing = standing_odds(find_event(event_id), _aware(timestamp), market=find_market(market))
    rows = [
        compared(price, line) | {"age_minutes": _minutes(price.age_seconds)}
        for line in book_lines(standing.prices())
        for price in line.prices
    ]
    return frame(rows, _COMPARISON)


def opening_line(
    events: str | Iterable[str] | QuerySet[Event], bookmaker: str | None = None, market: str | None = None
) -> DataFrame:
    """The first valid pre-match price of every series, for one event, several, or a queryset of events, in one query.

    Columns: event_id, commence_time (as last stated), bookmaker, market, outcome, side, description, point (NaN without
    one), price (American), decimal_price, odds_timestamp, is_valid (always true), snapshot_time (the first that showed
    it), minutes_before_start, is_timed. Flagged prices are passed over.

    Where a bookmaker has no price of an event in a snapshot before the start, prices of archives without times stand in
    for it: is_timed is false, odds_timestamp and snapshot_time are NaT, minutes_before_start is NaN, and so are price
    (NA) and decimal_price where the archive has a line alone. Filter by is_timed for what was observed.
    """
    return frame(opening_prices(_events(events), **keys(bookmaker, market)), LinePrice._fields, price="Int64")


def closing_line(
    events: str | Iterable[str] | QuerySet[Event], bookmaker: str | None = None, market: str | None = None
) -> DataFrame:
    """The prices at the last pre-match snapshot, for one event, several, or a queryset of events, in one query.

    Columns as of `opening_line`. snapshot_time is the last pre-match snapshot that asked for the price's book and
    market, and minutes_before_start its age at the start: limit it where the close must be fresh. A price withdrawn
    before the last snapshot is no closing price, and neither is a flagged one: the outcome then has none at that book,
    since the valid price before it had been replaced. Archives stand in as for `opening_line`.
    """
    return frame(closing_prices(_events(events), **keys(bookmaker, market)), LinePrice._fields, price="Int64")


def find_opportunities(
    event_id: str | None = None,
    at: datetime | None = None,
    *,
    kinds: Iterable[str] = FINDABLE,
    sport: str | None = None,
    days: float | None = None,
    terms: Terms | None = None,
) -> DataFrame:
    """Arbitrage, middles, low hold and value before the start, at an instant or now: one row for each leg.

    In one event, or in all that were still to start, those of one `sport` and within so many `days` if told. `kinds`:
    arbitrage, middle, low_hold, value. `terms` set the limits; what bookmakers take of winnings is added to them.

    Columns: event_id, commence_time (as known then), opportunity (a number that the legs of one share), kind, edge
    (profit for each unit staked on all legs: certain for arbitrage, expected for value, the least for others, each
    given that no stake comes back), market, outcome, point (NaN without one), bookmaker, price (American),
    decimal_price, net_price (decimal, after commission), share (of the stake, for equal payouts), side, description,
    probability (value: the fair chance, given no push), best_case and width (middles: the profit where both win, and
    how many points lie between), can_push, is_suspect (too good to be true), is_same_snapshot, note, snapshot_time,
    age_minutes. Empty if there is nothing.
    """
    moment, limits, wanted = _aware(at), terms or Terms(), {OpportunityKind(kind) for kind in kinds}
    if event_id is not None:
        found = opportunities_at([find_event(event_id)], moment, limits, wanted)
    else:
        sport_key = None if sport is None else find_sport(sport)
        within = None if days is None else timedelta(days=days)
        found = opportunities_before(moment, limits, wanted, sport_key=sport_key, within=within)
    every = enumerate(((of_event, each) for of_event in found for each in of_event.opportunities), start=1)
    rows = [
        {"commence_time": of_event.commence_time, "opportunity": number, "age_minutes": _minutes(leg.price.age_seconds)}
        | as_row(each)
        | leg_row(leg)
        for number, (of_event, each) in every
        for leg in each.legs
    ]
    return frame(rows, _OPPORTUNITIES)


def chosen(prices: Sequence[BestPrice], outcome: str | None, point: float | None) -> list[BestPrice]:
    """Those for one outcome (a name, a part of it, or a side) and one point, where given."""
    found = list(prices)
    if outcome is not None and found:
        names = {price.outcome: price.outcome for price in found}
        sides = {price.side: price.outcome for price in found if price.side != Side.OTHER}
        meant = resolve("outcome", outcome, sides | names)
        found = [price for price in found if price.outcome == meant]
    return [price for price in found if point is None or price.point == Decimal(str(point))]


def _events(wanted: str | Iterable[str] | QuerySet[Event]) -> QuerySet[Event]:
    if isinstance(wanted, QuerySet):
        return wanted
    ids = [wanted] if isinstance(wanted, str) else wanted
    return Event.objects.filter(pk__in=[find_event(each).pk for each in ids])


def _aware(moment: datetime | None) -> datetime:
    if moment is None:
        return timezone.now()
    if timezone.is_naive(moment):
        raise ValueError(f"{moment!r} has no time zone: say which instant is meant")
    return moment


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else seconds / 60
