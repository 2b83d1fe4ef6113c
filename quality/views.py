"""The page of quality: what stands, who covers what, and how good each bookmaker's prices were."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.admin_pages import OfEvent
from events.models import Event
from events.recent import recent_page
from odds.dimensions import bookmaker_titles
from odds.wording import percent

from .admin_filters import ALL, StateFilter
from .choices import Severity
from .coverage import by_bookmaker, coverage, coverage_by_event
from .figures import BookFigures, figures_of, stale, totals
from .models import DataQualityLog
from .period import Period
from .tables import overround_text, resolution_text, seconds

PERIODS = {1: "24 hours", 7: "7 days", 14: "14 days", 30: "30 days"}
DAYS = 7
# The worst entries are shown here; the queue in the admin has them all.
ENTRIES = 8
SHADES = 10
EVENTS = 30  # in the heat map of events


@dataclass(frozen=True, slots=True)
class Row:
    """Figures as texts, and as lengths of bars from 0 to 100."""

    bookmaker: str  # its title
    market: str
    asked: int
    coverage: str
    coverage_bar: float
    is_stale: bool
    last_quoted: datetime | None
    age: str
    age_p95: str
    flags: str
    overround: str
    overround_bar: float
    first: str
    first_bar: float
    moves: int


@dataclass(frozen=True, slots=True)
class Cell:
    """The coverage of a bookmaker on a day or of an event; shade 0 to SHADES, None where nothing was asked."""

    text: str
    shade: int | None


@recent_page
@login_required(login_url="admin:login")
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """The last days, of all sports or one. Nothing here changes anything."""
    days, sports = _days(request.GET.get("days", "")), Event.objects.sports()
    sport = request.GET.get("sport", "")
    now = timezone.now()
    period = Period(start=now - timedelta(days=days), end=now, sport=sport if sport in sports else None)
    covered = coverage(period)
    figures = figures_of(period, covered)
    shares = by_bookmaker(covered.items())
    shown = _days_of(shares)
    by_event = by_bookmaker(coverage_by_event(period).items())
    whole, titles = totals(figures), bookmaker_titles()
    context = {
        "title": "Quality",
        "days": days,
        "periods": PERIODS,
        "period_name": PERIODS[days],
        "sport": period.sport or "",
        "sports": sports,
        "markets": _by_market(figures, titles),
        "asked": f"{whole.asked:,}",
        "missing": percent(whole.missing),
        "flags": f"{whole.flags:,}",
        "flagged": percent(whole.flagged),
        "stale": stale(figures),
        "resolution": resolution_text(figures[0].resolution) if figures else "",
        "heat_days": shown,
        "heat": _heat(shares, shown, titles),
        "books": [titles[key] for key in sorted(by_event)],
        "heat_events": _heat_of_events(by_event),
        "events_shown": EVENTS,
        **_entries(period.sport),
    }
    return render(request, "quality/quality.html", context)


@login_required(login_url="admin:login")
@require_safe
def event_flags(request: HttpRequest, event_id: str) -> HttpResponse:
    """What was found wrong with one event: what stands first, each with the way to its entry."""
    event = get_object_or_404(Event.objects.with_api_id(event_id))
    entries = DataQualityLog.objects.filter(event=event).not_dismissed()
    standing = entries.standing()
    context = {
        "standing": standing.worst_first()[:ENTRIES],
        "count": standing.count(),
        "ended": entries.filter(ended_at__isnull=False).count(),
        "queue_query": urlencode({OfEvent.parameter_name: event.api_id, StateFilter.parameter_name: ALL}),
    }
    return render(request, "quality/event_flags.html", context)


def _days(asked: str) -> int:
    return int(asked) if asked.isdecimal() and int(asked) in PERIODS else DAYS


def _by_market(figures: Sequence[BookFigures], titles: Mapping[str, str]) -> dict[str, list[Row]]:
    doubtful = {(row.bookmaker, row.market) for row in stale(figures)}
    widest = max((row.overround_median or 0 for row in figures), default=0) or 1
    markets: dict[str, list[Row]] = {}
    for row in figures:
        markets.setdefault(row.market, []).append(_row(row, titles, widest, (row.bookmaker, row.market) in doubtful))
    return markets


def _row(row: BookFigures, titles: Mapping[str, str], widest: float, is_stale: bool) -> Row:
    return Row(
        bookmaker=titles[row.bookmaker],
        market=row.market,
        asked=row.asked,
        coverage=percent(row.coverage),
        coverage_bar=round(100 * (row.coverage or 0), 1),
        is_stale=is_stale,
        last_quoted=row.last_quoted,
        age=seconds(row.age_median_seconds),
        age_p95=seconds(row.age_p95_seconds),
        flags="–" if row.flags_per_thousand is None else f"{row.flags_per_thousand:,.1f}",
        overround=overround_text(row),
        overround_bar=round(100 * max(0.0, row.overround_median or 0) / widest, 1),
        first=percent(row.first_share),
        first_bar=round(100 * (row.first_share or 0), 1),
        moves=row.moves,
    )


def _days_of(shares: Mapping[str, Mapping[date, float]]) -> list[date]:
    """Every day from the first to the last on which something was asked."""
    asked = {day for days in shares.values() for day in days}
    if not asked:
        return []
    return [min(asked) + timedelta(days=number) for number in range((max(asked) - min(asked)).days + 1)]


def _heat(
    shares: Mapping[str, Mapping[date, float]], days: Sequence[date], titles: Mapping[str, str]
) -> list[tuple[str, list[Cell]]]:
    return [(titles[book], [_cell(shares[book].get(day)) for day in days]) for book in sorted(shares)]


def _heat_of_events(shares: Mapping[str, Mapping[int, float]]) -> list[tuple[Event, list[Cell]]]:
    """A row for each event that was asked for, those that start last first, with a cell for each bookmaker."""
    asked = {event for events in shares.values() for event in events}
    events = Event.objects.filter(pk__in=asked).order_by("-commence_time", "api_id")[:EVENTS]
    return [(event, [_cell(shares[book].get(event.pk)) for book in sorted(shares)]) for event in events]


def _cell(covered: float | None) -> Cell:
    """Rounded down, so that 100 is all; what came at all is told from nothing."""
    if covered is None:
        return Cell("–", None)
    return Cell(str(int(100 * covered)), max(1, round(covered * SHADES)) if covered else 0)


def _entries(sport: str | None) -> dict[str, Any]:
    """What stands, counted by severity, the worst of it, and how much waits for a person."""
    of_sport = {"sport_key": sport} if sport else {}
    log = DataQualityLog.objects.filter(**of_sport)
    entries = log.standing().not_dismissed()
    filters = {"state": "standing", **of_sport}
    counts = entries.by_severity()
    return {
        "severities": [
            (severity, counts.get(severity, 0), urlencode({**filters, "severity__exact": severity.value}))
            for severity in reversed(Severity)
        ],
        "standing": sum(counts.values()),
        "worst": entries.worst_first()[:ENTRIES],
        "queue_query": urlencode(filters),
        "to_review": log.to_review().count(),
        "review_query": urlencode(of_sport),
    }
