"""A backfill from the wish to the verified end: what the command calls."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from ..choices import RunState
from ..errors import NotNow
from ..gate import Gate, Terms
from ..models import BackfillRun
from ..recovery import recover
from . import items
from .planning import Plan, make_plan, run_of
from .report import Report, verify_run
from .runner import Bought, Progress, Runner
from .wish import Wish


@dataclass(slots=True)
class Backfilled:
    """What a call of `backfill` did."""

    run: BackfillRun
    plan: Plan | None  # None where the run was planned before
    bought: Bought
    report: Report | None  # None where it was stopped before its end


class Declined(NotNow):
    """A person, or the want of one, did not confirm the plan."""


class NoGames(NotNow):
    """There is nothing to buy prices of."""


def gaps_of(wish: Wish, *, is_sandbox: bool) -> tuple[Wish, list[str]]:
    """The wish for what runs of this one left open, with their sample: the last look that is not over, or a new one."""
    first = run_of(wish, is_sandbox=is_sandbox)
    sample = list(first.games) if first else []
    number = 1
    while (looked := run_of(replace(wish, gaps=number), is_sandbox=is_sandbox)) and looked.state == RunState.DONE:
        number += 1
    return replace(wish, gaps=number), sample


def backfill(
    wish: Wish,
    gate: Gate,
    *,
    sample: list[str],
    confirm: Callable[[Plan], bool],
    stop: threading.Event,
    retry_unknown: bool = False,
    lists_only: bool = False,
    advance: Callable[[Progress], object] = lambda progress: None,
    verified: Callable[[int, int], object] = lambda done, total: None,
) -> Backfilled:
    """Buy what a wish lacks, and verify it. A run that was begun before goes on; one at its end buys nothing.

    `confirm` is asked once, with the plan, before anything dear is bought. Raises CollectorError; Declined where it
    says no.
    """
    is_sandbox = gate.terms.account == "sandbox"
    recover(gate)
    run = items.save_run(wish, gate.clock(), is_sandbox=is_sandbox)
    runner = Runner(gate, run, stop=stop, advance=advance)
    runner.settle(retry_unknown=retry_unknown)
    plan, bought = None, Bought()
    if not run.games:
        bought, plan = _list_and_plan(run, wish, gate, runner, sample)
        if bought.stopped or lists_only:
            return _stopped(run, plan, bought, gate.clock())
        if not plan.sample:
            raise NoGames(f"{wish.sport_key}: no game from {wish.start} to {wish.end} is known; nothing bought")
        if not confirm(plan):
            raise Declined("not confirmed; nothing bought")
        items.add_plan(run, plan)
    items.finish(run, RunState.RUNNING, "", gate.clock())
    bought.add(Runner(gate, run, stop=stop, advance=advance).buy())
    if bought.stopped:
        return _stopped(run, plan, bought, gate.clock())
    return Backfilled(run, plan, bought, _verify(run, bought, gate.terms, gate.clock(), verified))


def _list_and_plan(run: BackfillRun, wish: Wish, gate: Gate, runner: Runner, sample: list[str]) -> tuple[Bought, Plan]:
    """Buy the lists that are missing, and plan with them."""
    plan = make_plan(wish, gate.terms, gate.clock(), sample)
    bought = Bought()
    if plan.lists_missing:
        items.add_lists(run, wish, plan.lists_missing)
        bought = runner.buy()
        plan = make_plan(wish, gate.terms, gate.clock(), sample)
        if not bought.stopped and items.to_buy(run).exists():
            bought.stopped = f"{items.to_buy(run).count()} lists of events could not be had"
    return bought, plan


def _stopped(run: BackfillRun, plan: Plan | None, bought: Bought, now: datetime) -> Backfilled:
    if bought.stopped:
        items.finish(run, RunState.STOPPED, bought.stopped, now)
    return Backfilled(run, plan, bought, None)


def _verify(
    run: BackfillRun, bought: Bought, terms: Terms, now: datetime, verified: Callable[[int, int], object]
) -> Report:
    report = verify_run(run, terms, now, verified)
    run.report = asdict(report)
    run.save(update_fields=["report"])
    told = f"{report.there:,} of {report.wanted:,} instants, {report.credits_charged:,} credits"
    left = items.to_buy(run).exists()
    items.finish(run, RunState.STOPPED if left else RunState.DONE, told, now)
    return report
