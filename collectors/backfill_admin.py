"""Backfills and their purchases, read-only: what was wanted, bought, and is not to be had."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, unbroken, utc

from .admin_pages import GrowingTableAdmin, StatesMedia, state_of
from .choices import ItemState
from .models import BackfillItem, BackfillRun

_LEFT = [ItemState.PLANNED, ItemState.RESERVED, ItemState.RECEIVED, ItemState.FAILED]


@admin.register(BackfillRun)
class BackfillRunAdmin(ReadOnlyAdmin):
    """What was asked for, and how far it has come."""

    list_display = (
        "days",
        "sport_key",
        "shown_state",
        "game_count",
        "purchases",
        "left",
        "credits_planned",
        "created",
        "outcome",
    )
    list_filter = ("state", "sport_key", "is_sandbox")
    sortable_by = ()
    fields = (
        "days", "sport_key", "is_sandbox", "shown_state", "game_count", "wanted", "purchases", "left",
        "credits_planned", "created", "finished", "outcome", "parameters", "report",
    )  # fmt: skip
    readonly_fields = ("days", "shown_state", "game_count", "purchases", "left", "created", "finished")

    class Media(StatesMedia):
        pass

    created = staticmethod(utc("created_at", "asked for"))
    finished = staticmethod(utc("finished_at", "done"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[BackfillRun]:
        bought = Count("items", distinct=True)
        left = Count("items", filter=Q(items__state__in=_LEFT), distinct=True)
        runs: QuerySet[BackfillRun] = super().get_queryset(request)
        return runs.annotate(purchase_count=bought, left_count=left)

    @admin.display(description="game days")
    def days(self, run: BackfillRun) -> SafeString:
        gaps = ", gaps" if run.parameters.get("gaps") else ""
        return unbroken(f"{run.start} to {run.end}{gaps}")

    @admin.display(description="state")
    def shown_state(self, run: BackfillRun) -> SafeString:
        return state_of(run.state)

    @admin.display(description="games")
    def game_count(self, run: BackfillRun) -> int:
        return len(run.games)

    @admin.display(description="purchases")
    def purchases(self, run: Any) -> SafeString:
        return format_html('<a href="../backfillitem/?runs__id__exact={}">{}</a>', run.pk, run.purchase_count)

    @admin.display(description="left")
    def left(self, run: Any) -> int:
        return int(run.left_count)


@admin.register(BackfillItem)
class BackfillItemAdmin(GrowingTableAdmin):
    """Each distinct purchase, once for all runs."""

    list_display = (
        "asked_for",
        "endpoint",
        "sport_key",
        "shown_state",
        "cost",
        "charged",
        "attempts",
        "answered",
        "note",
    )
    list_filter = ("state", "endpoint", "is_sandbox", ("runs", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("call",)
    fields = (
        "asked_for", "endpoint", "sport_key", "parameters", "is_sandbox", "shown_state", "cost", "charged", "attempts",
        "call_link", "answered", "before", "after", "note", "changed",
    )  # fmt: skip
    readonly_fields = ("asked_for", "shown_state", "call_link", "answered", "before", "after", "changed")

    asked_for = staticmethod(utc("requested_at", "asked for"))
    answered = staticmethod(utc("answered_at", "answer of"))
    before = staticmethod(utc("previous_at", "snapshot before"))
    after = staticmethod(utc("next_at", "snapshot after"))
    changed = staticmethod(utc("updated_at", "changed"))

    @admin.display(description="state")
    def shown_state(self, item: BackfillItem) -> SafeString:
        return state_of(item.state)

    @admin.display(description="call")
    def call_link(self, item: BackfillItem) -> SafeString | str:
        if item.call is None:
            return "–"
        address = reverse("admin:collectors_fetchlog_change", args=[item.call.pk])
        return format_html('<a href="{}">{}</a>', address, item.call)
