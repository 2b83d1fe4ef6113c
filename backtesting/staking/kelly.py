"""Kelly's criterion for one bet: the stake that makes the bankroll grow fastest in the long run."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from odds.opportunities import Opportunity

from .base import Staking, as_text

POSITION = 0.05


def kelly_fraction(probability: float, decimal_price: float) -> float:
    """The fraction of the bankroll to stake, f* = e/(d - 1) with the edge e = p·d - 1; 0 without an edge.

    -110 at p = 0.55 gives 0.055. The chance is that of winning given no push, which then leaves f* as it is. The price
    is net of commission. Raises ValueError for a chance outside [0, 1]. Kelly 1956.
    """
    if not 0 <= probability <= 1:
        raise ValueError(f"chance {probability!r} that a bet wins, expected 0 to 1")
    edge = probability * decimal_price - 1
    return edge / (decimal_price - 1) if edge > 0 else 0.0


@dataclass(frozen=True, slots=True)
class KellyPlan(Staking):
    """What the plans after Kelly share.

    A position of several legs (arbitrage, a middle) has no chance of its own, and as it seems unable to lose Kelly's
    stake would be everything: it gets `position` of the bankroll instead, whatever `fraction` is.
    """

    name: ClassVar[str]

    fraction: float = 1.0  # of Kelly's stake
    cap: float | None = None  # greatest part of the bankroll staked
    position: float = POSITION

    def __post_init__(self) -> None:
        for what in ("fraction", "cap", "position"):
            value = getattr(self, what)
            if value is not None and not 0 < value <= 1:
                raise ValueError(f"{what} {value!r} of {self.name}, expected above 0 and at most 1")

    def chance(self, opportunity: Opportunity) -> float:
        """That the only leg wins. Raises ValueError where nobody said."""
        if opportunity.probability is None:
            raise ValueError(
                f"event {opportunity.event_id}: the {opportunity.kind} in {opportunity.market} comes without a chance"
                f" to win, which {self} needs: stake it by flat:AMOUNT or percent:FRACTION"
            )
        return opportunity.probability

    def __str__(self) -> str:
        cap = "" if self.cap is None else f",cap={as_text(self.cap)}"
        position = "" if self.position == POSITION else f",position={as_text(self.position)}"
        return f"{self.name}:{as_text(self.fraction)}{cap}{position}"


@dataclass(frozen=True, slots=True)
class Kelly(KellyPlan):
    """A fraction of Kelly's stake for each bet by itself, at most `cap` of the bankroll on a position."""

    name = "kelly"

    def stake(self, bankroll: float, opportunity: Opportunity) -> float:
        if len(opportunity.legs) > 1:
            wanted = self.position
        else:
            wanted = self.fraction * kelly_fraction(self.chance(opportunity), opportunity.legs[0].net_price)
        return max(min(wanted, self.cap or 1.0) * bankroll, 0.0)
