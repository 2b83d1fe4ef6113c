"""Following the moves of a bookmaker that moves first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from odds.choices import Side
from odds.known_copies import original_of
from odds.lines import BookLine, StandingPrice, book_lines
from odds.markets import H2H, SPREADS, TOTALS, Draw, draw_in
from odds.opportunities import Opportunity
from odds.pricing import fair_probabilities, net_of_commission, reaches
from odds.wording import percent

from ..records import EventView, MarketView
from .base import BettingStrategy
from .parameters import Parameter
from .registry import register

Line = BookLine[StandingPrice]


@register
class LineMove(BettingStrategy):
    """Follows the moves of a book that moves first: bets on the side that its line moved to, where others pay best.

    It compares what stood `window_minutes` before with what stands: numbers where there are any, else fair chances.
    Between two snapshots nothing is seen: a move that came and went, or when in between it came. The spacing of
    snapshots is the limit of what this can resolve, and each bet notes it.
    """

    name = "line_move"
    looks_back = True

    markets = Parameter[tuple[str, ...]](
        tuple, (H2H, SPREADS, TOTALS), choices=(H2H, SPREADS, TOTALS), help="keys of the markets looked at"
    )
    book = Parameter(str, "pinnacle", help="key of the bookmaker that is followed")
    window_minutes = Parameter(int, 120, low=1, help="how far before the decision its line is compared with")
    min_points = Parameter(float, 1, low=0.25, help="least move of a number")
    min_probability = Parameter(float, 0.03, low=0.001, high=1, help="least move of a fair chance at the same number")
    max_age_minutes = Parameter(float, 60, low=0, optional=True, help="oldest price used, then and now")

    @property
    def books_needed(self) -> tuple[str, ...]:
        return (self.book,)

    def should_bet(self, event: EventView, odds_snapshot: MarketView) -> Sequence[Opportunity]:
        prices = self.usable(odds_snapshot, max_age_minutes=self.max_age_minutes)
        draw = draw_in(event.sport_key)
        lines = self._lines(prices, draw)
        if not lines:
            return ()
        then = odds_snapshot.earlier(odds_snapshot.moment - timedelta(minutes=self.window_minutes))
        before = self._lines(self.usable(then, max_age_minutes=self.max_age_minutes), draw)
        found = []
        for key, line in lines.items():
            side = self._moved_to(before[key], line) if key in before else None
            price = None if side is None else self._best(prices, line, side)
            if price is not None:
                found.append(self.pick(price, note=self._note(before[key], line)))
        return found

    def _lines(self, prices: Sequence[StandingPrice], draw: Draw) -> Mapping[tuple[str, str], Line]:
        """The complete line of the book in each market, where it has one alone."""
        of_book = [each for each in prices if each.bookmaker == self.book]
        complete = [line for line in book_lines(of_book, draw) if line.hold is not None]
        keys = [(line.market, line.description) for line in complete]
        return {key: line for key, line in zip(keys, complete, strict=True) if keys.count(key) == 1}

    def _moved_to(self, before: Line, now: Line) -> Side | None:
        """The side that a line moved to; None if it moved too little."""
        if before.point is not None and now.point is not None and before.point != now.point:
            up = float(now.point - before.point)
            if not reaches(abs(up), self.min_points):
                return None
            if now.market == TOTALS:
                return Side.OVER if up > 0 else Side.UNDER
            return Side.AWAY if up > 0 else Side.HOME  # home -3.5 that becomes -5 is believed to win by more
        chances = _chances(before)
        moves = {side: chance - chances[side] for side, chance in _chances(now).items() if side in chances}
        side, move = max(moves.items(), key=lambda each: each[1], default=("", 0.0))
        return Side(side) if reaches(move, self.min_probability) else None

    def _best(self, prices: Sequence[StandingPrice], line: Line, side: Side) -> StandingPrice | None:
        """Of other books, the best number that is no worse than the line's, and there the best price."""
        followed = next(price for price in line.prices if price.side == side)
        as_good = [
            price
            for price in prices
            if (price.market, price.description, price.side) == (line.market, line.description, side)
            and original_of(price.bookmaker) != original_of(self.book)
            and _number(price) >= _number(followed)
        ]
        return min(as_good, key=self._best_first, default=None)

    def _best_first(self, price: StandingPrice) -> tuple[Decimal, float, str]:
        commission = self.commissions.get(price.bookmaker, 0.0)
        return -_number(price), -net_of_commission(price.decimal_price, commission), price.bookmaker

    def _note(self, before: Line, now: Line) -> str:
        times = [line.prices[0].snapshot_time for line in (before, now)]
        if before.point == now.point:
            first, *_ = now.prices
            was, is_now = (percent(_chances(line)[first.side]) for line in (before, now))
            move = f"{self.book} moved {first.outcome} from {was} to {is_now}"
        else:
            move = f"{self.book} moved from {before.point} to {now.point}"
        if times[0] is None or times[1] is None:
            return f"{move} from opening to closing, nobody knows when"
        return f"{move} within the {(times[1] - times[0]) / timedelta(minutes=1):g} min between two snapshots"


def _number(price: StandingPrice) -> Decimal:
    """The higher the better for who bets on it; the same for all where there is no number."""
    point = price.point or Decimal()
    return -point if price.side == Side.OVER else point


def _chances(line: Line) -> dict[str, float]:
    decimals = [price.decimal_price for price in line.prices]
    return dict(zip((price.side for price in line.prices), fair_probabilities(decimals), strict=True))
