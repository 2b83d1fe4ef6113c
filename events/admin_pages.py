"""What the admin's pages for looking at data have in common: nothing is changed there, and no page reads a large table.

A list of a large table shows its newest rows, or all those of one event; both are found by an index, and so is the
order in which they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.db.models import Max, Model, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from .models import Event
from .times import stamp

if TYPE_CHECKING:  # the theme's classes have no types, those that they extend do
    from django.contrib.admin import ModelAdmin as ModelAdmin
    from django.contrib.admin import TabularInline as TabularInline
else:
    from unfold.admin import ModelAdmin as ModelAdmin
    from unfold.admin import TabularInline as TabularInline

# As many events as an ambiguous beginning of an id may stand for in a search.
EVENTS_SEARCHED = 20


class ReadOnlyAdmin(ModelAdmin):
    """Rows to look at: nobody adds, changes or deletes them."""

    list_per_page = 50
    show_facets = admin.ShowFacets.NEVER
    list_fullwidth = True
    empty_value_display = "–"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def utc(field: str, label: str, *, sortable: bool = False) -> Callable[[Any], str]:
    """A column for a time, to the second; its heading names the time zone."""

    @admin.display(description=f"{label} (UTC)", ordering=field if sortable else None)
    def column(row: Any) -> str:
        return unbroken(stamp(getattr(row, field)))

    return column


def unbroken(text: str) -> SafeString:
    """Text in a cell that is not to be wrapped."""
    return format_html('<span class="nowrap">{}</span>', text)


class OfEvent(admin.SimpleListFilter):
    """One event by its id, as linked from its page."""

    title = "event"
    parameter_name = "event"

    def lookups(self, request: HttpRequest, model_admin: admin.ModelAdmin) -> list[tuple[str, str]]:
        api_id = self.value()
        if api_id is None:
            return []
        event = Event.objects.filter(api_id=api_id).first()
        return [(api_id, str(event or f"unknown: {api_id}"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet) -> QuerySet:
        return queryset.filter(event__api_id=self.value())


class NewestOrOfEvent(ChangeList):
    """The newest rows of a large table, unless one event or a search for events narrows it down."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        if not is_narrowed(request):
            self.title = f"The newest {self.opts.verbose_name_plural}; those of one event are linked from its page"

    def get_queryset(self, request: HttpRequest, exclude_parameters: list[str | None] | None = None) -> QuerySet:
        found = super().get_queryset(request, exclude_parameters)
        if is_narrowed(request):
            return found
        last = self.model._default_manager.aggregate(pk=Max("pk"))["pk"] or 0
        return found.filter(pk__gt=last - cast("LargeTableAdmin", self.model_admin).newest)


class LargeTableAdmin(ReadOnlyAdmin):
    """A table with an `event` that is too large to be counted, sorted or searched as a whole."""

    show_full_result_count = False
    list_before_template = "admin/told_of_list.html"
    newest = 100_000  # how many rows of it a list goes back, by primary key
    ordering_of_event: tuple[str, ...] = ()
    ordering = ("-pk",)
    sortable_by = ()
    search_fields = ("event__api_id__startswith",)
    search_help_text = "The id of an event, or its beginning"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return NewestOrOfEvent

    def get_list_display(self, request: HttpRequest) -> Any:
        """The columns, without the event in front where all rows are of one."""
        return self.list_display[OfEvent.parameter_name in request.GET :]

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        # Sorting by the primary key would tempt the planner to walk through it for the rows of one event.
        return self.ordering_of_event if is_narrowed(request) else ("-pk",)

    def get_search_results(self, request: HttpRequest, queryset: QuerySet, search_term: str) -> tuple[QuerySet, bool]:
        if not search_term:
            return queryset, False
        events = Event.objects.filter(api_id__startswith=search_term.strip()).order_by("api_id")[:EVENTS_SEARCHED]
        return queryset.filter(event__in=list(events)), False


def is_narrowed(request: HttpRequest) -> bool:
    """Whether a list is of one event, or of the few that a search finds."""
    return bool(request.GET.get(OfEvent.parameter_name) or request.GET.get(SEARCH_VAR))
