"""From what a strategy wants to bets, pure: filled or not, with every verdict, and staked in the order of time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np

from odds.choices import Side
from odds.lines import StandingPrice
from odds.markets import Draw, draw_in
from odds.opportunities import Leg, Opportunity

from . import bankroll
from .choices import BetState
from .fills import FillRules, LegFill, fill, known_at
from .history import History
from .history.records import instant, microseconds
from .records import Bet, EquityPoint, Proposal, Settlement
from .rules import settle
from .staking import Flat
from .strategies import BettingStrategy
from .terms import RunTerms

_SOON = timedelta(microseconds=1)  # no money comes back at the very instant at which it was staked
NO_MONEY = "no money, or too little for the least stake"


class Ordered(NamedTuple):
    """A proposal with what became of its orders."""

    proposal: Proposal
    fills: tuple[LegFill, ...]
    known_at: datetime  # when it was known whether they were filled

    @property
    def is_filled(self) -> bool:
        return any(each.placed_at for each in self.fills)


class Position(NamedTuple):
    """A proposal and all that became of it but for the money, on which its stake depends."""

    proposal: Proposal
    bets: list[Bet]  # one a leg, for a stake of 1, with its verdicts
    amount: float  # the stake wanted is this, or a fraction of the cash at hand, or what a rule of its own says
    fraction: float
    rule: bankroll.Wish | None


class Outcome(NamedTuple):
    """The bets of a run, those not filled included, and the money after every instant."""

    bets: list[Bet]
    equity: list[EquityPoint]


def place(
    history: History,
    proposals: Sequence[Proposal],
    strategy: BettingStrategy,
    terms: RunTerms,
    *,
    play: bankroll.Play = bankroll.play,
) -> Outcome:
    """Place what was proposed, in order of time, with the money there was."""
    return staked(positions_of(history, proposals, strategy, terms), terms, play=play)


def positions_of(
    history: History, proposals: Sequence[Proposal], strategy: BettingStrategy, terms: RunTerms
) -> list[Position]:
    """What a strategy proposed, filled or not and settled, in the same order. No money is needed to know that."""
    orders = list(_orders(history, proposals, terms))
    return [
        Position(order.proposal, [_unstaked(history, order, leg, terms) for leg in range(len(order.fills))], *wanted)
        for order, wanted in zip(orders, _stakes_wanted(orders, strategy), strict=True)
    ]


def staked(positions: Sequence[Position], terms: RunTerms, *, play: bankroll.Play = bankroll.play) -> Outcome:
    """Stake positions, which are in order of time, with the money there was; their bets are those of the outcome."""
    bets = [bet for each in positions for bet in each.bets]
    wanted = _wanted(positions, terms.fills)
    legs = bankroll.Legs(
        shares=np.array([leg.share for each in positions for leg in each.proposal.opportunity.legs], float),
        costs=np.array([bet.cost for bet in bets], float),
    )
    payments = _payments(bets)
    played = play(wanted, legs, payments, terms.initial_bankroll, _rounding(terms.fills))
    moments, cash, open_stakes = bankroll.equity(wanted, legs, payments, played, terms.initial_bankroll)
    at_hand = np.repeat(played.bankrolls, np.diff(wanted.first_legs))
    for position, each in enumerate(positions, 1):
        for bet in each.bets:
            bet.position = position
    for number, (bet, stake, money) in enumerate(zip(bets, played.stakes.tolist(), at_hand.tolist(), strict=True), 1):
        _stake(bet, number, stake, money)
    points = zip(moments.tolist(), cash.tolist(), open_stakes.tolist(), strict=True)
    return Outcome(bets, [EquityPoint(instant(moment), money, out) for moment, money, out in points])


def _orders(history: History, proposals: Iterable[Proposal], terms: RunTerms) -> Iterator[Ordered]:
    """Each proposal with its fills, but for those on a market of an event that was bet on before or may yet be."""
    taken: dict[tuple[int, str, str], list[Ordered]] = defaultdict(list)
    for proposal in proposals:
        before = taken[proposal.event, proposal.opportunity.market, proposal.opportunity.description]
        if not terms.bet_again and any(_is_in_the_way(order, proposal.moment) for order in before):
            continue
        order = _ordered(history, proposal, terms.fills)
        before.append(order)
        yield order


def _is_in_the_way(order: Ordered, moment: datetime) -> bool:
    """Whether an earlier order was filled, or was not known to have failed yet."""
    return order.proposal.moment < moment and (order.is_filled or order.known_at > moment)


def _ordered(history: History, proposal: Proposal, rules: FillRules) -> Ordered:
    event = proposal.event

    def next_look(price: StandingPrice, after: datetime) -> datetime | None:
        return history.next_look(event, price.bookmaker, price.market, after)

    fills = fill(proposal, rules, stands=partial(history.standing_at, event), next_look=next_look)
    return Ordered(proposal, fills, known_at(proposal, rules, next_look=next_look))


def _unstaked(history: History, order: Ordered, leg_index: int, terms: RunTerms) -> Bet:
    """The bet on one leg for a stake of 1, with its verdicts."""
    proposal, leg = order.proposal, order.proposal.opportunity.legs[leg_index]
    filled, price, event = order.fills[leg_index], leg.price, history.events[order.proposal.event]
    bet = Bet(
        number=0,
        position=0,
        kind=proposal.opportunity.kind.value,
        event_id=event.event_id,
        sport_key=event.sport_key,
        home_team=event.home_team,
        away_team=event.away_team,
        commence_time=proposal.commence_time,
        decided_at=proposal.moment,
        placed_at=filled.placed_at,
        bookmaker=price.bookmaker,
        market=price.market,
        outcome=price.outcome,
        side=price.side,
        description=price.description,
        point=price.point,
        price=price.price,
        decimal_price=price.decimal_price,
        is_timed=price.odds_timestamp is not None,
        age_seconds=price.age_seconds,
        probability=proposal.opportunity.probability,
        edge=proposal.opportunity.edge,
        stake=1.0,
        commission=terms.fills.commission(price.bookmaker, history.commissions.get(price.bookmaker, 0.0)),
        cost=terms.fills.cost_per_bet,
        bankroll=0.0,
        state=BetState.OPEN if filled.placed_at else BetState.UNFILLED,
        note=filled.note,
    )
    if filled.placed_at:
        bet.settlements, bet.note = settlements_of(history, proposal.event, bet, terms)
    else:
        bet.settlements = (Settlement(max(order.known_at, proposal.moment + _SOON), BetState.UNFILLED, 1.0),)
    return bet


def settlements_of(history: History, event_index: int, bet: Bet, terms: RunTerms) -> tuple[tuple[Settlement, ...], str]:
    """All verdicts on a bet, and why it is void or unresolved. None comes at or before the instant of its decision."""
    event = history.events[event_index]
    verdicts = settle(
        bet,
        event.results,
        final_start=event.commence_time,
        status=event.status,
        rules=terms.rules.of(bet.bookmaker),
        stated=history.stated_starts(event_index),
        draw_offered=_has_draw(history, event_index, bet),
    )
    first = max(bet.decided_at, bet.placed_at or bet.decided_at) + _SOON
    in_time = tuple(each._replace(settled_at=max(each.settled_at, first)) for each in verdicts.settlements)
    return in_time, verdicts.note


def _has_draw(history: History, event_index: int, bet: Bet) -> bool:
    """Whether a draw could be bet on beside it at its own bookmaker, by what the market was when it closed.

    Others settle by other rules: where one has a draw of regular time, another's two teams are of the whole game.
    """
    if draw_in(bet.sport_key) is Draw.NEVER:
        return False
    closing = history.closing(event_index, bet.market)
    return any(each.side == Side.DRAW and each.bookmaker == bet.bookmaker for each in closing)


def _wanted(positions: Sequence[Position], rules: FillRules) -> bankroll.Positions:
    opportunities = [each.proposal.opportunity for each in positions]
    return bankroll.Positions(
        moments=np.array([microseconds(each.proposal.moment) for each in positions], np.int64),
        amounts=np.array([each.amount for each in positions], float),
        fractions=np.array([each.fraction for each in positions], float),
        limits=np.array([min(map(partial(_limit, rules), each.legs)) for each in opportunities], float),
        first_legs=np.cumsum([0, *(len(each.legs) for each in opportunities)]),
        wanted={place: each.rule for place, each in enumerate(positions) if each.rule},
    )


def _limit(rules: FillRules, leg: Leg) -> float:
    """The most that may be staked on the whole position for this leg's sake."""
    return rules.limit(leg.price.bookmaker) / leg.share


