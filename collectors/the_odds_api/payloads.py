"""The shapes of The Odds API v4, and how its bytes become them.

Well-formed JSON of the documented shape is decoded straight into structs; outcomes stay bytes until somebody reads
them. What is not well-formed is read a second time, piece by piece, so that a bad piece costs only itself.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec
from msgspec import UNSET, Raw, Struct, UnsetType

from odds.records import Offer, Problem

from ..errors import UnreadablePayload

# What msgspec and json raise on bytes nobody foresaw: recursion, digits without end, half a surrogate pair.
DECODE_ERRORS = (msgspec.MsgspecError, ValueError, RecursionError)

_S = TypeVar("_S")


class OutcomePayload(Struct, gc=False, forbid_unknown_fields=True):
    name: str
    price: int | float
    point: int | float | None = None
    description: str | None = None
    link: Any = None  # this and the others like it come when asked for
    sid: Any = None
    bet_limit: Any = None
    multiplier: Any = None


class MarketPayload(Offer, gc=False, forbid_unknown_fields=True):
    link: Any = None
    sid: Any = None


class BookmakerPayload(Struct, gc=False, forbid_unknown_fields=True):
    key: str
    markets: list[MarketPayload]
    title: str = ""
    last_update: str | int | None = None  # missing in odds of one event
    link: Any = None
    sid: Any = None


class EventPayload(Struct, forbid_unknown_fields=True):
    id: str
    sport_key: str
    commence_time: str | int
    sport_title: str | None = None  # missing in old answers
    home_team: str | None = None  # null for outrights
    away_team: str | None = None
    bookmakers: list[BookmakerPayload] | UnsetType = UNSET
    home_rotation: Any = None
    away_rotation: Any = None


class ScorePayload(Struct):
    name: str
    score: str | int


class EventScorePayload(Struct):
    id: str
    sport_key: str
    commence_time: str | int
    completed: bool
    sport_title: str | None = None
    home_team: str | None = None
    away_team: str | None = None
    scores: list[ScorePayload] | None = None  # null, [] or missing before the game
    last_update: str | int | None = None


class HistoricalPayload(Struct):
    timestamp: str  # of the snapshot, at or before the date asked for
    data: Raw
    previous_timestamp: str | None = None  # missing at the oldest snapshot
    next_timestamp: str | None = None  # missing at the newest


_events = msgspec.json.Decoder(list[Raw])
_historical = msgspec.json.Decoder(HistoricalPayload)
_event = msgspec.json.Decoder(EventPayload)
_event_score = msgspec.json.Decoder(EventScorePayload)
_outcomes = msgspec.json.Decoder(list[OutcomePayload])


def split_events(body: bytes) -> list[bytes]:
    """The event objects of a body that is a list of them, or one of them, each as the bytes received.

    Raises UnreadablePayload for anything else.
    """
    try:
        if body.lstrip()[:1] == b"{":
            return [body]
        return [bytes(event) for event in _events.decode(body)]
    except DECODE_ERRORS:
        loose = load_loosely(body)
    if not isinstance(loose, list):
        raise UnreadablePayload(f"expected a list of events, found {describe(loose)}")
    return [dump(event) for event in loose]


def load_loosely(raw: bytes | Raw) -> Any:
    """The JSON value in `raw`, with NaN and numbers that no float or integer holds as the text they were written in.

    Raises UnreadablePayload where even that is impossible.
    """
    try:
        text = bytes(raw).decode("utf-8-sig")
        return json.loads(text, parse_constant=str, parse_float=_float_or_text, parse_int=_int_or_text)
    except DECODE_ERRORS as error:
        raise UnreadablePayload(f"not JSON: {error}") from None


def _float_or_text(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def _int_or_text(digits: str) -> int | str:
    return int(digits) if len(digits) < 100 else digits


def dump(value: Any) -> bytes:
    """`value` as JSON in ASCII, so that half surrogate pairs survive as escapes. Raises UnreadablePayload."""
    try:
        return json.dumps(value, separators=(",", ":")).encode()
    except RecursionError:
        raise UnreadablePayload("nested too deeply") from None


def describe(value: Any) -> str:
    """A value as an error message shows it: short, and never over lines."""
    try:
        text = json.dumps(value, default=str)
    except RecursionError:
        return "something nested too deeply"
    return text if len(text) <= 60 else f"{text[:57]}..."


def decode_event(raw: bytes) -> tuple[EventPayload, list[Problem]]:
    """The event in `raw`, and a problem for each bookmaker or market that had to be left out of it, or is new to us.

    Raises UnreadablePayload if its id, sport or start is missing, or if it is no object at all.
    """
    try:
        return _event.decode(raw), []
    except DECODE_ERRORS:
        return _salvage_event(load_loosely(raw))


def decode_event_score(raw: bytes) -> EventScorePayload:
    """The score in `raw`. Raises UnreadablePayload."""
    try:
        return _event_score.decode(raw)
    except DECODE_ERRORS as error:
        raise UnreadablePayload(f"no score object: {error}; got {describe(load_loosely(raw))}") from None


def decode_historical(raw: bytes) -> HistoricalPayload:
    """The wrapper that historical answers come in. Raises UnreadablePayload."""
    try:
        return _historical.decode(raw.removeprefix(b"\xef\xbb\xbf"))
    except DECODE_ERRORS as error:
        raise UnreadablePayload(f"no historical answer: {error}; got {describe(load_loosely(raw))}") from None


def decode_outcomes(raw: bytes | Raw) -> tuple[list[OutcomePayload], list[Problem]]:
    """The outcomes in `raw`, and a problem for each that had to be left out, or has fields that are new to us."""
    try:
        return _outcomes.decode(raw), []
    except DECODE_ERRORS:
        pass
    try:
        outcomes = load_loosely(raw)
    except UnreadablePayload as error:
        return [], [Problem("malformed", str(error))]
    if not isinstance(outcomes, list):
        return [], [_not_a_list("outcomes", outcomes, bytes(raw) == b"null")]
    problems: list[Problem] = []
    return list(_salvage_outcomes(outcomes, problems)), problems


def _salvage_outcomes(outcomes: list[Any], problems: list[Problem]) -> Iterator[OutcomePayload]:
    for position, outcome in enumerate(outcomes):
        known = _without_unknown(outcome, OutcomePayload, "outcome", problems)
        try:
            yield _convert(known, OutcomePayload)
        except UnreadablePayload as error:
            name = outcome.get("name") if isinstance(outcome, dict) else None
            detail = name if isinstance(name, str) and name else f"outcome {position}"
            problems.append(Problem(_kind_of(error), f"outcome left out: {error}", (), detail, outcome))


def _salvage_event(loose: Any) -> tuple[EventPayload, list[Problem]]:
    if not isinstance(loose, dict):
        raise UnreadablePayload(f"expected an event, found {describe(loose)}")
    problems: list[Problem] = []
    loose = _without_unknown(loose, EventPayload, "event", problems)
    bookmakers = loose.pop("bookmakers", UNSET)
    event = _convert(loose, EventPayload)
    if isinstance(bookmakers, list):
        event.bookmakers = [_salvage_bookmaker(b, problems) for b in bookmakers if _has_key(b, "bookmaker", problems)]
    return event, problems


def _salvage_bookmaker(loose: dict[str, Any], problems: list[Problem]) -> BookmakerPayload:
    loose = _without_unknown(loose, BookmakerPayload, "bookmaker", problems)
    markets = loose.get("markets")
    title = loose.get("title")
    if not isinstance(markets, list):
        problems.append(_not_a_list("markets", markets, "markets" not in loose, loose["key"]))
        markets = []
    keyed = [market for market in markets if _has_key(market, f"{loose['key']}: market", problems)]
    return BookmakerPayload(
        key=loose["key"],
        title=title if isinstance(title, str) else "",
        last_update=_time_or_text(loose.get("last_update")),
        markets=[_salvage_market(market, problems) for market in keyed],
    )


def _salvage_market(loose: dict[str, Any], problems: list[Problem]) -> MarketPayload:
    market = _without_unknown(loose, MarketPayload, "market", problems)
    return MarketPayload(market["key"], Raw(dump(market.get("outcomes"))), _time_or_text(market.get("last_update")))


def _without_unknown(loose: Any, shape: type[Struct], what: str, problems: list[Problem]) -> Any:
    """The object without the fields that we do not know, each told of. What is no object is left as it is."""
    if not isinstance(loose, dict):
        return loose
    unknown = loose.keys() - set(shape.__struct_encode_fields__)
    for name in sorted(unknown):
        seen = describe(loose[name])
        text = f"unknown field {describe(name)} in {what}, value {seen}; kept in the raw answer alone"
        problems.append(Problem("schema_drift", text, (), f"{what}.{name}", {name: loose[name]}))
    return {name: value for name, value in loose.items() if name not in unknown} if unknown else loose


def _not_a_list(name: str, found: Any, is_missing: bool, place: str = "") -> Problem:
    where = f"{place}: " if place else ""
    if is_missing:
        return Problem("missing_field", f"{where}no '{name}', expected a list", (), f"{place} {name}")
    return Problem(
        "malformed", f"{where}expected a list of {name}, found {describe(found)}", (), f"{place} {name}", found
    )


def _has_key(loose: Any, what: str, problems: list[Problem]) -> bool:
    if isinstance(loose, dict) and isinstance(loose.get("key"), str):
        return True
    kind = "missing_field" if isinstance(loose, dict) and "key" not in loose else "malformed"
    problems.append(Problem(kind, f"{what} without a key left out: {describe(loose)}", (), f"{what} key", loose))
    return False


def _kind_of(error: UnreadablePayload) -> str:
    return "missing_field" if str(error).startswith("Object missing required field") else "malformed"


def _time_or_text(value: Any) -> str | int | None:
    """A time as written; what can be none, as text that is no time either."""
    if value is None or (isinstance(value, str | int) and not isinstance(value, bool)):
        return value
    return describe(value)


def _convert(loose: Any, shape: type[_S]) -> _S:
    try:
        return msgspec.convert(loose, shape)
    except DECODE_ERRORS as error:
        raise UnreadablePayload(f"{error}; got {describe(loose)}") from None
