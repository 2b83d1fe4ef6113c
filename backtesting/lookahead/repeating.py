"""A strategy asked again, on whatever the database says now: about some decisions, or in a whole run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from events.models import Event

from .. import bankroll
from ..engine import commissions, load
from ..history import History
from ..history.records import instant
from ..placing import place
from ..records import Bet, Proposal
from ..selection import propose
from ..strategies import BettingStrategy
from ..terms import RunTerms
from .comparing import bet_text, want
from .records import Answer, Check, Run, Want
from .shadow import undone

_TICK = timedelta(microseconds=1)
# Starts move by hours in the twin. Only the events of the audit are in the shadow.
_AROUND = timedelta(days=3)


@dataclass(frozen=True, kw_only=True)
class Repeater:
    """Asks a strategy, as a backtest does. Nothing that it writes stays."""

    strategy: BettingStrategy
    terms: RunTerms
    play: bankroll.Play = bankroll.play
    titles: dict[str, str] = field(default_factory=dict)  # of events that were met

    def whole(self) -> Run:
        """A whole run. Raises what the strategy raises."""
        with undone():
            history = self._load(self.terms.start - _AROUND, self.terms.end + _AROUND)
            strategy = self._told(history)
            proposals, _ = propose(history, strategy)
            bets = place(history, proposals, strategy, self.terms, play=self.play).bets
            decisions = history.decisions(strategy.decides)
        checks = [Check(instant(each.moment), history.events[each.event].event_id) for each in decisions]
        self.titles.update((event.event_id, f"{event.away_team} @ {event.home_team}") for event in history.events)
        return Run(
            decisions=checks,
            proposed=_proposed(history, proposals),
            bets=_by_decision(bets),
            cash={bet.decided_at: bet.bankroll for bet in bets},
            initial=self.terms.initial_bankroll,
        )

    def answers(self, checks: Collection[Check], cash: Mapping[Check, float]) -> dict[Check, Answer]:
        """What is wanted of these decisions, one by one, with so much cash at hand."""
        wanted = set(checks)
        try:
            with undone():
                return self._answers(wanted, cash)
        except Exception as error:  # whatever a strategy of somebody else's raises
            line = " ".join(f"{type(error).__name__}: {error}".split())
            return dict.fromkeys(wanted, line)

    def _answers(self, wanted: Collection[Check], cash: Mapping[Check, float]) -> dict[Check, Answer]:
        found: dict[Check, Answer] = {check: [] for check in wanted}  # no decision, no bet
        starts = Event.objects.filter(api_id__in={check.event_id for check in wanted}).values_list("commence_time")
        if not starts:
            return found
        history = self._load(min(starts)[0], max(starts)[0] + _TICK)
        strategy = self._told(history)
        for decision in history.decisions(strategy.decides):
            check = Check(instant(decision.moment), history.events[decision.event].event_id)
            if check in found:
                chosen = strategy.opportunities(history.view(decision))
                found[check] = [want(each, strategy.calculate_stake(cash[check], each)) for each in chosen]
        return found

    def _load(self, start: datetime, end: datetime) -> History:
        return load([self.strategy], replace(self.terms, start=start, end=end))

    def _told(self, history: History) -> BettingStrategy:
        """The strategy with what a run tells it beside views."""
        strategy = self.strategy.with_commissions(commissions(history, self.terms))
        return strategy.with_hindsight(history) if strategy.wants_hindsight else strategy


def _proposed(history: History, proposals: Sequence[Proposal]) -> dict[Check, list[Want]]:
    found = defaultdict(list)
    for each in proposals:
        found[Check(each.moment, history.events[each.event].event_id)].append(want(each.opportunity, 0.0))
    return dict(found)


def _by_decision(bets: Sequence[Bet]) -> dict[Check, list[Want]]:
    found = defaultdict(list)
    for _, group in groupby(bets, key=attrgetter("position")):
        legs = list(group)
        first = legs[0]
        found[Check(first.decided_at, first.event_id)].append(
            Want(
                market=" ".join(filter(None, (first.market, first.description))),
                bet=" and ".join(bet_text(leg.outcome, leg.point, leg.price, leg.bookmaker) for leg in legs),
                stakes=tuple(leg.stake for leg in legs),
                probability=first.probability,
                edge=first.edge,
            )
        )
    return dict(found)
