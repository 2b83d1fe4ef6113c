"""Season sheets of SBR, pure: two rows a game, the visitor's before the home team's.

    Date  Rot  VH  Team     1st 2nd 3rd 4th  Final  Open   Close  ML    2H
    1029  501  V   Orlando  18  26  20  23   87     187    188.5  675   94.5
    1029  502  H   Indiana  23  17  29  28   97     12.5   12     -1025 9.5

A date has no year. Of the two numbers under Open or Close the smaller is the favourite's spread, in the favourite's
row, the larger the total; neither has a price. The line of the second half is quoted at half-time: neither an opening
nor a closing price, and not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from odds.choices import LineMoment, Side
from odds.markets import H2H, SPREADS, TOTALS
from odds.records import Problem

from ..errors import UnreadablePayload
from ..the_odds_api.values import LARGEST_NUMBER
from .files import Cells
from .records import ArchiveGame, ArchiveQuote

BOOKMAKER = "sbr"
TITLES = {BOOKMAKER: "SBR archive, book not named"}

# Between what a total lies, by sport: so a total that lost a digit is not taken for a spread.
TOTALS_BY_SPORT = {"basketball": (100, 400), "americanfootball": (20, 110)}
LARGEST_SPREAD = 60

_SEASON = re.compile(r"(?<!\d)((?:19|20)\d\d)-(?:\d\d)?(\d\d)(?!\d)")
_COLUMNS = ("Date", "VH", "Team", "Final", "Open", "Close", "ML")


class _Line(NamedTuple):
    """A row of the sheet."""

    number: int
    cells: dict[str, Any]

    def text(self, column: str) -> str:
        value = self.cells.get(column)
        return "" if value is None else str(value).strip()


def first_year(season: str, name: str) -> int:
    """The year in which the season begins: of '2016-17' or '2016', given or else in the file's name.

    Raises UnreadablePayload where neither tells it, or the two contradict each other: no date of a sheet would show it.
    """
    found = _SEASON.search(season or name) or re.fullmatch(r"((?:19|20)\d\d)", season)
    if found is None or (found.lastindex == 2 and (int(found[1]) + 1) % 100 != int(found[2])):
        told = f"--season {season!r} is none" if season else f"the name {name!r} does not tell it"
        raise UnreadablePayload(f"{name}: which season? {told}: give --season, as 2016-17")
    named = _SEASON.search(name)
    if named and (int(named[1]) + 1) % 100 == int(named[2]) and named[1] != found[1]:
        raise UnreadablePayload(
            f"{name}: --season {season!r} is not that of its name, {named[0]}; rename it if that is"
        )
    return int(found[1])


def read_sheet(
    rows: Iterable[tuple[int, Cells]], sport_key: str, *, year: int, name: str
) -> Iterator[ArchiveGame | Problem]:
    """The games of a sheet whose season begins in `year`, and what in it cannot be read.

    Raises UnreadablePayload if its columns or the sport are none that are known.
    """
    sport = sport_key.partition("_")[0]
    if sport not in TOTALS_BY_SPORT:
        raise UnreadablePayload(
            f"{name}: sheets of {sport_key} have other columns; known: {', '.join(TOTALS_BY_SPORT)}"
        )
    reader = _Sheet(sport_key, TOTALS_BY_SPORT[sport], name)
    days = _Days(year)
    for visitor, home in _pairs(_lines(rows, name), reader):
        day = days.of(visitor.text("Date"))
        if day is None:
            reader.note(visitor, "bad_date", f"date {visitor.text('Date')!r} is no day of {days.year}; game left out")
        else:
            game = reader.game(day, visitor, home)
            yield from reader.told()
            yield game
        yield from reader.told()
    yield from reader.told()


def _lines(rows: Iterable[tuple[int, Cells]], name: str) -> Iterator[_Line]:
    rows = iter(rows)
    _, header = next(rows, (0, ()))
    columns = [str(cell).strip() if cell is not None else "" for cell in header]
    if missing := [column for column in _COLUMNS if column not in columns]:
        raise UnreadablePayload(f"{name}: no season sheet of SBR: column {missing[0]!r} is missing")
    for number, cells in rows:
        yield _Line(number, {column: cell for column, cell in zip(columns, cells, strict=False) if column})


def _pairs(lines: Iterable[_Line], reader: _Sheet) -> Iterator[tuple[_Line, _Line]]:
    """Each game's two rows. A row without its other is named, and the next one begins a game."""
    first: _Line | None = None
    for line in lines:
        place = line.text("VH").upper()
        if first is None:
            first = line
        elif place == "H" or (place == "N" and first.text("VH").upper() == "N"):
            yield first, line
            first = None
        else:
            reader.note(first, "incomplete_game", f"{first.text('Team')}: no row of the home team; left out")
            first = line
    if first is not None:
        reader.note(first, "incomplete_game", f"{first.text('Team')}: no row of the home team; left out")


