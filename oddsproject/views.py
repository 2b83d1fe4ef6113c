"""The overview: whether all is well, today's games, and what waits for a person."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from collectors.gate import Terms
from collectors.health import health_of_settings
from collectors.outlook import collector_state, outlook
from collectors.pages import credit_chart, findings_shown
from collectors.spending import forecast_in_effect, quota_of
from events.models import Event
from events.recent import recent_page
from events.times import duration
from odds.choices import Side
from odds.dimensions import bookmaker_titles
from odds.event_lines import LinePrice, opening_prices
from odds.event_prices import EventPrices, prices_at
from odds.lines import BestPrice, best_prices, side_order
from odds.markets import H2H, draw_in
from odds.price_style import COOKIE, PriceStyle, style_named, written
from odds.win_chances import HomeMove, home_move
from odds.wording import percent
from quality.choices import Severity
from quality.models import DataQualityLog

# Games are shown from those that may still be played to those that start within a day and a half.
BEGAN = timedelta(hours=4)
AHEAD = timedelta(hours=36)
GAMES = 20


@recent_page
@login_required(login_url="admin:login")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    health = health_of_settings(now)
    facts = health.facts
    quota = quota_of(Terms.of_settings(), now)
    forecast = forecast_in_effect(quota.balance, now)
    sides, games = _games(now, style_named(request.COOKIES.get(COOKIE)))
    context = {
        "title": "Overview",
        "verdict": health.status,
        "findings": findings_shown(health.findings),
        "last_fetch": facts.last_fetch,
        "fetch_age": duration(now - facts.last_fetch) if facts.last_fetch else "",
        "credits": facts.credits,
        "chart": credit_chart(quota, forecast, now),
        "forecast": forecast,
        "resets_at": quota.resets_at,
        "sides": sides,
        "games": games,
        "flags": _flags(),
        "jobs": outlook(now, collector_state()),
        "to_review": DataQualityLog.objects.to_review().count(),
        "has_events": Event.objects.exists(),
    }
    return render(request, "overview.html", context)


def _games(now: datetime, style: PriceStyle) -> tuple[list[str], list[dict[str, Any]]]:
    """The sides on offer, and the next games: the best price of each side, None for no price, and how they moved."""
    upcoming = Event.objects.commencing_between(now - BEGAN, now + AHEAD).order_by("commence_time", "api_id")
    found = list(upcoming[:GAMES])
    standing, opening = prices_at(found, now, market=H2H), _opening(found)
    winners = [_winners(each) for each in standing]
    sides = sorted({Side.AWAY, Side.HOME}.union(*winners), key=side_order)
    titles = bookmaker_titles()
    games = [
        {
            "event": each.event,
            "best": [_told(best[side], style, titles) if side in best else None for side in sides],
            "moved": _moved(home_move(opening[each.event.api_id], each.prices, draw_in(each.event.sport_key))),
            "age": duration(now - each.newest.snapshot_time) if each.newest else "",
            "is_live": each.newest is not None and each.newest.is_live,
        }
        for each, best in zip(standing, winners, strict=True)
    ]
    return [str(side) for side in sides], games


def _opening(events: list[Event]) -> dict[str, list[LinePrice]]:
    """The opening prices of the head-to-head market by event."""
    found: dict[str, list[LinePrice]] = defaultdict(list)
    for price in opening_prices(Event.objects.filter(pk__in=[event.pk for event in events]), market=H2H):
        found[price.event_id].append(price)
    return found


def _winners(prices: EventPrices) -> dict[str, BestPrice]:
    """The best price of each side."""
    return {best.side: best for best in best_prices(prices.prices)}


def _told(price: BestPrice, style: PriceStyle, titles: dict[str, str]) -> dict[str, str]:
    return {
        "price": written(style, price.price, price.decimal_price),
        "books": ", ".join(titles[key] for key in price.bookmakers),
    }


def _moved(move: HomeMove | None) -> dict[str, str] | None:
    """From the opening chance of the home side to that of now, and which way."""
    if move is None:
        return None
    before, after = percent(move.before), percent(move.after)
    return {
        "before": before,
        "after": after,
        "way": "→" if before == after else "↗" if move.before < move.after else "↘",
    }


def _flags() -> list[tuple[Severity, int]]:
    """How many faults of each severity stand, the worst first; none where none does."""
    counts = DataQualityLog.objects.standing().not_dismissed().by_severity()
    return [(severity, counts[severity]) for severity in reversed(Severity) if severity in counts]
