"""The bets of runs, read-only: each with its decision, its price, its verdicts and its close."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, unbroken, utc
from events.times import stamp
from odds.wording import decimal, pointed, signed

from .choices import BetState
from .models import BacktestBet, BacktestRun
from .wording import UNKNOWN, gain, money, number, share, signed_share

# Of all runs together a list goes back so many bets, by primary key.
NEWEST_BETS = 100_000
_LAST_RUN = 2**31 - 1  # the greatest number that a run can have


class OfRun(admin.SimpleListFilter):
    """One run by its number, as linked from its page."""

    title = "run"
    parameter_name = "run"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        pk = run_asked_for(request)
        return [] if pk is None else [(str(pk), f"Run {pk}")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BacktestBet]) -> QuerySet[BacktestBet]:
        pk = run_asked_for(request)
        return queryset if pk is None else queryset.filter(run=pk)


class _OfItsRun(admin.SimpleListFilter):
    """The groups that a run's figures are broken down by. Without a run there is nothing to choose from."""

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        pk = run_asked_for(request)
        runs = BacktestRun.objects.none() if pk is None else BacktestRun.objects.filter(pk=pk)
        groups = runs.values_list(f"metrics__breakdowns__{self.parameter_name}", flat=True).first() or []
        return [(each["group"], each["group"]) for each in groups]

    def queryset(self, request: HttpRequest, queryset: QuerySet[BacktestBet]) -> QuerySet[BacktestBet]:
        return queryset.filter(**{self.parameter_name or "": self.value()}) if self.value() else queryset


class OfMarket(_OfItsRun):
    title = parameter_name = "market"


class OfBookmaker(_OfItsRun):
    title = parameter_name = "bookmaker"