class _Days:
    """Days from MMDD, which tells no year: each is as near as can be to the one before it.

    The months alone would not do: the season 2019-20 ended in October.
    """

    def __init__(self, year: int) -> None:
        self.year = year
        self.before: date | None = None

    def of(self, text: str) -> date | None:
        if not re.fullmatch(r"\d{3,4}", text):
            return None
        years = [self.year] if self.before is None else [self.year, self.year + 1, self.year - 1]
        days = [day for year in years if (day := _day(year, int(text[:-2]), int(text[-2:])))]
        if not days:
            return None
        self.before = days[0] if self.before is None else min(days, key=lambda day: abs(day - (self.before or day)))
        self.year = self.before.year
        return self.before


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


class _Sheet:
    """Reads games, and keeps what it could not read."""

    def __init__(self, sport_key: str, totals: tuple[int, int], name: str) -> None:
        self.sport_key = sport_key
        self.lowest_total, self.highest_total = totals
        self.name = name
        self.problems: list[Problem] = []

    def note(self, line: _Line, kind: str, text: str) -> None:
        self.problems.append(Problem(kind, f"{self.name}:{line.number}: {text}"))

    def told(self) -> list[Problem]:
        problems, self.problems = self.problems, []
        return problems

    def game(self, day: date, visitor: _Line, home: _Line) -> ArchiveGame:
        if home.text("VH").upper() == "N":
            self.note(visitor, "neutral_ground", f"{visitor.text('Team')} – {home.text('Team')} on neutral ground")
        away_score, home_score = self._scores(visitor, home)
        opening = self._lines(visitor, home, "Open", LineMoment.OPENING)
        closing = self._lines(visitor, home, "Close", LineMoment.CLOSING)
        return ArchiveGame(
            sport_key=self.sport_key,
            day=day,
            home=home.text("Team"),
            away=visitor.text("Team"),
            home_score=home_score,
            away_score=away_score,
            quotes=(*opening, *closing, *self._money_lines(visitor, home)),
            where=f"{self.name}:{visitor.number}",
        )

    def _scores(self, visitor: _Line, home: _Line) -> tuple[int | None, int | None]:
        finals = [line.cells.get("Final") for line in (visitor, home)]
        scores = [final for final in finals if isinstance(final, int) and 0 <= final <= LARGEST_NUMBER]
        if len(scores) < 2 or scores == [0, 0]:
            self.note(visitor, "no_score", f"Final is {finals[0]!r} and {finals[1]!r}; no result")
            return None, None
        for line, score in zip((visitor, home), scores, strict=True):
            parts = [line.cells.get(part) for part in ("1st", "2nd", "3rd", "4th")]
            together = sum(part for part in parts if isinstance(part, int))
            if score < together:
                text = f"{line.text('Team')}: Final {score} is less than its quarters together, {together}; no result"
                self.note(line, "bad_score", text)
                return None, None
        return scores[0], scores[1]

    def _lines(self, visitor: _Line, home: _Line, column: str, moment: LineMoment) -> Iterator[ArchiveQuote]:
        numbers = [_number(line.cells.get(column)) for line in (visitor, home)]
        spread, total = sorted(numbers, key=lambda number: number if number is not None else -1)
        if spread is None or total is None or not self._is_believable(spread, total):
            seen = f"{visitor.text(column)!r} and {home.text(column)!r}"
            self.note(visitor, "bad_line", f"{column} {seen} are not a spread and a total; both left out")
            return
        away_point = -spread if numbers[0] == spread else spread
        for side, point in ((Side.AWAY, away_point), (Side.HOME, -away_point)):
            yield ArchiveQuote(bookmaker=BOOKMAKER, market=SPREADS, side=side, point=point + 0, moment=moment)
        for side in (Side.OVER, Side.UNDER):
            yield ArchiveQuote(bookmaker=BOOKMAKER, market=TOTALS, side=side, point=total, moment=moment)

    def _is_believable(self, spread: Decimal, total: Decimal) -> bool:
        halves = all(number % Decimal("0.5") == 0 for number in (spread, total))
        return halves and 0 <= spread <= LARGEST_SPREAD and self.lowest_total <= total <= self.highest_total

    def _money_lines(self, visitor: _Line, home: _Line) -> Iterator[ArchiveQuote]:
        for side, line in ((Side.AWAY, visitor), (Side.HOME, home)):
            price = line.cells.get("ML")
            if isinstance(price, int) and 100 <= abs(price) <= LARGEST_NUMBER:
                yield ArchiveQuote(bookmaker=BOOKMAKER, market=H2H, side=side, price=price, moment=LineMoment.CLOSING)
            elif line.text("ML").upper() not in ("", "NL"):
                self.note(line, "bad_price", f"{line.text('Team')}: ML {line.text('ML')!r} is no price; left out")


def _number(cell: Any) -> Decimal | None:
    """A spread or a total; None for what is neither. `pk` is a spread of 0."""
    if isinstance(cell, str) and cell.strip().lower() in ("pk", "pick"):
        return Decimal(0)
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        return None
    return Decimal(str(cell))
