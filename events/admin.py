"""Events to look at, with every score they were given."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from .admin_pages import ReadOnlyAdmin, unbroken, utc
from .models import Event, EventScore

admin.site.site_header = "Odds"
admin.site.enable_nav_sidebar = False  # the tables need the width
admin.site.site_title = "Odds"
admin.site.index_title = "What is stored"


class EventScoreInline(admin.TabularInline):
    """The scores of an event, the newest first: a result can be corrected after the game."""

    model = EventScore
    ordering = ("-observed_at",)
    extra = 0
    fields = readonly_fields = ("observed", "completed", "away_score", "home_score", "stated")
    observed = staticmethod(utc("observed_at", "seen"))
    stated = staticmethod(utc("last_update", "the provider's time"))
    verbose_name_plural = "scores as they came in"

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class EventAdmin(ReadOnlyAdmin):
    """Events. The table is small enough to be searched by team."""

    list_display = ("game", "start", "status", "score", "api_id", "sport_key", "close")
    list_filter = ("status", ("sport_key", admin.AllValuesFieldListFilter))
    date_hierarchy = "commence_time"
    ordering = ("-commence_time",)
    sortable_by = ("start",)
    search_fields = ("api_id__startswith", "home_team__icontains", "away_team__icontains")
    search_help_text = "A team, or the id of an event or its beginning"
    inlines = (EventScoreInline,)
    fieldsets = (
        (None, {"fields": ("game", "api_id", "sport", "start", "status", "status_is_manual", "score")}),
        ("Times", {"fields": ("completed", "close", "observed", "created", "updated")}),
    )
    readonly_fields = ("game", "sport", "start", "score", "completed", "close", "observed", "created", "updated")

    start = staticmethod(utc("commence_time", "start", sortable=True))
    close = staticmethod(utc("closing_at", "last pre-match snapshot"))
    completed = staticmethod(utc("completed_at", "first called completed"))
    observed = staticmethod(utc("observed_at", "last stated"))
    created = staticmethod(utc("created_at", "row written"))
    updated = staticmethod(utc("updated_at", "row changed"))

    @admin.display(description="sport")
    def sport(self, event: Event) -> str:
        return f"{event.sport_title} ({event.sport_key})" if event.sport_title else event.sport_key

    @admin.display(description="game")
    def game(self, event: Event) -> str:
        return unbroken(event.title)

    @admin.display(description="score")
    def score(self, event: Event) -> str:
        return "–" if event.home_score is None else f"{event.away_score}–{event.home_score}"


admin.site.register(Event, EventAdmin)
