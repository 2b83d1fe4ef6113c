"""The charts of runs, each with the same as a table: of one run, for its page and its tear sheet, or of several."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple

from events.wording import plural

from ..choices import BetState
from ..models import BacktestRun
from ..wording import estimated, number, share
from .charts import Chart, calibration_chart, comparison_chart, distribution_chart, equity_chart
from .equity import curve
from .figures import at
from .histograms import histogram
from .tables import bin_rows, calibration_rows

# Fewer show no distribution: the table of bets has them one by one.
FEWEST_DISTRIBUTED = 10


class Panel(NamedTuple):
    """A chart with the same as a table, for whoever cannot see it or wants the numbers."""

    title: str
    chart: Chart
    columns: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()


def panels_of(run: BacktestRun) -> Iterator[Panel]:
    """The charts that there is something to show in."""
    money = curve(run.equity, run.initial_bankroll)
    if len(set(money.money)) > 1:
        yield Panel("Bankroll and drawdown", equity_chart(money, run.metrics))
    placed = list(run.bets.exclude(state=BetState.UNFILLED).order_by("number").values_list("clv", "decimal_price"))
    values, prices = [clv for clv, _ in placed if clv is not None], [price for _, price in placed]
    if len(values) >= FEWEST_DISTRIBUTED:
        bins = histogram(values)
        chart = distribution_chart("clv", bins, "Closing line value", _clv_told(run), signed=True)
        yield Panel("Closing line value", chart, ("Value", "Bets"), bin_rows(bins, signed=True))
    if len(prices) >= FEWEST_DISTRIBUTED:
        bins = histogram(prices)
        chart = distribution_chart("odds", bins, "Decimal price", _odds_told(run), signed=False)
        yield Panel("Odds taken", chart, ("Decimal price", "Bets"), bin_rows(bins, signed=False))
    if (at(run.metrics, "calibration.bets") or 0) >= FEWEST_DISTRIBUTED:
        rows = at(run.metrics, "calibration.bins")
        columns = "Chance claimed", "Bets", "On average", "Won", "95 % interval"
        yield Panel("Calibration", calibration_chart(rows), columns, calibration_rows(rows))


def _clv_told(run: BacktestRun) -> str:
    clv = at(run.metrics, "clv") or {}
    if not at(clv, "price"):
        return ""
    beaten = f"{share(clv['share_positive'], 0)} of {plural(at(clv, 'price.n'), 'bet')} above zero"
    return f"Mean {estimated(at(clv, 'price'))}, {beaten}."


def _odds_told(run: BacktestRun) -> str:
    bets, average = at(run.metrics, "total_bets") or 0, number(at(run.metrics, "average_odds"), 3)
    return f"Decimal prices of {plural(bets, 'bet')}, {average} on average."


def compared_panel(runs: Sequence[BacktestRun]) -> Panel | None:
    """The money of several runs in one chart; None where it moved in none. Plotly reads HTML in names: escaped."""
    curves = [(f"Run {run.pk}: {escape(run.strategy)}", curve(run.equity, run.initial_bankroll)) for run in runs]
    moved = [(name, line) for name, line in curves if line.money]
    return Panel("Growth and drawdown", comparison_chart(moved)) if moved else None
