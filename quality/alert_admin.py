"""What was told, what waits to be told, and what could not be."""

from __future__ import annotations

from django.contrib import admin

from events.admin_pages import ReadOnlyAdmin, unbroken, utc

from .models import Alert


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin):
    """The outbox of alerts."""

    list_display = ("written", "severity", "shown_title", "state", "sent", "repeats", "attempts", "error")
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
        "error",
        "taken_by",
    )
    readonly_fields = ("written", "next_attempt", "sent")

    written = staticmethod(utc("created_at", "written", sortable=True))
    next_attempt = staticmethod(utc("next_attempt_at", "next attempt"))
    sent = staticmethod(utc("sent_at", "sent", sortable=True))

    @admin.display(description="title", ordering="title")
    def shown_title(self, alert: Alert) -> str:
        return unbroken(alert.title) if len(alert.title) < 60 else alert.title
