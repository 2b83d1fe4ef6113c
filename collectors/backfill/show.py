"""Plans, progress and ends as people and programs read them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from events.cli import plain, table
from events.times import stamp
from events.wording import plural

from ..models import BackfillRun
from .planning import Plan
from .runner import Progress as Bought
from .service import Backfilled


def plan_document(plan: Plan, now: datetime) -> dict[str, Any]:
    """A plan with all its purchases."""
    return {
        "sport_key": plan.wish.sport_key,
        "parameters": plan.wish.as_json(),
        "games": plan.games,
        "games_left_out": plan.left_out,
        "sample": [game.event_id for game in plan.sample],
        "games_per_team": dict(sorted(plan.per_team.items())),
        "lists": len(plan.lists),
        "lists_missing": len(plan.lists_missing),
        "lists_refused": len(plan.lists_refused),
        "instants_wanted": plan.windows,
        "instants_stored": plan.stored,
        "instants_asked_before": len(plan.cover.answered),
        "instants_not_to_be_had": len(plan.cover.unobtainable),
        "games_archived": plan.archived,
        "instants_to_buy": dict(_moments(plan)),
        "calls": len(plan.cover.points),
        "credits_a_call": plan.cost,
        "credits": None if plan.lists_missing else plan.credits,
        "credits_of_lists": len(plan.lists_missing),
        "credits_one_by_one": plan.credits_one_by_one,
        "quota_remaining": plan.means.remaining if plan.means.known else None,
        "backfill_left": plan.means.left,
        "days_needed": None if plan.lists_missing else plan.means.days(plan.credits, now),
        "purchases": [{"at": point.at, "instants": len(point.windows)} for point in plan.cover.points],
    }


def _moments(plan: Plan) -> Counter[str]:
    return Counter(window.moment for point in plan.cover.points for window in point.windows)


def plan_tables(plan: Plan, begun: BackfillRun | None, now: datetime) -> Iterator[RenderableType]:
    """A plan for people."""
    wish = plan.wish
    where = "the sandbox" if plan.is_sandbox else "The Odds API"
    yield f"[bold]Backfill of {wish.sport_key}, {wish.start} to {wish.end}[/], from {where}"
    if begun is not None and begun.games:
        left = begun.items.filter(state__in=["planned", "failed"])
        purchases = plural(left.count(), "purchase is left", "purchases are left")
        told = f"This run was begun before: {begun.outcome or begun.state}; {purchases}"
        yield plain(f"ℹ {told}. backfill_status shows it; --gaps looks for what it left open", "cyan")
    figures = table()
    figures.show_header = False
    figures.add_column("")
    figures.add_column("", justify="right")
    figures.add_column("")
    for row in _plan_rows(plan, now):
        figures.add_row(*row)
    yield figures
    if plan.lists_missing:
        number = plural(len(plan.lists_missing), "list", "lists")
        told = f"{number} of events are not bought yet, at most a credit each"
        yield plain(f"⚠ {told}: what they hold is not in this plan. --list buys them and plans again", "yellow")
    if plan.lists_refused:
        number = f"{len(plan.lists_refused):,} of {plural(len(plan.lists), 'list')} of events"
        yield plain(f"⚠ {number} are not to be had, and games may be missing: {plan.lists_refused[0]}", "yellow")


def _plan_rows(plan: Plan, now: datetime) -> Iterator[tuple[str, str, str]]:
    if plan.lists_missing and not plan.games:
        yield "credits", "not known yet", f"{len(plan.lists_missing):,} for lists of events first"
        yield _credits_left(plan)
        return
    yield from _wanted_rows(plan)
    at_least = "at least " if plan.lists_missing else ""
    yield (
        "calls",
        f"{at_least}{len(plan.cover.points):,}",
        f"at {plural(plan.cost, 'credit')}: each brings the whole slate",
    )
    yield "credits", f"[bold]{at_least}{plan.credits:,}[/]", _against_one_by_one(plan)
    yield _credits_left(plan)
    days = plan.means.days(plan.credits + len(plan.lists_missing), now)
    told = (
        "never: live collection leaves none" if days is None else "today" if days == 0 else f"in {plural(days, 'day')}"
    )
    yield "affordable", told, f"the next reset is on {stamp(plan.means.resets_at)[:10]}" if days else ""


def _wanted_rows(plan: Plan) -> Iterator[tuple[str, str, str]]:
    per_team = plan.per_team.values()
    spread = f"each team {min(per_team)} to {plural(max(per_team), 'time')}" if per_team else ""
    yield "games", f"{len(plan.sample):,}", f"of {plan.games:,} played; {spread}" if plan.games else "none known"
    if plan.left_out:
        yield "  left out", f"{plan.left_out:,}", "gone from the lists before their start"
    yield "instants wanted", f"{plan.windows:,}", ", ".join(f"{each.name}" for each in plan.wish.moments)
    if plan.openings_not_seen:
        yield "  openings not seen", f"{plan.openings_not_seen:,}", "on the first list already"
    yield "  stored already", f"{plan.stored:,}", ""
    if plan.archived:
        yield (
            "  in archives",
            f"{plan.archived:,}",
            "games to be restored first, or their odds are bought again",
        )
    if plan.cover.answered:
        yield "  asked before", f"{len(plan.cover.answered):,}", "no pre-match price was on offer"
    if plan.cover.unobtainable:
        yield "  not to be had", f"{len(plan.cover.unobtainable):,}", "the provider has no snapshot then"
    yield "  to buy", f"{plan.cover.bought:,}", ", ".join(f"{name} {count:,}" for name, count in _moments(plan).items())


def _credits_left(plan: Plan) -> tuple[str, str, str]:
    if not plan.means.known:
        return "credits left", "–", "not known yet: the first call tells"
    return "credits left", f"{plan.means.remaining:,}", f"{plan.means.left:,} of them for a backfill"


def _against_one_by_one(plan: Plan) -> str:
    if not plan.credits:
        return "nothing is missing"
    times = plan.credits_one_by_one / plan.credits
    if times < 1.05:
        return "no two instants share a call"
    return f"{times:.1f} times fewer than one purchase per game and instant ({plan.credits_one_by_one:,})"


class Bar:
    """A progress bar with credits and time left; nothing where the output is no terminal."""

    def __init__(self, console: Console, *, hidden: bool) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[credits]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=console, transient=True, disable=hidden or not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> Bar:
        self._bar.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        self._bar.__exit__(*raised)

    def pause(self) -> None:
        """Leave the terminal to a question; the bar comes back with the next step, without those that are done."""
        self._bar.stop()
        while self._tasks:
            self._bar.remove_task(self._tasks.popitem()[1])

    def bought(self, progress: Bought) -> None:
        left = "" if progress.credits_remaining is None else f", {progress.credits_remaining:,} left"
        self._show("Buying", progress.done, progress.total, f"{plural(progress.credits_charged, 'credit')}{left}")

    def verified(self, done: int, total: int) -> None:
        self._show("Verifying", done, total, "")

    def _show(self, what: str, done: int, total: int, credits: str) -> None:
        if what not in self._tasks:
            self._bar.start()
            self._tasks[what] = self._bar.add_task(what, total=total, credits=credits)
        self._bar.update(self._tasks[what], completed=done, total=total, credits=credits)


def end_document(done: Backfilled) -> dict[str, Any]:
    """What came of it."""
    return {
        "run": done.run.pk,
        "state": done.run.state,
        "sport_key": done.run.sport_key,
        "calls": done.bought.calls,
        "credits_planned": done.run.credits_planned,
        "credits_charged": done.bought.credits,
        "price_points": done.bought.price_points,
        "unavailable": done.bought.unavailable,
        "failed": done.bought.failed,
        "skipped_existing": done.bought.skipped,
        "stopped": done.bought.stopped,
        "left": done.left,
        "failures": done.bought.failures,
        "verification": None if done.report is None else {**asdict(done.report), "is_clean": done.report.is_clean},
    }


def end_lines(done: Backfilled) -> Iterator[tuple[str, str]]:
    """The same for people: lines with their styles."""
    bought, report = done.bought, done.report
    what = f"{plural(bought.calls, 'call', 'calls')} for {plural(bought.credits, 'credit', 'credits')}"
    if bought.calls:
        yield f"✓ {what}, {plural(bought.price_points, 'price point')} stored, of all games in the answers", "green"
    elif not done.left:
        yield "✓ nothing was left to buy", "green"
    ended = {"not to be had": bought.unavailable, "failed": bought.failed, "there already": bought.skipped}
    for what, number in ended.items():
        if number:
            yield f"  {plural(number, 'purchase')} {what}", ""
    for text in bought.failures[:5]:
        yield f"⚠ {text}", "yellow"
    if bought.stopped or done.left:
        why = f"stopped: {bought.stopped}; " if bought.stopped else ""
        left = plural(done.left, "purchase is left", "purchases are left")
        again = "The same command goes on where it ended; --retry-unknown also buys what stays of unknown outcome"
        yield f"⚠ {why}{left}. {again}", "yellow"
    if report is None:
        return
    if report.is_clean:
        games = plural(report.games, "game")
        points = f"{plural(report.price_points, 'price point')} of the {games} wanted"
        told = f"{plural(report.answers_rehashed, 'answer')} and {points} equal what was received"
        again = f", {report.credits_again:,} of them for calls that brought nothing" if report.credits_again else ""
        yield f"✓ verified: {told}; {plural(report.credits_charged, 'credit')} in the ledger{again}", "green"
    for text in report.examples:
        yield f"✗ {text}", "red"
    missing = ", ".join(f"{name} {count:,}" for name, count in report.missing.items())
    told = f"{report.there:,} of {plural(report.wanted, 'instant')} of {plural(report.games, 'game')} are there"
    yield f"  {told}" + (f"; missing: {missing}. --gaps --plan tells what can still be had" if missing else ""), ""
    if report.without_result:
        without = plural(report.without_result, "game has no result", "games have no result")
        yield f"  {without}: import_results brings them", ""
