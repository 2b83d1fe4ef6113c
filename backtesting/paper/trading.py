"""What happens on paper when odds or scores have come: bets are settled, then new decisions are made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Min, Q, QuerySet
from django.db.models.functions import Coalesce

from events.models import Event
from odds.choices import LineMoment

from ..choices import BetState, RunKind
from ..decision_times import AtLine
from ..engine import commissions, load
from ..history import History, load_events
from ..history.records import microseconds
from ..models import BacktestBet, BacktestRun
from ..placing import place, settlements_of
from ..records import Bet, Proposal, Settlement
from ..selection import one_by_one
from ..services import bet_of, strategy_of, verdicts_as_json, write_bets
from ..strategies import BettingStrategy
from ..terms import RunTerms
from .accounts import BROUGHT_FORWARD, NEVER_ENDS, cash_of, open_accounts, terms_between

log = structlog.get_logger(__name__)

# What changed a game may be committed, or reach the instant that it tells, so long after the time of its row.
_TOLD_WITHIN = timedelta(days=1)


def trade(sport_key: str, now: datetime) -> None:
    """Settle and decide for every paper account of a sport. What one raises is logged and holds up no other."""
    settle_bets(sport_key, now)
    for number in open_accounts().filter(sport_key=sport_key).values_list("pk", flat=True):
        try:
            bets = decide(number, now)
        except Exception:  # a strategy is anybody's code
            log.exception("paper_not_decided", run=number, sport_key=sport_key)
        else:
            log.info("paper_decided", run=number, sport_key=sport_key, bets=len(bets))


@transaction.atomic
def decide(number: int, now: datetime) -> list[Bet]:
    """Make the decisions of an account that have come due since the last time, once, and write the bets.

    A decision is made on what was known at its instant, and its bet placed now, if the price still stands. None is made
    for an account that was closed meanwhile.
    """
    run = open_accounts().select_for_update().filter(pk=number).first()
    if run is None:
        return []
    since = run.decided_until or run.started_at
    if since is None or now <= since:
        return []
    strategy, terms = strategy_of(run), terms_between(run, since - BROUGHT_FORWARD, NEVER_ENDS)
    history = load([strategy], terms)
    strategy = strategy.with_commissions(commissions(history, terms))
    due = [
        decision
        for decision in history.decisions(strategy.decides)
        if microseconds(since) < decision.moment <= microseconds(now)
    ]
    proposals = _not_bet_on(run, list(one_by_one(history, due, strategy)), again=terms.bet_again)
    bets = _placed(history, proposals, strategy, replace(terms, initial_bankroll=max(cash_of(run), 0.0)), now)
    _number(bets, run)
    write_bets(run, bets)
    run.decided_until = now
    run.save(update_fields=["decided_until"])
    return bets


def _not_bet_on(run: BacktestRun, proposals: Sequence[Proposal], *, again: bool) -> list[Proposal]:
    """Those on markets of events that the account has no bet on yet."""
    if again:
        return list(proposals)
    events = {proposal.opportunity.event_id for proposal in proposals}
    placed = run.bets.filter(event_id__in=events).exclude(state=BetState.UNFILLED)
    known = set(placed.values_list("event_id", "market", "description"))
    return [each for each in proposals if (each.opportunity.event_id, *_market(each)) not in known]


def _market(proposal: Proposal) -> tuple[str, str]:
    return proposal.opportunity.market, proposal.opportunity.description


def _placed(
    history: History, proposals: Sequence[Proposal], strategy: BettingStrategy, terms: RunTerms, now: datetime
) -> list[Bet]:
    """The bets on these proposals, open; those whose price has gone by now are not filled."""
    if terms.initial_bankroll <= 0:
        return []
    terms = at_once(terms)
    standing = [each for each in proposals if _stands(history, each, now)]
    bets = place(history, standing, strategy, terms).bets
    for bet in bets:
        if bet.state is not BetState.UNFILLED:
            bet.placed_at, bet.state, bet.settled_at = now, BetState.OPEN, None
            bet.settlements, bet.returned, bet.profit, bet.note = (), 0.0, 0.0, ""
    gone = [each for each in proposals if not _stands(history, each, now)]
    return bets + _gone(place(history, gone, strategy, terms).bets, now)


def at_once(terms: RunTerms) -> RunTerms:
    """The terms without a wait for a fill: on paper an order is tried when it is decided."""
    return replace(terms, fills=replace(terms.fills, must_stand=False, latency_seconds=0.0))


def _stands(history: History, proposal: Proposal, now: datetime) -> bool:
    return all(history.standing_at(proposal.event, leg.price, now) for leg in proposal.opportunity.legs)


def _gone(bets: Iterable[Bet], now: datetime) -> list[Bet]:
    """The same as bets that could not be placed."""
    unfilled = []
    for bet in bets:
        bet.state, bet.placed_at, bet.settled_at, bet.settlements = BetState.UNFILLED, None, None, ()
        bet.stake = bet.cost = bet.returned = bet.profit = 0.0
        bet.note = f"decided at {now:%H:%M:%S} UTC, when the price had gone"
        unfilled.append(bet)
    return unfilled


def _number(bets: Iterable[Bet], run: BacktestRun) -> None:
    """Go on counting where the account's bets end."""
    last = run.bets.order_by("-number").values_list("number", "position").first() or (0, 0)
    positions: dict[tuple[bool, int], int] = {}
    for number, bet in enumerate(bets, last[0] + 1):
        place_of = positions.setdefault((bet.state is BetState.UNFILLED, bet.position), len(positions) + 1)
        bet.number, bet.position = number, last[1] + place_of


