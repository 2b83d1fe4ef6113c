"""Complete sets of prices that win whatever happens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from odds.markets import H2H, SPREADS, TOTALS
from odds.opportunities import Opportunity, Terms, arbitrages

from ..records import EventView, MarketView
from .base import BettingStrategy
from .parameters import Parameter
from .registry import register


@register
class ArbitrageStrategy(BettingStrategy):
    """Bets on every outcome of a market at the books that pay most, where that wins whatever happens.

    Stakes are such that each result pays the same, net of commission. At each number the best set is one position.
    """

    name = "arbitrage"

    markets = Parameter[tuple[str, ...]](tuple, (H2H, SPREADS, TOTALS), help="keys of the markets looked at")
    min_profit_margin = Parameter(float, 0.01, low=0, high=0.99, help="least profit for each unit staked")
    max_age_minutes = Parameter(float, 60, low=0, optional=True, help="oldest price used")
    same_snapshot = Parameter(bool, False, help="only legs seen in one snapshot")
    suspect_above = Parameter(
        float, 0.08, low=0, high=0.99, optional=True, help="a profit from here on is an error in the data: no bet"
    )

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        prices = [price for price in odds_snapshot.prices if self.looks_at(price.market)]
        found = arbitrages(prices, self.terms.in_sport(event.sport_key))
        return [each for each in found if self.suspect_above is None or not each.is_suspect]

    @cached_property
    def terms(self) -> Terms:
        return Terms(
            min_return=self.min_profit_margin,
            max_age_seconds=None if self.max_age_minutes is None else self.max_age_minutes * 60,
            same_snapshot_only=self.same_snapshot,
            suspect_above=0.99 if self.suspect_above is None else self.suspect_above,
            commissions=self.commissions,
        )
