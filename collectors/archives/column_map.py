"""The map of a file's columns, pure: which of them, or which constant, says what. Written in TOML.

odds_format = "american"                                 # or "decimal"

[game]
day = { column = "date", format = "%Y-%m-%d" }           # or `start`, an instant
home = "home_team"                                       # text alone is the name of a column
away = "away_team"

[every_price]                                            # what all prices share
bookmaker = { value = "betmgm" }                         # a constant
moment = { value = "closing" }                           # or `observed_at`, an instant

[[prices]]                                               # one for each price that a row has
market = { value = "h2h" }
side = { value = "home" }
price = "ml_home"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from datetime import time
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct

from odds.choices import OddsFormat

from ..errors import CollectorError
from .meanings import OF_CONSTANTS, OF_VALUES

GAME = ("sport_key", "event_id", "day", "start", "home", "away", "home_score", "away_score")
PRICES = ("bookmaker", "market", "side", "price", "point", "moment", "observed_at", "last_update")
_SETTINGS = ("column", "value", "values", "format", "at", "zone", "negate")


class BadMap(CollectorError):
    """A column map that cannot be used."""


class Field(Struct, frozen=True, kw_only=True):
    """Where a value comes from: a column or a constant, one of the two."""

    column: str | None = None
    value: str | None = None
    values: dict[str, str] | None = None  # what each text of the column stands for; no other text is taken
    format: str | None = None  # of a day or an instant, as strptime has it; ISO 8601 unless given
    at: str | None = None  # the time of day, HH:MM, of an instant whose column tells the day alone
    zone: str | None = None  # of an instant that is written without one
    negate: bool = False  # a point with the other sign


Fields = dict[str, Field]


class ColumnMap(Struct, frozen=True, kw_only=True):
    game: Fields
    prices: tuple[Fields, ...]
    odds_format: OddsFormat


def read_map(text: str, name: str, columns: Iterable[str]) -> ColumnMap:
    """The map in `text`, for a file with these columns. Raises BadMap, whose one line says where and what."""
    try:
        loose = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadMap(f"{name}: no TOML: {error}") from None
    _no_others(loose, ("odds_format", "game", "every_price", "prices"), name)
    if loose.get("odds_format", OddsFormat.AMERICAN) not in OddsFormat.values:
        raise BadMap(f"{name}: odds_format {loose['odds_format']!r} is neither of {', '.join(OddsFormat.values)}")
    blocks, shared = loose.get("prices", []), loose.get("every_price", {})
    if not all(isinstance(each, dict) for each in (loose.get("game"), shared)) or not isinstance(blocks, list):
        raise BadMap(f"{name}: it needs a table [game], and prices in [[prices]]")
    known = list(columns)
    common = _fields(shared, PRICES, f"{name}: every_price", known)
    found = ColumnMap(
        game=_fields(loose["game"], GAME, f"{name}: game", known),
        prices=tuple(
            common | _fields(block, PRICES, f"{name}: prices {number}", known)
            for number, block in enumerate(blocks, start=1)
        ),
        odds_format=OddsFormat(loose.get("odds_format", OddsFormat.AMERICAN)),
    )
    _check(found, name)
    return found


def _check(found: ColumnMap, name: str) -> None:
    game = found.game
    if not {"home", "away"} <= game.keys() or not {"day", "start"} & game.keys():
        raise BadMap(f"{name}: game needs home, away, and day or start; it has {', '.join(game) or 'nothing'}")
    for number, block in enumerate(found.prices, start=1):
        where = f"{name}: prices {number}"
        if missing := [field for field in ("bookmaker", "market", "side") if field not in block]:
            raise BadMap(f"{where}: {missing[0]} is missing")
        if not {"price", "point"} & block.keys():
            raise BadMap(f"{where}: it needs price, point or both")
        if ("moment" in block) == ("observed_at" in block):
            raise BadMap(f"{where}: it needs either moment or observed_at")
        if "observed_at" in block and not {"start"} <= game.keys():
            raise BadMap(f"{where}: a price with an instant needs the game's start: without it none is before it")


def _fields(loose: Any, known: tuple[str, ...], where: str, columns: list[str]) -> Fields:
    if not isinstance(loose, dict):
        raise BadMap(f"{where}: expected a table, found {loose!r}")
    _no_others(loose, known, where)
    found = {name: _field(value, f"{where}.{name}", columns) for name, value in loose.items()}
    for name, each in found.items():
        _check_meaning(name, each, f"{where}.{name}")
    return found


def _check_meaning(name: str, field: Field, where: str) -> None:
    """What the map itself says is checked before the first row: each row would be wrong in the same way."""
    checks, texts = (OF_VALUES, (field.values or {}).values()) if field.value is None else (OF_CONSTANTS, [field.value])
    for text in texts:
        if name in checks and (wrong := checks[name](text)):
            raise BadMap(f"{where}: {wrong}")


def _field(loose: Any, where: str, columns: list[str]) -> Field:
    loose = {"column": loose} if isinstance(loose, str) else loose
    if not isinstance(loose, dict) or ("column" in loose) == ("value" in loose):
        raise BadMap(f"{where}: expected the name of a column, or a table with column or value, found {loose!r}")
    _no_others(loose, _SETTINGS, where)
    for setting, value in loose.items():
        expected = {"values": dict, "negate": bool}.get(setting, str)
        if not isinstance(value, expected):
            raise BadMap(f"{where}.{setting}: {value!r} is not {'true or false' if expected is bool else 'text'}")
    if "column" in loose and loose["column"] not in columns:
        near = get_close_matches(loose["column"], columns, n=1)
        told = f"; did you mean {near[0]!r}?" if near else f"; its columns: {', '.join(columns)}"
        raise BadMap(f"{where}: column {loose['column']!r} is not in the file{told}")
    try:
        time.fromisoformat(loose.get("at", "00:00"))
    except ValueError:
        raise BadMap(f"{where}.at: {loose['at']!r} is no time of day; write it as 17:00") from None
    try:
        ZoneInfo(loose.get("zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        raise BadMap(f"{where}.zone: {loose['zone']!r} is no time zone") from None
    return Field(**{**loose, "values": _texts(loose.get("values"))})


def _texts(values: dict[str, Any] | None) -> dict[str, str] | None:
    return None if values is None else {text: str(meaning) for text, meaning in values.items()}


def _no_others(loose: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for name in loose:
        if name not in known:
            raise BadMap(f"{where}: {name!r} is not known; known: {', '.join(known)}")
