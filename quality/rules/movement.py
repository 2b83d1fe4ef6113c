"""A market against the same bookmaker's snapshot before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from math import inf

from odds.markets import H2H, TOTALS, base_of, is_over_under
from odds.pricing import implied_probability
from odds.records import Quote
from odds.runs import Run

from ..choices import IssueType, Severity
from ..records import Issue, Movement, Thresholds
from .registry import movement_rule
from .wording import named

HOUR = timedelta(hours=1)
Change = tuple[Run, Quote]
# What differences of floats may be off by.
_ROUNDING = 1e-9


@movement_rule(IssueType.LINE_MOVEMENT)
def movement_not_excessive(movement: Movement, thresholds: Thresholds) -> Iterator[Issue]:
    """Before the game no line moves further in an hour than believable: in points, and without one in probability.

    Between two snapshots less than an hour apart it may move as far as in an hour; in play it may do as it likes.
    """
    if movement.is_live:
        return
    hours = max(1.0, movement.elapsed / HOUR)
    moved = [found for change in movement.changes if (found := _excess(movement.market, *change, hours, thresholds))]
    if moved:
        outcomes = tuple(quote.outcome for _, quote in movement.changes)
        within = f" within {movement.elapsed / HOUR:.1f} h" if movement.elapsed > HOUR else " within an hour"
        text = f"{'; '.join(moved)}{within}"
        yield Issue(IssueType.LINE_MOVEMENT, Severity.WARNING, text, outcomes)


def is_calm(market: str, changes: Sequence[Change], last_update: datetime | None, thresholds: Thresholds) -> bool:
    """Whether none of these changes can be a fault, however short the time: what nearly all are, told without ado."""
    for before, quote in changes:
        distance, limit, _ = _distance(market, before, quote, thresholds)
        if distance > limit or (
            last_update is not None and before.last_update is not None and last_update < before.last_update
        ):
            return False
    return True


def _excess(market: str, before: Run, quote: Quote, hours: float, thresholds: Thresholds) -> str:
    """What moved too far, in words; "" where nothing did."""
    distance, limit, in_points = _distance(market, before, quote, thresholds)
    if distance <= limit * hours + _ROUNDING:
        return ""
    name = named(quote.outcome)
    if in_points and before.point is not None and quote.point is not None:
        change = f"from {before.point.normalize():f} to {quote.point.normalize():f}"
        return f"{name} moved {change}, expected at most {limit:g} points an hour"
    old, new = implied_probability(before.decimal_price), implied_probability(quote.decimal_price)
    change = f"from {before.price:+d} to {quote.price:+d} ({old:.1%} to {new:.1%})"
    return f"{name} moved {change}, expected at most {100 * limit:g} percentage points an hour"


def _distance(market: str, before: Run, quote: Quote, thresholds: Thresholds) -> tuple[float, float, bool]:
    """How far an outcome moved, how far it may in an hour, and whether that is in points or in probability."""
    limits = thresholds.movement_per_hour
    if quote.point == before.point or quote.point is None or before.point is None:
        return abs(1 / quote.decimal_price - 1 / before.decimal_price), limits[H2H], False
    return abs(float(quote.point - before.point)), _limit_in_points(market, limits), True


@lru_cache(maxsize=1024)
def _measured_as(market: str) -> tuple[str, str]:
    """The markets whose limit goes for this one: that of the whole game, for anything over and under that of totals."""
    base = base_of(market)
    return base, TOTALS if is_over_under(market) else base


def _limit_in_points(market: str, limits: Mapping[str, float]) -> float:
    """Infinite where points mean something else than in the markets that have a limit."""
    base, otherwise = _measured_as(market)
    return limits.get(base, limits.get(otherwise, inf))


@movement_rule(IssueType.OUT_OF_ORDER)
def newer_than_what_it_replaces(movement: Movement, thresholds: Thresholds) -> Iterator[Issue]:
    """A price that replaces another is not older by the bookmaker's own clock: that would be an answer from a cache."""
    if movement.last_update is None:
        return
    for before, quote in movement.changes:
        if before.last_update is not None and movement.last_update < before.last_update:
            seen = f"{named(quote.outcome)} at {quote.price:+d} is of {movement.last_update:%Y-%m-%dT%H:%M:%SZ}"
            text = f"{seen}, expected not before {before.last_update:%Y-%m-%dT%H:%M:%SZ}, the time of what it replaces"
            yield Issue(IssueType.OUT_OF_ORDER, Severity.WARNING, text, tuple(q.outcome for _, q in movement.changes))
            return
