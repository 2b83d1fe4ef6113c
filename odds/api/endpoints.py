"""The prices of one event: what stood, what was best, how it moved, how it opened and closed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

from django.utils import timezone

from events.api.lookups import event_or_404
from events.api.paging import Cursor, page_behind
from events.models import Event

from ..event_lines import LinePrice, closing_prices, opening_prices
from ..event_prices import prices_at
from ..lines import BestPrice, StandingPrice, best_prices, book_lines, compared, market_order, side_order
from ..movement import PriceChange, price_changes
from .examples import BEST, CHANGE, COMPARED, LINE, STANDING
from .filters import MarketQuery, MovementQuery, PriceQuery, SeriesQuery
from .serializers import BestRow, ChangeRow, ComparedRow, LineRow, StandingRow
from .views import EventPricesView, keys_of


class EventOddsView(EventPricesView):
    """Every price that stood at an instant, live or not, flagged or not. Only what a snapshot at or before the instant
    showed counts; `age_seconds` says how old that was."""

    summary, example, name = "Prices at an instant", STANDING, "odds"
    row_class, query_class = StandingRow, PriceQuery

    def records(self, event: Event, query: dict[str, Any], moment: datetime) -> list[StandingPrice]:
        (standing,) = prices_at([event], moment, **keys_of(query))
        prices = [price for line in book_lines(standing.prices) for price in line.prices]
        live = query.get("live")
        return prices if live is None else [price for price in prices if price.is_live == live]


class LineMovementView(EventPricesView):
    """Every change of price or point up to now, series by series in time order."""

    summary, example, name = "Line movement", CHANGE, "line-movement"
    row_class, query_class = ChangeRow, MovementQuery

    def records(self, event: Event, query: dict[str, Any], moment: datetime) -> list[PriceChange]:
        changes = price_changes(event, **keys_of(query))
        live = query.get("live")
        return [each for each in changes if each.odds_timestamp <= moment and live in (None, each.is_live)]


class BestOddsView(EventPricesView):
    """The best price of each outcome at each point. Flagged prices and offers to lay do not count."""

    summary, example, name = "Best prices", BEST, "best-odds"
    row_class, query_class = BestRow, MarketQuery

    def records(self, event: Event, query: dict[str, Any], moment: datetime) -> list[BestPrice]:
        (standing,) = prices_at([event], moment, **keys_of(query, "market"))
        return best_prices(standing.prices)


class ComparisonView(EventPricesView):
    """All bookmakers side by side, with implied probability, overround and hold."""

    summary, example, name = "Bookmakers compared", COMPARED, "comparison"
    row_class, query_class = ComparedRow, MarketQuery

    def rows(self, query: dict[str, Any], moment: datetime) -> Sequence[Sequence[Any]]:
        (standing,) = prices_at([event_or_404(self.kwargs["event_id"])], moment, **keys_of(query, "market"))
        read = itemgetter(*self.columns())
        return [read(compared(price, line)) for line in book_lines(standing.prices) for price in line.prices]


class LinesView(EventPricesView):
    """Lines as they are now: the closing line moves on while the game is to come."""

    row_class, query_class = LineRow, SeriesQuery

    def page(self, query: dict[str, Any], cursor: Cursor) -> tuple[Sequence[Sequence[Any]], str | None]:
        found = page_behind(self.rows(query, timezone.now()), _place, cursor, query["page_size"])
        return found[0], found[1]


def _place(line: LinePrice) -> list[Any]:
    """By market, book and outcome, as the commands show them."""
    outcome = [line.description, side_order(line.side), line.outcome, float(line.point or 0)]
    return [*market_order(line.market), line.bookmaker, *outcome]


class OpeningLinesView(LinesView):
    """The first valid price of each outcome at each bookmaker before the start."""

    summary, example, name = "Opening lines", LINE, "opening-lines"

    def records(self, event: Event, query: dict[str, Any], moment: datetime) -> list[LinePrice]:
        return opening_prices(Event.objects.filter(pk=event.pk), **keys_of(query))


class ClosingLinesView(LinesView):
    """The prices at the last snapshot before the start."""

    summary, example, name = "Closing lines", LINE, "closing-lines"

    def records(self, event: Event, query: dict[str, Any], moment: datetime) -> list[LinePrice]:
        return closing_prices(Event.objects.filter(pk=event.pk), **keys_of(query))
