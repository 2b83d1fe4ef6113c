"""How decisions are taken in the admin: one entry on its page, many at once after a page that says what will follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from .choices import ReviewState
from .comparison import prices_in_question
from .models import DataQualityLog
from .review import decide

if TYPE_CHECKING:
    from django.contrib.auth.models import User

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
    consequence: str


DECISIONS = [
    Decision(
        ReviewState.ACKNOWLEDGED, "Acknowledge", "Acknowledged", "Seen. The verdict on the prices stays as it is."
    ),
    Decision(
        ReviewState.DISMISSED,
        "Dismiss",
        "Dismissed",
        "A false alarm. Unless something else is wrong with them, the prices count: as best odds, as closing lines, in "
        "backtests.",
    ),
    Decision(
        ReviewState.CONFIRMED,
        "Confirm",
        "Confirmed",
        "Bad data. The prices do not count: they are left out of best odds, closing lines and backtests.",
    ),
    Decision(
        ReviewState.OPEN,
        "Restore",
        "Restored",
        "Takes the decision back. What the checks say holds again, and the entry waits for review.",
    ),
]
_BY_STATE = {decision.state: decision for decision in DECISIONS}


def open_to(entry: DataQualityLog) -> list[Decision]:
    """The decisions that would change something."""
    return [decision for decision in DECISIONS if decision.state != entry.review]


class DecisionForm(forms.Form):
    """What a page posts: the entries by id, what to make of them, and why."""

    ids = forms.RegexField(r"^\d{1,18}(,\d{1,18})*$")  # in one field: the number of fields is limited
    state = forms.TypedChoiceField(choices=ReviewState.choices, coerce=ReviewState)
    note = forms.CharField(required=False, max_length=2_000)
    filters = forms.CharField(required=False)  # of the queue that one came from

    def clean_ids(self) -> list[int]:
        return [int(each) for each in self.cleaned_data["ids"].split(",")]


Action = Callable[[admin.ModelAdmin, HttpRequest, QuerySet[DataQualityLog]], HttpResponse]


def _ask(decision: Decision) -> Action:
    """The action that leads to the page where this decision is explained, noted and taken."""

    @admin.action(description=f"{decision.verb} the selected entries", permissions=["review"])
    def ask(page: admin.ModelAdmin, request: HttpRequest, queryset: QuerySet[DataQualityLog]) -> HttpResponse:
        entries = queryset.exclude(review=decision.state)
        ids = list(entries.values_list("pk", flat=True))
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
            "prices": prices_text(DataQualityLog.objects.filter(pk__in=ids)),
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


def prices_text(entries: QuerySet[DataQualityLog]) -> str:
    """How many prices these entries are about: '4 prices of 2 events', 'no stored price'."""
    found = prices_in_question(entries).aggregate(prices=Count("pk"), events=Count("event", distinct=True))
    prices, events = found["prices"], found["events"]
    if not prices:
        return "no stored price"
    return f"{prices:,} price{'s' * (prices != 1)} of {events:,} event{'s' * (events != 1)}"


def _entries(count: int) -> str:
    return "1 entry" if count == 1 else f"{count:,} entries"
