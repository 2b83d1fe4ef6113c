"""Files of archives that were imported."""

from __future__ import annotations

import msgspec
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.admin_pages import utc

from .admin_pages import GrowingTableAdmin
from .models import ArchiveFile


@admin.register(ArchiveFile)
class ArchiveFileAdmin(GrowingTableAdmin):
    """Files of archives as they were imported, with what came of each the first time."""

    list_display = ("name", "format", "shown_size", "imported", "games")
    list_filter = ("format",)
    fields = ("name", "format", "shown_size", "digest", "imported", "shown_report")
    readonly_fields = ("shown_size", "digest", "imported", "shown_report")

    imported = staticmethod(utc("imported_at", "imported"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArchiveFile]:
        return super().get_queryset(request).defer("body")

    @admin.display(description="bytes")
    def shown_size(self, stored: ArchiveFile) -> str:
        return f"{stored.size:,}"

    @admin.display(description="SHA-256")
    def digest(self, stored: ArchiveFile) -> str:
        return stored.sha256

    @admin.display(description="games")
    def games(self, stored: ArchiveFile) -> str:
        return f"{stored.report.get('games', 0):,}"

    @admin.display(description="report")
    def shown_report(self, stored: ArchiveFile) -> SafeString:
        text = msgspec.json.format(msgspec.json.encode(stored.report), indent=2).decode()
        return format_html("<pre>{}</pre>", text)