@transaction.atomic
def settle_bets(sport_key: str, now: datetime) -> int:
    """Give paper bets the verdicts that are known by now, corrections included; return how many changed."""
    accounts = BacktestRun.objects.filter(kind=RunKind.PAPER, sport_key=sport_key)
    rows = list(_unsettled(accounts, sport_key).select_related("run").select_for_update(of=["self"]))
    changed = _brought_up_to(now, rows) if rows else []
    fields = ["state", "settled_at", "returned", "profit", "settlements", "note"]
    BacktestBet.objects.bulk_update(changed, fields)
    accounts.update(settled_until=now)
    return len(changed)


def _unsettled(accounts: QuerySet[BacktestRun], sport_key: str) -> QuerySet[BacktestBet]:
    """The bets that are open, as time alone can settle those; and all whose game has changed since the last time."""
    since = accounts.aggregate(since=Min(Coalesce("settled_until", "started_at")))["since"]
    if since is None:
        return BacktestBet.objects.none()
    changed = Event.objects.for_sport(sport_key).filter(updated_at__gte=since - _TOLD_WITHIN)
    ids = list(changed.values_list("api_id", flat=True))  # apart, so that bets are found by their index
    placed = BacktestBet.objects.filter(run__in=accounts).exclude(state=BetState.UNFILLED).order_by("pk")
    return placed.filter(Q(state=BetState.OPEN) | Q(event_id__in=ids))


def _brought_up_to(now: datetime, rows: Sequence[BacktestBet]) -> list[BacktestBet]:
    """Those of these bets of which something else is known."""
    # Of prices the closing line is enough: it tells whether a draw was offered.
    close = AtLine(LineMoment.CLOSING)
    history = load_events({row.event_id for row in rows}, markets={row.market for row in rows}, decides=close)
    index = {event.event_id: place for place, event in enumerate(history.events)}
    return [row for row in rows if _settled(row, now, *_verdicts(history, index.get(row.event_id), row, now))]


def _verdicts(
    history: History, event: int | None, row: BacktestBet, now: datetime
) -> tuple[tuple[Settlement, ...], str]:
    """All verdicts on a bet, and why it is void or unresolved. The stake comes back of a game that was removed."""
    if event is None:
        return (Settlement(now, BetState.VOID, row.stake),), "its game was removed"
    return settlements_of(history, event, bet_of(row), terms_between(row.run, row.run.start, row.run.end))


def _settled(row: BacktestBet, now: datetime, verdicts: Sequence[Settlement], note: str) -> bool:
    """Bring one bet up to what is known; whether that changed anything. It is open again where nothing is any more."""
    bet = bet_of(row)
    known = tuple(each for each in verdicts if each.settled_at <= now)
    if known == bet.settlements:
        return False
    bet.settlements = known
    row.settlements, row.note = verdicts_as_json(bet), note if known else ""
    row.state, row.settled_at, row.returned, row.profit = BetState.OPEN, None, 0.0, 0.0
    if known:
        row.state, row.settled_at = known[-1].state, known[-1].settled_at
    if row.state not in (BetState.OPEN, BetState.UNRESOLVED):
        row.returned = known[-1].returned
        row.profit = row.returned - row.stake - row.cost
    return True
