"""Backfills and their purchases, read-only: what was wanted, bought, and is not to be had."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, unbroken, utc
from events.models import Event

from .admin_pages import GrowingTableAdmin, rows_of, state_of
from .backfill.items import OPEN, TO_BUY, calls_for, spent_on
from .backfill.wording import share_of, verification_rows, wish_rows
from .choices import Endpoint
from .models import BackfillItem, BackfillRun

_LEFT = [*TO_BUY, *OPEN]


@admin.register(BackfillRun)
class BackfillRunAdmin(ReadOnlyAdmin):
    """What was asked for, and how far it has come."""

    list_display = ("days", "shown_state", "game_count", "purchases", "left", "credits", "ended", "came_of")
    list_filter = ("state", "sport_key", "is_sandbox")
    sortable_by = ()
    fieldsets = (
        (None, {"fields": ("shown_state", "came_of", "created", "ended", "is_sandbox")}),
        ("Wanted", {"fields": ("wish", "instants", "sample")}),
        ("Bought", {"fields": ("purchases", "left", "spent")}),
        ("Verified", {"fields": ("verification",)}),
    )
    readonly_fields = (
        "shown_state", "came_of", "created", "ended", "wish", "instants", "sample", "purchases", "left", "spent",
        "verification",
    )  # fmt: skip

    created = staticmethod(utc("created_at", "asked for"))
    ended = staticmethod(utc("finished_at", "ended"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackfillRun]:
        lists = Q(items__endpoint=Endpoint.HISTORICAL_EVENTS)
        runs: QuerySet[BackfillRun] = super().get_queryset(request)
        return runs.annotate(
            purchase_count=Count("items"),
            left_count=Count("items", filter=Q(items__state__in=_LEFT)),
            charged=Coalesce(Sum("items__charged"), 0),
            charged_for_lists=Coalesce(Sum("items__charged", filter=lists), 0),
        )

    @admin.display(description="run")
    def days(self, run: BackfillRun) -> SafeString:
        """Two runs of the same days differ by what stands in the second line."""
        told = f"{run.sport_key}{' (sandbox)' if run.is_sandbox else ''}, {share_of(run.parameters)}"
        days = f"{run.pk}: {run.start} to {run.end}"
        return format_html('{}<br><small class="quiet">{}</small>', unbroken(days), told)

    @admin.display(description="state")
    def shown_state(self, run: BackfillRun) -> SafeString:
        return state_of(run.state)

    @admin.display(description="outcome")
    def came_of(self, run: BackfillRun) -> str:
        return run.outcome or "–"

    @admin.display(description="games")
    def game_count(self, run: BackfillRun) -> str:
        return f"{len(run.games):,}"

    @admin.display(description="purchases")
    def purchases(self, run: Any) -> SafeString:
        address = reverse("admin:collectors_backfillitem_changelist", query={"runs__id__exact": run.pk})
        return format_html('<a href="{}">{}</a>', address, f"{run.purchase_count:,}")

    @admin.display(description="left")
    def left(self, run: Any) -> str:
        return f"{run.left_count:,}"

    @admin.display(description="credits")
    def credits(self, run: Any) -> str:
        return f"{run.charged:,}"

    @admin.display(description="credits charged")
    def spent(self, run: Any) -> SafeString | str:
        """What was planned is for prices alone; the lists that the plan is made with are bought before it."""
        again = spent_on(calls_for(run)) - run.charged
        prices = f"{run.charged - run.charged_for_lists:,} of {run.credits_planned:,} planned"
        rows = [("For prices", prices), ("For lists of events", f"{run.charged_for_lists:,}")]
        return rows_of([*rows, ("For calls made again", f"{again:,}")] if again else rows)

    @admin.display(description="what")
    def wish(self, run: BackfillRun) -> SafeString | str:
        return rows_of(
            [("Sport", run.sport_key), ("Game days", f"{run.start} to {run.end}"), *wish_rows(run.parameters)]
        )

    @admin.display(description="instants of games")
    def instants(self, run: BackfillRun) -> str:
        return f"{run.wanted:,}"

    @admin.display(description="games drawn")
    def sample(self, run: BackfillRun) -> SafeString | str:
        """As far as their events are stored, which those of a planned run are."""
        events = Event.objects.filter(api_id__in=run.games).order_by("commence_time", "pk")
        links = format_html_join(
            "", '<li><a href="{}">{}</a></li>', ((reverse("admin:events_event_change", args=[e.pk]), e) for e in events)
        )
        if not links:
            return "–"
        return format_html("<details><summary>{}</summary><ul>{}</ul></details>", f"{len(run.games):,} games", links)

    @admin.display(description="at the end")
    def verification(self, run: BackfillRun) -> SafeString | str:
        return rows_of(verification_rows(run.report) if run.report else [])


@admin.register(BackfillItem)
class BackfillItemAdmin(GrowingTableAdmin):
    """Each distinct purchase, once for all runs."""

    list_display = ("asked_for", "shown_state", "shown_endpoint", "cost", "charged", "answered", "shown_note")
    list_filter = (
        "state",
        ("endpoint", admin.AllValuesFieldListFilter),
        ("sport_key", admin.AllValuesFieldListFilter),
        "is_sandbox",
        ("runs", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("call",)
    fields = (
        "asked_for", "shown_state", "shown_endpoint", "sport_key", "shown_parameters", "is_sandbox", "cost", "charged",
        "attempts", "call_link", "answered", "before", "after", "note", "changed",
    )  # fmt: skip
    readonly_fields = (
        "asked_for", "shown_state", "shown_endpoint", "shown_parameters", "call_link", "answered", "before", "after",
        "changed",
    )  # fmt: skip

    asked_for = staticmethod(utc("requested_at", "asked for"))
    answered = staticmethod(utc("answered_at", "answer of"))
    before = staticmethod(utc("previous_at", "snapshot before"))
    after = staticmethod(utc("next_at", "snapshot after"))
    changed = staticmethod(utc("updated_at", "changed"))

    @admin.display(description="state")
    def shown_state(self, item: BackfillItem) -> SafeString:
        return state_of(item.state)

    @admin.display(description="endpoint")
    def shown_endpoint(self, item: BackfillItem) -> SafeString:
        return unbroken(item.endpoint)

    @admin.display(description="note")
    def shown_note(self, item: BackfillItem) -> SafeString:
        return format_html('<span class="note">{}</span>', item.note)

    @admin.display(description="parameters")
    def shown_parameters(self, item: BackfillItem) -> SafeString | str:
        return rows_of(sorted(item.parameters.items()))

    @admin.display(description="call")
    def call_link(self, item: BackfillItem) -> SafeString | str:
        if item.call is None:
            return "–"
        address = reverse("admin:collectors_fetchlog_change", args=[item.call.pk])
        return format_html('<a href="{}">{}</a>', address, item.call)
