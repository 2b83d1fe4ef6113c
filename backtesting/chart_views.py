"""The charts of runs as plotly figures: what the pages' script draws. Each with its colours by name."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, JsonResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from .models import BacktestRun
from .report.panels import Panel, compared_panel, panels_of
from .views import runs_asked_for


@login_required(login_url="admin:login")
@require_safe
@cache_control(no_store=True)
def backtest_charts(request: HttpRequest, number: int) -> JsonResponse:
    """Money and drawdown, closing line value, odds, calibration: those that the run has enough bets for."""
    return _figures(panels_of(get_object_or_404(BacktestRun, pk=number)))


@login_required(login_url="admin:login")
@require_safe
@cache_control(no_store=True)
def comparison_charts(request: HttpRequest) -> JsonResponse:
    """Growth and drawdown of the runs asked for, in one chart."""
    panel = compared_panel(runs_asked_for(request))
    return _figures([panel] if panel else [])


def _figures(panels: Iterable[Panel]) -> JsonResponse:
    return JsonResponse({"figures": [panel.chart.figure for panel in panels]})
