"""The parameters of a request: read, or refused with the code that the API gives for it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil

from .books import BOOKS, BOOKS_BY_KEY, REGIONS, Book
from .errors import ApiError, unusable
from .markets import BULK, KNOWN
from .sports import SPORTS, Sport
from .times import from_iso

EVENT_ID = re.compile(r"[0-9a-fA-F]{32}")

Parameters = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Form:
    """How an answer is written."""

    decimal: bool = True
    unix: bool = False
    links: bool = False
    sids: bool = False
    limits: bool = False
    rotations: bool = False
    multipliers: bool = False


@dataclass(frozen=True, slots=True)
class Window:
    """Which events are wanted; None stands for all."""

    ids: frozenset[str] | None
    earliest: int | None
    latest: int | None

    def holds(self, event_id: str, start: int) -> bool:
        return (
            (self.ids is None or event_id in self.ids)
            and (self.earliest is None or start >= self.earliest)
            and (self.latest is None or start <= self.latest)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """The books wanted, and how many regions they are paid as."""

    books: tuple[Book, ...]
    units: int


def listed(parameters: Parameters, name: str) -> list[str]:
    """The items of a comma list, each once, in the order given."""
    items = (item.strip() for item in parameters.get(name, "").split(","))
    return list(dict.fromkeys(item for item in items if item))


def sport(key: str) -> Sport:
    if key not in SPORTS:
        raise ApiError(404, "UNKNOWN_SPORT", f"Unknown sport: {key[:60]}")
    return SPORTS[key]


def form(parameters: Parameters) -> Form:
    return Form(
        decimal=_one_of(parameters, "oddsFormat", ("decimal", "american"), "INVALID_ODDS_FORMAT") == "decimal",
        unix=_one_of(parameters, "dateFormat", ("iso", "unix"), "INVALID_DATE_FORMAT") == "unix",
        links=flag(parameters, "includeLinks", "INVALID_INCLUDE_LINKS"),
        sids=flag(parameters, "includeSids", "INVALID_INCLUDE_SIDS"),
        limits=flag(parameters, "includeBetLimits", "INVALID_INCLUDE_BET_LIMITS"),
        rotations=flag(parameters, "includeRotationNumbers", "INVALID_INCLUDE_ROTATION_NUMBERS"),
        multipliers=flag(parameters, "includeMultipliers", "INVALID_INCLUDE_MULTIPLIERS"),
    )


def flag(parameters: Parameters, name: str, code: str) -> bool:
    return _one_of(parameters, name, ("false", "true"), code) == "true"


def choice(parameters: Parameters, *, free_plan: bool) -> Choice:
    """The books by name, which wins, or by region. Unknown names among known ones are passed over in silence."""
    regions, names = listed(parameters, "regions"), listed(parameters, "bookmakers")
    if names:
        books = tuple(BOOKS_BY_KEY[name] for name in names if name in BOOKS_BY_KEY)
        if not books:
            raise unusable("INVALID_BOOKMAKERS", f"Invalid bookmakers: {', '.join(names)[:200]}")
        units = ceil(len(names) / 10)
    else:
        if not regions:
            raise unusable("MISSING_REGION", "Missing regions parameter")
        if unknown := [region for region in regions if region not in REGIONS]:
            raise unusable("INVALID_REGION", f"Invalid regions: {', '.join(unknown)[:200]}")
        books, units = tuple(book for book in BOOKS if book.region in regions), len(regions)
    return Choice(tuple(book for book in books if not (free_plan and book.paid_only)), units)


def markets(parameters: Parameters, *, bulk: bool) -> list[str]:
    if "markets" not in parameters:
        return ["h2h"]
    wanted = listed(parameters, "markets")
    if not wanted:
        raise unusable("MISSING_MARKET", "Missing markets parameter")
    if unknown := [market for market in wanted if market not in KNOWN]:
        raise unusable("INVALID_MARKET", f"Invalid markets: {', '.join(unknown)[:200]}")
    if bulk and (additional := [market for market in wanted if market not in BULK]):
        raise unusable("INVALID_MARKET", f"Markets not supported by this endpoint: {', '.join(additional)}")
    if bulk and "outrights" in wanted and len(wanted) > 1:
        raise unusable("INVALID_MARKET_COMBO", "Outrights cannot be combined with other markets")
    return wanted


def window(parameters: Parameters) -> Window:
    earliest = _instant(parameters, "commenceTimeFrom", "INVALID_COMMENCE_TIME_FROM")
    latest = _instant(parameters, "commenceTimeTo", "INVALID_COMMENCE_TIME_TO")
    if earliest is not None and latest is not None and earliest > latest:
        raise unusable("INVALID_COMMENCE_TIME_RANGE", "commenceTimeFrom must not be after commenceTimeTo")
    ids = listed(parameters, "eventIds")
    if any(not EVENT_ID.fullmatch(event_id) for event_id in ids):
        raise unusable("INVALID_EVENT_IDS", "eventIds must be 32-character event ids, separated by commas")
    return Window(frozenset(event_id.lower() for event_id in ids) if ids else None, earliest, latest)


def event_id(text: str) -> str:
    if not EVENT_ID.fullmatch(text):
        raise unusable("INVALID_EVENT_ID", "The event id must have 32 characters")
    return text.lower()


def days_from(parameters: Parameters) -> int | None:
    text = parameters.get("daysFrom")
    if text is None:
        return None
    if text not in ("1", "2", "3"):
        raise unusable("INVALID_SCORES_DAYS_FROM", "daysFrom must be a whole number from 1 to 3")
    return int(text)


def date(parameters: Parameters) -> int:
    """The instant of history asked for, in seconds since 1970."""
    if not parameters.get("date"):
        raise unusable("MISSING_HISTORICAL_TIMESTAMP", "Missing date parameter")
    moment = _instant(parameters, "date", "INVALID_HISTORICAL_TIMESTAMP")
    assert moment is not None
    return moment


def _instant(parameters: Parameters, name: str, code: str) -> int | None:
    text = parameters.get(name)
    if text is None:
        return None
    moment = from_iso(text)
    if moment is None:
        raise unusable(code, f"{name} must be an ISO 8601 instant such as 2026-01-10T00:00:00Z")
    return moment


def _one_of(parameters: Parameters, name: str, allowed: tuple[str, str], code: str) -> str:
    """The value of a parameter that has two, the first of them unless given."""
    value = parameters.get(name, allowed[0])
    if value not in allowed:
        raise unusable(code, f"{name} must be {allowed[0]} or {allowed[1]}")
    return value
