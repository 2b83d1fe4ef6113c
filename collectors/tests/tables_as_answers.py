"""Recorded tables of prices as answers of The Odds API v4, so that they can be imported like any other recording."""

import csv
import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

Row = dict[str, str]
MARKETS = {"moneyline": "h2h", "spread": "spreads", "total": "totals"}


def rows_of(path: Path) -> list[Row]:
    with gzip.open(path, "rt") as lines:
        return list(csv.DictReader(lines))


def write(answers: dict[str, Iterable[dict[str, Any]]], path: Path) -> Path:
    """A recording: a line for each answer, by the instant it was taken."""
    lines = [json.dumps({"captured_at": at, "response": list(events)}) for at, events in sorted(answers.items())]
    path.write_text("\n".join(lines))
    return path


def daily(path: Path, to: Path) -> Path:
    """The Australian table: a row for each price, one answer a day."""
    answers: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in rows_of(path):
        at = datetime.strptime(row["snapshot_utc"] + "+0000", "%Y%m%d_%H%M%S%z").isoformat()
        event = answers[at].setdefault(row["event_id"], _event(row, row["commence_time"]))
        _add(event, row["bookmaker"], row["market"], row["last_update"], _outcome(row["outcome_name"], row["price"],
                                                                                  row["point"]))  # fmt: skip
    return write({at: events.values() for at, events in answers.items()}, to)


def line_history(path: Path, index: Path, to: Path) -> Path:
    """The American change log: of each price the first and the last look that had it. Of games to come alone, as
    finished ones stay in it for days."""
    answers: dict[str, dict[str, Any]] = defaultdict(dict)
    rows = rows_of(path)
    with index.open() as lines:
        looks = [row["snapshot_at"] for row in csv.DictReader(lines)]
    for at in looks:
        newest = {}
        for row in sorted(rows, key=lambda row: row["first_seen_at"]):
            if row["first_seen_at"] <= at <= row["last_seen_at"] and at < row["event_start_time"][:19] + "Z":
                newest[row["event_id"], row["book"], row["market_type"], row["outcome"]] = row
        for row in newest.values():
            event = answers[at].setdefault(row["event_id"], _event(row, row["event_start_time"], "basketball_nba"))
            name = {"home": row["home_team"], "away": row["away_team"]}.get(row["outcome"], row["outcome"].title())
            outcome = _outcome(name, row["current_price"], row["current_line"])
            _add(event, row["book"], MARKETS[row["market_type"]], row["first_last_updated"], outcome)
    return write({at: events.values() for at, events in answers.items()}, to)


def _event(row: Row, commence_time: str, sport_key: str = "") -> dict[str, Any]:
    return {
        "id": row["event_id"],
        "sport_key": sport_key or row["sport_key"],
        "commence_time": commence_time,
        "home_team": row["home_team"],
        "away_team": row["away_team"],
        "bookmakers": [],
    }


def _add(event: dict[str, Any], bookmaker: str, market: str, last_update: str, outcome: dict[str, Any]) -> None:
    books = {book["key"]: book for book in event["bookmakers"]}
    if bookmaker not in books:
        books[bookmaker] = {"key": bookmaker, "title": bookmaker, "markets": []}
        event["bookmakers"].append(books[bookmaker])
    markets = {each["key"]: each for each in books[bookmaker]["markets"]}
    if market not in markets:
        markets[market] = {"key": market, "last_update": last_update, "outcomes": []}
        books[bookmaker]["markets"].append(markets[market])
    markets[market]["outcomes"].append(outcome)


def _outcome(name: str, price: str, point: str) -> dict[str, Any]:
    quoted = {"name": name, "price": float(price) if "." in price else int(price)}
    return {**quoted, "point": float(point)} if point else quoted
