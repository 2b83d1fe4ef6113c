"""The figures of a run, pure. What cannot be computed is None, with the reason in `notes`: never 0, never NaN."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from statistics import fmean
from typing import Any

from odds.pricing import break_even

from .breakdowns import BreakdownRow, breakdowns
from .calibration import Calibration, calibration
from .choices import BetState
from .clv import ClvSummary, summarise_clv
from .counting import decided, decided_part, is_won, placed, turnover
from .drawdown import Drawdown, drawdown
from .position_results import position_results
from .records import Bet, EquityPoint
from .resampling import DRAWS, Bootstrap, IntervalMethod, bootstrap, day_blocks
from .returns import RiskRatios, risk_ratios
from .significance import Evidence, evidence

_YEAR = timedelta(days=365.25)
_NOT_PLACED = "no bet was placed"
_NOT_DECIDED = "no bet was won or lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """All figures of a run; docs/metrics.md has their formulas. Bets are legs: an arbitrage of two legs is two bets."""

    total_bets: int  # placed
    winning_bets: int  # half won included
    losing_bets: int  # half lost included
    pushes: int
    voids: int
    open_bets: int
    unresolved_bets: int
    unfilled_bets: int  # wanted and not placed: in none of the counts above
    positions: int  # placed; those of several legs count once

    total_wagered: float  # stakes of all bets placed
    turnover: float  # settled stakes without voids and pushes; of halves one half
    total_profit: float  # of all settled bets, after commission and costs
    final_bankroll: float  # open stakes at cost
    yield_: float | None  # total_profit / turnover
    roi: float | None  # total_profit / total_wagered, pushes, voids and bets still open included
    bankroll_growth: float  # total_profit / initial bankroll

    win_rate: float | None  # of bets won or lost
    break_even_rate: float | None  # at which they would neither win nor lose: mean of 1/d, after commission
    average_odds: float | None  # decimal, of all bets placed
    average_stake: float | None
    profit_factor: float | None  # what winning positions won over what losing ones lost
    longest_winning_run: int  # positions in the order of settlement; those that came out level are passed over
    longest_losing_run: int

    max_drawdown: float | None  # as a fraction of the peak
    drawdown: Drawdown | None
    sharpe_ratio: float | None
    sharpe_standard_error: float | None
    sortino_ratio: float | None
    settlement_days: int  # the n of both
    settlement_days_per_year: int  # they are annualised by its root
    calmar_ratio: float | None

    clv: ClvSummary  # of bets placed
    clv_unfilled: ClvSummary
    evidence: Evidence
    intervals: Bootstrap
    calibration: Calibration | None
    breakdowns: dict[str, list[BreakdownRow]]
    notes: dict[str, str] = field(default_factory=dict)  # name of a figure that is None, or lacks a part: why

    def as_json(self) -> dict[str, Any]:
        """Plain values under the names above, but for `yield`; instants in ISO 8601 with Z."""
        return {name.rstrip("_"): _plain(value) for name, value in asdict(self).items()}


def measure(
    bets: Sequence[Bet],
    equity: Sequence[EquityPoint],
    initial_bankroll: float,
    *,
    seed: int,
    start: datetime,
    end: datetime,
    draws: int = DRAWS,
    level: float = 0.95,
    method: IntervalMethod = IntervalMethod.PERCENTILE,
) -> Metrics:
    """The figures of a run over [start, end), from all its bets, unfilled ones too, and its equity in order of time.

    `seed` is of the bootstrap alone. Raises ValueError for a bankroll that is not above 0.
    """
    if not initial_bankroll > 0:
        raise ValueError(f"an initial bankroll of {initial_bankroll!r}: returns on it need one above 0")
    known = placed(bets)
    results, risk = position_results(known), risk_ratios(known, initial_bankroll)
    fall = drawdown(equity, initial_bankroll, start)
    growth = sum(bet.profit for bet in known) / initial_bankroll
    figures: dict[str, Any] = {
        **_counts(bets),
        **_money(known),
        **_rates(known),
        "positions": results.positions,
        "final_bankroll": equity[-1].equity if equity else initial_bankroll,
        "bankroll_growth": growth,
        "profit_factor": results.profit_factor,
        "longest_winning_run": results.longest_winning_run,
        "longest_losing_run": results.longest_losing_run,
        "max_drawdown": fall.fraction if fall else None,
        "drawdown": fall,
        "sharpe_ratio": risk.sharpe,
        "sharpe_standard_error": risk.sharpe_standard_error,
        "sortino_ratio": risk.sortino,
        "settlement_days": risk.days,
        "settlement_days_per_year": risk.days_per_year,
        "calmar_ratio": _annual(growth, end - start) / fall.fraction if fall and fall.fraction else None,
        "clv": summarise_clv(known),
        "clv_unfilled": summarise_clv([bet for bet in bets if bet.state == BetState.UNFILLED]),
        "evidence": evidence(known),
        "intervals": bootstrap(day_blocks(known), initial_bankroll, seed=seed, draws=draws, level=level, method=method),
        "calibration": calibration(known),
        "breakdowns": breakdowns(known),
    }
    return Metrics(**figures, notes=_notes(figures, risk))


def _counts(bets: Sequence[Bet]) -> dict[str, int]:
    states = Counter(bet.state for bet in bets)
    return {
        "total_bets": len(bets) - states[BetState.UNFILLED],
        "winning_bets": states[BetState.WON] + states[BetState.HALF_WON],
        "losing_bets": states[BetState.LOST] + states[BetState.HALF_LOST],
        "pushes": states[BetState.PUSH],
        "voids": states[BetState.VOID],
        "open_bets": states[BetState.OPEN],
        "unresolved_bets": states[BetState.UNRESOLVED],
        "unfilled_bets": states[BetState.UNFILLED],
    }


def _money(known: Sequence[Bet]) -> dict[str, float | None]:
    wagered, staked = sum(bet.stake for bet in known), sum(map(turnover, known))
    profit = sum(bet.profit for bet in known)
    return {
        "total_wagered": wagered,
        "turnover": staked,
        "total_profit": profit,
        "yield_": profit / staked if staked else None,
        "roi": profit / wagered if wagered else None,
        "average_stake": wagered / len(known) if known else None,
    }


def _rates(known: Sequence[Bet]) -> dict[str, float | None]:
    parts = [(decided_part(bet), bet) for bet in decided(known)]
    total = sum(part for part, _ in parts)
    won = sum(part for part, bet in parts if is_won(bet))
    even = sum(part * break_even(bet.decimal_price, commission=bet.commission) for part, bet in parts)
    return {
        "win_rate": won / total if total else None,
        "break_even_rate": even / total if total else None,
        "average_odds": fmean(bet.decimal_price for bet in known) if known else None,
    }


def _annual(growth: float, span: timedelta) -> float:
    """Growth by the year. A span below a year counts as one: what a season brought is not brought twice."""
    years = max(1.0, span / _YEAR)
    return float(max(0.0, 1 + growth) ** (1 / years)) - 1


def _notes(figures: Mapping[str, Any], risk: RiskRatios) -> dict[str, str]:
    """Why each figure that is None is, and what some part of a figure lacks."""
    reasons = {
        **dict.fromkeys(("yield_", "win_rate", "break_even_rate"), _NOT_DECIDED),
        **dict.fromkeys(("roi", "average_odds", "average_stake"), _NOT_PLACED),
        "profit_factor": _NOT_DECIDED if figures["win_rate"] is None else "no position lost",
        "max_drawdown": "there is no equity curve",
        "drawdown": "there is no equity curve",
        "calmar_ratio": "there was no drawdown",
        "sharpe_ratio": risk.note,
        "sharpe_standard_error": risk.note,
        "sortino_ratio": risk.note,
        "calibration": "no bet with a claimed chance was won or lost",
    }
    parts = {
        "clv": "" if figures["clv"].price else "no bet placed has a valid closing line",
        "evidence": figures["evidence"].note,
        "intervals": figures["intervals"].note,
    }
    missing = {name.rstrip("_"): reason for name, reason in reasons.items() if figures[name] is None}
    return missing | {name: reason for name, reason in parts.items() if reason}


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name).rstrip("_"): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).isoformat().removesuffix('+00:00')}Z"
    return value