class BetList(ChangeList):
    """The bets of one run in their order, or the newest of all."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        pk = run_asked_for(request)
        self.title = "The newest bets; those of one run are linked from its page" if pk is None else f"Bets of run {pk}"

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet:
        found = super().get_queryset(request, exclude_parameters)
        if run_asked_for(request) is not None:
            return found
        last = BacktestBet.objects.aggregate(pk=Max("pk"))["pk"] or 0
        return found.filter(pk__gt=last - NEWEST_BETS)


@admin.register(BacktestBet)
class BacktestBetAdmin(ReadOnlyAdmin):
    """Bets of runs, each one leg of a position. The list reads one run, or the newest rows."""

    list_display = (
        "run_link", "place", "decided", "game", "pick", "bookmaker", "shown_price", "shown_stake", "shown_state",
        "shown_profit", "shown_clv",
    )  # fmt: skip
    list_display_links = ("place",)
    list_filter = (OfRun, "state", OfMarket, OfBookmaker)
    search_fields = ("event_id__startswith", "home_team", "away_team")
    search_help_text = "A team, or the beginning of the id of an event"
    sortable_by = ()
    show_full_result_count = False
    list_before_template = "admin/told_of_list.html"
    fieldsets = (
        ("Bet", {"fields": ("run_link", "number", "position", "kind", "shown_state", "note")}),
        ("Event", {"fields": ("game", "event_id", "sport_key", "starts")}),
        (
            "Price",
            {"fields": ("bookmaker", "market", "pick", "side", "shown_price", "shown_decimal", "age", "is_timed")},
        ),
        ("Decision", {"fields": ("decided", "placed", "chance", "shown_edge")}),
        (
            "Money",
            {"fields": ("shown_stake", "commission_share", "shown_cost", "cash", "shown_returned", "shown_profit")},
        ),
        ("Settlement", {"fields": ("settled", "verdicts")}),
        ("Close", {"fields": ("shown_clv", "shown_clv_points", "closing_price", "closing_chance", "closing_age")}),
    )
    readonly_fields = (
        "run_link", "shown_state", "game", "starts", "pick", "shown_price", "shown_decimal", "age", "decided", "placed",
        "chance", "shown_edge", "shown_stake", "commission_share", "shown_cost", "cash", "shown_returned",
        "shown_profit", "settled", "verdicts", "shown_clv", "shown_clv_points", "closing_price", "closing_chance",
        "closing_age",
    )  # fmt: skip

    class Media:
        css = {"all": ("backtesting/runs.css",)}

    decided = staticmethod(utc("decided_at", "decided"))
    placed = staticmethod(utc("placed_at", "placed"))
    starts = staticmethod(utc("commence_time", "start as known then"))
    settled = staticmethod(utc("settled_at", "settled"))

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return BetList

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns, without the run in front where all rows are of one."""
        return self.list_display[run_asked_for(request) is not None :]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-pk",) if run_asked_for(request) is None else ("run", "number")

    @admin.display(description="run")
    def run_link(self, bet: Any) -> SafeString:
        """By its number alone: the run itself is large, and is not read for it."""
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:backtesting_backtestrun_change", args=[bet.run_id]), bet.run_id
        )

    @admin.display(description="no.")
    def place(self, bet: BacktestBet) -> int:
        return bet.number

    @admin.display(description="game")
    def game(self, bet: BacktestBet) -> SafeString:
        return format_html("{} @ {}", bet.away_team, bet.home_team)

    @admin.display(description="bet")
    def pick(self, bet: BacktestBet) -> SafeString:
        told = " ".join(filter(None, (bet.description, bet.outcome, pointed(bet.side, bet.point))))
        return format_html('{} <small class="quiet">{}</small>', told, bet.market)

    @admin.display(description="price")
    def shown_price(self, bet: BacktestBet) -> str:
        return signed(bet.price)

    @admin.display(description="decimal price")
    def shown_decimal(self, bet: BacktestBet) -> str:
        return decimal(bet.decimal_price)

    @admin.display(description="age of the price, seconds")
    def age(self, bet: BacktestBet) -> str:
        return number(bet.age_seconds, 0)

    @admin.display(description="chance claimed")
    def chance(self, bet: BacktestBet) -> str:
        return share(bet.probability)

    @admin.display(description="edge")
    def shown_edge(self, bet: BacktestBet) -> str:
        return signed_share(bet.edge)

    @admin.display(description="stake")
    def shown_stake(self, bet: BacktestBet) -> SafeString:
        return unbroken(money(bet.stake))

    @admin.display(description="commission")
    def commission_share(self, bet: BacktestBet) -> str:
        return share(bet.commission)

    @admin.display(description="cost")
    def shown_cost(self, bet: BacktestBet) -> str:
        return money(bet.cost)

    @admin.display(description="cash at the decision")
    def cash(self, bet: BacktestBet) -> str:
        return money(bet.bankroll)

    @admin.display(description="returned")
    def shown_returned(self, bet: BacktestBet) -> str:
        return money(bet.returned)

    @admin.display(description="state")
    def shown_state(self, bet: BacktestBet) -> SafeString:
        return format_html('<span class="nowrap" title="{}">{}</span>', bet.note, BetState(bet.state).label)

    @admin.display(description="profit")
    def shown_profit(self, bet: BacktestBet) -> SafeString | str:
        """Nothing while no result is known."""
        if bet.settled_at is None:
            return UNKNOWN
        direction = "gain" if bet.profit > 0 else "loss" if bet.profit < 0 else ""
        return format_html('<span class="nowrap {}">{}</span>', direction, gain(bet.profit))

    @admin.display(description="CLV")
    def shown_clv(self, bet: BacktestBet) -> SafeString:
        return unbroken(signed_share(bet.clv))

    @admin.display(description="CLV in points")
    def shown_clv_points(self, bet: BacktestBet) -> str:
        return UNKNOWN if bet.clv_points is None else f"{bet.clv_points:+g}"

    @admin.display(description="closing price")
    def closing_price(self, bet: BacktestBet) -> str:
        """In decimal, with the number that it closed at."""
        return f"{decimal(bet.closing_decimal)} {pointed(bet.side, bet.closing_point)}".rstrip()

    @admin.display(description="chance at the close")
    def closing_chance(self, bet: BacktestBet) -> str:
        return share(bet.closing_fair)

    @admin.display(description="age of the close, minutes")
    def closing_age(self, bet: BacktestBet) -> str:
        return number(bet.closing_age_minutes, 1)

    @admin.display(description="every verdict (UTC)")
    def verdicts(self, bet: BacktestBet) -> SafeString | str:
        """All there were: the last is in force, those before it were corrected."""
        told = (
            (stamp(datetime.fromisoformat(moment)), BetState(state).label, money(returned))
            for moment, state, returned in bet.settlements
        )
        return format_html_join("", "{}: {}, {} came back<br>", told) or UNKNOWN


def run_asked_for(request: HttpRequest) -> int | None:
    """The run whose bets are asked for; None for all, and for what is no number of a run."""
    asked = request.GET.get(OfRun.parameter_name, "")
    return int(asked) if asked.isdecimal() and int(asked) <= _LAST_RUN else None
