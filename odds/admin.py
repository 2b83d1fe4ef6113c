"""Snapshots with their raw answers, prices, and the small tables that name things."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from events.admin import EventAdmin
from events.admin_pages import LargeTableAdmin, OfEvent, ReadOnlyAdmin, unbroken, utc
from events.game_days import day_of
from events.models import Event

from .models import ArchivePrice, Bookmaker, Market, Odds, OddsSnapshot, Outcome, Scope
from .wording import decimal, pointed, signed


@admin.display(description="in play", ordering="is_live")
def in_play(row: OddsSnapshot | Odds) -> str:
    """Neither is better: no mark that looks like a fault."""
    return "in play" if row.is_live else "before"


@admin.register(OddsSnapshot)
class OddsSnapshotAdmin(LargeTableAdmin):
    """Snapshots, each with the answer as it was received."""

    newest = 20_000  # rows are wide
    ordering_of_event = ("-snapshot_time",)
    list_display = ("event_title", "taken", "start", in_play, "bookmaker_count", "source")
    list_filter = (OfEvent, "is_live", "source")
    list_select_related = ("event",)
    fields = (
        "event",
        "taken",
        "start",
        "is_live",
        "bookmaker_count",
        "source",
        "scope",
        "api_request_id",
        "written",
        "raw",
    )
    readonly_fields = ("taken", "start", "written", "raw")

    taken = staticmethod(utc("snapshot_time", "taken"))
    start = staticmethod(utc("commence_time", "start as stated then"))
    written = staticmethod(utc("created_at", "row written"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[OddsSnapshot]:
        return super().get_queryset(request).defer("raw_data")

    @admin.display(description="event")
    def event_title(self, snapshot: OddsSnapshot) -> str:
        return unbroken(snapshot.event.title)

    @admin.display(description="raw answer")
    def raw(self, snapshot: OddsSnapshot) -> SafeString | str:
        """The text as received, indented; what is no JSON for a strict reader is shown as it is."""
        text = OddsSnapshot.objects.filter(pk=snapshot.pk).raw_texts().get()
        if text is None:
            return "It lies in an archive; import_archive --format parquet brings it back."
        try:
            shown = msgspec.json.format(text, indent=2)
        except (msgspec.DecodeError, RecursionError):
            shown = text
        size = f"{len(text):,} characters"
        return format_html("<details open><summary>{}</summary><pre>{}</pre></details>", size, shown)


class Standing(admin.SimpleListFilter):
    """Prices that stand, or those that were changed or withdrawn."""

    title = "standing"
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Stands"), ("no", "Changed or withdrawn")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Odds]) -> QuerySet[Odds]:
        if self.value() is None:
            return queryset
        return queryset.filter(valid_until__isnull=self.value() == "yes")


@admin.register(Odds)
class OddsAdmin(LargeTableAdmin):
    """Prices, each for as long as it stood."""

    ordering_of_event = ("-odds_timestamp", "-pk")
    list_display = (
        "event_title", "bookmaker", "market", "outcome_name", "shown_point", "shown_price", in_play, "is_valid",
        "since", "until",
    )  # fmt: skip
    list_filter = (OfEvent, "market", "bookmaker", Standing, "is_live", "is_valid")
    list_select_related = ("event", "bookmaker", "market", "outcome")
    fieldsets = (
        (None, {"fields": ("event", "bookmaker", "market", "outcome", "shown_point", "shown_price", "shown_decimal")}),
        ("Times", {"fields": ("since", "until", "updated", "is_live")}),
        ("Checks", {"fields": ("is_valid", "validation_notes")}),
    )
    readonly_fields = ("shown_point", "shown_price", "shown_decimal", "since", "until", "updated")

    since = staticmethod(utc("odds_timestamp", "since"))
    until = staticmethod(utc("valid_until", "until"))
    updated = staticmethod(utc("last_update", "the bookmaker's own time"))

    @admin.display(description="event")
    def event_title(self, odds: Odds) -> str:
        return unbroken(odds.event.title)

    @admin.display(description="outcome")
    def outcome_name(self, odds: Odds) -> str:
        return unbroken(f"{odds.outcome.description} {odds.outcome.name}".lstrip())

    @admin.display(description="point")
    def shown_point(self, odds: Odds) -> str:
        return pointed(odds.outcome.side, odds.point)

    @admin.display(description="price")
    def shown_price(self, odds: Odds) -> str:
        return signed(odds.price)

    @admin.display(description="decimal price")
    def shown_decimal(self, odds: Odds) -> str:
        return decimal(odds.decimal_price)


@admin.register(ArchivePrice)
class ArchivePriceAdmin(LargeTableAdmin):
    """Opening and closing prices of archives that tell no time."""

    ordering_of_event = ("moment", "market", "bookmaker", "outcome")
    list_display = (
        "game", "shown_price", "shown_point", "outcome", "market", "moment", "book", "shown_origin", "is_valid",
    )  # fmt: skip
    list_filter = (OfEvent, "moment", "origin", "market", "bookmaker", "is_valid")
    list_select_related = ("event", "bookmaker", "market", "outcome")
    fields = (
        "event", "bookmaker", "market", "outcome", "shown_point", "shown_price", "shown_decimal", "moment", "origin",
        "is_valid", "validation_notes",
    )  # fmt: skip
    readonly_fields = ("shown_point", "shown_price", "shown_decimal")

    @admin.display(description="game")
    def game(self, price: ArchivePrice) -> SafeString:
        """With its day: the same teams meet in every season. Each team has a line, for pages that are narrow."""
        lines = format_html_join("", "{}<br>", ((unbroken(team),) for team in re.split("(?<= @) ", price.event.title)))
        return format_html('{}<small class="quiet">{}</small>', lines, day_of(price.event.commence_time))

    @admin.display(description="bookmaker")
    def book(self, price: ArchivePrice) -> str:
        return price.bookmaker.key

    @admin.display(description="origin")
    def shown_origin(self, price: ArchivePrice) -> SafeString:
        return unbroken(price.origin)

    @admin.display(description="point")
    def shown_point(self, price: ArchivePrice) -> str:
        return pointed(price.outcome.side, price.point)

    @admin.display(description="price")
    def shown_price(self, price: ArchivePrice) -> str:
        return signed(price.price)

    @admin.display(description="decimal price")
    def shown_decimal(self, price: ArchivePrice) -> str:
        return decimal(price.decimal_price)


class BookmakerForm(forms.ModelForm):
    """What is known of a bookmaker that no answer tells."""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        low, high = cleaned.get("overround_min"), cleaned.get("overround_max")
        for name, value in (("overround_min", low), ("overround_max", high)):
            if value is not None and abs(value) >= 1:
                self.add_error(name, f"It is a fraction: {value / 100:g} for {value:g} %.")
        if low is not None and high is not None and low > high:
            raise forms.ValidationError("The lowest believable overround is above the highest.")
        return cleaned


@admin.register(Bookmaker)
class BookmakerAdmin(ReadOnlyAdmin):
    """Bookmakers: the only rows that are edited here, for what no answer tells of them."""

    form = BookmakerForm
    list_display = ("key", "title", "kind", "commission", "overround_min", "overround_max")
    list_filter = ("kind",)
    search_fields = ("key", "title")
    fields = ("key", "title", "kind", "commission", "overround_min", "overround_max")
    readonly_fields = ("key", "title")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)


@admin.register(Market)
class MarketAdmin(ReadOnlyAdmin):
    """Market keys as the provider names them."""

    list_display = ("key",)


@admin.register(Outcome)
class OutcomeAdmin(ReadOnlyAdmin):
    """What is bet on."""

    list_display = ("name", "description", "side", "line")
    list_filter = ("side",)
    sortable_by = ()


@admin.register(Scope)
class ScopeAdmin(ReadOnlyAdmin):
    """What requests asked for."""

    list_display = ("__str__", "odds_format")


class EventWithOddsAdmin(EventAdmin):
    """Events as their own app shows them, with the way to their snapshots, their prices and their page."""

    def view_on_site(self, obj: Event) -> str:
        return reverse("event-page", args=[obj.api_id])

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        return [(None, {"fields": ("stored",)}), *super().get_fieldsets(request, obj)]

    def get_readonly_fields(self, request: HttpRequest, obj: Event | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "stored")

    @admin.display(description="collected")
    def stored(self, event: Event) -> SafeString:
        query = {OfEvent.parameter_name: event.api_id}
        return format_html(
            '<a href="{}">snapshots</a>, <a href="{}">odds</a>, <a href="{}">prices of archives</a>',
            reverse("admin:odds_oddssnapshot_changelist", query=query),
            reverse("admin:odds_odds_changelist", query=query),
            reverse("admin:odds_archiveprice_changelist", query=query),
        )


admin.site.unregister(Event)
admin.site.register(Event, EventWithOddsAdmin)
