"""What was told, what waits to be told, and what could not be."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, unbroken, utc
from events.times import stamp

from .choices import AlertState
from .models import Alert


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """The outbox of alerts."""

    list_display = ("written", "severity", "title", "outcome", "repeats", "shown_error")
    list_filter = ("severity", "state")
    search_fields = ("key", "title")
    search_help_text = "A part of the key or the title"
    fields = (
        "key",
        "severity",
        "title",
        "text",
        "state",
        "repeats",
        "attempts",
        "written",
        "next_attempt",
        "sent",
        "shown_error",
        "taken_by",
    )
    readonly_fields = ("written", "next_attempt", "sent", "shown_error")

    class Media:
        css = {"all": ("quality/review.css",)}

    written = staticmethod(utc("created_at", "written", sortable=True))
    sent = staticmethod(utc("sent_at", "sent"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Alerts", **(extra_context or {})})

    @admin.display(description="next attempt (UTC)")
    def next_attempt(self, alert: Alert) -> str:
        return stamp(alert.next_attempt_at if alert.state == AlertState.PENDING else None)

    @admin.display(description="state (UTC)", ordering="sent_at")
    def outcome(self, alert: Alert) -> SafeString:
        """The state, with the instant that belongs to it, and the attempts if there was more than one."""
        moment = alert.sent_at or (alert.next_attempt_at if alert.state == AlertState.PENDING else None)
        when = unbroken(stamp(moment)) if moment else ""
        attempts = f"{alert.attempts} attempts" if alert.attempts > 1 else ""
        return format_html('{} {} <span class="quiet">{}</span>', alert.get_state_display(), when, attempts)

    @admin.display(description="error")
    def shown_error(self, alert: Alert) -> str:
        return alert.error or "–"
