"""What has to be said beside the figures of a run, in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from events.wording import plural

from .metrics import Metrics
from .records import Coverage
from .strategies import BettingStrategy

FEW_BETS = 500
THIN_COVERAGE = 0.8


def caveats(strategy: BettingStrategy, metrics: Metrics, coverage: Coverage) -> list[str]:
    """One sentence for each thing that a reader of the figures has to know; empty if there is none."""
    return [*_of_strategy(strategy), *_of_bets(metrics), *_of_data(coverage, metrics)]


def _of_strategy(strategy: BettingStrategy) -> Iterator[str]:
    if strategy.is_cheating:
        yield "The strategy is shown what nobody knew at the time: it calibrates the engine and proves nothing."
    if strategy.decides.needs_hindsight:
        yield "It decides at the last prices before the start, and that they were the last was known only afterwards."


def _of_bets(metrics: Metrics) -> Iterator[str]:
    decided = metrics.winning_bets + metrics.losing_bets
    if 0 < decided < FEW_BETS:
        yield f"Few bets: {decided:,} won or lost. Luck of this size is common among strategies without an edge."
    found = metrics.evidence
    if found.yield_ and found.bets_needed and found.bets_needed > found.yield_.n:
        needed, there = f"{found.bets_needed:,}", f"{found.yield_.n:,}"
        yield f"At this yield about {needed} such bets would be needed to tell it from none; there are {there}."
    if metrics.unresolved_bets:
        yield f"Without a result: {plural(metrics.unresolved_bets, 'bet')}. The stakes count as still out."
    if metrics.unfilled_bets:
        missed = plural(metrics.unfilled_bets, "bet")
        yield f"Wanted and not placed: {missed}. The price was gone, nobody looked again, or there was no money."


def _of_data(coverage: Coverage, metrics: Metrics) -> Iterator[str]:
    if coverage.events and coverage.fraction < THIN_COVERAGE:
        yield (
            f"The strategy could decide on fresh and complete prices for {coverage.fraction:.0%} of "
            f"{plural(coverage.events, 'event')}: what it did not see may have gone otherwise."
        )
    if coverage.untimed:
        yield (
            f"{plural(coverage.untimed, 'event has', 'events have')} prices of an archive that tells no time: nobody "
            "knows that they could be taken, and a close that was taken is its own closing line."
        )
    if metrics.total_bets and metrics.clv.price is None:
        yield "No bet has a valid closing line, so its value against the close is unknown."
