"""What can go wrong with a run.

BacktestError
├── CoverageTooLow      the data let the strategy decide on too few events
└── NothingToRun        no event in the range
"""

from __future__ import annotations

from collections.abc import Iterator

from events.wording import plural

from .records import Coverage


class BacktestError(Exception):
    """The message is one line for whoever asked."""


class NothingToRun(BacktestError):
    """There is no event in the range, so nothing can be learned from it."""


class CoverageTooLow(BacktestError):
    """Too few events had fresh and complete prices at the decision."""

    def __init__(self, strategy: str, coverage: Coverage, wanted: float) -> None:
        self.coverage = coverage
        super().__init__(
            f"{strategy}: {coverage.fraction:.0%} of {plural(coverage.events, 'event')} had fresh and complete prices, "
            f"{wanted:.0%} are needed ({', '.join(_reasons(coverage))}); buy them with backfill, or lower "
            "the least coverage (--min-coverage)"
        )


def _reasons(coverage: Coverage) -> Iterator[str]:
    """How many events had what else; of the lines that they lack only the first is named."""
    if coverage.without_snapshot:
        yield f"{coverage.without_snapshot:,} without a snapshot"
    if coverage.stale:
        yield f"{coverage.stale:,} stale"
    if coverage.incomplete:
        yield coverage.notes[0] if coverage.notes else f"{coverage.incomplete:,} without a complete line"
