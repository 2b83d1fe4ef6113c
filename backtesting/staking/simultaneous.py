"""Kelly's criterion for bets decided together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from odds.lines import StandingPrice, line_point
from odds.opportunities import Opportunity

from .base import scaled
from .exclusive import Bet, exclusive_fractions, exclusive_growth
from .kelly import KellyPlan

_Group = dict[int, Bet]
"""Bets of which at most one wins, by their place among the opportunities."""


class _Line(NamedTuple):
    """What outcomes that exclude each other share."""

    event_id: str
    market: str
    description: str
    point: tuple[Decimal, ...]  # empty without one


@dataclass(frozen=True, slots=True)
class SimultaneousKelly(KellyPlan):
    """A fraction of the stakes that make the bankroll grow fastest together, at most `cap` of it in sum.

    Events are independent, outcomes of one line exclude each other. How other bets on one event hang together nobody
    said, so of an event only the line with the greatest growth by itself is staked, and of an outcome the best price.
    Pushes are left out of account: with them stakes would be a little higher.
    """

    name = "joint-kelly"

    def stake(self, bankroll: float, opportunity: Opportunity) -> float:
        return self.stakes(bankroll, [opportunity])[0]

    def stakes(self, bankroll: float, opportunities: Sequence[Opportunity]) -> list[float]:
        cap, cash = self.cap or 1.0, max(bankroll, 0.0)
        fractions = scaled([self.position if len(each.legs) > 1 else 0.0 for each in opportunities], cap)
        # The cap is on what is staked, so Kelly's whole stakes are sought within as much more as they are cut after.
        room = min((cap - math.fsum(fractions)) / self.fraction, 1.0)
        for place, fraction in _fastest(self._groups(opportunities), room).items():
            fractions[place] = self.fraction * fraction
        return scaled([fraction * cash for fraction in fractions], cap * cash)

    def _groups(self, opportunities: Sequence[Opportunity]) -> list[_Group]:
        """What to bet on of each event, in an order that does not depend on that of the opportunities."""
        singles = {place: each for place, each in enumerate(opportunities) if len(each.legs) == 1}
        bets = {place: (self.chance(each), each.legs[0].net_price) for place, each in singles.items()}
        outcomes = {place: _outcome(each.legs[0].price) for place, each in singles.items()}
        best: dict[tuple[_Line, str], _Group] = {}
        for place in sorted(bets, key=lambda place: (outcomes[place], bets[place])):
            group = {place: bets[place]}
            best[outcomes[place]] = max(best.get(outcomes[place], group), group, key=_growth)
        lines: dict[_Line, _Group] = defaultdict(dict)
        for (line, _), group in best.items():
            lines[line] |= group
        events: dict[str, _Group] = {}
        for line, group in lines.items():
            group = _possible(group)
            events[line.event_id] = max(events.get(line.event_id, group), group, key=_growth)
        return list(events.values())


def _outcome(price: StandingPrice) -> tuple[_Line, str]:
    """The line and the side. So players, of whom nobody knows whether they exclude each other, count as one outcome."""
    point = line_point(price.side, price.point)
    return _Line(price.event_id, price.market, price.description, () if point is None else (point,)), price.side


def _possible(group: _Group) -> _Group:
    """The group with its chances cut in proportion where they sum to more than 1, as those of several sources can."""
    total = math.fsum(chance for chance, _ in group.values())
    return group if total <= 1 else {place: (chance / total, price) for place, (chance, price) in group.items()}


def _growth(group: _Group) -> float:
    """By how much the best stakes on it alone let the bankroll grow."""
    bets = list(group.values())
    return exclusive_growth(bets, exclusive_fractions(bets))


def _fastest(groups: Sequence[_Group], limit: float) -> dict[int, float]:
    """The fraction of the bankroll to stake at each place; places that get nothing may lack."""
    alone = [dict(zip(group, exclusive_fractions(list(group.values())), strict=True)) for group in groups]
    wanted = [(group, stakes) for group, stakes in zip(groups, alone, strict=True) if any(stakes.values())]
    if not wanted or limit <= 0:
        return {}
    if len(wanted) == 1 and math.fsum(wanted[0][1].values()) <= limit:
        return wanted[0][1]
    from .growth import fastest_growth  # numpy takes a tenth of a second to import, and few need it

    stakes = fastest_growth([list(group.values()) for group, _ in wanted], limit)
    return {
        place: fraction
        for (group, _), fractions in zip(wanted, stakes, strict=True)
        for place, fraction in zip(group, fractions, strict=True)
    }
