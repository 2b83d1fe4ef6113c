"""What the admin's pages about collecting have in common."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django.contrib.admin.views.main import ChangeList
from django.db.models import Max, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin

from .choices import CallState, ItemState, RunState, TickState

# The looks of admin.css.
_LOOKS: dict[str, str] = {
    CallState.RESERVED: "busy",
    CallState.SENT: "busy",
    CallState.RECEIVED: "busy",
    CallState.STORED: "good",
    CallState.RELEASED: "quiet",
    CallState.REFUSED: "bad",
    CallState.FAILED: "bad",
    CallState.UNKNOWN: "doubtful",
    ItemState.NORMALISED: "good",
    ItemState.VERIFIED: "good",
    ItemState.UNAVAILABLE: "quiet",
    ItemState.PARKED: "bad",
    RunState.STOPPED: "doubtful",
    TickState.RUNNING: "busy",
    TickState.DONE: "good",
    TickState.SKIPPED: "quiet",
    TickState.INTERRUPTED: "doubtful",
}


def state_of(state: str) -> SafeString:
    return format_html('<span class="state {}">{}</span>', _LOOKS.get(state, "quiet"), state)


def rows_of(pairs: Iterable[tuple[str, Any]]) -> SafeString | str:
    """Facts under each other, as a field of a page; a dash where there are none."""
    rows = format_html_join("", "<tr><th>{}</th><td>{}</td></tr>", pairs)
    return format_html('<table class="facts">{}</table>', rows) if rows else "–"


class NewestRows(ChangeList):
    """The newest rows of a table that grows for ever, unless an index leads to those that are asked for."""

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet:
        found = super().get_queryset(request, exclude_parameters)
        model_admin = cast("GrowingTableAdmin", self.model_admin)
        if model_admin.is_narrowed(request):
            return found
        last = self.model._default_manager.aggregate(pk=Max("pk"))["pk"] or 0
        return found.filter(pk__gt=last - model_admin.newest)


class GrowingTableAdmin(ReadOnlyAdmin):
    """A table that is never counted or sorted as a whole: in the order of its primary key, the newest first."""

    show_full_result_count = False
    newest = 100_000
    ordering = ("-pk",)
    sortable_by = ()

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestRows

    def is_narrowed(self, request: HttpRequest) -> bool:
        """Whether an index leads to what is asked for."""
        return False
