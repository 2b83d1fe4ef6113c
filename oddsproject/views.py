"""The overview: whether all is well, today's games, and what waits for a person."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from collectors.health import health_of_settings
from collectors.verdict import judge
from events.models import Event
from events.times import duration
from odds.choices import Side
from odds.event_prices import EventPrices, prices_at
from odds.lines import SIDES, BestPrice, best_prices
from odds.markets import H2H
from odds.models import Bookmaker
from odds.price_style import COOKIE, PriceStyle, style_named, written
from quality.choices import ReviewState, Severity
from quality.models import DataQualityLog

# Games are shown from those that may still be played to those that start within a day and a half.
BEGAN = timedelta(hours=4)
AHEAD = timedelta(hours=36)
GAMES = 20


@login_required(login_url="admin:login")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    facts = health_of_settings(now).facts
    verdict, findings = judge(facts)
    context = {
        "title": "Overview",
        "now": now,
        "verdict": verdict,
        "findings": findings,
        "last_fetch": facts.last_fetch,
        "fetch_age": duration(now - facts.last_fetch) if facts.last_fetch else "",
        "credits": facts.credits,
        "games": _games(now, style_named(request.COOKIES.get(COOKIE))),
        "flags": _flags(),
        "to_review": DataQualityLog.objects.to_review().count(),
        "has_events": Event.objects.exists(),
    }
    return render(request, "overview.html", context)


def _games(now: datetime, style: PriceStyle) -> list[dict[str, Any]]:
    """The next games with the best price of each team, and who offers it."""
    found = Event.objects.commencing_between(now - BEGAN, now + AHEAD).order_by("commence_time", "api_id")[:GAMES]
    titles = dict(Bookmaker.objects.values_list("key", "title"))
    return [
        {
            "event": each.event,
            "best": [_told(price, style, titles) for price in _winners(each)],
            "age": duration(now - each.newest.snapshot_time) if each.newest else "",
            "is_live": each.newest is not None and each.newest.is_live,
        }
        for each in prices_at(list(found), now)
    ]


def _winners(prices: EventPrices) -> list[BestPrice]:
    """The best price of each side of the head-to-head market, away before home."""
    best = best_prices(price for price in prices.prices if price.market == H2H)
    return sorted((each for each in best if each.side != Side.OTHER), key=lambda each: SIDES.index(Side(each.side)))


def _told(price: BestPrice, style: PriceStyle, titles: dict[str, str]) -> dict[str, str]:
    return {
        "outcome": price.outcome,
        "price": written(style, price.price, price.decimal_price),
        "books": ", ".join(titles.get(key) or key for key in price.bookmakers),
    }


def _flags() -> list[tuple[Severity, int]]:
    """How many faults of each severity stand, the worst first; none where none does."""
    entries = DataQualityLog.objects.standing().exclude(review=ReviewState.DISMISSED)
    counts = dict(entries.order_by().values_list("severity").annotate(number=Count("pk")))
    return [(severity, counts[severity]) for severity in reversed(Severity) if counts.get(severity)]
