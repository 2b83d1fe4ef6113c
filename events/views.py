"""The page of events: found by day, team, sport and status."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from .filters import EventFilter
from .models import Event
from .recent import recent_page
from .statuses import status_told

PER_PAGE = 50


@recent_page
@login_required(login_url="admin:login")
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """What the filter finds, page by page."""
    now = timezone.now()
    found = EventFilter(request.GET, Event.objects.all(), now=now)
    page = Paginator(found.qs, PER_PAGE).get_page(request.GET.get("page"))
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "title": "Events",
        "page": page,
        "rows": [(event, status_told(event, now)) for event in page],
        "form": found.form,
        "query": kept.urlencode(),
        "has_any": page.paginator.count > 0 or Event.objects.exists(),
    }
    return render(request, "events/events.html", context)
