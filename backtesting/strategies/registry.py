"""Strategies by name: those registered, and anybody's own by where they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from inspect import isabstract
from typing import TypeVar

from ..decision_times import parse_decision_time
from ..staking import parse_staking
from .base import BettingStrategy
from .errors import StrategyError, UnknownStrategy
from .loading import located, reference_to
from .parameters import JsonValue, nearest

S = TypeVar("S", bound=type[BettingStrategy])

_registered: dict[str, type[BettingStrategy]] = {}


def register(cls: S) -> S:
    """Have the class found by its `name`. The same class loaded again replaces itself; another one is refused."""
    other = _registered.get(cls.name)
    if other is not None and reference_to(other) != reference_to(cls):
        raise StrategyError(f"two strategies are named {cls.name!r}: {reference_to(other)} and {reference_to(cls)}")
    _registered[cls.name] = cls
    return cls


def strategies() -> dict[str, type[BettingStrategy]]:
    """All registered strategies by name, in alphabetical order."""
    return dict(sorted(_registered.items()))


def strategy_class(name: str) -> type[BettingStrategy]:
    """The class registered as `name`, or at `package.module:Class` or `path/to/file.py:Class`.

    Raises UnknownStrategy with one line.
    """
    if name in _registered:
        return _registered[name]
    if ":" not in name:
        own = "one's own is named package.module:Class or path/to/file.py:Class"
        raise UnknownStrategy(f"no strategy {name!r}{nearest(name, _registered)}; list_strategies tells all, {own}")
    found = located(name)
    if not (isinstance(found, type) and issubclass(found, BettingStrategy)):
        raise UnknownStrategy(f"{name} is no subclass of BettingStrategy")
    if isabstract(found):
        raise UnknownStrategy(f"{name} lacks {', '.join(sorted(found.__abstractmethods__))}")
    return found


def name_of(cls: type[BettingStrategy]) -> str:
    """What `strategy_class` finds the class by: its name if registered, else where it is."""
    return cls.name if _registered.get(cls.name) is cls else reference_to(cls)


@dataclass(frozen=True, slots=True, kw_only=True)
class StrategySpec:
    """A strategy in words: what a run records, and what another process builds the same one from."""

    name: str  # for `strategy_class`
    parameters: Mapping[str, JsonValue] = field(default_factory=dict)
    staking: str | None = None  # as `parse_staking` reads it; None: the strategy's default
    decides: str | None = None  # as `parse_decision_time` reads it; None: the strategy's default

    @classmethod
    def of(cls, strategy: BettingStrategy) -> StrategySpec:
        return cls(
            name=name_of(type(strategy)),
            parameters=strategy.parameters(),
            staking=str(strategy.staking),
            decides=str(strategy.decides),
        )

    def build(self) -> BettingStrategy:
        """The strategy. Raises UnknownStrategy, BadParameter, or what the two parsers raise."""
        return strategy_class(self.name)(
            staking=parse_staking(self.staking) if self.staking else None,
            decides=parse_decision_time(self.decides) if self.decides else None,
            **self.parameters,
        )
