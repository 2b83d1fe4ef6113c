"""Any CSV of games and prices, by a map of its columns; pure.

Wide files (a row a game) have a block of the map for each price, long files (a row a price) one block whose market,
side and bookmaker are columns. Rows of one game, and of one instant where they have one, become one game.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo

from msgspec import Struct, field
from msgspec.structs import replace

from odds.choices import LineMoment, OddsFormat, Side
from odds.records import Problem

from ..the_odds_api.values import LARGEST_NUMBER, read_point, read_price, side_of
from .column_map import ColumnMap, Field, Fields
from .files import Row
from .meanings import wrong_market, wrong_sport
from .records import ArchiveGame, ArchiveQuote

EMPTY = frozenset({"", "NA", "N/A", "NAN", "NULL", "NONE", "-"})

_Key = tuple[object, ...]


class _Gathered(Struct):
    """A game as its rows so far have it."""

    game: ArchiveGame
    quotes: list[ArchiveQuote] = field(default_factory=list)


def read_generic(
    rows: Iterable[tuple[int, Row]], found: ColumnMap, sport_key: str, *, name: str
) -> Iterator[ArchiveGame | Problem]:
    """The games of a file in the order of their first rows, and what cannot be read of it. `sport_key` is for a map
    that does not tell it.
    """
    games: dict[_Key, _Gathered] = {}
    for line, row in rows:
        where = f"{name}:{line}"
        try:
            game = _game(row, found.game, sport_key, where)
        except (ValueError, InvalidOperation) as error:
            yield Problem("bad_row", f"{where}: {error}; row left out")
            continue
        seen = list(_quotes(row, found, game))
        yield from (each for each in seen if isinstance(each, Problem))
        quotes = [each for each in seen if isinstance(each, ArchiveQuote)]
        for quote in quotes:
            _gathered(games, game, quote.observed_at).quotes.append(quote)
        known = _gathered(games, game, None).game if game.home_score is not None or not quotes else game
        if (known.home_score, known.away_score) != (game.home_score, game.away_score):
            told = f"{game.away_score}–{game.home_score}, and {known.away_score}–{known.home_score} at {known.where}"
            yield Problem("bad_score", f"{where}: {game.away} @ {game.home} ended {told}; the first kept")
    for each in games.values():
        yield replace(each.game, quotes=tuple(each.quotes))


def _gathered(games: dict[_Key, _Gathered], game: ArchiveGame, moment: datetime | None) -> _Gathered:
    """What belongs together: a game, or where its prices have instants, a game at one of them."""
    teams = (game.event_id,) if game.event_id else (game.day, game.start, game.home, game.away)
    key = (game.sport_key, *teams, game.start if moment else None, moment)
    return games.setdefault(key, _Gathered(game))


def _game(row: Row, fields: Fields, sport_key: str, where: str) -> ArchiveGame:
    texts = {name: _text(row, field) for name, field in fields.items()}
    if not texts["home"] or not texts["away"]:
        raise ValueError("a team is missing")
    day = _read("day", texts, fields).date() if texts.get("day") else None
    start = _instant("start", texts, fields) if texts.get("start") else None
    if day is None and start is None:
        raise ValueError("it has neither day nor start")
    sport_key = texts.get("sport_key") or sport_key
    if not sport_key:
        raise ValueError("of which sport? say sport_key in the map, or give --sport")
    if wrong := wrong_sport(sport_key):
        raise ValueError(f"sport_key {wrong}")
    scores = [_score(texts.get(name, "")) for name in ("home_score", "away_score")]
    return ArchiveGame(
        sport_key=sport_key,
        event_id=texts.get("event_id", ""),
        day=day,
        start=start,
        home=texts["home"],
        away=texts["away"],
        home_score=None if None in scores else scores[0],
        away_score=None if None in scores else scores[1],
        where=where,
    )


def _quotes(row: Row, found: ColumnMap, game: ArchiveGame) -> Iterator[ArchiveQuote | Problem]:
    for number, block in enumerate(found.prices, start=1):
        try:
            quote = _quote(row, block, game, found.odds_format)
        except (ValueError, InvalidOperation) as error:
            yield Problem("bad_price", f"{game.where}: prices {number}: {error}; left out")
            continue
        if quote is not None:
            yield quote


def _quote(row: Row, fields: Fields, game: ArchiveGame, odds_format: OddsFormat) -> ArchiveQuote | None:
    """One price; None where the row has none."""
    texts = {name: _text(row, field) for name, field in fields.items()}
    if not texts.get("price") and not texts.get("point"):
        return None
    for name in ("bookmaker", "market", "side"):
        if not texts[name]:
            raise ValueError(f"{name} is missing")
    if wrong := wrong_market(texts["market"]):
        raise ValueError(f"market {wrong}")
    price, decimal_price = _price(texts.get("price", ""), odds_format)
    if price is None and decimal_price is None and "price" in fields:
        raise ValueError(f"{texts['market']} {texts['side']} at {texts['point']} has no price")
    if "observed_at" in fields and game.start is None:
        raise ValueError("a price with an instant needs the game's start")
    return ArchiveQuote(
        bookmaker=texts["bookmaker"],
        market=texts["market"],
        side=_side(texts["side"], game),
        price=price,
        decimal_price=decimal_price,
        point=_point(texts["point"], fields["point"]) if texts.get("point") else None,
        moment=LineMoment(texts["moment"]) if "moment" in fields else None,
        observed_at=_instant("observed_at", texts, fields) if "observed_at" in fields else None,
        last_update=_instant("last_update", texts, fields) if texts.get("last_update") else None,
    )


def _text(row: Row, field: Field) -> str:
    """What the row says there, or the constant; "" for nothing."""
    if field.value is not None:
        return field.value
    text = row[field.column or ""].replace("\N{NO-BREAK SPACE}", " ").strip()
    if field.values is not None:
        if text not in field.values:
            raise ValueError(f"{field.column} {text!r} is none of {', '.join(field.values)}")
        return field.values[text]
    return "" if text.upper() in EMPTY else text


def _read(name: str, texts: Mapping[str, str], fields: Fields) -> datetime:
    """A day or an instant as it is written there; of no zone if none is. Raises ValueError with the field's name."""
    text, format = texts[name], fields[name].format
    try:
        if format is not None:
            return datetime.strptime(text, format)  # noqa: DTZ007 - the map tells the zone
        # An instant is no day: which one of the league's it is depends on the zone.
        return datetime.combine(date.fromisoformat(text), time.min) if name == "day" else datetime.fromisoformat(text)
    except ValueError:
        told = (
            f"no {'day' if name == 'day' else 'instant'} in ISO 8601; say its format in the map"
            if format is None
            else f"not {format!r}"
        )
        raise ValueError(f"{name}: {text!r} is {told}") from None


