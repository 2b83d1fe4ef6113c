"""The scheduler's jobs as they are stored, in place of the pages that came with the store.

Those would run a job past the gate's credits and once-only; here it goes through both.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import django_apscheduler.admin  # noqa: F401 - registers what is replaced below
import structlog
from django.contrib import admin, messages
from django.db import Error
from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django_apscheduler.models import DjangoJob, DjangoJobExecution

from events.admin_confirm import question
from events.admin_pages import ReadOnlyAdmin, utc

from .admin_pages import state_of
from .choices import Job, TickState
from .errors import AlreadyRunning, CollectorError, NotNow
from .jobs import run_now
from .models import JobTick

log = structlog.get_logger(__name__)

_LEVELS = {TickState.DONE: messages.SUCCESS, TickState.SKIPPED: messages.INFO}

CONSEQUENCE = "They run now, whatever is planned. What they fetch costs credits and is booked in the ledger."

Told = tuple[int, str]


class JobAdmin(ReadOnlyAdmin):
    """Jobs with what each did last. They can be run now; nothing else can be done to them here."""

    list_display = ("id", "next_run", "last_tick", "last_state", "last_outcome")
    ordering = ("id",)
    sortable_by = ()
    fields = ("id", "next_run", "last_tick", "last_state", "last_outcome")
    readonly_fields = ("next_run", "last_tick", "last_state", "last_outcome")
    actions = ("run_selected",)

    next_run = staticmethod(utc("next_run_time", "looks next whether it is due"))
    last_tick = staticmethod(utc("tick", "last tick"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return super().changelist_view(request, {"title": "Jobs of the scheduler", **(extra_context or {})})

    def get_queryset(self, request: HttpRequest) -> QuerySet[DjangoJob]:
        # By the primary key, which an index has: ticks are written in the order in which they were worked at.
        newest = JobTick.objects.filter(job=OuterRef("id")).order_by("-pk")
        last = {name: Subquery(newest.values(name)[:1]) for name in ("tick", "state", "outcome")}
        jobs: QuerySet[DjangoJob] = super().get_queryset(request)
        annotated: QuerySet[DjangoJob] = jobs.defer("job_state").annotate(**last)
        return annotated

    def has_run_permission(self, request: HttpRequest) -> bool:
        """Running a job spends credits."""
        return bool(request.user.is_active and request.user.is_superuser)

    @admin.display(description="state")
    def last_state(self, job: DjangoJob) -> SafeString | str:
        return state_of(job.state) if job.state else "–"

    @admin.display(description="outcome")
    def last_outcome(self, job: DjangoJob) -> str:
        return job.outcome or "–"

    @admin.action(description="Run now, through the gate", permissions=["run"])
    def run_selected(self, request: HttpRequest, queryset: QuerySet[DjangoJob]) -> HttpResponse | None:
        if asked := question(self, request, queryset.order_by("id"), "Run now", CONSEQUENCE):
            return asked
        for name in queryset.order_by("id").values_list("id", flat=True):
            for level, text in run(name):
                self.message_user(request, text, level)
        return None


def run(name: str) -> Iterator[Told]:
    """Run a job now; the level and text of a message for each thing that came of it. It never raises."""
    try:
        job = Job(name)
    except ValueError:
        yield messages.ERROR, f"Not run: {name} is no job of this program; the scheduler removes it when it starts"
        return
    try:
        yield from [_told(name, sport_key, result) for sport_key, result in run_now(job)]
    except CollectorError as error:
        yield _told(name, "", error)
    except Error as error:
        log.error("job_failed", job=name, reason=str(error).partition("\n")[0])
        yield messages.ERROR, f"Failed: {name}: the database gave an error; what was received is kept, the log has more"
    except Exception as error:  # a message is all that a person can be given here
        log.exception("job_failed", job=name)
        yield messages.ERROR, f"Failed: {name}: unexpectedly, with {type(error).__name__}; the log has more"


def _told(name: str, sport_key: str, result: JobTick | CollectorError) -> Told:
    what = f"{name} {sport_key}".rstrip()
    if isinstance(result, AlreadyRunning):
        return messages.WARNING, f"Not run: {result}"  # it names the job itself
    if isinstance(result, NotNow):
        return messages.WARNING, f"Not run: {what}: {result}"
    if isinstance(result, CollectorError):
        return messages.ERROR, f"Failed: {what}: {result}"
    return _LEVELS.get(TickState(result.state), messages.ERROR), f"Ran {what}: {result.outcome}"


class ExecutionAdmin(ReadOnlyAdmin):
    """When the scheduler started each job. What came of it stands with the ticks."""

    list_display = ("ran", "job_name", "status", "duration")
    list_filter = ("status", "job__id")
    sortable_by = ()
    fields = ("job_name", "ran", "status", "duration", "exception", "shown_traceback")
    readonly_fields = ("job_name", "ran", "shown_traceback")

    ran = staticmethod(utc("run_time", "started"))

    @admin.display(description="job")
    def job_name(self, execution: DjangoJobExecution) -> str:
        return str(execution.job_id)

    @admin.display(description="traceback")
    def shown_traceback(self, execution: DjangoJobExecution) -> SafeString:
        return format_html("<pre>{}</pre>", execution.traceback or "–")


def _replace(model: type[Model], page: type[admin.ModelAdmin]) -> None:
    admin.site.unregister(model)
    admin.site.register(model, page)


_replace(DjangoJob, JobAdmin)
_replace(DjangoJobExecution, ExecutionAdmin)
