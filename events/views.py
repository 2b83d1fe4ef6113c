"""The page of events: found by day, team, sport and status."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from . import game_days
from .choices import EventStatus
from .models import Event
from .querysets import EventQuerySet

PER_PAGE = 50
LONGEST_SEARCH = 100


@login_required(login_url="admin:login")
@require_safe
def events(request: HttpRequest) -> HttpResponse:
    """Games from today on, soonest first; with a day that day's, and with past=1 those before today, newest first."""
    asked = request.GET
    day, search = _day(asked.get("day", "")), asked.get("team", "").replace("\x00", "").strip()[:LONGEST_SEARCH]
    status, past = asked.get("status", ""), asked.get("past") == "1"
    sports = Event.objects.sports()
    sport = asked.get("sport", "")
    found = _narrowed(
        Event.objects.all(),
        search=search,
        status=status if status in EventStatus.values else "",
        sport=sport if sport in sports else "",
    )
    found = _timed(found, day, past=past, now=timezone.now())
    page = Paginator(found, PER_PAGE).get_page(asked.get("page"))
    kept = asked.copy()
    kept.pop("page", None)
    context = {
        "title": "Events",
        "page": page,
        "day": day,
        "team": search,
        "status": status,
        "sport": sport,
        "past": past,
        "sports": sports,
        "statuses": EventStatus.choices,
        "query": kept.urlencode(),
        "has_any": page.paginator.count > 0 or Event.objects.exists(),
    }
    return render(request, "events/events.html", context)


def _day(typed: str) -> date | None:
    """The day of an ISO text; None for any other text, as for none, and for days too far off to have an end."""
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if date.min + timedelta(days=2) < day < date.max - timedelta(days=2) else None


def _narrowed(found: EventQuerySet, *, search: str, status: str, sport: str) -> EventQuerySet:
    """`search` is a part of a team's name or the beginning of an id."""
    if search:
        team = Q(home_team__icontains=search) | Q(away_team__icontains=search)
        found = found.filter(team | Q(api_id__startswith=search))
    if status:
        found = found.with_status(status)
    return found.for_sport(sport) if sport else found


def _timed(found: EventQuerySet, day: date | None, *, past: bool, now: datetime) -> EventQuerySet:
    if day is not None:
        return found.commencing_between(*game_days.bounds(day)).order_by("commence_time", "api_id")
    today, _ = game_days.bounds(game_days.day_of(now))
    if past:
        return found.filter(commence_time__lt=today).order_by("-commence_time", "api_id")
    return found.filter(commence_time__gte=today).order_by("commence_time", "api_id")
