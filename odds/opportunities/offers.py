"""Prices of one event ordered by what they are bet against, so that nothing is compared with everything.

Every number is brought onto one scale: the result above which home or over wins, and below which away or under does. Of
spreads it is the home side's margin (home -3.5 and away +3.5 are 3.5), of totals the number itself. So one rule holds
for both: of an upper side at u and a lower one at v, u = v is a complete set, u < v a middle, and u > v a gap in which
both lose.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from ..choices import Side
from ..known_copies import original_of
from ..lines import StandingPrice, counts, is_complete, markets_with_draw
from ..pricing import net_of_commission
from .terms import Terms

UPPER_AND_LOWER = ((Side.HOME, Side.AWAY), (Side.OVER, Side.UNDER))


class Offer(NamedTuple):
    """A price that may be bet on."""

    price: StandingPrice
    net_price: float  # decimal, after commission
    book: str  # the bookmaker's key, of a copy that of the one it copies


Sides = dict[str, list[Offer]]
"""What is offered at one number, by side."""


@dataclass(slots=True)
class MarketOffers:
    """All offers of one market of the event (of one player or team, where it has a description)."""

    market: str
    description: str
    with_draw: bool
    numbers: dict[Decimal | None, Sides] = field(default_factory=dict)

    def is_complete(self, prices: Iterable[StandingPrice]) -> bool:
        """Whether exactly one of these, at one number, wins or all are refunded."""
        return is_complete(self.market, [(price.side, price.point) for price in prices], draws=self.with_draw)

    def complete(self) -> Iterator[tuple[Decimal | None, Sides]]:
        """The numbers at which every outcome is offered by somebody."""
        for number, sides in self.numbers.items():
            if self.is_complete(offers[0].price for offers in sides.values()):
                yield number, sides


def markets(prices: Sequence[StandingPrice], terms: Terms) -> list[MarketOffers]:
    """What can be bet on by these terms, market by market in the order of the prices.

    Where legs have to be of one snapshot, each snapshot is a market by itself. Flagged and live prices, offers to lay,
    and outcomes without a side that says what they are bet against are left out.
    """
    with_draw = markets_with_draw(prices, terms.draw)
    found: dict[tuple[str, str, datetime | None], MarketOffers] = {}
    for price in prices:
        if not is_usable(price, terms):
            continue
        key = price.market, price.description, price.snapshot_time if terms.same_snapshot_only else None
        market = found.get(key)
        if market is None:
            market = found[key] = MarketOffers(price.market, price.description, price.market in with_draw)
        number = None if price.point is None else turned(price.side, price.point)
        sides = market.numbers.setdefault(number, {})
        sides.setdefault(price.side, []).append(_offer(price, terms))
    return list(found.values())


def turned(side: str, point: Decimal) -> Decimal:
    """A point as its side has it on the common scale, or back: home -3.5 is 3.5."""
    return -point if side == Side.HOME else point


def rivals(offers: Sequence[Offer]) -> tuple[Offer, ...]:
    """The best of some offers for the same bet, and the best of another book: no other can be part of a best set."""
    first = min(offers, key=_best_first)
    others = [offer for offer in offers if offer.book != first.book]
    return (first, min(others, key=_best_first)) if others else (first,)


def cheapest(outcomes: Sequence[Sequence[Offer]]) -> tuple[Offer, ...] | None:
    """One offer for each outcome, from the `rivals` of each, that pay most together and are not all of one book.

    None where one book alone offers them: what it does not balance itself is an error.
    """
    best = tuple(offers[0] for offers in outcomes)
    if len({offer.book for offer in best}) > 1:
        return best
    swapped = [
        (*best[:place], offers[1], *best[place + 1 :]) for place, offers in enumerate(outcomes) if len(offers) > 1
    ]
    return min(swapped, key=booksum, default=None)


def booksum(offers: Iterable[Offer]) -> float:
    """The sum of 1/net price: the stake that has one unit come back whichever of the offers wins."""
    return sum(1 / offer.net_price for offer in offers)


def is_usable(price: StandingPrice, terms: Terms) -> bool:
    """Whether it may be bet on and judged by: valid, before the start, fresh, and a single bet."""
    if not counts(price) or price.is_live or price.side == Side.OTHER or price.bookmaker in terms.without:
        return False
    if terms.same_snapshot_only and price.snapshot_time is None:
        return False
    return terms.max_age_seconds is None or price.age_seconds is None or price.age_seconds <= terms.max_age_seconds


def _offer(price: StandingPrice, terms: Terms) -> Offer:
    commission = terms.commissions.get(price.bookmaker, 0.0)
    return Offer(price, net_of_commission(price.decimal_price, commission), original_of(price.bookmaker))


def _best_first(offer: Offer) -> tuple[float, str]:
    """The highest net price; of equals that of the first bookmaker by key."""
    return -offer.net_price, offer.price.bookmaker
