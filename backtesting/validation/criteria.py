"""By what the best of several results is chosen. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..metrics import Metrics
from ..result import BacktestResult

Criterion = Callable[[Metrics], float | None]

CRITERIA: dict[str, Criterion] = {
    "yield": lambda metrics: metrics.yield_,
    "growth": lambda metrics: metrics.bankroll_growth,
    "clv": lambda metrics: metrics.clv.price.value if metrics.clv.price else None,
    "sharpe": lambda metrics: metrics.sharpe_ratio,
}
DEFAULT = "yield"


def best(results: Sequence[BacktestResult | None], by: str, *, fewest_bets: int = 1) -> int | None:
    """Place of the best result by this criterion, of equals the first; None where none has it.

    Results of fewer bets than `fewest_bets` do not count: of a handful the best is luck.
    """
    figures = [
        None if result is None or result.total_bets < fewest_bets else CRITERIA[by](result.metrics)
        for result in results
    ]
    known = [place for place, figure in enumerate(figures) if figure is not None]
    return max(known, key=lambda place: (figures[place], -place), default=None)
