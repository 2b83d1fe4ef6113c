"""A backfill from the wish to the verified end: what the command calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from events.wording import plural
from odds.archived import archive_folder

from ..choices import Endpoint, RunState
from ..errors import AlreadyRunning, NotNow
from ..gate import SANDBOX_KEY, Gate, Terms
from ..models import BackfillRun
from ..recovery import recover
from . import items
from .planning import Plan, make_plan, run_of
from .report import Report, verify_run
from .runner import Bought, Progress, Runner
from .wish import Wish

# One backfill at a time.
LOCK = "backfill"


@dataclass(slots=True)
class Backfilled:
    """What a call of `backfill` did."""

    run: BackfillRun
    plan: Plan | None  # None where the run was planned before
    bought: Bought
    report: Report | None  # None where it was stopped before its end, or only listed
    left: int  # purchases that have not come to an end, of unknown outcome too


class Declined(NotNow):
    """A person, or the want of one, did not confirm the plan."""


class NothingToBuy(NotNow):
    """There is nothing to buy prices of."""


def gaps_of(wish: Wish, *, is_sandbox: bool) -> tuple[Wish, list[str]]:
    """The wish for what runs of this one left open, with their sample: the last look that is not over, or a new one.

    Raises NothingToBuy where there was no such run.
    """
    first = run_of(wish, is_sandbox=is_sandbox)
    if first is None or not first.games:
        raise NothingToBuy(
            "this wish was not bought yet: run it without --gaps first; backfill_status lists those that were"
        )
    number = 1
    while (looked := run_of(replace(wish, gaps=number), is_sandbox=is_sandbox)) and looked.state == RunState.DONE:
        number += 1
    return replace(wish, gaps=number), list(first.games)


def backfill(
    wish: Wish,
    gate: Gate,
    *,
    sample: list[str],
    confirm: Callable[[Plan], object],
    stop: threading.Event,
    retry_unknown: bool = False,
    lists_only: bool = False,
    advance: Callable[[Progress], object] = lambda progress: None,
    verified: Callable[[int, int], object] = lambda done, total: None,
) -> Backfilled:
    """Buy what a wish lacks, and verify it. A run that was begun before goes on; one at its end buys nothing.

    `confirm` is asked once, with the plan, before anything dear is bought. Raises CollectorError: AlreadyRunning where
    another process is at it, NothingToBuy where no game is known, and what `confirm` raises: Declined for a no.
    """
    if not gate.holder.take(LOCK):
        raise AlreadyRunning("a backfill is running elsewhere; nothing sent")
    try:
        recover(gate)
        run = items.save_run(wish, gate.clock(), is_sandbox=gate.terms.account == SANDBOX_KEY)
        work = _Work(run, wish, gate, stop, advance, retry_unknown)
        work.settle()
        plan, bought = None, Bought()
        if not run.games or lists_only:
            bought, plan = work.list_and_plan(list(run.games) or sample)
            if bought.stopped or lists_only:
                return work.ended(plan, bought)
            work.take_up(plan, confirm)
        items.finish(run, RunState.RUNNING, "", gate.clock())
        bought.add(work.buy())
        if bought.stopped:
            return work.ended(plan, bought)
        report = _verify(run, gate.terms, gate.clock(), verified)
        return Backfilled(run, plan, bought, report, items.left(run).count())
    finally:
        gate.holder.leave(LOCK)


@dataclass(frozen=True, slots=True)
class _Work:
    """A run under way."""

    run: BackfillRun
    wish: Wish
    gate: Gate
    stop: threading.Event
    advance: Callable[[Progress], object]
    retry_unknown: bool

    def settle(self) -> None:
        terms = self.gate.terms
        items.settle(self.run, terms.account, terms.quota, retry_unknown=self.retry_unknown)

    def buy(self) -> Bought:
        return Runner(self.gate, self.run, stop=self.stop, advance=self.advance).buy()

    def list_and_plan(self, sample: list[str]) -> tuple[Bought, Plan]:
        """Buy the lists that are missing, and plan with them."""
        plan, bought = self._plan(sample), Bought()
        lists = self.run.items.filter(endpoint=Endpoint.HISTORICAL_EVENTS)
        if plan.lists_missing:
            items.add_lists(self.run, self.wish, plan.lists_missing)
            bought = self.buy()
            plan = self._plan(sample)
            if not bought.stopped and (left := lists.filter(state__in=items.TO_BUY).count()):
                bought.stopped = f"{left} lists of events could not be had"
        return bought, plan

    def _plan(self, sample: list[str]) -> Plan:
        return make_plan(self.wish, self.gate.terms, self.gate.clock(), sample)

    def take_up(self, plan: Plan, confirm: Callable[[Plan], object]) -> None:
        """Have the plan bought if it is confirmed; a run that is not to be bought is forgotten, but for its lists."""
        try:
            if not plan.sample:
                raise NothingToBuy(f"{self._no_games(plan)}; nothing bought")
            if plan.archived:
                games = plural(plan.archived, "game lies", "games lie")
                restore = f"import_archive --format parquet, from {archive_folder()} or where they were put"
                raise NothingToBuy(f"the odds of {games} in an archive: restore them first ({restore}); nothing bought")
            confirm(plan)
        except NotNow:
            self.run.delete()
            raise
        items.add_plan(self.run, plan)
        self.settle()  # some of its purchases may have been begun for another run

    def _no_games(self, plan: Plan) -> str:
        wish = self.wish
        told = f"{wish.sport_key}: no game from {wish.start} to {wish.end} is known"
        if not plan.lists_refused:
            return told
        return f"{told}: {len(plan.lists_refused)} of {len(plan.lists)} lists were refused: {plan.lists_refused[0]}"

    def ended(self, plan: Plan | None, bought: Bought) -> Backfilled:
        if bought.stopped:
            items.finish(self.run, RunState.STOPPED, bought.stopped, self.gate.clock())
        return Backfilled(self.run, plan, bought, None, items.left(self.run).count())


def _verify(run: BackfillRun, terms: Terms, now: datetime, verified: Callable[[int, int], object]) -> Report:
    report = verify_run(run, terms, now, verified)
    run.report = asdict(report)
    run.save(update_fields=["report"])
    told = f"{report.there:,} of {plural(report.wanted, 'instant')}, {plural(report.credits_charged, 'credit')}"
    items.finish(run, RunState.STOPPED if items.left(run).exists() else RunState.DONE, told, now)
    return report
