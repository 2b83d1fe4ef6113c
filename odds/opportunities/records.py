"""What an opportunity is."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ..lines import StandingPrice


class OpportunityKind(StrEnum):
    ARBITRAGE = "arbitrage"  # every result wins the same
    MIDDLE = "middle"  # two numbers between which both legs win
    LOW_HOLD = "low_hold"  # a complete set that costs little
    VALUE = "value"  # one price above its fair one
    PICK = "pick"  # a bet with no claim to be good, as of a baseline


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """One price to bet on, with its part of the position's stake."""

    price: StandingPrice
    share: float  # of the stake; the shares of all legs sum to 1
    net_price: float  # decimal, after the book's commission


@dataclass(frozen=True, slots=True, kw_only=True)
class Opportunity:
    """Something to bet on: one leg, or several that are one position."""

    kind: OpportunityKind
    event_id: str
    market: str
    description: str
    legs: tuple[Leg, ...]
    edge: float | None  # profit for each unit staked: certain for arbitrage, expected for value, the least for others
    """None for a pick. Where stakes can come back (`can_push`) it is the profit given that they do not."""
    probability: float | None = None  # value: the fair chance of the leg, given that it does not push
    is_suspect: bool = False  # too good to be true: an error in the data until proved otherwise
    is_same_snapshot: bool = True  # all legs, and what they were judged by, were seen in one snapshot
    note: str = ""
    can_push: bool = False  # a result on the very number brings stakes back, of a quarter line half of them
    best_case: float | None = None  # middle: profit for each unit staked on the best result between the numbers
    width: Decimal | None = None  # middle: from one number to the other, in points
