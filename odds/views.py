"""The page of one event: its board at an instant, its opening and closing lines, its movement, the raw answers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from events.models import Event
from events.recent import recent_page
from events.times import duration, is_reckonable, parse_time

from .archived import RawArchived
from .board import MarketBoard, board
from .dimensions import bookmaker_titles
from .event_lines import closing_prices, opening_prices
from .event_prices import prices_at
from .lines import market_order, side_order
from .models import OddsSnapshot
from .movement import PriceChange, price_changes
from .movement_chart import movement_figure
from .price_style import COOKIE, PriceStyle, style_named
from .pricing import DevigMethod

SHOWN = {"standing": "Standing", "opening": "Opening", "closing": "Closing"}
SNAPSHOTS_LISTED = 200
Lines = Callable[..., list[Any]]


class Look(NamedTuple):
    """When a snapshot was taken, the start it stated, and whether that was past."""

    snapshot_time: datetime
    commence_time: datetime
    is_live: bool


@recent_page
@login_required(login_url="admin:login")
@require_safe
def event(request: HttpRequest, event_id: str) -> HttpResponse:
    """Prices as they stood at `as_of`, now unless given; or the opening or closing lines."""
    found = _event(event_id)
    typed = request.GET.get("as_of", "")
    as_of = _instant(typed)
    shown = request.GET.get("show", "")
    shown = shown if shown in SHOWN else "standing"
    method = _method(request.GET.get("devig", ""))
    moment = as_of or timezone.now()
    (standing,), looks = prices_at([found], moment), OddsSnapshot.objects.filter(event=found)
    context = {
        "title": found.title,
        "event": found,
        "as_of": as_of,
        "as_of_typed": typed,
        "moment": moment,
        "newest": standing.newest,
        "age": duration(moment - standing.newest.snapshot_time) if standing.newest else "",
        "is_live": standing.newest is not None and standing.newest.is_live,
        "shown": shown,
        "views": SHOWN,
        "method": method,
        "methods": list(DevigMethod),
        "boards": _boards(request, found, standing.prices if shown == "standing" else None, shown, method),
        "markets": _markets(found),
        "look_count": looks.count(),
    }
    return render(request, "odds/event.html", context)


@login_required(login_url="admin:login")
@require_safe
def snapshots(request: HttpRequest, event_id: str) -> HttpResponse:
    """The newest snapshots of the event, each with the way to its raw answer; a part of its page."""
    found = _event(event_id)
    context = {"event": found, "snapshots": _looks(found)[:SNAPSHOTS_LISTED]}
    return render(request, "odds/snapshots.html", context)


@recent_page
@login_required(login_url="admin:login")
@require_safe
def movement(request: HttpRequest, event_id: str) -> HttpResponse:
    """The chart of one market's side as a plotly figure, with the sides there are."""
    found = _event(event_id)
    changes = price_changes(found, market=request.GET.get("market", "").replace("\0", ""))
    sides = sorted({change.side for change in changes}, key=side_order)
    side = request.GET.get("side", "")
    side = side if side in sides else next(iter(sides), "")
    looks = _looks(found)
    figure = movement_figure(
        [change for change in changes if change.side == side],
        style=_style(request),
        titles=bookmaker_titles(),
        starts=_starts(found, looks),
        live_from=min((look.snapshot_time for look in looks if look.is_live), default=None),
        until=max((look.snapshot_time for look in looks), default=found.commence_time),
        by_point=request.GET.get("by") == "point",
    )
    names = {each: _side_name(changes, each) for each in sides}
    return JsonResponse(figure | {"sides": names, "side": side})


@login_required(login_url="admin:login")
@require_safe
def raw(request: HttpRequest, event_id: str) -> HttpResponse:
    """What the provider said of the event, as the text that came in: the newest snapshot unless `at` names one."""
    found = _event(event_id)
    snapshots = OddsSnapshot.objects.filter(event=found).order_by("-snapshot_time")
    at = _instant(request.GET.get("at", ""))
    texts = list((snapshots.filter(snapshot_time=at) if at else snapshots).raw_texts()[:1])
    if not texts:
        raise Http404("no such snapshot")
    if texts[0] is None:
        return HttpResponse(f"{RawArchived([found.api_id])}\n", status=404, content_type="text/plain; charset=utf-8")
    return HttpResponse(texts[0], content_type="application/json")


def _event(event_id: str) -> Event:
    return get_object_or_404(Event.objects.with_api_id(event_id))


def _instant(typed: str) -> datetime | None:
    """The instant of an ISO text, in UTC where it names no zone; None for any other text or year, as for none."""
    if "T" in typed and len(typed) == len("2026-01-15T00:30"):
        typed += "Z"  # as a field for dates and times sends it
    found = parse_time(typed)
    return found if found and is_reckonable(found) else None


def _method(name: str) -> DevigMethod:
    return DevigMethod(name) if name in set(DevigMethod) else DevigMethod.MULTIPLICATIVE


def _style(request: HttpRequest) -> PriceStyle:
    return style_named(request.COOKIES.get(COOKIE))


def _boards(
    request: HttpRequest, event: Event, standing: list[Any] | None, shown: str, method: DevigMethod
) -> list[MarketBoard]:
    prices = standing
    if prices is None:
        lines: Lines = opening_prices if shown == "opening" else closing_prices
        prices = lines(Event.objects.filter(pk=event.pk))
    return board(prices, style=_style(request), method=method, titles=bookmaker_titles())


def _markets(event: Event) -> list[str]:
    """The keys of the markets in which the event ever had a price."""
    keys = event.odds.order_by().values_list("market__key", flat=True).distinct()
    return sorted(keys, key=market_order)


def _looks(event: Event) -> list[Look]:
    """Every snapshot of the event, the newest first. One query, from the index alone."""
    rows = OddsSnapshot.objects.filter(event=event).order_by("-snapshot_time")
    return [Look(*row) for row in rows.values_list(*Look._fields)]


def _starts(event: Event, looks: list[Look]) -> list[datetime]:
    """All starts ever stated in time of stating, each once, the one stated last at the end."""
    stated = [look.commence_time for look in reversed(looks)]
    earlier = [start for start in dict.fromkeys(stated) if start != event.commence_time]
    return [*earlier, event.commence_time]


def _side_name(changes: list[PriceChange], side: str) -> str:
    return next(change.outcome for change in changes if change.side == side)
