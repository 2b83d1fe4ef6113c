"""The page of collecting: its health, the credits, the jobs and the last calls."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.recent import recent_page
from events.times import duration
from odds.wording import percent

from .burn_down import HEIGHT, WIDTH, Point, burn_down, coordinates
from .gate import Terms
from .health import calls_of, health_of_settings
from .outlook import collector_state, outlook, sampling_of
from .spending import ModeForecast, Quota, Spent, forecast_in_effect, quota_of
from .tables import sampling_text
from .verdict import Finding

# The list in the admin has all of them.
CALLS = 20


@recent_page
@login_required(login_url="admin:login")
@require_safe
def collecting(request: HttpRequest) -> HttpResponse:
    """How collecting goes. Nothing here changes anything, and the provider is not asked."""
    now, terms = timezone.now(), Terms.of_settings()
    health, state = health_of_settings(now), collector_state()
    facts = health.facts
    quota = quota_of(terms, now)
    forecast = forecast_in_effect(quota.balance, now)
    context = {
        "title": "Collecting",
        "verdict": health.status.value,
        "findings": findings_shown(health.findings),
        "facts": facts,
        "heartbeat_age": "" if facts.heartbeat_age is None else duration(facts.heartbeat_age),
        "success_rate": percent(facts.success_rate_24h),
        "sampling": sampling_text(sampling_of(state)),
        "quota": quota,
        "credits": _credits(quota),
        "forecast": forecast,
        "forecast_told": forecast.told,
        "purposes": _by_purpose(quota.spent),
        "chart": credit_chart(quota, forecast, now),
        "jobs": outlook(now, state),
        "calls": calls_of(terms.account).order_by("-pk")[:CALLS],
    }
    return render(request, "collectors/collecting.html", context)


def findings_shown(findings: Iterable[Finding]) -> list[tuple[bool, list[str]]]:
    """Whether each stops collecting, and its text in parts: every second one is a command."""
    return [(finding.failing, finding.text.split("`")) for finding in findings]


def credit_chart(quota: Quota, forecast: ModeForecast, now: datetime) -> dict[str, Any] | None:
    """The burn-down as lines and days; None before any answer told of credits."""
    if quota.since is None:
        return None
    left = _left(quota)
    charged = {each.day: each.credits for each in quota.days}
    # What is kept back for no purpose is still left when live collection ends for want of credits.
    end = Point(quota.resets_at, max(0, left - forecast.need))
    if forecast.exhausted_at is not None:
        end = Point(forecast.exhausted_at, max(0, left - forecast.left))
    start = min(quota.since, now)
    lines = burn_down(
        charged, started_at=start, now=now, quota=quota.quota, left=left, resets_at=quota.resets_at, end=end
    )
    most = max(quota.quota, lines.actual[0].left)
    drawn = {
        name: coordinates(line, start, quota.resets_at, most)
        for name, line in (("actual", lines.actual), ("even", lines.even), ("forecast", lines.forecast))
    }
    return {**drawn, "days": lines.days, "end": end, "start": start, "most": most, "width": WIDTH, "height": HEIGHT}


def _left(quota: Quota) -> int:
    return max(0, quota.quota - quota.balance.committed)


def _credits(quota: Quota) -> list[tuple[str, str]]:
    """Labels and figures."""
    return [
        ("Used", f"{quota.used:,}"),
        ("Set aside", f"{quota.pending:,}"),
        ("Left", f"{_left(quota):,}"),
        ("Quota", f"{quota.quota:,}"),
    ]


def _by_purpose(spent: list[Spent]) -> list[tuple[str, int, int]]:
    """Purpose, calls and credits; unknown costs count as the most that they can be."""
    calls, charged = Counter[str](), Counter[str]()
    for each in spent:
        calls[each.purpose] += each.calls
        charged[each.purpose] += each.credits
    return [(purpose, calls[purpose], charged[purpose]) for purpose in sorted(calls)]
