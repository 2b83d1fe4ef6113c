"""Whether a bet that was wanted could have been placed, at which stake and when, pure."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from odds.lines import StandingPrice

from .records import Proposal


class PartialLegs(StrEnum):
    """What is done when a leg of a position is gone."""

    NONE = "none"  # nothing is placed
    KEEP = "keep"  # the legs that stand are placed


# How the options are spelt, and the fields they are.
_NUMBERS = {
    "latency": "latency_seconds",
    "limit": "default_limit",
    "rounding": "rounding",
    "min": "min_stake",
    "cost": "cost_per_bet",
}
_PER_BOOK = {"limit": "limits", "commission": "commissions"}
_SPELLING = "must_stand, latency=, limit=, limit.BOOK=, rounding=, min=, commission.BOOK=, cost= or partial=none|keep"

# A stake that is a whole number of units but for the last digit of a float is not rounded down by one.
_SLACK = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class FillRules:
    """What stands between a decision and a bet. Money is in units of the bankroll."""

    must_stand: bool = False  # only if the price still stands in the next snapshot that asked for it
    latency_seconds: float = 0.0  # from the decision to the order
    limits: Mapping[str, float] = field(default_factory=dict)  # greatest stake of a bet, by bookmaker
    default_limit: float | None = None  # for all other bookmakers; None: no limit
    rounding: float = 0.01  # stakes are rounded down to whole multiples; 0: not at all
    min_stake: float = 0.01  # of a leg; below it nothing is placed
    commissions: Mapping[str, float] = field(default_factory=dict)  # of net winnings, in place of the bookmaker's own
    cost_per_bet: float = 0.0  # paid for each leg placed
    partial_legs: PartialLegs = PartialLegs.NONE

    def __post_init__(self) -> None:
        amounts = {key: getattr(self, name) or 0.0 for key, name in _NUMBERS.items()}
        for key, value in (amounts | {f"limit.{book}": limit for book, limit in self.limits.items()}).items():
            if not 0 <= value < math.inf:
                raise ValueError(f"fill rules: {key}={value!r}, expected 0 or more")
        for book, commission in self.commissions.items():
            if not 0 <= commission < 1:
                raise ValueError(f"fill rules: commission.{book}={commission!r}, expected 0 to below 1")

    @property
    def waits(self) -> bool:
        """Whether something can happen between a decision and its fill."""
        return self.must_stand or self.latency_seconds > 0

    def limit(self, bookmaker: str) -> float:
        """The greatest stake of one bet; infinite where there is none."""
        return self.limits.get(bookmaker, math.inf if self.default_limit is None else self.default_limit)

    def commission(self, bookmaker: str, own: float) -> float:
        """The commission to reckon with, given the bookmaker's own."""
        return self.commissions.get(bookmaker, own)

    @property
    def as_json(self) -> dict[str, Any]:
        """All fields by name."""
        return asdict(self)

    def __str__(self) -> str:
        """What differs from the default, as `parse_fills` reads it."""
        default = FillRules()
        parts = ["must_stand"] if self.must_stand else []
        for key, name in _NUMBERS.items():
            if getattr(self, name) != getattr(default, name):
                parts.append(f"{key}={getattr(self, name)}")
        for key, name in _PER_BOOK.items():
            parts += [f"{key}.{book}={value}" for book, value in sorted(getattr(self, name).items())]
        if self.partial_legs is not default.partial_legs:
            parts.append(f"partial={self.partial_legs}")
        return ",".join(parts)


def parse_fills(text: str) -> FillRules:
    """The rules of 'must_stand,latency=2,limit=500,limit.fanduel=250,rounding=1,partial=keep'; '' is the default.

    Also min=, cost= and commission.BOOK=. Raises ValueError for what cannot be read.
    """
    fields: dict[str, Any] = {name: {} for name in _PER_BOOK.values()}
    for part in filter(None, (part.strip() for part in text.split(","))):
        key, _, value = part.partition("=")
        kind, _, book = key.partition(".")
        try:
            if part == "must_stand":
                fields["must_stand"] = True
            elif key == "partial":
                fields["partial_legs"] = PartialLegs(value)
            elif book:
                fields[_PER_BOOK[kind]][book] = float(value)
            else:
                fields[_NUMBERS[key]] = float(value)
        except (KeyError, ValueError) as error:
            raise ValueError(f"fill rule {part!r} is not known, expected {_SPELLING}") from error
    return FillRules(**fields)


class LegFill(NamedTuple):
    """What became of the order for one leg."""

    placed_at: datetime | None  # None: not filled
    note: str  # why not; empty if filled


Stands = Callable[[StandingPrice, datetime], bool]
"""Whether a price still stands at an instant."""
NextLook = Callable[[StandingPrice, datetime], datetime | None]
"""The next snapshot after an instant that asked for the price's book and market; None if there was none."""


def fill(proposal: Proposal, rules: FillRules, *, stands: Stands, next_look: NextLook) -> tuple[LegFill, ...]:
    """What becomes of the orders for a proposal's legs, in their order.

    An order is given `latency_seconds` after the decision; with `must_stand` it waits for the next snapshot after that,
    of all legs for the latest of these. A price that was waited for has to stand then, before the start as it was known
    at the decision. An order without a wait is always filled.
    """
    prices = [leg.price for leg in proposal.opportunity.legs]
    if not rules.waits:
        return (LegFill(proposal.moment, ""),) * len(prices)
    looks = _looks(proposal, rules, next_look)
    in_time = [look for look in looks if look and look < proposal.commence_time]
    placed_at = max(in_time, default=None)
    fills = []
    for price, look in zip(prices, looks, strict=True):
        if placed_at is None or look not in in_time:
            fills.append(LegFill(None, "not looked at again before the start"))
        elif not stands(price, placed_at):
            fills.append(LegFill(None, f"gone at {placed_at:%Y-%m-%d %H:%M:%S} UTC"))
        else:
            fills.append(LegFill(placed_at, ""))
    if rules.partial_legs is PartialLegs.NONE and not all(each.placed_at for each in fills):
        return tuple(LegFill(None, each.note or "another leg could not be filled") for each in fills)
    return tuple(fills)


def known_at(proposal: Proposal, rules: FillRules, *, next_look: NextLook) -> datetime:
    """When it is known whether a proposal's orders were filled: until then its money is set aside.

    At the decision if nothing is waited for, at the last look of its legs, and at the start known then if one of them
    was not looked at again before it.
    """
    if not rules.waits:
        return proposal.moment
    looks = _looks(proposal, rules, next_look)
    in_time = [look for look in looks if look and look < proposal.commence_time]
    return max(in_time) if len(in_time) == len(looks) else proposal.commence_time


def _looks(proposal: Proposal, rules: FillRules, next_look: NextLook) -> list[datetime | None]:
    """When each leg's order is tried; None where nobody looked again."""
    ordered_at = proposal.moment + timedelta(seconds=rules.latency_seconds)
    prices = [leg.price for leg in proposal.opportunity.legs]
    return [next_look(price, ordered_at) if rules.must_stand else ordered_at for price in prices]
