"""Two numbers between which both legs win: over 220.5 with under 222.5, home -3.5 with away +5.5."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import product
from math import ceil, floor

from ..choices import Side
from ..pricing import reaches
from ..wording import percent
from .offers import UPPER_AND_LOWER, MarketOffers, Offer, booksum, cheapest, rivals
from .records import Opportunity, OpportunityKind
from .sets import can_push, edge_of, position, result_on
from .terms import Terms

_HALF, _QUARTER = Decimal("0.5"), Decimal("0.25")

_Best = tuple[Decimal, tuple[Offer, ...]]
"""A number, with the best offers for one side at it."""


def middles(markets: Sequence[MarketOffers], terms: Terms) -> Iterator[Opportunity]:
    """The pairs that lose little when missed: beyond the numbers one leg wins, and the edge is what that leaves.

    Where no result has both win, but one of them can come back while the other wins (over 220, under 220.5), the pair
    may cost no more than a low hold.
    """
    for market in markets:
        for (low, upper), (high, lower) in _spans(market):
            offers = cheapest((upper, lower))
            most = terms.max_middle_loss if _both_win(low, high) else terms.max_hold
            if offers is not None and reaches(edge_of(offers), -most):
                yield _middle(market, offers, low, high, terms)


def _spans(market: MarketOffers) -> Iterator[tuple[_Best, _Best]]:
    """The upper side at one number with the lower side at a higher one."""
    for sides in UPPER_AND_LOWER:
        above, below = (_best_at(market, side) for side in sides)
        if above and below and market.is_complete(best[0].price for _, best in (above[0], below[0])):
            yield from ((low, high) for low, high in product(above, below) if low[0] < high[0])


def _best_at(market: MarketOffers, side: Side) -> list[_Best]:
    of_side = ((number, sides.get(side)) for number, sides in market.numbers.items())
    return [(number, rivals(offers)) for number, offers in of_side if offers and number is not None]


def _both_win(low: Decimal, high: Decimal) -> range:
    """The results on which both legs win in full."""
    return range(ceil(low + _HALF), floor(high - _HALF) + 1)


def _middle(market: MarketOffers, offers: tuple[Offer, ...], low: Decimal, high: Decimal, terms: Terms) -> Opportunity:
    both = _both_win(low, high)
    results = both[:1] or range(floor(low), ceil(high) + 1)
    best_case, best = max((_profit(offers, (result - low, high - result)), result) for result in results)
    on = result_on(offers[0].price.side, *dict.fromkeys((both[0], both[-1]) if both else (best,)))
    return position(
        OpportunityKind.MIDDLE,
        market,
        offers,
        terms,
        note=f"{'both win' if both else 'at best'} on {on}: profit {percent(best_case)}",
        can_push=can_push(low) or can_push(high),
        best_case=best_case,
        width=high - low,
    )


def _profit(offers: Sequence[Offer], ahead: Sequence[Decimal]) -> float:
    """For each unit staked, on a result that leaves each leg ahead of its number by so much."""
    total = booksum(offers)
    backs = (_back(offer.net_price, by) / offer.net_price for offer, by in zip(offers, ahead, strict=True))
    return sum(backs) / total - 1


def _back(net_price: float, ahead: Decimal) -> float:
    """What comes back of one unit. A quarter line is half a unit at each of its neighbours."""
    halves = (ahead, ahead) if ahead * 2 % 1 == 0 else (ahead - _QUARTER, ahead + _QUARTER)
    return sum(net_price if half > 0 else float(half == 0) for half in halves) / 2
