"""Every decision that was taken about an entry, with the note of whoever took it."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, utc

from .models import Review


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    """Decisions, the newest first. They are taken on the page of an entry or in the queue, and stay for good."""

    list_display = ("decided", "decision", "entry_link", "reviewer", "note")
    list_display_links = ("decided",)
    list_filter = ("state",)
    list_select_related = ("entry", "reviewer")
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("note", "entry__description", "reviewer__username")
    search_help_text = "Words of the note or of the entry, or who decided"
    fields = ("decided", "decision", "entry_link", "reviewer", "note")
    readonly_fields = ("decided", "decision", "entry_link")

    decided = staticmethod(utc("reviewed_at", "decided"))

    @admin.display(description="decision")
    def decision(self, review: Review) -> str:
        return review.get_state_display()

    @admin.display(description="entry")
    def entry_link(self, review: Review) -> SafeString:
        address = reverse("admin:quality_dataqualitylog_change", args=[review.entry_id])
        return format_html('<a href="{}">{}</a>', address, review.entry)