def _instant(name: str, texts: Mapping[str, str], fields: Fields) -> datetime:
    moment, field = _read(name, texts, fields), fields[name]
    if field.at is not None:
        moment = datetime.combine(moment.date(), time.fromisoformat(field.at), moment.tzinfo)
    if moment.tzinfo is None:
        if field.zone is None:
            raise ValueError(f"{field.column} {texts[name]!r} tells no time zone: say zone in the map")
        moment = moment.replace(tzinfo=ZoneInfo(field.zone))
    return moment.astimezone(UTC)


def _score(text: str) -> int | None:
    if not text:
        return None
    points = Decimal(text)
    if points != points.to_integral_value() or not 0 <= points <= LARGEST_NUMBER:
        raise ValueError(f"score {text!r} is no number of points")
    return int(points)


def _price(text: str, odds_format: OddsFormat) -> tuple[int | None, float | None]:
    """The American price, or in a decimal file the decimal one. Raises ValueError for what is neither."""
    if not text:
        return None, None
    american, decimal_price = read_price(float(text), odds_format)
    if odds_format is OddsFormat.DECIMAL:
        return None, decimal_price
    if american != float(text):
        raise ValueError(f"price {text!r} is no whole American price")
    return american, None


def _point(text: str, field: Field) -> Decimal:
    point = read_point(float(text))
    return -point + 0 if field.negate else point


def _side(text: str, game: ArchiveGame) -> Side:
    """A side by its name, or by the team's as the row has it."""
    named = text.casefold()
    side = Side(named) if named in Side.values else side_of(text, game.home, game.away)
    if side is Side.OTHER:
        raise ValueError(f"side {text!r} is neither a team of {game.away} @ {game.home} nor over, under or draw")
    return side
