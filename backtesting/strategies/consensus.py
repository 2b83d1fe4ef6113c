"""Prices far from what all other books think."""

from __future__ import annotations

from odds.opportunities import Consensus, Reference

from .expected_value import MarketValueStrategy
from .parameters import Parameter
from .registry import register


@register
class ConsensusOutlier(MarketValueStrategy):
    """Bets where a book pays more than is fair by all others together, at the same number and with margins removed.

    The book that is judged has no say, and books that copy each other count once.
    """

    name = "consensus_outlier"

    how = Parameter(str, "median", choices=("median", "mean"), help="what is taken of the chances that books give")
    min_books = Parameter(int, 3, low=1, help="fewest other books with a complete line at the number")

    @property
    def reference(self) -> Reference:
        return Consensus(how="mean" if self.how == "mean" else "median", min_books=self.min_books)
