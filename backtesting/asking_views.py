"""The pages that start backtests and stop them. All else about them is read-only: see `views`."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required, permission_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from . import queue
from .forms import BacktestForm
from .models import BacktestRun
from .performing import ask, ask_again, is_repeatable
from .strategies import strategies
from .views import RIGHT

_FIRST_OFFERED = "expected_value"


@login_required(login_url="admin:login")
@require_http_methods(["GET", "HEAD", "POST"])
def new_backtest(request: HttpRequest) -> HttpResponse:
    """The form for one registered strategy; a valid one makes a run that waits, and leads to it."""
    may_ask = request.user.has_perm(RIGHT)
    if request.method == "POST" and not may_ask:
        raise PermissionDenied
    known = strategies()
    name = (request.POST or request.GET).get("strategy", _FIRST_OFFERED)
    if name not in known:
        raise Http404(f"no strategy {name!r:.80} is registered")
    form = BacktestForm(known[name], request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect("backtest", ask(form.strategy, form.terms, asked_by=request.user.get_username()).pk)
        except ValueError as error:  # too many wait
            form.add_error(None, str(error))
    context = {
        "title": "New backtest",
        "may_ask": may_ask,
        "is_attended": queue.is_attended(),
        "strategies": known,
        "chosen": known[name],
        "about": known[name].description(),
        "form": form,
    }
    return render(request, "backtesting/new.html", context)


@login_required(login_url="admin:login")
@permission_required(RIGHT, raise_exception=True)
@require_POST
def cancel_backtest(request: HttpRequest, number: int) -> HttpResponse:
    """Cancel what waits or runs. What is over stays as it is."""
    run = get_object_or_404(BacktestRun, pk=number)
    queue.cancel(run.pk)
    return redirect("backtest", run.pk)


@login_required(login_url="admin:login")
@permission_required(RIGHT, raise_exception=True)
@require_POST
def repeat_backtest(request: HttpRequest, number: int) -> HttpResponse:
    """Another run of the same configuration. The one before stays as it is."""
    run = get_object_or_404(BacktestRun, pk=number)
    if not is_repeatable(run):
        raise Http404(f"run {number} is no backtest of a registered strategy")
    try:
        again = ask_again(run, asked_by=request.user.get_username())
    except ValueError as error:  # its parameters are others now, or too many wait
        return HttpResponseBadRequest(f"{error}\n", content_type="text/plain; charset=utf-8")
    return redirect("backtest", again.pk)
