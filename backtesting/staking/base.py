"""What every staking plan does, and the two that need no chances."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from odds.opportunities import Opportunity


class Staking(ABC):
    """A staking plan. Stakes are those of whole positions, never negative, never above the bankroll."""

    is_proportional: ClassVar[bool] = True  # twice the bankroll, twice the stake

    @abstractmethod
    def stake(self, bankroll: float, opportunity: Opportunity) -> float:
        """What to stake on one opportunity, over all its legs, with this much cash. 0: no bet.

        Raises ValueError where the plan needs what the opportunity lacks.
        """

    def stakes(self, bankroll: float, opportunities: Sequence[Opportunity]) -> list[float]:
        """What to stake on each of those decided together: one by one, scaled down if the sum is above the bankroll."""
        return scaled([self.stake(bankroll, each) for each in opportunities], max(bankroll, 0.0))

    @abstractmethod
    def __str__(self) -> str:
        """As `parse_staking` reads it."""


def scaled(stakes: Sequence[float], limit: float) -> list[float]:
    """These stakes, all cut in proportion if their sum is above the limit."""
    total = math.fsum(stakes)
    return list(stakes) if total <= limit else [stake * (limit / total) for stake in stakes]


def as_text(number: float) -> str:
    """The shortest text that is read as the same number: 100, 0.02."""
    return repr(number).removesuffix(".0")


@dataclass(frozen=True, slots=True)
class Flat(Staking):
    """The same amount on every position, or what is left where the bankroll is smaller."""

    is_proportional = False

    amount: float

    def __post_init__(self) -> None:
        if not 0 < self.amount < math.inf:
            raise ValueError(f"flat stake {self.amount!r}, expected an amount above 0")

    def stake(self, bankroll: float, opportunity: Opportunity) -> float:
        return max(min(self.amount, bankroll), 0.0)

    def __str__(self) -> str:
        return f"flat:{as_text(self.amount)}"


@dataclass(frozen=True, slots=True)
class Percentage(Staking):
    """The same fraction of the bankroll on every position."""

    fraction: float

    def __post_init__(self) -> None:
        if not 0 < self.fraction <= 1:
            raise ValueError(f"stake of {self.fraction!r} of the bankroll, expected above 0 and at most 1")

    def stake(self, bankroll: float, opportunity: Opportunity) -> float:
        return max(self.fraction * bankroll, 0.0)

    def __str__(self) -> str:
        return f"percent:{as_text(self.fraction)}"
