"""A strategy that knows the closing line: what could at best be won by being early."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from odds.lines import SIDES, is_complete, line_point, markets_with_draw
from odds.markets import draw_in
from odds.opportunities import Opportunity

from ..records import EventView, MarketView
from .boards import lowest_chances, usable_rows
from .errors import StrategyError
from .expected_value import ValueStrategy
from .parameters import Parameter
from .registry import register

if TYPE_CHECKING:
    from ..history import Board, Chosen, ClosingPrice

_Bet = tuple[str, str, str, float | None]
"""Market, description, side, point."""


@register
class ClosingOracle(ValueStrategy):
    """Cheats: it is told the closing line, and bets where a book pays more than will be fair at the close.

    It is the measure of the engine and of how much the closing line knows; nobody could bet like this.
    """

    name = "closing_oracle"
    is_cheating = True
    wants_hindsight = True

    suspect_above = Parameter(
        float, None, low=0, high=0.99, optional=True, help="an expected profit from here on is an error: no bet"
    )
    closing_book = Parameter(str, "pinnacle", help="key of the bookmaker whose closing line is taken for fair")

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        chances = self._closing.get(event.event_id, {})
        prices = self.usable(odds_snapshot, max_age_minutes=self.max_age_minutes)
        known = [
            (price, chances.get(_bet(price.market, price.description, price.side, price.point))) for price in prices
        ]
        return self.worth_it([self.pick(price, probability=chance) for price, chance in known if chance], prices)

    def choose(self, board: Board) -> Chosen:
        rows = usable_rows(board, self.markets, self.max_age_seconds)
        return self.worth_rows(board, rows, np.fromiter(self._chances(board, rows.tolist()), np.float64, len(rows)))

    def _chances(self, board: Board, rows: Iterable[int]) -> Iterator[float]:
        for row in rows:
            description = board.outcomes[board.outcome[row]].description
            point = float(board.point[row])
            bet = (
                board.markets[board.market[row]],
                description,
                SIDES[board.side[row]],
                None if point != point else point,
            )
            yield self._closing.get(board.event_ids[board.decision[row]], {}).get(bet, np.nan)

    @cached_property
    def _closing(self) -> Mapping[str, Mapping[_Bet, float]]:
        """By event, the fair chance of every outcome at the close."""
        if self.hindsight is None:
            raise StrategyError(f"{self.name} needs to be shown the history first: with_hindsight(history)")
        history = self.hindsight
        return {
            event.event_id: self._fair(history.closing(number), event.sport_key)
            for number, event in enumerate(history.events)
        }

    def _fair(self, closing: Sequence[ClosingPrice], sport_key: str) -> Mapping[_Bet, float]:
        with_draw = markets_with_draw(closing, draw_in(sport_key))
        lines: dict[tuple[str, str, Decimal | None], list[ClosingPrice]] = defaultdict(list)
        for price in closing:
            if price.bookmaker == self.closing_book:
                lines[price.market, price.description, line_point(price.side, price.point)].append(price)
        found = {}
        for (market, description, _), line in lines.items():
            if is_complete(market, [(price.side, price.point) for price in line], draws=market in with_draw):
                chances = lowest_chances(tuple(price.decimal_price for price in line), self.methods)
                for price, chance in zip(line, chances, strict=True):
                    found[_bet(market, description, price.side, price.point)] = chance
        return found


def _bet(market: str, description: str, side: str, point: Decimal | None) -> _Bet:
    return market, description, side, None if point is None else float(point)
