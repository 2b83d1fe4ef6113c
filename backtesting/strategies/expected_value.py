"""Prices above the fair one: what such strategies share, and the one that goes by a sharp bookmaker."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from odds.lines import StandingPrice
from odds.markets import H2H, SPREADS, TOTALS
from odds.opportunities import Opportunity, Reference, Terms, values
from odds.pricing import DevigMethod, reaches
from odds.pricing.arrays import expected_value

from ..history import Chosen
from ..records import EventView, MarketView
from .base import BettingStrategy
from .boards import Floats, Rows, net_prices, sharp_chances, usable_rows
from .parameters import Parameter
from .registry import register
from .singles import OnePer, best_of, best_rows

if TYPE_CHECKING:
    from ..history import Board

WORST_OF = "worst_of"


class ValueStrategy(BettingStrategy):
    """Bets on single prices of which more is expected back than staked."""

    markets = Parameter[tuple[str, ...]](tuple, (H2H, SPREADS, TOTALS), help="keys of the markets looked at")
    min_ev = Parameter(float, 0.03, low=-0.99, high=0.99, help="least expected profit for each unit staked")
    devig = Parameter(
        str,
        DevigMethod.MULTIPLICATIVE.value,
        choices=[*DevigMethod, WORST_OF],
        help="how the margin is removed; worst_of: the lowest chance by any way",
    )
    max_age_minutes = Parameter(float, 60, low=0, optional=True, help="oldest price used, also to judge by")
    suspect_above = Parameter(
        float, 0.15, low=0, high=0.99, optional=True, help="an expected profit from here on is an error: no bet"
    )
    one_bet_per = Parameter(str, OnePer.MARKET.value, choices=list(OnePer), help="the best one of each; price: all")

    @property
    def methods(self) -> tuple[DevigMethod, ...]:
        """The ways to remove the margin of which the lowest chance counts."""
        return tuple(DevigMethod) if self.devig == WORST_OF else (DevigMethod(self.devig),)

    @property
    def max_age_seconds(self) -> float | None:
        return None if self.max_age_minutes is None else self.max_age_minutes * 60

    def worth_it(self, found: Iterable[Opportunity], shown: Sequence[StandingPrice]) -> list[Opportunity]:
        """Of bets on prices shown those to make."""
        return best_of([each for each in found if self._is_wanted(each.edge or 0.0)], shown, self.one_bet_per)

    def worth_rows(self, board: Board, rows: Rows, chances: Floats) -> Chosen:
        """The same of rows of a board, with the fair chance of each; NaN where it is not known."""
        edge = expected_value(chances, net_prices(board, rows, self.commissions))
        wanted = reaches(edge, self.min_ev)
        if self.suspect_above is not None:
            wanted &= ~reaches(edge, self.suspect_above)
        kept = np.flatnonzero(wanted)
        kept = kept[best_rows(board, rows[kept], edge[kept], self.one_bet_per)]
        return Chosen(rows[kept], chances[kept], edge[kept])

    def _is_wanted(self, edge: float) -> bool:
        is_suspect = self.suspect_above is not None and reaches(edge, self.suspect_above)
        return reaches(edge, self.min_ev) and not is_suspect


class MarketValueStrategy(ValueStrategy):
    """Judges prices by others that stand at the same instant."""

    same_snapshot = Parameter(bool, False, help="judge only by prices seen in the same snapshot")

    @property
    @abstractmethod
    def reference(self) -> Reference:
        """By whom prices are judged."""

    @cached_property
    def terms(self) -> Terms:
        return Terms(
            min_edge=self.min_ev,
            max_age_seconds=self.max_age_seconds,
            same_snapshot_only=self.same_snapshot,
            commissions=self.commissions,
            reference=self.reference,
            devig=None if self.devig == WORST_OF else DevigMethod(self.devig),
        )

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        prices = [price for price in odds_snapshot.prices if self.looks_at(price.market)]
        return self.worth_it(values(prices, self.terms.in_sport(event.sport_key)), prices)


@register
class EVStrategy(MarketValueStrategy):
    """Bets where a book pays more than is fair by a sharp one, at the same number and with its margin removed.

    Both sides of the sharp book's line have to stand, and be fresh. It is never judged by itself or a copy of it.
    """

    name = "expected_value"

    sharp_book = Parameter(str, "pinnacle", help="key of the bookmaker whose line is taken for fair")

    @property
    def reference(self) -> Reference:
        return self.sharp_book

    @property
    def books_needed(self) -> tuple[str, ...]:
        return (self.sharp_book,)

    def choose(self, board: Board) -> Chosen:
        rows = usable_rows(board, self.markets, self.max_age_seconds)
        if self.same_snapshot:
            rows = rows[board.is_timed[rows]]
        terms = self.terms.in_sport(board.sport_key)
        return self.worth_rows(board, rows, sharp_chances(board, rows, self.markets, terms))
