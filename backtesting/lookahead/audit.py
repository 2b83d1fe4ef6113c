"""The look-ahead audit: a strategy decides again on data without a future, and with another one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from random import Random

from events.models import Event

from .. import bankroll
from ..errors import NothingToRun
from ..strategies import BettingStrategy
from ..terms import RunTerms
from .comparing import differences, first_differences
from .cutting import CUT
from .records import Answer, AuditReport, Change, Check, Difference, Finding, Leak, Run
from .repeating import Repeater
from .rewriting import Rewriting
from .scrambling import SCRAMBLED
from .shadow import shadow, undone
from .tracing import trace

WHOLE_RUN = "whole run, scrambled"
_RUNS_TRACED = 3  # each takes dozens of whole runs
Progress = Callable[[int, int], None]
"""Called with how many steps are done, and how many there are."""


@dataclass(frozen=True, slots=True)
class _Suspicion:
    """A difference, before it is known which row made it. Of cash there is no event."""

    check: Check
    difference: Difference
    seen_on: str


def audit(
    strategy: BettingStrategy,
    terms: RunTerms,
    *,
    decisions: int = 200,
    twins: int = 20,
    seed: int = 0,
    play: bankroll.Play = bankroll.play,
    progress: Progress = lambda done, total: None,
) -> AuditReport:
    """Look for decisions of a strategy that depend on what came later.

    `decisions` are repeated on data cut at their instant and on scrambled data, and whole runs on `twins` of these.
    Orders count as filled at once: what becomes of one later is no decision. Nothing is written. Raises NothingToRun
    without an event in the range, and what the strategy raises on the data as they are.
    """
    events = Event.objects.for_sport(terms.sport_key).commencing_between(terms.start, terms.end)
    ids = list(events.values_list("pk", flat=True))
    if not ids:
        raise NothingToRun(f"no {terms.sport_key} event begins from {terms.start:%Y-%m-%d} to {terms.end:%Y-%m-%d} UTC")
    at_once = replace(terms.fills, must_stand=False, latency_seconds=0.0)
    with shadow(ids):
        repeater = Repeater(strategy=strategy, terms=replace(terms, fills=at_once), play=play)
        base = repeater.whole()
        checks = _sample(base, decisions, seed)
        instants = _spread(sorted({check.moment for check in base.decisions}), twins)
        return AuditReport(
            strategy=strategy.name,
            events=len(ids),
            bets=sum(map(len, base.bets.values())),
            decisions=len(base.decisions),
            repeated=len(checks),
            twins=len(instants),
            seed=seed,
            findings=list(_Search(repeater, base, checks, instants, seed, progress).findings()),
        )


def _sample(base: Run, size: int, seed: int) -> list[Check]:
    """Decisions to repeat, in time order; half of them such that led to a bet, as far as there are so many."""
    chance = Random(seed)  # noqa: S311 - a sample, no secret
    chosen = [check for check in base.decisions if check in base.proposed]
    others = [check for check in base.decisions if check not in base.proposed]
    from_chosen = min(len(chosen), max(size - len(others), (size + 1) // 2))
    return sorted(
        chance.sample(chosen, from_chosen) + chance.sample(others, min(len(others), size - from_chosen)),
    )


def _spread(instants: Sequence[datetime], count: int) -> list[datetime]:
    """So many of these instants, or all, spread evenly; the last is always there."""
    count = min(count, len(instants))
    return [instants[(number + 1) * len(instants) // count - 1] for number in range(count)]


class _Search:
    """One audit under way, inside the shadow."""

    def __init__(
        self,
        repeater: Repeater,
        base: Run,
        checks: Sequence[Check],
        twins: Sequence[datetime],
        seed: int,
        progress: Progress,
    ) -> None:
        self.repeater, self.base, self.seed, self.twins = repeater, base, seed, set(twins)
        self.checks = {moment: list(group) for moment, group in groupby(checks, key=attrgetter("moment"))}
        self.cash = {check: base.cash_at(check.moment) for check in checks}
        self.steps, self.done, self.progress = 3 * len(self.checks) + len(twins), 0, progress
        self.runs_traced = 0

    def findings(self) -> Iterator[Finding]:
        """By instant; of each change of a decision the first way in which it was seen."""
        before = self._before()
        found = list(self._unsteady(before))
        if not found:  # else what differs on other data proves nothing
            found = [*self._repeated(CUT, before), *self._repeated(SCRAMBLED, before)]
        first: dict[tuple[Check, Change], _Suspicion] = {}
        for each in found:
            first.setdefault((each.check, each.difference.change), each)
        self.steps = self.done + len(first)
        for each in sorted(first.values(), key=attrgetter("check")):
            self._step()
            yield self._traced(each)

    def _before(self) -> dict[Check, Answer]:
        """What every decision is on the data as they are."""
        found: dict[Check, Answer] = {}
        for checks in self.checks.values():
            self._step()
            found |= self.repeater.answers(checks, self.cash)
        return found

    def _unsteady(self, before: Mapping[Check, Answer]) -> Iterator[_Suspicion]:
        """Decisions that are others already on the same data. Stakes do not count: a run cuts them to its money."""
        for check, answer in before.items():
            asked = answer if isinstance(answer, str) else [each._replace(stakes=()) for each in answer]
            in_run = [each._replace(stakes=()) for each in self.base.proposed.get(check, [])]
            for difference in differences(in_run, asked):
                yield _Suspicion(check, difference._replace(change=Change.UNSTEADY), "the same data")

    def _repeated(self, rewriting: Rewriting, before: Mapping[Check, Answer]) -> Iterator[_Suspicion]:
        """Every decision again, going back in time, so that each row has to be rewritten once only."""
        with undone():
            until = None
            twins = self.twins if rewriting is SCRAMBLED else set()
            for moment in sorted(twins | self.checks.keys(), reverse=True):
                rewriting.apply(moment, seed=self.seed, until=until)
                until = moment
                if checks := self.checks.get(moment):
                    self._step()
                    after = self.repeater.answers(checks, self.cash)
                    for check in checks:
                        for difference in differences(before[check], after[check]):
                            yield _Suspicion(check, difference, rewriting.name)
                if moment in twins:
                    self._step()
                    for check, difference in self._run_differences(moment):
                        yield _Suspicion(check, difference, WHOLE_RUN)

    def _run_differences(self, moment: datetime) -> list[tuple[Check, Difference]]:
        """What differs first, up to an instant, in a whole run on what the database says now."""
        try:
            return first_differences(self.base, self.repeater.whole(), moment)
        except Exception as error:  # whatever a strategy of somebody else's raises
            return [(Check(moment, ""), Difference(Change.FAILED, "a run", f"{type(error).__name__}: {error}"))]

    def _traced(self, suspicion: _Suspicion) -> Finding:
        check, difference = suspicion.check, suspicion.difference
        return Finding(
            moment=check.moment,
            event_id=check.event_id,
            game=self.repeater.titles.get(check.event_id, ""),
            change=difference.change,
            before=difference.before,
            after=difference.after,
            seen_on=suspicion.seen_on,
            leak=None if difference.change is Change.UNSTEADY else self._leak(suspicion),
        )

    def _leak(self, suspicion: _Suspicion) -> Leak | None:
        """The row that a decision knew; found by repeating it alone if that shows the change, else by whole runs."""
        check = suspicion.check
        cash = {check: self.base.cash_at(check.moment)}
        before = self.repeater.answers([check], cash)[check]

        def is_another() -> bool:
            return bool(list(differences(before, self.repeater.answers([check], cash)[check])))

        def is_another_in_run() -> bool:
            return any(each == check for each, _ in self._run_differences(check.moment))

        leak = trace(check.moment, check.event_id, is_another, seed=self.seed) if check.event_id else None
        if leak is None and suspicion.seen_on == WHOLE_RUN and self.runs_traced < _RUNS_TRACED:
            self.runs_traced += 1
            leak = trace(check.moment, check.event_id, is_another_in_run, seed=self.seed)
        return leak

    def _step(self) -> None:
        self.done += 1
        self.progress(self.done, self.steps)
