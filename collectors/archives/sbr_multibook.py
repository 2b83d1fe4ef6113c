"""Seasons of SBR's odds pages, pure: three rows a game (moneyline, spread, total), two columns a bookmaker.

The first column of each bookmaker is the away team's or Over's, the second the home team's or Under's. Quotes are
written '-4½ -110' with a no-break space, 'PK-110', or '+157' for a moneyline; an empty cell or a lone no-break space
is none.
The openers' bookmaker is not named. Nothing says when a "closing" price was taken, and some were taken in play.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from odds.choices import LineMoment, OddsFormat, Side
from odds.markets import H2H, SPREADS, TOTALS
from odds.records import Problem

from ..errors import UnreadablePayload
from ..the_odds_api.values import read_point, read_price
from .files import Row
from .records import ArchiveGame, ArchiveQuote

OPENER = "sbr_opener"
# Bookmakers by what their columns begin with. `sportsbet` is not the Australian bookmaker of that key.
BOOKMAKERS = {
    "pinnacle": "pinnacle",
    "fiveDimes": "fivedimes",
    "bookmaker": "bookmaker_eu",
    "BOL": "betonlineag",
    "Bovada": "bovada",
    "Heritage": "heritage",
    "Intertops": "intertops",
    "youwager": "youwager",
    "justbet": "justbet",
    "sportsbet": "sportsbet_ag",
}
TITLES = {
    OPENER: "SBR archive, opener, book not named",
    "pinnacle": "Pinnacle",
    "fivedimes": "5Dimes",
    "bookmaker_eu": "Bookmaker.eu",
    "betonlineag": "BetOnline.ag",
    "bovada": "Bovada",
    "heritage": "Heritage Sports",
    "intertops": "Intertops",
    "youwager": "YouWager",
    "justbet": "JustBet",
    "sportsbet_ag": "Sportsbet.ag",
}
MARKETS = {"moneyline": H2H, "spread": SPREADS, "total": TOTALS}
_GAME = ("Date", "bet_type", "away_Team", "home_Team", "away_score", "home_score", "away_open", "home_open")
_FRACTIONS = {"": "", "½": ".5", "¼": ".25", "¾": ".75"}
_QUOTE = re.compile(r"(?:(?P<pick>PK)|(?P<whole>[+-]?\d*)(?P<fraction>[½¼¾]?))?\s*(?P<price>[+-]\d{3,})", re.IGNORECASE)

_POINTS = re.compile(r"[0-9]{1,4}")

_Key = tuple[str, str, str]
"""(date, away, home)"""


class _Column(NamedTuple):
    name: str
    bookmaker: str
    moment: LineMoment
    is_first: bool  # of the away team, or Over


def read_multibook(
    columns: list[str], rows: Iterable[tuple[int, Row]], sport_key: str, *, name: str
) -> Iterator[ArchiveGame | Problem]:
    """The games of a season in the order of their first rows, and what cannot be read of it.

    Raises UnreadablePayload if its columns are others.
    """
    if missing := [column for column in _GAME if column not in columns]:
        raise UnreadablePayload(f"{name}: no season of several bookmakers: column {missing[0]!r} is missing")
    quoted = list(_quoted(columns))
    games: dict[_Key, dict[str, tuple[int, Row]]] = {}
    for line, row in rows:
        key = row["Date"].strip(), row["away_Team"].strip(), row["home_Team"].strip()
        kind = row["bet_type"].strip()
        if not key[1] or not key[2]:
            yield Problem("no_teams", f"{name}:{line}: {kind} of {key[0]} without teams; row left out")
        elif kind not in MARKETS:
            yield Problem("unknown_market", f"{name}:{line}: bet_type {kind!r} is not known; row left out")
        elif kind in games.setdefault(key, {}):
            yield Problem("duplicate_row", f"{name}:{line}: a second {kind} of {key[1]} @ {key[2]}; the first kept")
        else:
            games[key][kind] = line, row
    for key, of_game in games.items():
        yield from _game(key, of_game, quoted, sport_key, name)


def _quoted(columns: Iterable[str]) -> Iterator[_Column]:
    for column in columns:
        if column in ("away_open", "home_open"):
            yield _Column(column, OPENER, LineMoment.OPENING, column == "away_open")
        elif column[:-1] in BOOKMAKERS and column[-1] in "12":
            yield _Column(column, BOOKMAKERS[column[:-1]], LineMoment.CLOSING, column[-1] == "1")


def _game(
    key: _Key, rows: dict[str, tuple[int, Row]], columns: list[_Column], sport_key: str, name: str
) -> Iterator[ArchiveGame | Problem]:
    where = f"{name}:{min(line for line, _ in rows.values())}"
    day = _day(key[0])
    if day is None:
        yield Problem("bad_date", f"{where}: Date {key[0]!r} is no day; game left out")
        return
    away_score, home_score, trouble = _scores([row for _, row in rows.values()])
    if trouble:
        yield Problem("no_score" if "NA" in trouble else "bad_score", f"{where}: {key[1]} @ {key[2]}: {trouble}")
    quotes: list[ArchiveQuote] = []
    for kind, (at, of_kind) in rows.items():
        for found in _quotes(MARKETS[kind], of_kind, columns, f"{name}:{at}"):
            if isinstance(found, Problem):
                yield found
            else:
                quotes.append(found)
    yield ArchiveGame(
        sport_key=sport_key,
        day=day,
        away=key[1],
        home=key[2],
        away_score=away_score,
        home_score=home_score,
        quotes=tuple(quotes),
        where=where,
    )


def _day(text: str) -> date | None:
    try:
        return datetime.strptime(text, "%Y%m%d").date()  # noqa: DTZ007 - a day of the league, of no zone
    except ValueError:
        return None


def _scores(rows: list[Row]) -> tuple[int | None, int | None, str]:
    """The final score, away before home; none, and why, where it cannot be one."""
    seen = {(row["away_score"].strip(), row["home_score"].strip()) for row in rows}
    if len(seen) > 1:
        return None, None, f"its rows have different scores {sorted(seen)}; no result"
    away, home = seen.pop()
    if not (_POINTS.fullmatch(away) and _POINTS.fullmatch(home)):
        return None, None, f"the score is {away}–{home}; no result"
    if away == home:
        return None, None, f"the score is {away}–{home}, as before an overtime that is missing; no result"
    for score, team in ((away, "away"), (home, "home")):
        quarters = [rows[0].get(f"{team}_{number}Q", "").strip() for number in range(1, 5)]
        if int(score) < (together := sum(int(part) for part in quarters if part.isdecimal())):
            return None, None, f"the {team} score {score} is less than its quarters together, {together}; no result"
    return int(away), int(home), ""


def _quotes(market: str, row: Row, columns: list[_Column], where: str) -> Iterator[ArchiveQuote | Problem]:
    sides = (Side.OVER, Side.UNDER) if market == TOTALS else (Side.AWAY, Side.HOME)
    for column in columns:
        text = row[column.name].replace("\N{NO-BREAK SPACE}", " ").strip()
        if text in ("", "NA"):
            continue
        quote = read_quote(text, market)
        if quote is None:
            yield Problem("bad_price", f"{where}: {column.name} {text!r} is no quote of {market}; left out")
            continue
        yield ArchiveQuote(
            bookmaker=column.bookmaker,
            market=market,
            side=sides[0] if column.is_first else sides[1],
            price=quote[0],
            point=quote[1],
            moment=column.moment,
        )


def read_quote(text: str, market: str) -> tuple[int, Decimal | None] | None:
    """The price and the point in '-4½ -110', 'PK-110' or, for a moneyline, '+157'; None for what is none of these."""
    found = _QUOTE.fullmatch(text)
    if found is None:
        return None
    digits = "0" if found["pick"] else f"{found['whole'] or ''}{_FRACTIONS[found['fraction'] or '']}"
    has_point = any(char.isdigit() for char in digits)
    if has_point is (market == H2H):
        return None
    try:
        price, _ = read_price(int(found["price"]), OddsFormat.AMERICAN)
        return price, read_point(float(digits)) if has_point else None
    except ValueError:
        return None
