"""Runs, read-only: what was tried and what came of it."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_exempt
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.db.models import F, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, unbroken, utc

from .bet_admin import OfRun
from .models import BacktestRun
from .wording import UNKNOWN, game_days, settings, share, signed_share

# What the list shows of a run's figures, and where they are.
_FIGURES: dict[str, str] = {
    "bet_count": "metrics__total_bets",
    "yield_value": "metrics__yield",
    "growth_value": "metrics__bankroll_growth",
    "drawdown_value": "metrics__max_drawdown",
    "clv_value": "metrics__clv__price__value",
    "coverage_value": "coverage__fraction",
}
_LOOKS = {"done": "good", "failed": "bad", "running": "busy"}


class RunList(ChangeList):
    """Runs with a few of their figures, and without all the rest, which is large."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet:
        runs = super().get_queryset(request, exclude_parameters).defer("metrics", "coverage", "equity")
        shown: QuerySet = runs.annotate(**{name: F(place) for name, place in _FIGURES.items()})
        return shown


@admin.register(BacktestRun)
class BacktestRunAdmin(ReadOnlyAdmin):
    """What was tried and what came of it. It cannot be sorted by success: the best of many tells of luck first."""

    list_display = (
        "tried", "days", "bets", "shown_yield", "growth", "drawdown", "clv", "coverage_share", "shown_state",
    )  # fmt: skip
    list_filter = ("state", "kind", ("strategy", admin.AllValuesFieldListFilter), "sport_key")
    search_fields = ("strategy", "group", "configuration__startswith")
    search_help_text = "A strategy, a group, or the beginning of a configuration"
    sortable_by = ()
    show_full_result_count = False
    fieldsets = (
        ("Run", {"fields": ("shown_state", "kind", "group_link", "created", "began", "ended", "error")}),
        (
            "Settings",
            {
                "fields": (
                    "strategy", "shown_parameters", "decides", "staking", "shown_terms", "initial_bankroll", "seed",
                    "configuration",
                )
            },
        ),
        ("Data", {"fields": ("sport_key", "first", "before", "data_fingerprint", "code_version")}),
    )  # fmt: skip
    readonly_fields = (
        "shown_state", "group_link", "created", "began", "ended", "shown_parameters", "shown_terms", "first", "before",
    )  # fmt: skip

    class Media:
        css = {"all": ("backtesting/runs.css",)}

    created = staticmethod(utc("created_at", "created"))
    began = staticmethod(utc("started_at", "began"))
    ended = staticmethod(utc("finished_at", "ended"))
    first = staticmethod(utc("start", "events from"))
    before = staticmethod(utc("end", "and before"))

    def view_on_site(self, obj: BacktestRun) -> str:
        return reverse("backtest", args=[obj.pk])

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return RunList

    def get_urls(self) -> list[URLPattern]:
        sheet = self.admin_site.admin_view(self.tear_sheet_view)
        return [
            path("<int:pk>/tear-sheet/", sheet, name="backtesting_backtestrun_tear_sheet"),
            *super().get_urls(),
        ]

    @method_decorator(csp_exempt())  # it has a policy of its own, by the digests of its scripts
    def tear_sheet_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The tear sheet, for whoever may look at the run."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        run = BacktestRun.objects.filter(pk=pk).first()
        if run is None:
            raise Http404(f"There is no run {pk}")
        from .report import tear_sheet  # with numpy, which no list needs

        return HttpResponse(tear_sheet(run))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        from .report.run_page import run_context

        run: BacktestRun = obj
        context |= run_context(run) | {"subtitle": None, "title": f"{run.strategy}, {_days(run)}"}
        return super().render_change_form(request, context, add, change, form_url, run)

    @admin.display(description="run")
    def tried(self, run: BacktestRun) -> SafeString:
        """Runs of one strategy differ by what stands in the second line."""
        parameters = [f"{name}={text}" for name, text in settings(run.parameters)]
        told = "; ".join([*parameters, run.decides, run.staking])
        return format_html('{}<br><small class="quiet settings">{}</small>', f"{run.pk}: {run.strategy}", told)

    @admin.display(description="game days")
    def days(self, run: BacktestRun) -> SafeString:
        first, _, last = _days(run).partition(" to ")
        return format_html("{}<br>{}", unbroken(f"{first} to"), unbroken(last))

    @admin.display(description="bets")
    def bets(self, run: Any) -> SafeString | str:
        if run.bet_count is None:
            return UNKNOWN
        address = reverse("admin:backtesting_backtestbet_changelist", query={OfRun.parameter_name: run.pk})
        return format_html('<a href="{}">{}</a>', address, f"{run.bet_count:,}")

    @admin.display(description="yield")
    def shown_yield(self, run: Any) -> SafeString:
        return unbroken(signed_share(run.yield_value))

    @admin.display(description="growth")
    def growth(self, run: Any) -> SafeString:
        return unbroken(signed_share(run.growth_value))

    @admin.display(description="drawdown")
    def drawdown(self, run: Any) -> SafeString:
        return unbroken(share(run.drawdown_value))

    @admin.display(description="CLV")
    def clv(self, run: Any) -> SafeString:
        return unbroken(signed_share(run.clv_value, 2))

    @admin.display(description="coverage")
    def coverage_share(self, run: Any) -> SafeString:
        return unbroken(share(run.coverage_value, 0))

    @admin.display(description="state")
    def shown_state(self, run: BacktestRun) -> SafeString:
        return format_html('<span class="state {}">{}</span>', _LOOKS.get(run.state, "quiet"), run.state)

    @admin.display(description="group")
    def group_link(self, run: BacktestRun) -> SafeString | str:
        if not run.group:
            return UNKNOWN
        address = reverse("admin:backtesting_backtestrun_changelist", query={"group": run.group})
        return format_html('<a href="{}">{}</a>', address, run.group)

    @admin.display(description="parameters")
    def shown_parameters(self, run: BacktestRun) -> SafeString | str:
        return _facts(run.parameters)

    @admin.display(description="terms")
    def shown_terms(self, run: BacktestRun) -> SafeString | str:
        return _facts(run.terms)


def _days(run: BacktestRun) -> str:
    return game_days(run.start, run.end)


def _facts(tree: dict[str, Any]) -> SafeString | str:
    rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", settings(tree))
    return format_html('<table class="facts">{}</table>', rows) if rows else UNKNOWN
