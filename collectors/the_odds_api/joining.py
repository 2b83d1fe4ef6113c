"""Two answers about one event at one instant as one, pure.

It happens when a historical instant is bought twice with other markets. In whatever order and however often answers
arrive, the same one comes out.
"""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from odds.choices import OddsFormat
from odds.records import Asked, EventSnapshot, Problem

from .normaliser import read_event
from .payloads import dump, load_loosely


def join_snapshots(one: EventSnapshot, other: EventSnapshot) -> tuple[EventSnapshot, tuple[Problem, ...]]:
    """Both snapshots of the same event and instant as one: every market of either, the fresher where both have it.

    With it come the problems of joining them: a market in which they differ, or prices in two formats, which cannot
    stand in one answer; then the American one is kept.
    """
    source = max(one.source, other.source)
    odds_format = _common_format(one, other)
    if odds_format is None:
        kept = one if one.asked.odds_format is OddsFormat.AMERICAN else other
        text = "two answers at one instant, one with American prices and one with decimal; the American kept"
        return replace(kept, source=source), (Problem("conflicting_answers", text, (), one.event.api_id),)
    asked = Asked((one.asked | other.asked).markets, odds_format)
    joined = read_event(_join(one.raw, other.raw), snapshot_time=one.snapshot_time, asked=asked, source=source)
    return joined, tuple(
        Problem(
            "conflicting_answers",
            f"{' '.join(key)}: two answers at one instant differ; the fresher kept",
            (),
            f"{one.event.api_id} {' '.join(key)}",
        )
        for key in sorted(one.offers.keys() & other.offers.keys())
        if one.offers[key].outcomes != other.offers[key].outcomes
    )


def _common_format(one: EventSnapshot, other: EventSnapshot) -> OddsFormat | None:
    """The format in which both can be read; an answer without prices can be read in any."""
    formats = {snapshot.asked.odds_format for snapshot in (one, other) if snapshot.offers}
    if len(formats) == 1:
        return formats.pop()
    return None if formats else max(one.asked.odds_format, other.asked.odds_format)


def _join(one: bytes, other: bytes) -> bytes:
    """The two event objects as one in a canonical form; one of the two as received where they say the same."""
    loose = load_loosely(one), load_loosely(other)
    if loose[0] == loose[1]:
        return max(one, other)
    first, second = map(_tidy, loose)
    books = [
        _join_books([event["bookmakers"][key] for event in (first, second) if key in event["bookmakers"]])
        for key in sorted(first["bookmakers"] | second["bookmakers"])
    ]
    head: dict[str, Any] = max([first["head"], second["head"]], key=_freshness)
    return dump({**head, "bookmakers": books})


def _tidy(event: dict[str, Any]) -> dict[str, Any]:
    """The event with its bookmakers by key, and their markets by key; what has no key is left out."""
    bookmakers: dict[str, Any] = {}
    for book in _with_key(event.pop("bookmakers", None)):
        markets = {market["key"]: market for market in reversed(_with_key(book.pop("markets", None)))}
        tidy = {"head": book, "markets": markets}
        known = bookmakers.get(book["key"])
        bookmakers[book["key"]] = tidy if known is None else {**known, "markets": markets | known["markets"]}
    return {"head": event, "bookmakers": bookmakers}


def _with_key(parts: Any) -> list[dict[str, Any]]:
    parts = parts if isinstance(parts, list) else []
    return [part for part in parts if isinstance(part, dict) and isinstance(part.get("key"), str)]


def _join_books(books: list[dict[str, Any]]) -> dict[str, Any]:
    markets: dict[str, Any] = {}
    for book in books:
        for key, market in book["markets"].items():
            markets[key] = max(markets.get(key, market), market, key=_freshness)
    head = max((book["head"] for book in books), key=_freshness)
    return {**head, "markets": [markets[key] for key in sorted(markets)]}


def _freshness(part: dict[str, Any]) -> tuple[str, bytes]:
    """Later first; the text decides where the times are the same, so that the order of arrival never does."""
    return str(part.get("last_update") or ""), dump(dict(sorted(part.items())))
