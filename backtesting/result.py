"""What came of a run: bets, equity, figures and what to think of them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from .metrics import Metrics
from .records import Bet, Coverage, EquityPoint

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class BacktestResult:
    """A whole run. The figures named in the first properties are None where `metrics.notes` says why."""

    configuration: dict[str, Any]  # strategy, parameters, decides, staking, terms
    data_fingerprint: str
    initial_bankroll: float
    bets: list[Bet]
    equity: list[EquityPoint]
    metrics: Metrics
    coverage: Coverage
    caveats: list[str] = field(default_factory=list)

    @property
    def strategy_name(self) -> str:
        return str(self.configuration["strategy"])

    @property
    def total_bets(self) -> int:
        """Bets that were placed."""
        return self.metrics.total_bets

    @property
    def winning_bets(self) -> int:
        return self.metrics.winning_bets

    @property
    def losing_bets(self) -> int:
        return self.metrics.losing_bets

    @property
    def total_wagered(self) -> float:
        return self.metrics.total_wagered

    @property
    def total_profit(self) -> float:
        return self.metrics.total_profit

    @property
    def roi(self) -> float | None:
        """Profit over all that was staked; `metrics.yield_` leaves voids and pushes out."""
        return self.metrics.roi

    @property
    def max_drawdown(self) -> float | None:
        return self.metrics.max_drawdown

    @property
    def sharpe_ratio(self) -> float | None:
        return self.metrics.sharpe_ratio

    @property
    def win_rate(self) -> float | None:
        return self.metrics.win_rate

    @property
    def average_odds(self) -> float | None:
        """Decimal."""
        return self.metrics.average_odds

    def bets_frame(self) -> DataFrame:
        """One row a bet, those not filled included; columns are the fields of `records.Bet`."""
        from pandas import DataFrame

        return DataFrame([asdict(bet) for bet in self.bets], columns=list(Bet.__dataclass_fields__))

    def equity_frame(self) -> DataFrame:
        """Columns: moment (UTC), cash, open_stakes (at cost), equity; a row for each instant that changed them."""
        from pandas import DataFrame

        rows = [(*point, point.equity) for point in self.equity]
        return DataFrame(rows, columns=["moment", "cash", "open_stakes", "equity"])
