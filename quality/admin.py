"""The queue of what was found wrong: to look at, to compare and to decide."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from django.contrib import admin
from django.contrib.admin.views.main import PAGE_VAR, ChangeList
from django.db.models import Count, QuerySet, TextField
from django.db.models.functions import Cast
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import truncatechars
from django.urls import URLPattern, path
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import is_aware

from events.admin_pages import OfEvent, ReadOnlyAdmin, unbroken, utc
from events.times import stamp

from . import (
    admin_decisions,
    alert_admin,  # noqa: F401 - registers its page
    decided_admin,  # noqa: F401 - registers its page
)
from .admin_filters import BookmakerFilter, MarketFilter, SeverityFilter, SportFilter, StateFilter, TypeFilter
from .admin_links import stored_links
from .choices import Severity
from .comparison import compare
from .models import DataQualityLog

AT = "at"  # the parameter that says at which instant to compare
SHOWN_CHARACTERS = 200  # of a description in the queue


@admin.register(DataQualityLog)
class DataQualityLogAdmin(ReadOnlyAdmin):
    """What was found wrong, the worst first. Nothing of an entry is edited; it is decided upon."""

    list_display = (
        "shown_severity", "issue", "game", "where", "what", "seen", "stands_since",
    )  # fmt: skip
    list_display_links = ("issue",)
    list_filter = (
        StateFilter,
        OfEvent,
        ("severity", SeverityFilter),
        TypeFilter,
        BookmakerFilter,
        MarketFilter,
        SportFilter,
    )
    list_select_related = ("event",)
    date_hierarchy = "last_seen"
    sortable_by = ("seen",)
    search_fields = ("description",)
    search_help_text = "Any words of the description"
    actions = admin_decisions.ACTIONS
    fieldsets = (
        ("Times", {"fields": ("first", "last", "occurrences", "ended")}),
        ("Stored", {"fields": ("links", "raw")}),
    )
    readonly_fields = ("first", "last", "ended", "links", "raw")

    class Media:
        css = {"all": ("quality/review.css",)}

    first = staticmethod(utc("first_seen", "first seen"))
    last = staticmethod(utc("last_seen", "last seen"))
    ended = staticmethod(utc("ended_at", "no longer seen"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[DataQualityLog]:
        return DataQualityLog.objects.worst_first().defer("raw_data")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return "-rank", "-last_seen", "-pk"

    def get_urls(self) -> list[URLPattern]:
        take = self.admin_site.admin_view(self.review_view)
        return [path("review/", take, name="quality_dataqualitylog_review"), *super().get_urls()]

    def review_view(self, request: HttpRequest) -> HttpResponse:
        return admin_decisions.take(self, request)

    def has_review_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quality.change_dataqualitylog")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response = super().changelist_view(request, {"title": "Review", **(extra_context or {})})
        context = getattr(response, "context_data", None) or {}
        if "cl" in context:
            context["severities"] = _counts(context["cl"], request)
            context["log_is_empty"] = not context["cl"].result_count and not DataQualityLog.objects.exists()
        return response

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        entry: DataQualityLog = obj
        context |= {
            "title": entry.get_issue_type_display(),
            "subtitle": None,
            "told": told(entry),
            "filters": request.GET.get(admin_decisions.FILTERS, ""),
            "kept": urlencode({name: value for name, value in request.GET.items() if name != AT}),
            "comparison": compare(entry, _moment(request)),
            "reviews": entry.reviews.select_related("reviewer"),
            **(admin_decisions.open_to(entry) if self.has_review_permission(request) else {}),
            "following": DataQualityLog.objects.to_review().worst_first().exclude(pk=entry.pk).first(),
        }
        return super().render_change_form(request, context, add, change, form_url, entry)

    @admin.display(description="severity")
    def shown_severity(self, entry: DataQualityLog) -> SafeString:
        return format_html('<span class="severity {}">{}</span>', entry.severity, entry.get_severity_display())

    @admin.display(description="type")
    def issue(self, entry: DataQualityLog) -> str:
        return entry.get_issue_type_display()

    @admin.display(description="event")
    def game(self, entry: DataQualityLog) -> str:
        return entry.event.title if entry.event else "–"

    @admin.display(description="bookmaker, market")
    def where(self, entry: DataQualityLog) -> SafeString:
        market = " ".join(part for part in (entry.market, entry.outcome) if part)
        return format_html('{} <span class="quiet">{}</span>', entry.bookmaker or entry.sport_key, market)

    @admin.display(description="what")
    def what(self, entry: DataQualityLog) -> str:
        return truncatechars(told(entry), SHOWN_CHARACTERS)

    @admin.display(description="first, last seen (UTC)", ordering="last_seen")
    def seen(self, entry: DataQualityLog) -> SafeString:
        first, last = unbroken(stamp(entry.first_seen)), unbroken(stamp(entry.last_seen))
        if entry.first_seen == entry.last_seen:
            return first
        return format_html('{}<br>{}<br><span class="quiet">{} times</span>', first, last, f"{entry.occurrences:,}")

    @admin.display(description="stands, review")
    def stands_since(self, entry: DataQualityLog) -> SafeString:
        review = format_html('<span class="review {}">{}</span>', entry.review, entry.get_review_display())
        if entry.ended_at is None:
            return format_html("<span>yes</span><br>{}", review)
        ended = stamp(entry.ended_at)
        # Of the same day the time is enough.
        shown = ended.split()[1] if ended.split()[0] == stamp(entry.last_seen).split()[0] else ended
        return format_html("<span>until {}</span><br>{}", unbroken(shown), review)

    @admin.display(description="the offending part")
    def raw(self, entry: DataQualityLog) -> SafeString:
        """The text as received, indented."""
        texts = DataQualityLog.objects.filter(pk=entry.pk).values_list(Cast("raw_data", TextField()), flat=True)
        text = texts.get() or "–"
        with suppress(msgspec.DecodeError, RecursionError):
            text = msgspec.json.format(text, indent=2)
        return format_html("<pre>{}</pre>", text)

    @admin.display(description="beside it")
    def links(self, entry: DataQualityLog) -> SafeString:
        return stored_links(entry)


def told(entry: DataQualityLog) -> str:
    """The description, without the place where other columns give it."""
    place = " ".join(part for part in (entry.bookmaker, entry.market) if part)
    title = entry.event.title if entry.event else ""
    return entry.description.removeprefix(", ".join(part for part in (title, place) if part) + ": ")


def _counts(changelist: ChangeList, request: HttpRequest) -> list[dict[str, Any]]:
    """How many entries of each severity there are, the worst first, whichever of them is shown; and the way to them."""
    field = "severity__exact"
    found = changelist.get_queryset(request, exclude_parameters=[field, "severity__isnull"])
    counts = dict(found.order_by().values_list("severity").annotate(Count("pk")))
    return [
        {
            "severity": severity,
            "count": counts.get(severity, 0),
            "is_chosen": request.GET.get(field) == severity,
            "url": changelist.get_query_string({field: severity.value}, [PAGE_VAR]),
        }
        for severity in reversed(Severity)
    ]


def _moment(request: HttpRequest) -> datetime | None:
    """The instant that a page asks to compare at, if it does and can be understood."""
    try:
        moment = parse_datetime(request.GET.get(AT, ""))
    except ValueError:
        return None
    return moment if moment is not None and is_aware(moment) else None
