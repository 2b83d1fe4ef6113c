"""A backtest from end to end: what was known, what was chosen, what was placed, what came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

from . import bankroll
from .caveats import caveats
from .clv import attach_clv
from .errors import CoverageTooLow
from .history import History, load_events, load_history
from .metrics import measure
from .placing import place
from .records import Bet, Coverage, Proposal
from .result import BacktestResult
from .selection import Path, propose
from .strategies import BettingStrategy
from .terms import RunTerms, described

NBA = "basketball_nba"

Progress = Callable[[float], object]
"""Told from time to time how much is done, 0 to 1."""
_FIRST, _LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def simulate(
    history: History,
    strategy: BettingStrategy,
    terms: RunTerms,
    *,
    path: Path = Path.AUTO,
    play: bankroll.Play = bankroll.play,
    progress: Progress = lambda _: None,
) -> BacktestResult:
    """Run a strategy over a history. Equal data, strategy and terms give equal bets, whatever the path.

    `progress` hears how far choosing is, which takes longest. Raises CoverageTooLow where the data let it decide
    on too few of the events.
    """
    strategy = strategy.with_commissions(commissions(history, terms))
    proposals, coverage = propose(
        history, strategy, path=path, max_age_minutes=terms.max_age_minutes, progress=progress
    )
    if coverage.fraction < terms.min_coverage:
        raise CoverageTooLow(strategy.name, coverage, terms.min_coverage)
    return _played(history, strategy, terms, proposals, coverage, play)


def _played(
    history: History,
    strategy: BettingStrategy,
    terms: RunTerms,
    proposals: Sequence[Proposal],
    coverage: Coverage,
    play: bankroll.Play,
) -> BacktestResult:
    outcome = place(history, proposals, strategy, terms, play=play)
    measure_against_close(history, outcome.bets, terms)
    coverage.without_close = len({bet.event_id for bet in outcome.bets if bet.clv is None})
    metrics = measure(
        outcome.bets, outcome.equity, terms.initial_bankroll, seed=terms.seed, start=terms.start, end=terms.end
    )
    return BacktestResult(
        configuration=described(strategy, terms),
        data_fingerprint=history.fingerprint(),
        initial_bankroll=terms.initial_bankroll,
        bets=outcome.bets,
        equity=outcome.equity,
        metrics=metrics,
        coverage=coverage,
        caveats=caveats(strategy, metrics, coverage),
    )


def measure_against_close(history: History, bets: Iterable[Bet], terms: RunTerms) -> None:
    """Fill the closing fields of bets on events of a history."""
    index = {event.event_id: number for number, event in enumerate(history.events)}
    attach_clv(bets, lambda bet: history.closing(index[bet.event_id], bet.market), terms.closing)


def load(strategies: Sequence[BettingStrategy], terms: RunTerms, event_ids: Collection[str] | None = None) -> History:
    """What runs of these strategies need of the database: only what stood at their decisions, if they ask for no more.

    They decide at the same times. Made-up events of the sandbox are taken where there is no real one. `event_ids` are
    to be loaded in place of those that start within the terms.
    """
    needs_all = terms.fills.waits or any(each.looks_back for each in strategies)
    markets = {market for each in strategies for market in each.markets}
    of_range = partial(load_history, terms.sport_key, terms.start, terms.end)
    find = of_range if event_ids is None else partial(load_events, event_ids)
    return find(
        markets=sorted(markets) if all(each.markets for each in strategies) else (),
        bookmakers=terms.bookmakers,
        decides=None if needs_all else strategies[0].decides,
    )


def commissions(history: History, terms: RunTerms) -> dict[str, float]:
    """What each bookmaker that takes a commission takes of net winnings, by the terms or as stored."""
    known = history.commissions | dict(terms.fills.commissions)
    return {book: share for book, share in known.items() if share}


class BacktestEngine:
    """A strategy on a range of stored data, for notebooks: `BacktestEngine(strategy, 10_000, start, end).run()`.

    Without dates it takes all there is. Further keywords are fields of `terms.RunTerms`: bookmakers, fills, rules,
    closing, max_age_minutes, min_coverage, bet_again, seed. Nothing is written; `services.run_backtest` stores a run.
    """

    def __init__(
        self,
        strategy: BettingStrategy,
        initial_bankroll: float = 10_000,
        start_date: datetime | None = None,
        end_date: datetime | None = None,
        *,
        sport_key: str = NBA,
        **terms: Any,
    ) -> None:
        self.strategy = strategy
        self.terms = RunTerms(
            sport_key=sport_key,
            start=start_date or _FIRST,
            end=end_date or _LAST,
            initial_bankroll=float(initial_bankroll),
            **terms,
        )

    def run(self) -> BacktestResult:
        """Load, decide, place, settle, measure. Raises CoverageTooLow, or what the strategy raises."""
        return simulate(load([self.strategy], self.terms), self.strategy, self.terms)
