"""What any strategy has to beat: bets that know nothing but the prices. Both lose about what the books keep."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

import numpy as np

from odds.choices import Side
from odds.lines import SIDES, StandingPrice, is_complete
from odds.markets import H2H, SPREADS, TOTALS, draw_in, has_draw
from odds.opportunities import Opportunity
from odds.pricing import net_of_commission

from ..history import Chosen
from ..records import EventView, MarketView
from .base import BettingStrategy
from .boards import Rows, group_ids, net_prices, usable_rows
from .parameters import Parameter
from .registry import register

if TYPE_CHECKING:
    from ..history import Board

_Offer = tuple[float, str, int]
"""Minus the net price, bookmaker and place: the least is the best."""


@register
class Favourite(BettingStrategy):
    """Bets on the favourite of every event: the side with the lowest price, at the book that pays most for it.

    Where both sides pay the same there is none.
    """

    name = "favourite"

    markets = Parameter[tuple[str, ...]](tuple, (H2H,), choices=(H2H,), help="favourites are found head to head")
    book = Parameter(str, None, optional=True, help="key of the only bookmaker looked at; none: all of them")
    max_age_minutes = Parameter(float, 60, low=0, optional=True, help="oldest price used")

    @property
    def books_needed(self) -> tuple[str, ...]:
        return () if self.book is None else (self.book,)

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        prices = [each for each in self.usable(odds_snapshot, max_age_minutes=self.max_age_minutes) if self._sees(each)]
        offers: dict[str, list[_Offer]] = defaultdict(list)
        for place, price in enumerate(prices):
            net_price = net_of_commission(price.decimal_price, self.commissions.get(price.bookmaker, 0.0))
            offers[price.side].append((-net_price, price.bookmaker, place))
        favourite = _favourite({side: min(of_side) for side, of_side in offers.items()}, event.sport_key)
        return () if favourite is None else (self.pick(prices[favourite]),)

    def choose(self, board: Board) -> Chosen:
        rows = usable_rows(board, (H2H,), None if self.max_age_minutes is None else self.max_age_minutes * 60)
        if self.book is not None:
            rows = rows[[board.bookmakers[book] == self.book for book in board.bookmaker[rows]]]
        return _unjudged(np.array(list(self._favourites(board, rows)), np.int64))

    def _sees(self, price: StandingPrice) -> bool:
        return price.market == H2H and self.book in (None, price.bookmaker)

    def _favourites(self, board: Board, rows: Rows) -> Iterator[int]:
        nets = net_prices(board, rows, self.commissions)
        best: dict[int, dict[str, _Offer]] = defaultdict(dict)
        columns = board.decision[rows], board.side[rows], nets, board.bookmaker[rows], rows
        for decision, side, net, book, row in zip(*(column.tolist() for column in columns), strict=True):
            offer = -net, board.bookmakers[book], row
            of_decision = best[decision]
            of_decision[SIDES[side]] = min(offer, of_decision.get(SIDES[side], offer))
        for of_decision in best.values():
            row = _favourite(of_decision, board.sport_key)
            if row is not None:
                yield row


@register
class RandomBets(BettingStrategy):
    """Bets at random: of each market of an event one side at one book, without looking at the price.

    The draw depends on the seed, the event, the market and how many prices stand in it, so neither the order of events
    nor what comes later changes it.
    """

    name = "random"

    markets = Parameter[tuple[str, ...]](tuple, (H2H, SPREADS, TOTALS), help="keys of the markets looked at")
    seed = Parameter(int, 0, help="another seed draws other bets")
    share = Parameter(float, 1, low=0, high=1, help="of how many events, as a fraction")
    max_age_minutes = Parameter(float, 60, low=0, optional=True, help="oldest price used")

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        by_market: dict[str, list[StandingPrice]] = defaultdict(list)
        for price in self.usable(odds_snapshot, max_age_minutes=self.max_age_minutes):
            by_market[price.market].append(price)
        if not self._takes(event.event_id):
            return ()
        return [self.pick(each[self._drawn(event.event_id, market, len(each))]) for market, each in by_market.items()]

    def choose(self, board: Board) -> Chosen:
        rows = usable_rows(board, self.markets, None if self.max_age_minutes is None else self.max_age_minutes * 60)
        return _unjudged(np.array(list(self._draws(board, rows)), np.int64))

    def _draws(self, board: Board, rows: Rows) -> Iterator[int]:
        """Rows lie by decision and market, as prices do in views."""
        groups = group_ids(board.market[rows], board.decision[rows])
        _, starts, counts = np.unique(groups, return_index=True, return_counts=True)
        for start, count in zip(starts.tolist(), counts.tolist(), strict=True):
            row = rows[start]
            event_id, market = board.event_ids[board.decision[row]], board.markets[board.market[row]]
            if self._takes(event_id):
                yield int(rows[start + self._drawn(event_id, market, count)])

    def _takes(self, event_id: str) -> bool:
        return _hash(self.seed, event_id) < self.share * 2**64

    def _drawn(self, event_id: str, market: str, count: int) -> int:
        return _hash(self.seed, event_id, market) % count


def _favourite(best: dict[str, _Offer], sport_key: str) -> int | None:
    """The place of the price to bet on, given the best one of each side; None where no side is the favourite."""
    draws = Side.DRAW in best or has_draw(H2H, draw_in(sport_key))
    if not is_complete(H2H, [(side, None) for side in best], draws=draws):
        return None
    (minus, _, place), (second, *_) = sorted(best.values(), key=lambda offer: -offer[0])[:2]
    return None if minus == second else place


def _unjudged(rows: Rows) -> Chosen:
    unknown = np.full(len(rows), np.nan)
    return Chosen(np.sort(rows), unknown, unknown)


def _hash(*parts: object) -> int:
    """A number below 2**64 that looks drawn at random, always the same of the same parts."""
    return int.from_bytes(sha256("\0".join(map(str, parts)).encode()).digest()[:8])
