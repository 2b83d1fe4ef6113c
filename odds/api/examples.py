"""One row of each kind, for the description of the API."""

from __future__ import annotations

from events.api.endpoints import EXAMPLE as EVENT

SERIES = {
    "event_id": EVENT["event_id"],
    "bookmaker": "fanduel",
    "market": "spreads",
    "outcome": "Los Angeles Lakers",
    "side": "home",
    "description": "",
    "point": -3.5,
    "price": -110,
    "decimal_price": 1.9090909090909092,
}
STANDING = {
    **SERIES,
    "odds_timestamp": "2026-01-14T22:30:00Z",
    "valid_until": None,
    "last_update": "2026-01-14T22:29:41Z",
    "snapshot_time": "2026-01-14T23:30:00Z",
    "age_seconds": 12.5,
    "is_live": False,
    "is_valid": True,
    "validation_notes": "",
}
COMPARED = {**STANDING, "implied_probability": 0.5238, "overround": 0.0476, "hold": 0.0455}
CHANGE = {
    **SERIES,
    "odds_timestamp": "2026-01-14T22:30:00Z",
    "valid_until": "2026-01-14T23:00:00Z",
    "last_update": "2026-01-14T22:29:41Z",
    "is_live": False,
    "is_valid": True,
}
BEST = {
    **{name: value for name, value in SERIES.items() if name != "bookmaker"},
    "implied_probability": 0.5238,
    "bookmakers": ["draftkings", "fanduel"],
    "offers": 7,
    "snapshot_time": "2026-01-14T23:30:00Z",
    "age_seconds": 12.5,
    "is_live": False,
}
LINE = {
    **SERIES,
    "commence_time": EVENT["commence_time"],
    "odds_timestamp": "2026-01-14T22:30:00Z",
    "is_valid": True,
    "snapshot_time": "2026-01-15T00:29:00Z",
    "minutes_before_start": 1.0,
    "is_timed": True,
}
LEG = {**STANDING, "share": 1.0, "net_price": 1.9090909090909092}
OPPORTUNITY = {
    "event_id": EVENT["event_id"],
    "sport_key": EVENT["sport_key"],
    "commence_time": EVENT["commence_time"],
    "home_team": EVENT["home_team"],
    "away_team": EVENT["away_team"],
    "kind": "value",
    "market": "spreads",
    "description": "",
    "edge": 0.021,
    "probability": 0.535,
    "best_case": None,
    "width": None,
    "can_push": False,
    "is_suspect": False,
    "is_same_snapshot": True,
    "note": "",
    "legs": [LEG],
}
SNAPSHOT = {
    "event_id": EVENT["event_id"],
    "snapshot_time": "2026-01-14T23:30:00Z",
    "commence_time": EVENT["commence_time"],
    "is_live": False,
    "source": "live",
    "asked": {"h2h": None, "spreads": None},
    "bookmaker_count": 1,
    "raw_data": {"id": EVENT["event_id"], "bookmakers": [{"key": "fanduel", "markets": []}]},
}
BOOKMAKER = {
    "bookmaker": "pinnacle",
    "title": "Pinnacle",
    "kind": "sharp",
    "commission": 0.0,
    "overround_min": None,
    "overround_max": None,
}
