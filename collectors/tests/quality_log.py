"""Hand-written answers into the tables, and what the quality log has of them."""

from __future__ import annotations

import json
import zlib
from datetime import datetime, timedelta
from typing import Any

from collectors.gate import Received
from collectors.intake import take_in
from collectors.models import RawResponse
from collectors.pipeline import ingest
from collectors.the_odds_api.endpoints import Call, Wanted, odds
from odds.models import Odds
from quality.choices import IssueType
from quality.models import DataQualityLog

from .factories import NOON, TIP, book, event, h2h, snapshot
from .test_admin import make_call

NBA = "basketball_nba"
START = datetime.fromisoformat(TIP)
ASKED = odds(NBA, Wanted(markets=("h2h", "totals"), bookmakers=("fanduel", "pinnacle")))
FREE_MONEY = h2h(-150, 310)  # .6 + .2439


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


def received(minutes: float, *events: Any, call: Call = ASKED) -> Received:
    """An answer to this call, as it lies in the database before anybody has read it."""
    body = json.dumps(list(events)).encode()
    row = make_call(endpoint=call.endpoint, sport_key=NBA, parameters=dict(call.parameters), state="received")
    stored = RawResponse.objects.create(
        call=row, received_at=at(minutes), body=zlib.compress(body), sha256="0" * 64, size=len(body)
    )
    return Received(row, stored, body)


def take(minutes: float, *events: Any, call: Call = ASKED) -> None:
    take_in(received(minutes, *events, call=call))


def fresh(minutes: float, *markets: Any, key: str = "fanduel") -> dict[str, Any]:
    """A bookmaker whose times are a minute old."""
    return book(key, *({**each, "last_update": f"{at(minutes - 1):%Y-%m-%dT%H:%M:%SZ}"} for each in markets))


def look(minutes: float, *markets: Any, **over: Any) -> None:
    """An answer about the one game, by FanDuel."""
    ingest([snapshot(event(fresh(minutes, *markets), **over), at(minutes))])


def kinds(**of: Any) -> set[str]:
    return set(DataQualityLog.objects.filter(**of).values_list("issue_type", flat=True))


def entry(kind: IssueType, **of: Any) -> DataQualityLog:
    return DataQualityLog.objects.get(issue_type=kind, **of)


def life(kind: IssueType, **of: Any) -> tuple[float, float, int, float | None]:
    """First seen, last seen, how often, ended: in minutes after noon."""
    found = entry(kind, **of)
    first, last = ((moment - NOON) / timedelta(minutes=1) for moment in (found.first_seen, found.last_seen))
    return first, last, found.occurrences, found.ended_at and (found.ended_at - NOON) / timedelta(minutes=1)


def runs(name: str = "Boston Celtics") -> list[tuple[int, bool, str]]:
    rows = Odds.objects.filter(outcome__name=name, market__key="h2h").order_by("odds_timestamp")
    return list(rows.values_list("price", "is_valid", "validation_notes"))
