"""Two answers about one event at one instant as one, pure.

It happens when a historical instant is bought twice with other markets. Joining is a semilattice: in whatever order and
however often answers arrive, the same one comes out.
"""

from __future__ import annotations

from typing import Any

from odds.choices import OddsFormat
from odds.records import EventSnapshot

from .normaliser import read_event
from .payloads import dump, load_loosely


def join_snapshots(one: EventSnapshot, other: EventSnapshot) -> EventSnapshot:
    """Both snapshots of the same event and instant as one: every market of either, the fresher where both have it.

    Prices of two formats cannot stand in one answer: then the American one is kept.
    """
    if one.asked.odds_format != other.asked.odds_format:
        return one if one.asked.odds_format is OddsFormat.AMERICAN else other
    asked = one.asked | other.asked
    raw = one.raw if one.raw == other.raw else join_events(one.raw, other.raw)
    return read_event(raw, snapshot_time=one.snapshot_time, asked=asked, source=max(one.source, other.source))


def join_events(one: bytes, other: bytes) -> bytes:
    """The two event objects as one, in a canonical form."""
    return dump(_join(_tidy(load_loosely(one)), _tidy(load_loosely(other))))


def _tidy(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its bookmakers, and their markets, by key."""
    books = [book for book in event.pop("bookmakers", []) if isinstance(book, dict) and "key" in book]
    tidy: dict[str, Any] = {"head": event, "bookmakers": {}}
    for book in books:
        markets = book.pop("markets", None) or []
        by_key = {market["key"]: market for market in reversed(markets) if isinstance(market, dict) and "key" in market}
        tidy["bookmakers"].setdefault(book["key"], {"head": book, "markets": by_key})
    return tidy


def _join(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    books = []
    for key in sorted(one["bookmakers"] | other["bookmakers"]):
        quoted = [event["bookmakers"][key] for event in (one, other) if key in event["bookmakers"]]
        markets: dict[str, Any] = {}
        for book in quoted:
            for market_key, market in book["markets"].items():
                markets[market_key] = max(markets.get(market_key, market), market, key=_freshness)
        head = max((book["head"] for book in quoted), key=_freshness)
        books.append({**head, "markets": [markets[key] for key in sorted(markets)]})
    head = max(one["head"], other["head"], key=_freshness)
    return {**head, "bookmakers": books}


def _freshness(part: dict[str, Any]) -> tuple[str, bytes]:
    """Later first; the text decides where the times are the same, so that the order of arrival never does."""
    return str(part.get("last_update") or ""), dump(dict(sorted(part.items())))