def _stakes_wanted(
    orders: Sequence[Ordered], strategy: BettingStrategy
) -> list[tuple[float, float, bankroll.Wish | None]]:
    """Of each position the amount, the fraction of the cash at hand and the rule of its own, as `Position` has them."""
    staking = strategy.staking
    if type(strategy).calculate_stake is BettingStrategy.calculate_stake:
        if isinstance(staking, Flat):
            return [(staking.amount, 0.0, None)] * len(orders)
        if staking.is_proportional:
            batches = groupby(orders, key=lambda order: order.proposal.moment)
            together = ([order.proposal.opportunity for order in batch] for _, batch in batches)
            return [(0.0, fraction, None) for batch in together for fraction in staking.stakes(1.0, batch)]
    return [(0.0, 0.0, partial(_own_wish, strategy, order.proposal.opportunity)) for order in orders]


def _own_wish(strategy: BettingStrategy, opportunity: Opportunity, cash: float) -> float:
    return strategy.calculate_stake(cash, opportunity)


def _payments(bets: Sequence[Bet]) -> bankroll.Payments:
    """What comes back of each bet's stake and when; a correction pays or takes the difference."""
    rows = []
    for leg, bet in enumerate(bets):
        before = 0.0
        paid = [each for each in bet.settlements if each.state is not BetState.UNRESOLVED]
        for number, settlement in enumerate(paid):
            refund = bet.cost if settlement.state is BetState.UNFILLED else 0.0
            rows.append((microseconds(settlement.settled_at), leg, settlement.returned - before, refund, number == 0))
            before = settlement.returned
    moments, legs, multiples, refunds, ends = zip(*rows, strict=True) if rows else ((), (), (), (), ())
    payments = bankroll.Payments(
        moments=np.array(moments, np.int64),
        legs=np.array(legs, np.int64),
        multiples=np.array(multiples, float),
        refunds=np.array(refunds, float),
        ends=np.array(ends, bool),
    )
    return payments.in_order()


def _rounding(rules: FillRules) -> bankroll.Rounding:
    return bankroll.Rounding(rules.rounding, rules.min_stake)


def _stake(bet: Bet, number: int, stake: float, bankroll_then: float) -> None:
    """Give a bet its stake, and its verdicts the money that they mean."""
    bet.number, bet.bankroll = number, bankroll_then
    if bet.state is BetState.UNFILLED or not stake:
        bet.note = bet.note if bet.state is BetState.UNFILLED else NO_MONEY
        bet.state, bet.placed_at, bet.settlements, bet.stake, bet.cost = BetState.UNFILLED, None, (), 0.0, 0.0
        return
    bet.stake = stake
    bet.settlements = tuple(each._replace(returned=each.returned * stake) for each in bet.settlements)
    last = bet.settlements[-1]
    bet.state, bet.settled_at = last.state, last.settled_at
    if bet.state is not BetState.UNRESOLVED:
        bet.returned = last.returned
        bet.profit = last.returned - stake - bet.cost
