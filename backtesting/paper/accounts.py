"""Paper accounts: a run that is open, its strategy, and the money on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import F, Prefetch, Sum

from ..choices import BetState, RunKind, RunState
from ..counting import placed, turnover
from ..errors import BacktestError
from ..models import BacktestBet, BacktestRun
from ..querysets import BacktestRunQuerySet
from ..services import bet_of, new_run, terms_of
from ..strategies import BettingStrategy
from ..terms import RunTerms

# A paper account is for all that is still to come.
NEVER_ENDS = datetime(2200, 1, 1, tzinfo=UTC)
# A game may begin so long before it was thought to when it was to be decided on.
BROUGHT_FORWARD = timedelta(days=4)


def open_account(strategy: BettingStrategy, terms: RunTerms, now: datetime) -> BacktestRun:
    """Register a strategy for paper trading from now on.

    Raises BacktestError for one that cheats, that decides at a moment known only afterwards, or that is registered with
    the same settings already.
    """
    if strategy.is_cheating:
        raise BacktestError(f"{strategy.name} is shown the future, and there is none yet: choose another strategy")
    if strategy.decides.needs_hindsight:
        raise BacktestError(f"{strategy.name} decides at {strategy.decides}, known only afterwards: choose 5m, 60m, …")
    run = new_run(strategy, terms, kind=RunKind.PAPER)
    twin = open_accounts().filter(sport_key=run.sport_key, configuration=run.configuration).first()
    if twin is not None:
        raise BacktestError(f"the same strategy with the same settings trades on paper already, as run #{twin.pk}")
    run.started_at = run.created_at = run.decided_until = now
    run.save()
    return run


def close_account(number: int, now: datetime) -> BacktestRun:
    """End a paper account: nothing more is decided, open bets are still settled. Raises BacktestError for none."""
    run = open_accounts().filter(pk=number).first()
    if run is None:
        raise BacktestError(f"no open paper account #{number}: paper_trade list shows those there are")
    run.state, run.finished_at = RunState.DONE, now
    run.save(update_fields=["state", "finished_at"])
    return run


def open_accounts() -> BacktestRunQuerySet:
    return BacktestRun.objects.filter(kind=RunKind.PAPER, state=RunState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How a paper account stands. Open stakes count at cost."""

    id: int
    strategy: str
    parameters: dict[str, Any]
    decides: str
    staking: str
    sport_key: str
    is_open: bool
    opened_at: datetime
    decided_until: datetime | None
    bets: int  # placed
    open_bets: int
    unfilled: int
    profit: float  # of what is settled
    bankroll: float
    yield_: float | None  # profit over settled turnover, voids and pushes left out


def standings(*, only_open: bool = False) -> list[Standing]:
    """All paper accounts, the open ones first; or those alone."""
    runs = open_accounts() if only_open else BacktestRun.objects.filter(kind=RunKind.PAPER)
    bets = Prefetch("bets", BacktestBet.objects.order_by("number"))
    return [_standing(run) for run in runs.order_by("-state", "pk").defer("equity").prefetch_related(bets)]


def _standing(run: BacktestRun) -> Standing:
    bets = [bet_of(row) for row in run.bets.all()]
    known = placed(bets)
    profit, staked = sum(bet.profit for bet in known), sum(map(turnover, known))
    return Standing(
        id=run.pk,
        strategy=run.strategy,
        parameters=run.parameters,
        decides=run.decides,
        staking=run.staking,
        sport_key=run.sport_key,
        is_open=run.state == RunState.RUNNING,
        opened_at=run.started_at or run.created_at,
        decided_until=run.decided_until,
        bets=len(known),
        open_bets=sum(bet.state is BetState.OPEN for bet in known),
        unfilled=len(bets) - len(known),
        profit=profit,
        bankroll=run.initial_bankroll + profit,
        yield_=profit / staked if staked else None,
    )


def terms_between(run: BacktestRun, start: datetime, end: datetime) -> RunTerms:
    """The terms of an account, for the events of a range, be they ever so few."""
    return terms_of(run, start=start, end=end, min_coverage=0.0)


def cash_of(run: BacktestRun) -> float:
    """The money at hand: what was there at first, less what is out, with what came back."""
    placed = run.bets.exclude(state=BetState.UNFILLED)
    gained = placed.aggregate(sum=Sum(F("returned") - F("stake") - F("cost")))["sum"]
    return float(run.initial_bankroll + (gained or 0.0))
