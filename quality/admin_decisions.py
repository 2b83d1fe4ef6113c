"""How decisions are taken in the admin: one entry on its page, many at once after a page that says what will follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from .admin_consequences import about, concerned, consequence
from .choices import ReviewState
from .models import DataQualityLog
from .review import decide

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST_EVENTS = 200  # judged anew in one request; each takes about a quarter of a second
SHOWN = 20  # entries named on the page that asks for a note
FILTERS = "_changelist_filters"  # the parameter by which Django's pages keep those of the list
QUEUE = "admin:quality_dataqualitylog_changelist"
PAGE = "admin:quality_dataqualitylog_change"


@dataclass(frozen=True, slots=True)
class Decision:
    """A state as a person gives it."""

    state: ReviewState
    verb: str
    done: str


DECISIONS = [
    Decision(ReviewState.ACKNOWLEDGED, "Acknowledge", "Acknowledged"),
    Decision(ReviewState.DISMISSED, "Dismiss", "Dismissed"),
    Decision(ReviewState.CONFIRMED, "Confirm", "Confirmed"),
    Decision(ReviewState.OPEN, "Restore", "Restored"),
]
_BY_STATE = {decision.state: decision for decision in DECISIONS}


def open_to(entry: DataQualityLog) -> dict[str, Any]:
    """What a page needs to offer the decisions that would change something, each with what follows from it."""
    one = DataQualityLog.objects.filter(pk=entry.pk)
    found = concerned(one)
    decisions = [(each, consequence(each.state, found)) for each in DECISIONS if each.state != entry.review]
    return {"decisions": decisions, "about": about(one, found)}


class DecisionForm(forms.Form):
    """What a page posts: the entries by id, what to make of them, and why."""

    ids = forms.RegexField(r"^\d{1,18}(,\d{1,18})*$")  # in one field: the number of fields is limited
    state = forms.TypedChoiceField(choices=ReviewState.choices, coerce=ReviewState)
    note = forms.CharField(required=False, max_length=2_000)
    filters = forms.CharField(required=False)  # of the queue that one came from

    def clean_ids(self) -> list[int]:
        return [int(each) for each in self.cleaned_data["ids"].split(",")]


Action = Callable[[admin.ModelAdmin, HttpRequest, QuerySet[DataQualityLog]], HttpResponse | None]


def _ask(decision: Decision) -> Action:
    """The action that leads to the page where this decision is explained, noted and taken."""

    @admin.action(description=f"{decision.verb} the selected entries", permissions=["review"])
    def ask(page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[DataQualityLog]) -> HttpResponse | None:
        events = queryset.order_by().exclude(event=None).values("event").distinct().count()
        if decision.state is not ReviewState.ACKNOWLEDGED and events > MOST_EVENTS:
            told = f"These entries are of {events:,} events, whose prices would all be judged anew"
            messages.error(request, f"{told}: choose those of {MOST_EVENTS} at most.")
            return None
        entries = queryset.exclude(review=decision.state)
        ids = list(entries.values_list("pk", flat=True))
        chosen = DataQualityLog.objects.filter(pk__in=ids)
        found = concerned(chosen)
        context = {
            **page.admin_site.each_context(request),
            "title": f"{decision.verb} {_entries(len(ids))}",
            "opts": page.opts,
            "media": page.media,
            "decision": decision,
            "count": len(ids),
            "already": queryset.count() - len(ids),
            "ids": ",".join(map(str, ids)),
            "shown": entries[:SHOWN],
            "left_out": max(len(ids) - SHOWN, 0),
            "about": about(chosen, found),
            "consequence": consequence(decision.state, found),
            "filters": request.GET.urlencode(),
        }
        return TemplateResponse(request, "admin/quality/dataqualitylog/decide_selected.html", context)

    ask.__name__ = f"ask_{decision.state.value}"
    return ask


ACTIONS = tuple(map(_ask, DECISIONS))


def take(page: Any, request: HttpRequest) -> HttpResponse:
    """Take a posted decision, and go back to the entry if it was one on its own page, else to the queue."""
    if not page.has_review_permission(request):
        raise PermissionDenied
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = DecisionForm(request.POST)
    if not form.is_valid():
        told = "; ".join(f"{name}: {errors.as_text()}" for name, errors in form.errors.items())
        page.message_user(request, f"Nothing decided: {told}", messages.ERROR)
        return HttpResponseRedirect(reverse(QUEUE))
    data = form.cleaned_data
    entries = DataQualityLog.objects.filter(pk__in=data["ids"])
    reviewer = cast("User", request.user)  # nobody else has the permission
    count = decide(entries, data["state"], note=data["note"], reviewer=reviewer, now=timezone.now())
    _tell(page, request, _BY_STATE[data["state"]], count)
    if "one" in request.POST:
        query = {FILTERS: data["filters"]}
        return HttpResponseRedirect(reverse(PAGE, args=data["ids"][:1], query=query))
    return HttpResponseRedirect(f"{reverse(QUEUE)}?{data['filters']}")


def _tell(page: admin.ModelAdmin, request: HttpRequest, decision: Decision, count: int) -> None:
    if count:
        page.message_user(request, f"{decision.done}: {_entries(count)}", messages.SUCCESS)
    else:
        page.message_user(request, "Nothing changed: somebody else had decided the same", messages.WARNING)


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
