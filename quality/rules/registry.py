"""Which rule finds which type of issue, and what it looks at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, TypeVar

from ..choices import IssueType
from ..records import Issue, MarketQuotes, Movement, Sighting, Slate, Stamp, Thresholds

Rule = Callable[[Any, Thresholds], Iterator[Issue]]

OfferRule = TypeVar("OfferRule", bound=Callable[[MarketQuotes, Thresholds], Iterator[Issue]])
MovementRule = TypeVar("MovementRule", bound=Callable[[Movement, Thresholds], Iterator[Issue]])
StampRule = TypeVar("StampRule", bound=Callable[[Stamp, Thresholds], Iterator[Issue]])
SightingRule = TypeVar("SightingRule", bound=Callable[[Sighting, Thresholds], Iterator[Issue]])
SlateRule = TypeVar("SlateRule", bound=Callable[[Slate, Thresholds], Iterator[Issue]])

_RULES: dict[type, dict[IssueType, Rule]] = {MarketQuotes: {}, Movement: {}, Stamp: {}, Sighting: {}, Slate: {}}


def offer_rule(found: IssueType) -> Callable[[OfferRule], OfferRule]:
    """Register a rule about one bookmaker's market as it stands in a snapshot."""
    return lambda rule: _register(MarketQuotes, found, rule)


def movement_rule(found: IssueType) -> Callable[[MovementRule], MovementRule]:
    """Register a rule about one bookmaker's market against the snapshot before."""
    return lambda rule: _register(Movement, found, rule)


def stamp_rule(found: IssueType) -> Callable[[StampRule], StampRule]:
    """Register a rule about the bookmaker's own time of a market."""
    return lambda rule: _register(Stamp, found, rule)


def sighting_rule(found: IssueType) -> Callable[[SightingRule], SightingRule]:
    """Register a rule about an event as a snapshot states it."""
    return lambda rule: _register(Sighting, found, rule)


def slate_rule(found: IssueType) -> Callable[[SlateRule], SlateRule]:
    """Register a rule about a whole answer of one sport."""
    return lambda rule: _register(Slate, found, rule)


def _register(subject: type, found: IssueType, rule: Any) -> Any:
    if any(found in rules for rules in _RULES.values()):
        raise ValueError(f"there is a rule for {found} already")
    _RULES[subject][found] = rule
    return rule


@lru_cache(maxsize=64)
def rules_about(subject: type, disabled: frozenset[str] = frozenset()) -> tuple[Rule, ...]:
    """The rules about one kind of subject, without those whose type of issue is disabled."""
    return tuple(rule for found, rule in _RULES[subject].items() if found not in disabled)


def registered() -> dict[IssueType, Rule]:
    """Every rule by the type of issue it finds."""
    return {found: rule for rules in _RULES.values() for found, rule in rules.items()}
