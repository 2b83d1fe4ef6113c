"""The ways between entries of the log and what they are about."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from events.admin_pages import OfEvent
from events.models import Event
from odds.admin import EventWithOddsAdmin, OddsAdmin
from odds.models import Bookmaker, Market, Odds, OddsSnapshot

from .admin_filters import ALL, BookmakerFilter, MarketFilter, StateFilter
from .models import DataQualityLog


def stored_links(entry: DataQualityLog) -> SafeString:
    """To the event, the snapshots that first and last showed the fault, and the prices of its book and market.

    Without an event to the bookmaker, if it is about one: its kind may have to be set.
    """
    if entry.event is None:
        book = Bookmaker.objects.filter(key=entry.bookmaker).first()
        if book is None:
            return format_html("{}", "–")
        return format_html('<a href="{}">bookmaker</a>', reverse("admin:odds_bookmaker_change", args=[book.pk]))
    links = [("event", reverse("admin:events_event_change", args=[entry.event.pk])), *_snapshots(entry), _prices(entry)]
    return format_html_join(", ", '<a href="{1}">{0}</a>', links)


def _snapshots(entry: DataQualityLog) -> list[tuple[str, str]]:
    moments = {entry.first_seen: "first snapshot with it", entry.last_seen: "last snapshot with it"}
    if len(moments) == 1:
        moments = {entry.first_seen: "the snapshot with it"}
    found = OddsSnapshot.objects.filter(event=entry.event_id, snapshot_time__in=moments).order_by("snapshot_time")
    return [
        (moments[moment], reverse("admin:odds_oddssnapshot_change", args=[pk]))
        for pk, moment in found.values_list("pk", "snapshot_time")
    ]


def _prices(entry: DataQualityLog) -> tuple[str, str]:
    assert entry.event is not None
    query: dict[str, Any] = {OfEvent.parameter_name: entry.event.api_id}
    book = Bookmaker.objects.filter(key=entry.bookmaker).first()
    market = Market.objects.filter(key=entry.market).first()
    query |= {"bookmaker__id__exact": book.pk} if book else {}
    query |= {"market__id__exact": market.pk} if market else {}
    return "odds", reverse("admin:odds_odds_changelist", query=query)


def _entries_link(text: str, query: dict[str, str]) -> SafeString:
    url = reverse("admin:quality_dataqualitylog_changelist", query={**query, StateFilter.parameter_name: ALL})
    return format_html('<a href="{}">{}</a>', url, text)


class OddsWithEntriesAdmin(OddsAdmin):
    """Prices as their own app shows them, with the way to what was found wrong with their book and market."""

    def get_fieldsets(self, request: HttpRequest, obj: Odds | None = None) -> Any:
        *others, (title, options) = super().get_fieldsets(request, obj)
        return [*others, (title, {**options, "fields": (*options["fields"], "entries")})]

    def get_readonly_fields(self, request: HttpRequest, obj: Odds | None = None) -> Any:
        return (*super().get_readonly_fields(request, obj), "entries")

    @admin.display(description="quality log")
    def entries(self, odds: Odds) -> SafeString:
        book, market = odds.bookmaker.key, odds.market.key
        count = DataQualityLog.objects.filter(event=odds.event_id, bookmaker=book, market=market).count()
        query = {OfEvent.parameter_name: odds.event.api_id}
        query |= {BookmakerFilter.parameter_name: book, MarketFilter.parameter_name: market}
        return _entries_link(f"entries of this bookmaker and market ({count:,})", query)


class EventWithEntriesAdmin(EventWithOddsAdmin):
    """Events with the way to what was found wrong, beside that to what was collected."""

    @admin.display(description="collected")
    def stored(self, event: Event) -> SafeString:
        count = DataQualityLog.objects.filter(event=event).count()
        link = _entries_link(f"quality log ({count:,})", {OfEvent.parameter_name: event.api_id})
        return format_html("{}, {}", super().stored(event), link)


for _model, _page in ((Odds, OddsWithEntriesAdmin), (Event, EventWithEntriesAdmin)):
    admin.site.unregister(_model)
    admin.site.register(_model, _page)
