"""What collecting did: calls and their credits, answers as received, ticks."""

from __future__ import annotations

from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from events.admin_pages import ReadOnlyAdmin, unbroken, utc
from events.times import duration

from . import archive_admin, backfill_admin, job_admin, response_admin  # noqa: F401 - register their pages
from .admin_pages import GrowingTableAdmin, state_of
from .models import CollectorState, CreditPeriod, FetchLog, JobTick, RawResponse


@admin.register(FetchLog)
class FetchLogAdmin(GrowingTableAdmin):
    """The ledger: every call, what it was for, what it cost and how it ended."""

    list_display = (
        "at", "purpose", "shown_endpoint", "sport", "shown_state", "http", "shown_credits", "left", "ms", "events",
        "error_code",
    )  # fmt: skip
    list_filter = ("state", "purpose", "endpoint", ("fetch_time", admin.DateFieldListFilter))
    date_hierarchy = "fetch_time"
    search_fields = ("request_id",)
    search_help_text = "A request id, or the beginning of an error code"
    fieldsets = (
        (None, {"fields": ("shown_state", "purpose", "endpoint", "sport_key", "event_id", "parameters", "answer")}),
        (
            "Credits",
            {"fields": ("credits_reserved", "credits_charged", "credits_used", "api_quota_remaining", "period")},
        ),
        ("Times", {"fields": ("planned", "at", "sent", "received", "response_time_ms")}),
        (
            "Outcome",
            {"fields": ("success", "http_status", "events_count", "bookmakers_count", "error_code", "error_message")},
        ),
        ("Identity", {"fields": ("request_id", "account", "attempt", "holder", "digest")}),
    )
    readonly_fields = ("shown_state", "answer", "planned", "at", "sent", "received")

    at = staticmethod(utc("fetch_time", "reserved at"))
    planned = staticmethod(utc("tick", "for the tick"))
    sent = staticmethod(utc("sent_at", "sent"))
    received = staticmethod(utc("received_at", "received"))

    def is_narrowed(self, request: HttpRequest) -> bool:
        return (
            any(name.startswith("fetch_time__") for name in request.GET) or _uuid(request.GET.get("q", "")) is not None
        )

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        if (request_id := _uuid(search_term)) is not None:
            return queryset.filter(request_id=request_id), False
        return queryset.filter(error_code__istartswith=search_term.strip()), False

    @admin.display(description="state")
    def shown_state(self, call: FetchLog) -> SafeString:
        return state_of(call.state)

    @admin.display(description="endpoint")
    def shown_endpoint(self, call: FetchLog) -> SafeString:
        return unbroken(call.endpoint)

    @admin.display(description="sport")
    def sport(self, call: FetchLog) -> str:
        return call.sport_key

    @admin.display(description="HTTP")
    def http(self, call: FetchLog) -> int | None:
        return call.http_status

    @admin.display(description="credits")
    def shown_credits(self, call: FetchLog) -> str:
        """What it cost; of a call whose cost is not known the most that it can be."""
        return unbroken(f"≤ {call.credits_reserved}" if call.credits_charged is None else str(call.credits_charged))

    @admin.display(description="credits left")
    def left(self, call: FetchLog) -> str:
        return "–" if call.api_quota_remaining is None else f"{call.api_quota_remaining:,}"

    @admin.display(description="ms")
    def ms(self, call: FetchLog) -> int | None:
        return call.response_time_ms

    @admin.display(description="events")
    def events(self, call: FetchLog) -> int | None:
        return call.events_count

    @admin.display(description="answer")
    def answer(self, call: FetchLog) -> SafeString | str:
        stored = RawResponse.objects.filter(call=call).values_list("pk", "size").first()
        if stored is None:
            return "–"
        url = reverse("admin:collectors_rawresponse_change", args=[stored[0]])
        return format_html('<a href="{}">as received, {} bytes</a>', url, f"{stored[1]:,}")


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


@admin.register(CreditPeriod)
class CreditPeriodAdmin(ReadOnlyAdmin):
    """Credits from one reset to the next."""

    list_display = (
        "account", "began", "ended", "used", "remaining", "seen", "used_before", "used_elsewhere", "warned_percent",
    )  # fmt: skip
    list_filter = (("ended_at", admin.EmptyFieldListFilter),)
    sortable_by = ()
    fields = list_display
    readonly_fields = ("began", "ended", "seen")

    began = staticmethod(utc("started_at", "first answer"))
    ended = staticmethod(utc("ended_at", "next one's first answer"))
    seen = staticmethod(utc("seen_at", "count seen"))


class Missed(admin.SimpleListFilter):
    """Ticks before which planned instants were missed."""

    title = "missed before"
    parameter_name = "missed"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [("yes", "Some were missed")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[JobTick]) -> QuerySet[JobTick]:
        return queryset.filter(missed__gt=0) if self.value() == "yes" else queryset


@admin.register(JobTick)
class JobTickAdmin(GrowingTableAdmin):
    """What the scheduler did, and what people had it do."""

    list_display = ("planned", "job_name", "sport_key", "shown_state", "purpose", "missed", "began", "took", "outcome")
    list_filter = ("state", "job", "purpose", Missed, ("tick", admin.DateFieldListFilter))
    fields = (
        "job_name",
        "sport_key",
        "planned",
        "shown_state",
        "purpose",
        "missed",
        "began",
        "ended",
        "took",
        "outcome",
    )
    readonly_fields = ("job_name", "planned", "shown_state", "began", "ended", "took")

    planned = staticmethod(utc("tick", "tick"))
    began = staticmethod(utc("started_at", "began"))
    ended = staticmethod(utc("finished_at", "ended"))

    @admin.display(description="job")
    def job_name(self, tick: JobTick) -> SafeString:
        return unbroken(tick.job)

    @admin.display(description="state")
    def shown_state(self, tick: JobTick) -> SafeString:
        return state_of(tick.state)

    @admin.display(description="took")
    def took(self, tick: JobTick) -> str:
        return "–" if tick.finished_at is None else unbroken(duration(tick.finished_at - tick.started_at))


@admin.register(CollectorState)
class CollectorStateAdmin(ReadOnlyAdmin):
    """The one row that scheduler, commands and pages share."""

    list_display = ("__str__", "sampling_mode", "throttle_note", "heartbeat", "scheduler_pid", "scheduler_host")
    sortable_by = ()
    fields = (
        "sampling_mode", "planned", "live_need", "throttle_level", "throttle_note", "paused", "pause_code",
        "pause_reason", "heartbeat", "started", "scheduler_pid", "scheduler_host", "stop_requested",
    )  # fmt: skip
    readonly_fields = ("planned", "paused", "heartbeat", "started", "stop_requested")

    planned = staticmethod(utc("planned_at", "forecast made"))
    paused = staticmethod(utc("paused_at", "paused since"))
    heartbeat = staticmethod(utc("heartbeat_at", "last sign of life"))
    started = staticmethod(utc("scheduler_started_at", "scheduler started"))
    stop_requested = staticmethod(utc("stop_requested_at", "stop asked for"))
