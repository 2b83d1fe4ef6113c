"""The pages of backtests: all runs, one run, several side by side, and the paper accounts that are open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from . import queue
from .choices import BetState, RunKind
from .models import BacktestBet, BacktestRun
from .paper.accounts import Standing, standings
from .performing import is_repeatable
from .report.comparison import compared, unlike
from .report.figures import at
from .report.panels import compared_panel, panels_of
from .report.run_list import period, run_rows, settings_told, with_figures
from .report.run_page import asked_context, run_context
from .report.tables import BetRow, bet_rows, breakdown_tables, settings_tables
from .wording import gain, money, signed_share

RUNS_A_PAGE = 50
BETS_A_PAGE = 100
MOST_COMPARED = 8
# Who may ask for backtests and stop them, beside superusers.
RIGHT = "backtesting.add_backtestrun"
# A greater number than a run can have is not looked up.
LARGEST_NUMBER = 2**31 - 1
# What is asked for and is no number is told back, but no more of it than this.
_TOLD = 20


class Account(NamedTuple):
    """A paper account as texts, with its open bets."""

    standing: Standing
    settings: str
    profit: str
    direction: str  # gain, loss or empty
    bankroll: str
    yield_text: str
    bets: list[BetRow]


@login_required(login_url="admin:login")
@require_safe
def backtests(request: HttpRequest) -> HttpResponse:
    """All runs, the newest first, of one strategy and kind or of all. What is no such name is as if not asked for."""
    strategies = list(BacktestRun.objects.order_by("strategy").values_list("strategy", flat=True).distinct())
    strategy, kind = request.GET.get("strategy", ""), request.GET.get("kind", "")
    chosen = {
        **({"strategy": strategy} if strategy in strategies else {}),
        **({"kind": kind} if kind in RunKind.values else {}),
    }
    runs = with_figures(BacktestRun.objects.filter(**chosen)).order_by("-created_at", "-id")
    page = Paginator(runs, RUNS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "title": "Backtests",
        "strategies": strategies,
        "kinds": RunKind.choices,
        "chosen": chosen,
        "chosen_query": urlencode(chosen),
        "page": page,
        "rows": run_rows(page.object_list),
        "most_compared": MOST_COMPARED,
        "may_ask": request.user.has_perm(RIGHT),
    }
    return render(request, "backtesting/backtests.html", context)


@login_required(login_url="admin:login")
@require_safe
def backtest(request: HttpRequest, number: int) -> HttpResponse:
    """One run: what may be said of it, its figures, its money and its bets."""
    run = get_object_or_404(BacktestRun, pk=number)
    bets = Paginator(run.bets.order_by("number"), BETS_A_PAGE).get_page(request.GET.get("page"))
    waits = queue.is_waited_for(run)
    context = {
        **run_context(run),
        **(asked_context(run) if waits else {}),
        "waits": waits,
        "may_ask": request.user.has_perm(RIGHT),
        "is_repeatable": is_repeatable(run),
        "title": f"Backtest {run.pk}",
        "run": run,
        "period": period(run),
        "settings": settings_told(run),
        "panels": list(panels_of(run)),
        "breakdowns": breakdown_tables(at(run.metrics, "breakdowns") or {}),
        "facts": settings_tables(run),
        "page": bets,
        "bets": bet_rows(bets.object_list),
    }
    response = render(request, "backtesting/backtest.html", context)
    if "HX-Request" in request.headers and not waits:
        response["HX-Refresh"] = "true"  # the page waited for the end: now there are figures and charts to load
    return response


@login_required(login_url="admin:login")
@require_safe
def backtest_comparison(request: HttpRequest) -> HttpResponse:
    """The runs that are asked for, in that order; what is no run is named, and the others are compared."""
    asked = list(dict.fromkeys(request.GET.getlist("run")))
    shown = asked[:MOST_COMPARED]
    runs = runs_asked_for(request)
    found = {run.pk for run in runs}
    context = {
        "title": "Comparison of backtests",
        "runs": runs,
        "rows": compared(runs),
        "unlike": unlike(runs),
        "unknown": [text[:_TOLD] or "nothing" for text in shown if _number(text) not in found],
        "left_out": len(asked) - len(shown),
        "most_compared": MOST_COMPARED,
        "panel": compared_panel(runs),
        "compared_query": urlencode({"run": [run.pk for run in runs]}, doseq=True),
    }
    return render(request, "backtesting/comparison.html", context)


def runs_asked_for(request: HttpRequest) -> list[BacktestRun]:
    """The runs that a comparison is of, in the order asked for; at most so many, and without what is no run."""
    shown = dict.fromkeys(request.GET.getlist("run"))
    numbers = dict.fromkeys(number for number in map(_number, list(shown)[:MOST_COMPARED]) if number is not None)
    found = BacktestRun.objects.in_bulk(list(numbers))
    return [found[number] for number in numbers if number in found]


@login_required(login_url="admin:login")
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The paper accounts that are open, each with the bets that wait for a result."""
    context = {"title": "Paper trading", "accounts": _accounts(standings(only_open=True))}
    return render(request, "backtesting/paper.html", context)


def _number(text: str) -> int | None:
    """The number of a run, as it is asked for; None for what cannot be one."""
    usable = text.isascii() and text.isdecimal() and len(text) <= len(str(LARGEST_NUMBER))
    return int(text) if usable and int(text) <= LARGEST_NUMBER else None


def _accounts(found: Sequence[Standing]) -> list[Account]:
    waiting: dict[int, list[BacktestBet]] = {each.id: [] for each in found}
    bets = BacktestBet.objects.filter(run_id__in=waiting, state=BetState.OPEN)
    for bet in bets.order_by("commence_time", "number"):
        waiting[bet.run_id].append(bet)
    return [_account(each, waiting[each.id]) for each in found]


def _account(standing: Standing, bets: Sequence[BacktestBet]) -> Account:
    return Account(
        standing=standing,
        settings=settings_told(standing),
        profit=gain(standing.profit),
        direction="gain" if standing.profit > 0 else "loss" if standing.profit < 0 else "",
        bankroll=money(standing.bankroll),
        yield_text=signed_share(standing.yield_),
        bets=bet_rows(bets),
    )
