"""Events to look at, with every score they were given."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString

from . import alias_admin, doubts  # noqa: F401 - registers its page
from .admin_confirm import question
from .admin_pages import LargeTableAdmin, OfEvent, ReadOnlyAdmin, TabularInline, unbroken, utc
from .choices import EventStatus
from .lifecycle import Doubt
from .models import Event, EventScore
from .statuses import doubt_about, set_status, unset_status
from .times import stamp


class EventScoreInline(TabularInline):
    """The scores of an event, the newest first: a result can be corrected after the game."""

    model = EventScore
    ordering = ("-observed_at",)
    extra = 0
    fields = readonly_fields = ("observed", "completed", "away_score", "home_score", "stated", "source", "trust")
    observed = staticmethod(utc("observed_at", "seen"))
    stated = staticmethod(utc("last_update", "the provider's time"))
    verbose_name_plural = "scores as they came in"

    @admin.display(description="from")
    def source(self, score: EventScore) -> str:
        return _origin(score)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class InDoubt(admin.SimpleListFilter):
    """Events that a person should look into."""

    title = "doubt"
    parameter_name = "doubt"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        return [
            (Doubt.VANISHED.value, "Vanished before the start"),
            (Doubt.UNRESOLVED.value, "Began over 24 h ago, no result"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Event]) -> QuerySet[Event]:
        now = timezone.now()
        conditions = {Doubt.VANISHED.value: doubts.vanished(now), Doubt.UNRESOLVED.value: doubts.unresolved(now)}
        return queryset.filter(conditions.get(self.value() or "", Q()))


Action = Callable[["EventAdmin", HttpRequest, QuerySet[Event]], HttpResponse | None]


def by_hand(status: EventStatus) -> Action:
    """An action that gives the selected events this status."""

    @admin.action(description=f"{status.label}, by hand", permissions=["status"])
    def act(page: EventAdmin, request: HttpRequest, queryset: QuerySet[Event]) -> HttpResponse | None:
        consequence = f"They will be {status.value}: no job changes that until the status is left to the jobs again."
        if asked := question(page, request, queryset, f"{status.label}, by hand", consequence):
            return asked
        events = list(queryset)
        for event in events:
            set_status(event, status)
        told = f"{_counted(events)} {status.value} now; no job changes that"
        page.message_user(request, told, messages.SUCCESS)
        return None

    act.__name__ = f"set_{status.value}"
    return act


@admin.action(description="Leave the status to the jobs again", permissions=["status"])
def leave_to_jobs(page: EventAdmin, request: HttpRequest, queryset: QuerySet[Event]) -> None:
    now = timezone.now()
    events = list(queryset)
    statuses = sorted({unset_status(event, now).value for event in events})
    told = f"{_counted(events)} {' or '.join(statuses)} by what is known; jobs go on from there"
    page.message_user(request, told, messages.SUCCESS)


def _counted(events: list[Event]) -> str:
    return f"{events[0].title} is" if len(events) == 1 else f"{len(events):,} events are"


class EventAdmin(ReadOnlyAdmin):
    """Events. The table is small enough to be searched by team. Only the status can be changed, by actions."""

    list_display = ("game", "start", "shown_status", "score", "api_id", "sport_key", "close")
    list_filter = ("status", InDoubt, "status_is_manual", ("sport_key", admin.AllValuesFieldListFilter))
    actions = (
        by_hand(EventStatus.POSTPONED),
        by_hand(EventStatus.CANCELLED),
        by_hand(EventStatus.FINAL),
        by_hand(EventStatus.LIVE),
        by_hand(EventStatus.SCHEDULED),
        leave_to_jobs,
    )
    date_hierarchy = "commence_time"
    ordering = ("-commence_time",)
    sortable_by = ("start",)
    search_fields = ("api_id__startswith", "home_team__icontains", "away_team__icontains")
    search_help_text = "A team, or the id of an event or its beginning"
    inlines = (EventScoreInline,)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "game",
                    "api_id",
                    "sport",
                    "start",
                    "start_is_day",
                    "status",
                    "status_is_manual",
                    "score",
                    "is_sandbox",
                )
            },
        ),
        ("Times", {"fields": ("completed", "close", "observed", "missing", "missed_listings", "created", "updated")}),
    )
    readonly_fields = (
        "game", "sport", "start", "score", "completed", "close", "observed", "missing", "created", "updated",
    )  # fmt: skip

    close = staticmethod(utc("closing_at", "last pre-match snapshot"))
    completed = staticmethod(utc("completed_at", "first called completed"))
    observed = staticmethod(utc("observed_at", "last stated"))
    missing = staticmethod(utc("missing_since", "gone from the lists since"))
    created = staticmethod(utc("created_at", "row written"))
    updated = staticmethod(utc("updated_at", "row changed"))

    def has_status_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("events.change_event")

    @admin.display(description="start (UTC)", ordering="commence_time")
    def start(self, event: Event) -> SafeString:
        return unbroken(f"{event.commence_time:%Y-%m-%d}" if event.start_is_day else stamp(event.commence_time))

    @admin.display(description="sport")
    def sport(self, event: Event) -> str:
        return f"{event.sport_title} ({event.sport_key})" if event.sport_title else event.sport_key

    @admin.display(description="game")
    def game(self, event: Event) -> str:
        return unbroken(event.title)

    @admin.display(description="status")
    def shown_status(self, event: Event) -> str:
        if doubt_about(event, timezone.now()) is Doubt.UNRESOLVED:
            return unbroken("No result")
        label = EventStatus(event.status).label
        return unbroken(f"{label}, by hand" if event.status_is_manual else label)

    @admin.display(description="score")
    def score(self, event: Event) -> str:
        return "–" if event.home_score is None else f"{event.away_score}–{event.home_score}"


@admin.register(EventScore)
class EventScoreAdmin(LargeTableAdmin):
    """Every score that came in."""

    ordering_of_event = ("-observed_at",)
    list_display = ("game", "observed", "away_score", "home_score", "completed", "source")
    list_filter = (OfEvent, "completed")
    list_select_related = ("event",)
    fields = ("event", "observed", "completed", "away_score", "home_score", "stated", "source", "trust")
    readonly_fields = ("observed", "stated", "source")
    observed = staticmethod(utc("observed_at", "seen"))
    stated = staticmethod(utc("last_update", "the provider's time"))

    @admin.display(description="event")
    def game(self, score: EventScore) -> SafeString:
        return unbroken(score.event.title)

    @admin.display(description="from")
    def source(self, score: EventScore) -> str:
        return _origin(score)


def _origin(score: EventScore) -> str:
    return score.origin or "the provider"


admin.site.register(Event, EventAdmin)
