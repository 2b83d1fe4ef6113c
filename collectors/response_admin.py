"""Answers as they were received."""

from __future__ import annotations

import zlib
from typing import Any

import msgspec
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.admin_pages import utc

from .admin_pages import GrowingTableAdmin
from .models import RawResponse

# No more of a body is unpacked and shown.
SHOWN_BYTES = 200_000


class Reading(admin.SimpleListFilter):
    """Whether an answer was read into events and odds."""

    title = "reading"
    parameter_name = "reading"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("done", "Read"), ("waiting", "Waiting"), ("aside", "Left alone")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[RawResponse]) -> QuerySet[RawResponse]:
        conditions: dict[str, dict[str, Any]] = {
            "done": {"normalised_at__isnull": False},
            "waiting": {"normalised_at__isnull": True, "problem": ""},
            "aside": {"normalised_at__isnull": True, "problem__gt": ""},
        }
        return queryset.filter(**conditions.get(self.value() or "", {}))


@admin.register(RawResponse)
class RawResponseAdmin(GrowingTableAdmin):
    """Answers as they were received."""

    list_display = (
        "received",
        "endpoint",
        "sport_key",
        "http_status",
        "shown_size",
        "read",
        "attempts",
        "damage",
        "problem",
    )
    list_filter = (Reading, "call__endpoint", ("damage", admin.EmptyFieldListFilter))
    list_select_related = ("call",)
    fields = ("call", "received", "shown_size", "sha256", "damage", "read", "attempts", "problem", "shown_body")
    readonly_fields = ("received", "shown_size", "read", "shown_body")

    received = staticmethod(utc("received_at", "received"))
    read = staticmethod(utc("normalised_at", "read"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[RawResponse]:
        return super().get_queryset(request).defer("body")

    @admin.display(description="endpoint")
    def endpoint(self, stored: RawResponse) -> str:
        return stored.call.endpoint

    @admin.display(description="sport")
    def sport_key(self, stored: RawResponse) -> str:
        return stored.call.sport_key or "–"

    @admin.display(description="HTTP status")
    def http_status(self, stored: RawResponse) -> str:
        return "–" if stored.call.http_status is None else str(stored.call.http_status)

    @admin.display(description="bytes")
    def shown_size(self, stored: RawResponse) -> str:
        return f"{stored.size:,}"

    @admin.display(description="body")
    def shown_body(self, stored: RawResponse) -> SafeString:
        text, told = shown_body(stored)
        return format_html("<details open><summary>{}</summary><pre>{}</pre></details>", told, text)


def shown_body(stored: RawResponse) -> tuple[str, str]:
    """The body indented if it is JSON, as it is otherwise, at most 200,000 characters of it, and a line about it."""
    if stored.size <= SHOWN_BYTES:
        body = zlib.decompress(stored.body)
    else:
        body = zlib.decompressobj().decompress(stored.body, SHOWN_BYTES)
    text = _indented(body.decode("utf-8", "backslashreplace"))
    told = f"{stored.size:,} bytes"
    if len(text) > SHOWN_BYTES or len(body) < stored.size:
        told += f", the first {SHOWN_BYTES:,} of them as they came" if len(body) < stored.size else ", cut off"
    return text[:SHOWN_BYTES], told


def _indented(text: str) -> str:
    try:
        return msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, RecursionError):
        return text
