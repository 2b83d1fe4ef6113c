"""On seasons of the sandbox the truth is known: what the engine measures must agree with it.

TRUTH_SEEDS=100 TRUTH_DAYS=80 asks for agreement in 93 of 100; by default there are fewer and shorter seasons.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from math import comb
from typing import Any

import pytest
from django.db import transaction

from backtesting.decision_times import MinutesBefore
from backtesting.engine import load, simulate
from backtesting.records import Bet
from backtesting.result import BacktestResult
from backtesting.strategies import ArbitrageStrategy, BettingStrategy, ClosingOracle, EVStrategy, RandomBets
from backtesting.terms import RunTerms

from .sandbox_seasons import Season, store_season

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SEEDS = int(os.environ.get("TRUTH_SEEDS", "6"))
DAYS = int(os.environ.get("TRUTH_DAYS", "25"))
BOOKS = ("pinnacle", "betmgm", "betrivers", "bovada", "fanatics")
SHORTLY_BEFORE = MinutesBefore(15)  # the books that lag have most to catch up with then
LOOKS = (15, 1)


@dataclass
class Measured:
    """One season: what the engine says of a strategy, and what is true of its bets."""

    season: Season
    result: BacktestResult

    @property
    def bets(self) -> list[Bet]:
        return self.result.bets

    @property
    def true_edge(self) -> float:
        """The mean true edge at the decision, weighted by what was won or lost as the yield is."""
        decided = [bet for bet in self.bets if bet.state in ("won", "lost")]
        return sum(self.edge(bet, bet.decided_at) for bet in decided) / len(decided)

    @property
    def true_clv(self) -> float:
        """The mean edge by the true chance at the close, of the bets with a closing line value."""
        valued = [bet for bet in self.bets if bet.clv is not None]
        return sum(self.edge(bet, self.season.last_looks[bet.event_id]) for bet in valued) / len(valued)

    def edge(self, bet: Bet, at: Any) -> float:
        return bet.decimal_price * self.season.chance(bet.event_id, bet.market, bet.side, bet.point, at) - 1

    @property
    def yield_agrees(self) -> bool:
        """Whether the interval that a run shows beside its yield holds the truth."""
        stated = self.result.metrics.intervals.yield_
        return stated.low <= self.true_edge <= stated.high

    @property
    def clv_agrees(self) -> bool:
        found = self.result.metrics.clv.price
        return abs(found.value - self.true_clv) <= 1.96 * found.clustered_standard_error


STRATEGIES: dict[str, BettingStrategy] = {
    "value": EVStrategy(min_ev=0.0, decides=SHORTLY_BEFORE),
    "random": RandomBets(decides=SHORTLY_BEFORE),
    "oracle": ClosingOracle(decides=SHORTLY_BEFORE),
    "arbitrage": ArbitrageStrategy(min_profit_margin=0.0, decides=SHORTLY_BEFORE),
}


def seasons() -> Iterator[dict[str, Measured]]:
    """Every strategy on every season; each season is taken back before the next."""
    for seed in range(1, SEEDS + 1):
        with transaction.atomic():
            season = store_season(seed, days=DAYS, looks=LOOKS, books=BOOKS)
            terms = RunTerms(
                sport_key="basketball_nba", start=season.start, end=season.end, initial_bankroll=1e6, seed=seed
            )
            history = load([*STRATEGIES.values()], terms)
            yield {name: Measured(season, simulate(history, each, terms)) for name, each in STRATEGIES.items()}
            transaction.set_rollback(True)


def fewest(n: int) -> int:
    """93 of 100; of fewer seasons what all but one in ten thousand tries reach where each agrees with 95 %."""
    if n >= 100:
        return n * 93 // 100
    reached, least = 0.0, 0
    while reached + (chance := comb(n, least) * 0.95**least * 0.05 ** (n - least)) < 1e-4:
        reached, least = reached + chance, least + 1
    return least


def test_what_is_measured_agrees_with_what_is_true(settings):
    settings.ENABLE_VALIDATION = False  # which costs most of the time, and flags nothing here that is wrong
    yields = clvs = 0
    profits: dict[str, list[float]] = {name: [] for name in STRATEGIES}
    turnover: dict[str, list[float]] = {name: [] for name in STRATEGIES}
    true_random: list[float] = []
    for measured in seasons():
        yields += measured["value"].yield_agrees
        clvs += measured["value"].clv_agrees
        for name, each in measured.items():
            profits[name].append(each.result.total_profit)
            turnover[name].append(each.result.metrics.turnover)
        true_random.append(measured["random"].true_edge)
        assert measured["oracle"].true_clv > 0
        assert measured["random"].yield_agrees or abs(measured["random"].result.metrics.yield_ + 0.05) < 0.12
        by_position: dict[int, float] = {}
        for bet in measured["arbitrage"].bets:
            by_position[bet.position] = by_position.get(bet.position, 0.0) + bet.profit
        assert min(by_position.values(), default=0.0) > -0.02, "no arbitrage loses more than its rounding"
    assert yields >= fewest(SEEDS), f"the yield agreed with the true edge in {yields} of {SEEDS} seasons"
    assert clvs >= fewest(SEEDS), f"the closing line value agreed with the true one in {clvs} of {SEEDS} seasons"
    margin_lost = sum(profits["random"]) / sum(turnover["random"])
    assert margin_lost == pytest.approx(sum(true_random) / SEEDS, abs=0.03 if SEEDS < 50 else 0.01)
    assert margin_lost < 0 < sum(profits["arbitrage"])
    if SEEDS >= 50:
        assert sum(profits["oracle"]) > 0
