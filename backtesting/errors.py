"""What can go wrong with a run.

BacktestError
├── CoverageTooLow      the data let the strategy decide on too few events
└── NothingToRun        no event in the range
"""

from __future__ import annotations

from .records import Coverage


class BacktestError(Exception):
    """The message is one line for whoever asked."""


class NothingToRun(BacktestError):
    """There is no event in the range, so nothing can be learned from it."""


class CoverageTooLow(BacktestError):
    """Too few events had fresh and complete prices at the decision."""

    def __init__(self, strategy: str, coverage: Coverage, wanted: float) -> None:
        self.coverage = coverage
        why = [
            f"{count:,} {what}"
            for count, what in (
                (coverage.without_snapshot, "without a snapshot to decide on"),
                (coverage.stale, "with stale prices only"),
                (coverage.incomplete, "without a complete line in what it needs" + _named(coverage)),
            )
            if count
        ]
        super().__init__(
            f"{strategy}: {coverage.covered:,} of {coverage.events:,} events ({coverage.fraction:.0%}) had fresh and "
            f"complete prices at the decision, at least {wanted:.0%} are needed: {', '.join(why)}; a least coverage "
            "of 0 (--min-coverage 0) runs it all the same"
        )


def _named(coverage: Coverage) -> str:
    """What is missing, in brackets: ' (205 events without a complete line of spreads)'."""
    return f" ({', '.join(coverage.notes)})" if coverage.notes else ""
