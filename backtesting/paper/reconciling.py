"""A day on paper beside the same day run again on what is stored now: every difference, and why."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from itertools import groupby
from math import isclose

from django.db.models import Q

from events.game_days import bounds
from events.models import Event
from odds.models import Odds, OddsSnapshot
from odds.opportunities import Opportunity

from ..choices import BetState
from ..engine import commissions, load
from ..models import BacktestRun
from ..placing import place
from ..records import Bet
from ..selection import propose
from ..services import bet_of, code_version, strategy_of
from ..terms import RunTerms
from .accounts import terms_between
from .trading import at_once

Key = tuple[str, str, str, str, str, str, Decimal | None]
"""Event, market, description, side, outcome, bookmaker and point: what one bet is on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One bet that is not the same on paper and in the run on stored data."""

    what: str  # missing on paper, missing in the run, price, stake, state
    event_id: str
    bet: str  # on what
    on_paper: str
    in_run: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    """A day of one account. Without differences paper and run agree bet by bet."""

    run: BacktestRun
    day: date
    on_paper: int  # bets, those not filled included
    in_run: int
    agreeing: int
    differences: list[Difference]


def reconcile(run: BacktestRun, day: date) -> Reconciliation:
    """Run the events of a league day again on stored data, with the cash that was at hand on paper, and compare.

    Raises what building the strategy raises.
    """
    start, end = bounds(day)
    events = Event.objects.for_sport(run.sport_key).commencing_between(start, end)
    stored = run.bets.filter(event_id__in=events.values("api_id")).order_by("number")
    paper = [bet_of(row) for row in stored]
    looked_at = {bet.event_id for bet in paper}.union(events.of_one_kind().values_list("api_id", flat=True))
    again = _run_again(run, terms_between(run, start, end), looked_at, paper)
    by_key, found = {key_of(bet): bet for bet in paper}, {key_of(bet): bet for bet in again}
    explain = _Explanations(run)
    differences = [
        difference
        for key in sorted(by_key.keys() | found.keys(), key=str)
        for difference in explain.compare(by_key.get(key), found.get(key))
    ]
    different = {(each.event_id, each.bet) for each in differences}
    return Reconciliation(
        run=run,
        day=day,
        on_paper=len(paper),
        in_run=len(again),
        agreeing=sum((bet.event_id, told(bet)) not in different for bet in paper),
        differences=differences,
    )


def key_of(bet: Bet) -> Key:
    return bet.event_id, bet.market, bet.description, bet.side, bet.outcome, bet.bookmaker, bet.point


def told(bet: Bet) -> str:
    """What a bet is on, in words."""
    point = "" if bet.point is None else f" {bet.point.normalize():+f}"
    return f"{bet.market} {bet.outcome}{point} at {bet.bookmaker}"


def _run_again(run: BacktestRun, terms: RunTerms, event_ids: Collection[str], paper: Sequence[Bet]) -> list[Bet]:
    """The bets that the strategy makes on stored data, each batch with the cash that there was for it on paper."""
    strategy, terms = strategy_of(run), at_once(terms)
    history = load([strategy], terms, event_ids)
    strategy = strategy.with_commissions(commissions(history, terms))
    proposals, _ = propose(history, strategy, max_age_minutes=terms.max_age_minutes)
    begun = run.started_at or run.created_at
    proposals = [each for each in proposals if each.moment > begun]
    cash = {bet.decided_at: bet.bankroll for bet in paper}
    bets: list[Bet] = []
    taken: set[tuple[str, str, str]] = set()
    for moment, group in groupby(proposals, key=lambda proposal: proposal.moment):
        batch = [each for each in group if terms.bet_again or _market(each.opportunity) not in taken]
        of_batch = replace(terms, initial_bankroll=cash.get(moment, run.initial_bankroll))
        placed = place(history, batch, strategy, of_batch).bets
        taken |= {(bet.event_id, bet.market, bet.description) for bet in placed if bet.state is not BetState.UNFILLED}
        bets += placed
    return bets


def _market(opportunity: Opportunity) -> tuple[str, str, str]:
    return opportunity.event_id, opportunity.market, opportunity.description


class _Explanations:
    """Why bets differ, from what is stored of snapshots, starts and verdicts."""

    def __init__(self, run: BacktestRun) -> None:
        self.run = run
        self.is_same_code = run.code_version == code_version()

    def compare(self, paper: Bet | None, again: Bet | None) -> Iterator[Difference]:
        if paper is None:
            assert again is not None
            yield self._difference("missing on paper", again, "–", _shown(again), self._why_not_made(again))
            return
        if again is None:
            yield self._difference("missing in the run", paper, _shown(paper), "–", self._why_not_found(paper))
            return
        if paper.state is BetState.UNFILLED and again.state is not BetState.UNFILLED:
            yield self._difference("not filled on paper", paper, "not filled", _shown(again), paper.note)
            return
        if paper.price != again.price:
            yield self._difference("price", paper, f"{paper.price:+d}", f"{again.price:+d}", self._why_not_found(paper))
        elif not isclose(paper.stake, again.stake, abs_tol=0.005):
            yield self._difference("stake", paper, f"{paper.stake:.2f}", f"{again.stake:.2f}", self._why_staked(paper))
        if paper.state is not BetState.UNFILLED and _verdict(paper) != _verdict(again):
            why = "not settled on paper yet" if paper.state is BetState.OPEN else "its result was corrected since"
            yield self._difference("verdict", paper, paper.state, again.state, why)

    def _difference(self, what: str, bet: Bet, on_paper: str, in_run: str, why: str) -> Difference:
        return Difference(what=what, event_id=bet.event_id, bet=told(bet), on_paper=on_paper, in_run=in_run, why=why)

    def _why_not_made(self, bet: Bet) -> str:
        """Why a bet of the run was not made on paper at its time."""
        run = self.run
        if run.finished_at and bet.decided_at > run.finished_at:
            return f"the account was closed at {run.finished_at:%Y-%m-%d %H:%M} UTC"
        if run.decided_until is None or bet.decided_at > run.decided_until:
            return "it has not been decided yet: nothing was collected since"
        late = self._stored_late(bet)
        if late:
            return late
        return self._otherwise("what was bet on before, or the cash at hand, was different on paper")

    def _why_not_found(self, bet: Bet) -> str:
        """Why a bet on paper, or its price, is not what stored data give."""
        flagged = Odds.objects.filter(
            event__api_id=bet.event_id, bookmaker__key=bet.bookmaker, market__key=bet.market, is_valid=False,
            odds_timestamp__lte=bet.decided_at,
        ).filter(Q(valid_until__gt=bet.decided_at) | Q(valid_until__isnull=True))  # fmt: skip
        if note := flagged.values_list("validation_notes", flat=True).first():
            return f"the price has been flagged since: {note}"
        return self._stored_late(bet) or self._otherwise("prices beside it are stored otherwise than they were seen")

    def _stored_late(self, bet: Bet) -> str:
        """Whether snapshots from before the decision came in after it."""
        late = OddsSnapshot.objects.filter(
            event__api_id=bet.event_id, snapshot_time__lte=bet.decided_at, created_at__gt=bet.decided_at + _PROMPT
        )
        first = late.order_by("snapshot_time").first()
        if first is None:
            return ""
        return (
            f"the snapshot of {first.snapshot_time:%H:%M:%S} UTC was stored after the decision, at "
            f"{first.created_at:%Y-%m-%d %H:%M:%S} UTC"
        )

    def _why_staked(self, bet: Bet) -> str:
        return self._otherwise(f"other bets of the same instant shared the cash of {bet.bankroll:,.2f}")

    def _otherwise(self, guess: str) -> str:
        return guess if self.is_same_code else f"the code has changed since the account was opened; or {guess}"


def _verdict(bet: Bet) -> BetState:
    """The state; a bet without a result is open on paper and unresolved in a run, which is the same here."""
    return BetState.OPEN if bet.state is BetState.UNRESOLVED else bet.state


def _shown(bet: Bet) -> str:
    return f"{bet.price:+d} for {bet.stake:,.2f}"


# A snapshot that was stored so soon after it was taken was there when the decision was made.
_PROMPT = timedelta(minutes=2)
