"""The questions: what of each kind stands in the prices of one event at one instant."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace

from ..lines import StandingPrice, market_order
from . import judging, pairs, sets
from .offers import MarketOffers, markets
from .records import Opportunity, OpportunityKind
from .terms import Reference, Terms

_FINDERS: dict[OpportunityKind, Callable[[Sequence[MarketOffers], Terms], Iterator[Opportunity]]] = {
    OpportunityKind.ARBITRAGE: sets.arbitrages,
    OpportunityKind.MIDDLE: pairs.middles,
    OpportunityKind.LOW_HOLD: sets.low_holds,
    OpportunityKind.VALUE: judging.values,
}

# The kinds that can be looked for, in the order in which they are told.
FINDABLE = tuple(_FINDERS)


def find(
    prices: Sequence[StandingPrice], terms: Terms, kinds: Collection[OpportunityKind] = FINDABLE
) -> list[Opportunity]:
    """What stands in these prices, kind by kind, of each the best first.

    The prices are of one event at one instant, in any order: the answer does not depend on it.
    """
    offered = markets(prices, terms)
    return [
        each
        for kind, finder in _FINDERS.items()
        if kind in kinds
        for each in sorted(finder(offered, terms), key=_best_first)
    ]


def arbitrages(prices: Sequence[StandingPrice], terms: Terms) -> list[Opportunity]:
    """Complete sets over several books that win `edge` for each unit staked, whatever happens; the best at each number.

    A result on the very number gives all stakes back instead, where there can be one (`can_push`).
    """
    return find(prices, terms, (OpportunityKind.ARBITRAGE,))


def middles(prices: Sequence[StandingPrice], terms: Terms) -> list[Opportunity]:
    """Pairs at two numbers, `width` apart, between which both win (`best_case`); `edge` is what is left elsewhere."""
    return find(prices, terms, (OpportunityKind.MIDDLE,))


def low_holds(prices: Sequence[StandingPrice], terms: Terms) -> list[Opportunity]:
    """Complete sets that cost little: `edge` is minus the hold, 1 - 1/S. What wins is an arbitrage, and not in here."""
    return find(prices, terms, (OpportunityKind.LOW_HOLD,))


def values(prices: Sequence[StandingPrice], terms: Terms, *, reference: Reference | None = None) -> list[Opportunity]:
    """Prices above the fair one: `edge` is p × d - 1, `probability` p, both given that the bet does not push.

    The fair chance is that of `reference`, unless given that of the terms.
    """
    judged_by = terms if reference is None else replace(terms, reference=reference)
    return find(prices, judged_by, (OpportunityKind.VALUE,))


def _best_first(opportunity: Opportunity) -> tuple[object, ...]:
    legs = [(leg.price.side, leg.price.point or 0, leg.price.bookmaker) for leg in opportunity.legs]
    edge = opportunity.edge or 0.0
    return -edge, market_order(opportunity.market), opportunity.description, legs
