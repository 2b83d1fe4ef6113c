"""All that the bets of a run depend on, beside the data: equal terms on equal data give equal bets. Pure."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from odds.pricing import DevigMethod

from .clv import ClosingTerms
from .fills import FillRules, parse_fills
from .rules import RuleBook, parse_rules
from .strategies import BettingStrategy, name_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTerms:
    """How a strategy is run. Money is in any unit, the same for all."""

    sport_key: str
    start: datetime  # events that begin at or after this, by their start as last stated
    end: datetime  # and before this
    initial_bankroll: float = 10_000.0
    bookmakers: tuple[str, ...] = ()  # keys; none: all
    fills: FillRules = field(default_factory=FillRules)
    rules: RuleBook = field(default_factory=lambda: parse_rules("default"))
    closing: ClosingTerms = field(default_factory=ClosingTerms)
    max_age_minutes: float = 60.0  # older prices are stale: their decisions do not count as covered
    min_coverage: float = 0.5  # below it the run is refused
    bet_again: bool = False  # whether a market of an event may be bet on after a bet on it was placed
    seed: int = 0  # of the resampling; a strategy that draws has a seed of its own

    def __post_init__(self) -> None:
        if not self.start < self.end:
            raise ValueError(f"from {self.start:%Y-%m-%d %H:%M} to {self.end:%Y-%m-%d %H:%M}: the end is not after it")
        if not 0 < self.initial_bankroll < float("inf"):
            raise ValueError(f"initial bankroll {self.initial_bankroll!r}: it has to be above 0")
        if not 0 <= self.min_coverage <= 1:
            raise ValueError(f"least coverage {self.min_coverage!r}: it is a fraction from 0 to 1")

    def as_json(self) -> dict[str, Any]:
        """What decides about bets beside strategy, range and bankroll."""
        return {
            "bookmakers": list(self.bookmakers),
            "fills": str(self.fills),
            "rules": str(self.rules),
            "closing": asdict(self.closing),
            "max_age_minutes": self.max_age_minutes,
            "bet_again": self.bet_again,
        }

    @classmethod
    def from_json(cls, stored: dict[str, Any], **beside: Any) -> RunTerms:
        """The terms that `as_json` told; `beside` are sport_key, start, end and what else it leaves out.

        Raises ValueError for those of a version that told others, or told them otherwise.
        """
        try:
            closing = stored["closing"] | {"method": DevigMethod(stored["closing"]["method"])}
            told = {
                "bookmakers": tuple(stored["bookmakers"]),
                "fills": parse_fills(stored["fills"]),
                "rules": parse_rules(stored["rules"]),
                "closing": ClosingTerms(**closing),
                "max_age_minutes": stored["max_age_minutes"],
                "bet_again": stored["bet_again"],
            }
        except (KeyError, TypeError) as error:
            raise ValueError(f"its terms are of another version, which this one cannot read: {error!r}") from error
        return cls(**told, **beside)


def described(strategy: BettingStrategy, terms: RunTerms) -> dict[str, Any]:
    """A configuration in the names of `models.BacktestRun`: what tells one trial from another."""
    return {
        "strategy": name_of(type(strategy)),
        "parameters": strategy.parameters(),
        "decides": str(strategy.decides),
        "staking": str(strategy.staking),
        "terms": terms.as_json(),
    }


def digest(configuration: dict[str, Any]) -> str:
    """SHA-256 of a configuration."""
    return sha256(json.dumps(configuration, sort_keys=True).encode()).hexdigest()
