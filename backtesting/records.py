"""What crosses the borders between the parts of a backtest: views, opportunities taken, results, bets, equity. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from odds.lines import StandingPrice
from odds.opportunities import Opportunity

from .choices import BetState


@dataclass(frozen=True, slots=True, kw_only=True)
class EventView:
    """What was known of an event at an instant: never a result, and the start as it was stated then."""

    event_id: str  # the provider's
    sport_key: str
    home_team: str
    away_team: str
    commence_time: datetime  # as the newest snapshot at the instant had it
    start_is_day: bool = False  # of an archive that has the day alone: the start is given as noon, league time


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketView:
    """All that a strategy is shown: what stood of one event at one instant, and the way back, never forward."""

    event: EventView
    moment: datetime
    snapshot_time: datetime | None  # the newest snapshot at the instant; None for an archive that tells no time
    prices: tuple[StandingPrice, ...]  # valid and pre-match, by market, description, point, side and bookmaker
    earlier: Callable[[datetime], MarketView]
    """The view of the same event at an instant not after this one, with the start as known then. Raises ValueError for
    a later instant. An archive that tells no time has its opening prices before the close and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An opportunity that a strategy chose, and when. Proposals of one `moment` are staked together."""

    event: int  # index in the history
    moment: datetime
    commence_time: datetime  # as known then
    opportunity: Opportunity


class ResultVersion(NamedTuple):
    """A result as it was known from an instant on. Corrections follow as further versions."""

    known_at: datetime
    home_score: int | None
    away_score: int | None
    is_final: bool  # false: the game was called off or postponed too far, so bets are void


class Settlement(NamedTuple):
    """One verdict on a bet. The last of a bet is in force; the ones before it were corrected."""

    settled_at: datetime
    state: BetState
    returned: float  # what came back, stake included


def settlements_of(stored: Iterable[Sequence[Any]]) -> tuple[Settlement, ...]:
    """Verdicts as records, of `[[time, state, returned], …]` as runs keep them."""
    return tuple(Settlement(datetime.fromisoformat(at), BetState(state), returned) for at, state, returned in stored)


@dataclass(slots=True, kw_only=True)
class Bet:
    """One leg of one position. Money is in units of the bankroll."""

    number: int  # from 1, in the order of placement
    position: int  # bets that share it were placed as one
    kind: str  # of the opportunity
    event_id: str
    sport_key: str
    home_team: str
    away_team: str
    commence_time: datetime  # as known at the decision
    decided_at: datetime
    placed_at: datetime | None  # None where it was not filled
    bookmaker: str
    market: str
    outcome: str
    side: str
    description: str
    point: Decimal | None
    price: int  # American
    decimal_price: float  # as quoted, before commission
    is_timed: bool  # false: of an archive that tells no time
    age_seconds: float | None  # of the price at the decision
    probability: float | None  # the strategy's own, that it wins if it does not push
    edge: float | None
    stake: float
    commission: float  # fraction of net winnings
    cost: float  # paid for placing it, whatever becomes of it
    bankroll: float  # cash at hand when it was decided
    state: BetState
    settled_at: datetime | None = None
    returned: float = 0.0  # stake included
    profit: float = 0.0  # returned - stake - cost; 0 while nothing is known
    settlements: tuple[Settlement, ...] = ()
    note: str = ""  # why it was not filled, or cut
    closing_decimal: float | None = None  # of the same outcome and number, at the reference book
    closing_fair: float | None = None  # probability, margin removed
    closing_point: Decimal | None = None
    closing_age_minutes: float | None = None
    clv: float | None = None  # decimal price taken × fair closing probability - 1; None without a valid close
    clv_points: float | None = None  # by how many points the number taken is better than the closing one


class EquityPoint(NamedTuple):
    """The money after everything that happened at an instant. Open stakes count at cost."""

    moment: datetime
    cash: float
    open_stakes: float

    @property
    def equity(self) -> float:
        return self.cash + self.open_stakes


@dataclass(slots=True, kw_only=True)
class Coverage:
    """Of how many events in the range the strategy could decide on fresh, complete data, and what kept it from that."""

    events: int = 0  # in the range
    decided: int = 0  # had a decision at all
    covered: int = 0  # decided on prices not older than allowed, with a complete line in each market wanted
    stale: int = 0
    incomplete: int = 0
    without_snapshot: int = 0
    without_result: int = 0
    without_close: int = 0  # of the events bet on: some bet has no closing line value
    untimed: int = 0  # covered by an archive that tells no time
    notes: list[str] = field(default_factory=list)

    @property
    def fraction(self) -> float:
        """0 where there was no event at all."""
        return self.covered / self.events if self.events else 0.0
