"""Figure 9: a list endpoint against one of Django REST framework as its documentation has it, row by row.

Both are asked over the whole site (middleware, token, throttle, negotiation) in one process; only the view differs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client, override_settings
from django.urls import include, path
from rest_framework.authtoken.models import Token
from rest_framework.generics import ListAPIView
from rest_framework.pagination import CursorPagination
from rest_framework.renderers import JSONRenderer
from rest_framework.serializers import ModelSerializer
from rest_framework.throttling import SimpleRateThrottle

from events.documents import EVENT_FIELDS
from events.models import Event

from . import specification
from .figures import Figure, empty_tables, execute, load, seconds
from .recording import BEGIN, Recording

ROWS = 1_000
# Of one game, with more than so many changes of price.
GAME = Recording(1, 200)


class EventSerializer(ModelSerializer):
    class Meta:
        model = Event
        fields = [*EVENT_FIELDS.values()]


class OddsSerializer(ModelSerializer):
    class Meta:
        model = specification.SpecificationOdds
        fields = "__all__"


class PeerPages(CursorPagination):
    page_size = ROWS


class PeerEventPages(PeerPages):
    ordering = ("commence_time", "api_id")


class PeerOddsPages(PeerPages):
    ordering = ("odds_timestamp", "id")


class PeerEvents(ListAPIView):
    renderer_classes = [JSONRenderer]
    queryset = Event.objects.all()
    serializer_class = EventSerializer
    pagination_class = PeerEventPages


class PeerOdds(ListAPIView):
    renderer_classes = [JSONRenderer]
    serializer_class = OddsSerializer
    pagination_class = PeerOddsPages

    def get_queryset(self) -> Any:
        return specification.SpecificationOdds.objects.filter(event_id=self.kwargs["event_id"])


urlpatterns = [
    path("", include("oddsproject.urls")),
    path("peer/events", PeerEvents.as_view()),
    path("peer/odds/<str:event_id>", PeerOdds.as_view()),
]


def list_endpoint(folder: Path, rounds: int) -> Figure:
    """9: how many times faster a page of 1,000 rows is than through a ModelSerializer for each row. Empties tables."""
    empty_tables()
    make_events(ROWS)
    with asking() as client:
        events, peer_events = _medians(client, rounds, f"/api/v1/events?page_size={ROWS}", "/peer/events")
        empty_tables()
        load(GAME, folder)
        specification.create_tables()
        specification.fill(GAME.answers())
        execute("ANALYZE odds_odds, specification_odds")
        game = Event.objects.get().api_id
        prices, peer_prices = _medians(
            client, rounds, f"/api/v1/events/{game}/line-movement?page_size={ROWS}", f"/peer/odds/{game}"
        )
        specification.drop_tables()
    return {
        "figure": 9,
        "what": "a page of 1,000 rows over the whole site, against the same with a DRF ModelSerializer",
        "rows": ROWS,
        "events_seconds": round(events, 4),
        "events_peer_seconds": round(peer_events, 4),
        "events_times_faster": round(peer_events / events, 1),
        "prices_seconds": round(prices, 4),
        "prices_peer_seconds": round(peer_prices, 4),
        "prices_times_faster": round(peer_prices / prices, 1),
        "goal": ">= 5",
    }


def make_events(count: int) -> None:
    Event.objects.bulk_create(
        Event(
            api_id=f"{number:032x}",
            sport_key="basketball_nba",
            sport_title="NBA",
            commence_time=BEGIN + timedelta(hours=number),
            home_team="Los Angeles Lakers",
            away_team="Boston Celtics",
            status="final",
            home_score=110,
            away_score=105,
            observed_at=BEGIN,
        )
        for number in range(count)
    )


@contextmanager
def asking() -> Iterator[Client]:
    """Somebody with a token who may ask as often as they like, of a site that has the peers as well."""
    user, _ = get_user_model().objects.get_or_create(username="reader")
    token, _ = Token.objects.get_or_create(user=user)
    rates, SimpleRateThrottle.THROTTLE_RATES = SimpleRateThrottle.THROTTLE_RATES, {"user": None, "anon": None}
    try:
        with override_settings(ROOT_URLCONF="bench.listing", ALLOWED_HOSTS=["testserver"], PAGE_SECONDS=0):
            yield Client(headers={"authorization": f"Token {token.key}"})
    finally:
        SimpleRateThrottle.THROTTLE_RATES = rates


def rows_of(client: Client, address: str) -> list[dict[str, Any]]:
    response = client.get(address)
    assert response.status_code == 200, response.content[:300]
    rows: list[dict[str, Any]] = json.loads(response.content)["results"]
    return rows


def _medians(client: Client, rounds: int, ours: str, peer: str) -> tuple[float, float]:
    """In turns, so that a slow moment of the machine hits both."""
    assert len(rows_of(client, ours)) == len(rows_of(client, peer)) == ROWS
    times: dict[str, list[float]] = {ours: [], peer: []}
    for _ in range(20 * rounds):
        for address, taken in times.items():
            taken.append(seconds(lambda address=address: client.get(address)))
    return median(times[ours]), median(times[peer])
