"""Several legs as one position: arbitrage and low hold here, for middles what they share with these.

Stakes are such that every leg pays the same: share = (1/d)/S with S = sum of 1/d, so that whichever one wins returns
1/S of what all of them cost. Prices are net of commission.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from ..choices import Side
from ..lines import StandingPrice, side_order
from ..pricing import EDGE_TOLERANCE, reaches
from .offers import MarketOffers, Offer, booksum, cheapest, rivals
from .records import Leg, Opportunity, OpportunityKind
from .terms import Terms

_HALF = Decimal("0.5")


def arbitrages(markets: Sequence[MarketOffers], terms: Terms) -> Iterator[Opportunity]:
    """The complete sets that win whatever happens: S < 1. At each number the best one."""
    for market, number, offers in _sets(markets):
        edge = edge_of(offers)
        if edge > EDGE_TOLERANCE and reaches(edge, terms.min_return):
            yield _set(OpportunityKind.ARBITRAGE, market, number, offers, terms)


def low_holds(markets: Sequence[MarketOffers], terms: Terms) -> Iterator[Opportunity]:
    """The complete sets that win nothing, and cost little: the edge is 1/S - 1, at or below zero."""
    for market, number, offers in _sets(markets):
        edge = edge_of(offers)
        if edge <= EDGE_TOLERANCE and reaches(edge, -terms.max_hold):
            yield _set(OpportunityKind.LOW_HOLD, market, number, offers, terms)


def edge_of(offers: Sequence[Offer]) -> float:
    """Profit for each unit staked where one leg wins and the others lose: 2.10 and 2.05 give 0.0373."""
    return 1 / booksum(offers) - 1


def position(
    kind: OpportunityKind, market: MarketOffers, offers: Sequence[Offer], terms: Terms, **more: Any
) -> Opportunity:
    """These offers as one opportunity, with equal payouts."""
    edge, total = edge_of(offers), booksum(offers)
    ordered = sorted(offers, key=lambda offer: side_order(offer.price.side))
    return Opportunity(
        kind=kind,
        event_id=ordered[0].price.event_id,
        market=market.market,
        description=market.description,
        legs=tuple(
            Leg(price=offer.price, share=1 / offer.net_price / total, net_price=offer.net_price) for offer in ordered
        ),
        edge=edge,
        is_suspect=reaches(edge, terms.suspect_above),
        is_same_snapshot=is_same_snapshot([offer.price for offer in offers]),
        **more,
    )


def can_push(number: Decimal | None) -> bool:
    """Whether a result can bring stakes back: on a whole number all of them, next to a quarter line half of them."""
    return number is not None and number % 1 != _HALF


def result_on(side: str, *numbers: object) -> str:
    """What has to happen, as '220' or 'a home margin of 4 to 6'."""
    margin = "a home margin of " if side in (Side.HOME, Side.AWAY) else ""
    return margin + " to ".join(map(str, numbers))


def is_same_snapshot(prices: Sequence[StandingPrice]) -> bool:
    """Whether all were seen in one snapshot. What has no time proves nothing."""
    times = {price.snapshot_time for price in prices}
    return len(times) == 1 and None not in times


def _sets(markets: Sequence[MarketOffers]) -> Iterator[tuple[MarketOffers, Decimal | None, tuple[Offer, ...]]]:
    for market in markets:
        for number, sides in market.complete():
            offers = cheapest([rivals(sides[side]) for side in sorted(sides)])
            if offers is not None:
                yield market, number, offers


def _set(
    kind: OpportunityKind, market: MarketOffers, number: Decimal | None, offers: tuple[Offer, ...], terms: Terms
) -> Opportunity:
    note = ""
    if number is not None and number % 1 == 0:
        note = f"all stakes back on {result_on(offers[0].price.side, int(number))}"
    return position(kind, market, offers, terms, note=note, can_push=can_push(number))
