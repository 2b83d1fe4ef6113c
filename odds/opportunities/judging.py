"""Prices above the fair one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..pricing import expected_value, reaches
from ..wording import percent
from .fair import Fair, Judges
from .offers import MarketOffers, Offer
from .records import Leg, Opportunity, OpportunityKind
from .sets import can_push, is_same_snapshot
from .terms import Terms


def values(markets: Sequence[MarketOffers], terms: Terms) -> Iterator[Opportunity]:
    """Every price whose expected profit reaches the edge asked for."""
    for market in markets:
        judges = Judges(market, terms)
        for number, sides in market.numbers.items():
            for offer in (offer for offers in sides.values() for offer in offers):
                fair = judges.fair(number, offer)
                if fair is not None and reaches(expected_value(fair.chance, offer.net_price), terms.min_edge):
                    yield _value(market, offer, fair, terms)


def _value(market: MarketOffers, offer: Offer, fair: Fair, terms: Terms) -> Opportunity:
    edge = expected_value(fair.chance, offer.net_price)
    return Opportunity(
        kind=OpportunityKind.VALUE,
        event_id=offer.price.event_id,
        market=market.market,
        description=market.description,
        legs=(Leg(price=offer.price, share=1.0, net_price=offer.net_price),),
        edge=edge,
        probability=fair.chance,
        is_suspect=reaches(edge, terms.suspect_above),
        is_same_snapshot=is_same_snapshot((offer.price, *fair.judges)),
        note=f"fair chance {percent(fair.chance)} {fair.origin}",
        can_push=can_push(offer.price.point),
    )
