"""Answers of The Odds API v4 for tests, in the shape its documentation gives (checked November 2026).

Everything is written by hand and valid by default, so a test states only what matters to it.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from odds.choices import OddsFormat, Source
from odds.records import Asked, EventSnapshot

from ..the_odds_api.normaliser import read_event

NOON = datetime(2026, 1, 14, 12, 0, 0, tzinfo=UTC)
TIP = "2026-01-15T00:30:00Z"
AMERICAN = Asked.featured(OddsFormat.AMERICAN)
DECIMAL = Asked.featured(OddsFormat.DECIMAL)


def outcome(name: str, price: Any, **over: Any) -> dict[str, Any]:
    return {"name": name, "price": price, **over}


def h2h(home: Any = -150, away: Any = 130) -> dict[str, Any]:
    """The away side first: providers list them in any order."""
    return market("h2h", outcome("Boston Celtics", away), outcome("Los Angeles Lakers", home))


def spreads(point: float = -3.5, home: Any = -110, away: Any = -110) -> dict[str, Any]:
    return market(
        "spreads",
        outcome("Los Angeles Lakers", home, point=point),
        outcome("Boston Celtics", away, point=-point),
    )


def totals(point: float = 220.5, over: Any = -110, under: Any = -110) -> dict[str, Any]:
    return market("totals", outcome("Over", over, point=point), outcome("Under", under, point=point))


def market(key: str, *outcomes: Any, last_update: str = "2026-01-14T11:59:40Z") -> dict[str, Any]:
    return {"key": key, "last_update": last_update, "outcomes": list(outcomes)}


def book(key: str = "fanduel", *markets: Any, **over: Any) -> dict[str, Any]:
    return {
        "key": key,
        "title": key.title(),
        "last_update": "2026-01-14T11:59:40Z",
        "markets": list(markets),
        **over,
    }


def event(*bookmakers: Any, **over: Any) -> dict[str, Any]:
    """Celtics at Lakers."""
    return {
        "id": "a" * 32,
        "sport_key": "basketball_nba",
        "sport_title": "NBA",
        "commence_time": TIP,
        "home_team": "Los Angeles Lakers",
        "away_team": "Boston Celtics",
        "bookmakers": list(bookmakers),
        **over,
    }


def score(home: Any = "110", away: Any = "105", **over: Any) -> dict[str, Any]:
    """The final score of the same game, the away side first."""
    return {
        "id": "a" * 32,
        "sport_key": "basketball_nba",
        "sport_title": "NBA",
        "commence_time": TIP,
        "completed": True,
        "home_team": "Los Angeles Lakers",
        "away_team": "Boston Celtics",
        "scores": [{"name": "Boston Celtics", "score": away}, {"name": "Los Angeles Lakers", "score": home}],
        "last_update": "2026-01-15T03:01:00Z",
        **over,
    }


def snapshot(
    payload: Mapping[str, Any] | bytes, at: datetime = NOON, asked: Asked = AMERICAN, source: Source = Source.LIVE
) -> EventSnapshot:
    raw = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return read_event(raw, snapshot_time=at, asked=asked, source=source)


def quotes(taken: EventSnapshot) -> dict[tuple[str, str, str], tuple[int, float | None]]:
    """(American price, point) by bookmaker, market and outcome name."""
    return {
        (*key, quote.outcome.name): (quote.price, None if quote.point is None else float(quote.point))
        for key, offer in taken.offers.items()
        for quote in taken.read(key, offer).quotes
    }


def problems(taken: EventSnapshot) -> list[str]:
    """The texts of all problems, offers read."""
    read = [problem for key, offer in taken.offers.items() for problem in taken.read(key, offer).problems]
    return [problem.text for problem in (*taken.problems, *read)]
