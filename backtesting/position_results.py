"""What came of positions, pure: the legs of an arbitrage win and lose together, so they are one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from .counting import is_settled, placed
from .records import Bet

# As a fraction of the stake: less is the rounding of floats, and the position came out level.
_LEVEL = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionResults:
    positions: int  # placed, whether or not anything is known of them
    gross_profit: float  # of those that won
    gross_loss: float  # of those that lost, as an amount above 0
    longest_winning_run: int  # in the order of settlement; those that came out level are passed over
    longest_losing_run: int

    @property
    def profit_factor(self) -> float | None:
        """What the winners won over what the losers lost; None where none lost."""
        return self.gross_profit / self.gross_loss if self.gross_loss else None


def position_results(bets: Iterable[Bet]) -> PositionResults:
    """The results of all positions of which every leg is settled."""
    positions: dict[int, list[Bet]] = defaultdict(list)
    for bet in placed(bets):
        positions[bet.position].append(bet)
    finished = [legs for legs in positions.values() if all(is_settled(leg.state) for leg in legs)]
    results = [_result(legs) for legs in sorted(finished, key=_finish)]
    decided = [result for result in results if result]
    return PositionResults(
        positions=len(positions),
        gross_profit=sum(result for result in decided if result > 0),
        gross_loss=-sum(result for result in decided if result < 0),
        longest_winning_run=_longest([result > 0 for result in decided]),
        longest_losing_run=_longest([result < 0 for result in decided]),
    )


def _result(legs: Sequence[Bet]) -> float:
    """The profit of all legs; exactly 0 where they came out level."""
    profit = sum(leg.profit for leg in legs)
    return profit if abs(profit) > _LEVEL * sum(leg.stake for leg in legs) else 0.0


def _finish(legs: Sequence[Bet]) -> tuple[datetime, int]:
    times = [leg.settled_at for leg in legs if leg.settled_at is not None]
    if not times:
        raise ValueError(f"bet {legs[0].number} is {legs[0].state} and has no time of settlement: runs need an order")
    return max(times), legs[0].number


def _longest(hits: Sequence[bool]) -> int:
    return max((len(list(run)) for hit, run in groupby(hits) if hit), default=0)
