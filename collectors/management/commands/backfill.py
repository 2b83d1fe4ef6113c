from __future__ import annotations

import signal
import sys
import threading
from argparse import ArgumentTypeError
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.management import CommandError, CommandParser
from django.utils import timezone

from collectors.backfill import show
from collectors.backfill.planning import Plan, make_plan, run_of
from collectors.backfill.service import Backfilled, Declined, backfill, gaps_of
from collectors.backfill.wish import Wish, parse_moments
from collectors.errors import CollectorError, NotNow
from collectors.gate import Gate, Terms, uses_sandbox
from collectors.wanted import wanted_of_settings
from events.cli import ENDING, ReadCommand, asked, day_option, plain, whole
from events.game_days import bounds, day_of
from events.queries import new_sport
from events.wording import plural

TIMES = "open,24h,3h,1h,close"
# The provider has no snapshot from before.
HISTORY_FROM = date(2020, 6, 6)


class Command(ReadCommand):
    help = "Buy past odds: a plan that is as cheap as can be, then its purchases, none of them twice."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--start", metavar="DAY", required=True, help="first game day, league time")
        parser.add_argument("--end", metavar="DAY", required=True, help="last game day")
        parser.add_argument("--sport", metavar="KEY", help=f"default: {settings.SPORTS[0]}")
        size = parser.add_mutually_exclusive_group()
        size.add_argument("--sample", type=whole, metavar="N", help="so many games, evenly drawn (default: all)")
        size.add_argument("--sample-rate", type=_share, metavar="R", help="such a share of the games, 0.2 for a fifth")
        parser.add_argument("--seed", type=int, default=1, help="another number draws other games (default: 1)")
        parser.add_argument("--times", metavar="LIST", default=TIMES, help=f"instants of each game (default: {TIMES})")
        parser.add_argument("--stored-events", action="store_true", help="plan for stored events, buy no lists of them")
        only = parser.add_mutually_exclusive_group()
        only.add_argument("--list", action="store_true", dest="lists_only", help="buy the lists of events, then plan")
        only.add_argument("--plan", "--dry-run", action="store_true", dest="plan_only", help="print it and do nothing")
        parser.add_argument("--gaps", action="store_true", help="only what an earlier run of the same wish left open")
        parser.add_argument("--retry-unknown", action="store_true", help="buy again what was sent and never answered")
        parser.add_argument("--yes", action="store_true", help="do not ask before dear purchases")

    def handle(self, *, plan_only: bool, gaps: bool, as_json: bool, **options: Any) -> None:
        wish, drawn = _wish(options), list[str]()
        try:
            if gaps:
                wish, drawn = gaps_of(wish, is_sandbox=uses_sandbox())
            plan = make_plan(wish, Terms.of_settings(), timezone.now(), drawn) if plan_only or gaps else None
            if plan is not None and (plan_only or not plan.cover.points):
                self._show_plan(plan, as_json=as_json)
                return
            done = self._backfill(wish, drawn, as_json=as_json, **options)
        except CollectorError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("ended in the middle; the same command settles what was under way and goes on") from None
        self._show_end(done, as_json=as_json)

    def _backfill(self, wish: Wish, drawn: list[str], *, as_json: bool, **options: Any) -> Backfilled:
        with _ending() as stop, show.Bar(self.console, hidden=as_json) as progress:
            pace = settings.BACKFILL_CALLS_PER_SECOND
            with Gate(calls_per_second=pace, sleep=lambda seconds: _wait(stop, seconds)) as gate:
                return backfill(
                    wish,
                    gate,
                    sample=drawn,
                    confirm=lambda plan: self._confirm(plan, progress, stop, sure=options["yes"], as_json=as_json),
                    stop=stop,
                    retry_unknown=options["retry_unknown"],
                    lists_only=options["lists_only"],
                    advance=progress.bought,
                    verified=progress.verified,
                )

    def _confirm(self, plan: Plan, progress: show.Bar, stop: threading.Event, *, sure: bool, as_json: bool) -> None:
        """Ask a person where it is dear. Raises Declined for a no, and where there is nobody to ask."""
        progress.pause()
        if not as_json:
            self._show_plan(plan, as_json=False)
        limit = settings.BACKFILL_CONFIRM_CREDITS
        if sure or plan.credits <= limit:
            return
        if not sys.stdin.isatty():
            raise Declined(
                f"the plan costs {plural(plan.credits, 'credit')}, above {limit:,}: --yes buys it; nothing bought"
            )
        if stop.is_set() or asked(f"Buy this for {plural(plan.credits, 'credit')}? [y/N] ") not in ("y", "yes"):
            raise Declined("not confirmed; nothing bought")

    def _show_plan(self, plan: Plan, *, as_json: bool) -> None:
        now = timezone.now()
        if as_json:
            self.print_json(show.plan_document(plan, now))
            return
        begun = run_of(plan.wish, is_sandbox=plan.is_sandbox)
        for renderable in show.plan_tables(plan, begun, now):
            self.console.print(renderable)

    def _show_end(self, done: Backfilled, *, as_json: bool) -> None:
        if done.report is None and done.plan is not None and not done.bought.stopped:  # lists alone were bought
            self._show_plan(done.plan, as_json=as_json)
        elif as_json:
            self.print_json(show.end_document(done))
        else:
            for line, style in show.end_lines(done):
                self.console.print(plain(line, style), soft_wrap=True)
        if done.report is not None and not done.report.is_clean:
            sys.exit(1)
        if done.bought.stopped or (done.report is not None and done.left):
            sys.exit(3)


def _wish(options: dict[str, Any]) -> Wish:
    start, end = day_option(options["start"], "--start"), day_option(options["end"], "--end")
    assert start is not None
    assert end is not None
    if end < start:
        raise CommandError(f"--end: {end} is before --start {start}")
    if start < HISTORY_FROM:
        raise CommandError(f"--start: {start} is before {HISTORY_FROM}, when the provider's history begins")
    if bounds(end)[1] > (now := timezone.now()):
        last = day_of(now) - timedelta(days=1)
        raise CommandError(f"--end: {end} is not over yet in league time; the last day with a history is {last}")
    try:
        moments = parse_moments(options["times"])
    except ValueError as error:
        raise CommandError(f"--times: {error}") from error
    return Wish(
        sport_key=new_sport(options["sport"]) if options["sport"] else settings.SPORTS[0],
        start=start,
        end=end,
        moments=moments,
        wanted=wanted_of_settings(),
        games=options["sample"],
        rate=options["sample_rate"],
        seed=options["seed"],
        stored_events=options["stored_events"],
    )


def _share(text: str) -> float:
    """A share above 0 and at most 1, as a type of argparse."""
    try:
        share = float(text)
    except ValueError:
        share = 0.0
    if not 0 < share <= 1:
        raise ArgumentTypeError(f"{text!r} is no share between 0 and 1")
    return share


def _wait(stop: threading.Event, seconds: float) -> None:
    """Sleep, unless the end was asked for. Raises NotNow then: nothing is tried again, and never too early."""
    if stop.wait(seconds):
        raise NotNow("ended before it was sent")


@contextmanager
def _ending() -> Iterator[threading.Event]:
    """An event that the first signal to end sets; the second ends the process as usual."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.getsignal(number) for number in ENDING}

    def end(number: int, _: Any) -> None:
        stop.set()
        signal.signal(number, before[signal.Signals(number)])

    for number in ENDING:
        signal.signal(number, end)
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
