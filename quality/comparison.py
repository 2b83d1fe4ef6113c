"""The quote that an entry is about: what its bookmaker offered before and after, and what the others offered then."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Concat, StrIndex, Trim

from odds.choices import Side
from odds.lines import SIDES, BookLine, StandingPrice, best_prices, book_lines, standing_since
from odds.models import Odds
from odds.movement import PriceChange, price_changes
from odds.pricing import implied_probability
from odds.standing import standing_odds
from odds.wording import percent, pointed, signed

from .faults import OF_CHANGES
from .models import DataQualityLog

P = TypeVar("P", StandingPrice, PriceChange)
RunKey = tuple[Any, ...]  # what tells one stored price from another in a market of an event

AROUND = 3  # moves shown before the fault, and after it
MOST_ROWS = 60  # of one table: alternate markets have hundreds of lines
_PAIRS = ({Side.HOME, Side.AWAY}, {Side.OVER, Side.UNDER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """One price as it stands in a table."""

    name: str  # of the outcome, where its column does not say it; else ""
    point: str  # "" where there is none
    price: str  # American
    implied: str  # 1/decimal, in per cent
    is_valid: bool
    is_best: bool  # no valid offer for the same bet is higher
    in_question: bool  # it has the fault, so its verdict depends on the entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a book: outcomes that are bet against each other."""

    bookmaker: str
    description: str  # the player in props; else ""
    since: datetime  # of a move its instant; of a standing line when the newest of its prices was first seen
    cells: tuple[tuple[Shown, ...], ...]  # under each heading: usually one price, none where it is not offered
    overround: str  # in per cent; a dash unless the outcomes are complete

    @property
    def in_question(self) -> bool:
        return any(price.in_question for cell in self.cells for price in cell)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Lines beside each other, a column for each outcome."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    left_out: int  # rows that are there and not shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a person looks at to judge an entry."""

    moment: datetime  # the instant of `books`
    history: Table | None  # the moves of the book around the fault; None if the entry is not about one book
    books: Table  # what all books offered at `moment`


def compare(entry: DataQualityLog, moment: datetime | None = None) -> Comparison | None:
    """The quote in question beside its neighbours in time, and beside the market at `moment`, or when first seen.

    None if the entry is not about a market of an event. Five queries.
    """
    if entry.event is None or not entry.market:
        return None
    moment = moment or entry.first_seen
    standing = standing_odds(entry.event, moment, market=entry.market)
    meant = _meant(entry)
    moves = None
    if entry.bookmaker:
        moves = history(price_changes(entry.event, bookmaker=entry.bookmaker, market=entry.market), entry, meant)
    return Comparison(moment=moment, history=moves, books=books(standing.prices(), entry, moment, meant))


def prices_in_question(entries: QuerySet[DataQualityLog]) -> QuerySet[Odds]:
    """The stored prices whose verdicts depend on these entries: those that note such a fault, while it was there.

    None for a fault that is not found in the stored answers, or that left no price to be stored.
    """
    # No type's name is part of another's.
    noted = entries.order_by().annotate(place_in_notes=StrIndex(OuterRef("validation_notes"), F("issue_type")))
    about = noted.filter(
        Q(first_seen=OuterRef("odds_timestamp")) | ~Q(issue_type__in=OF_CHANGES),
        Q(bookmaker="") | Q(bookmaker=OuterRef("bookmaker__key")),
        Q(market="") | Q(market=OuterRef("market__key")),
        Q(outcome="") | Q(outcome=OuterRef("named")),
        Q(ended_at__isnull=True) | Q(ended_at__gt=OuterRef("odds_timestamp")),
        event=OuterRef("event_id"),
        is_derived=True,
        place_in_notes__gt=0,
    )
    ended = Q(Exists(about.filter(first_seen__lt=OuterRef("valid_until"))))
    stands = Q(Exists(about), valid_until__isnull=True)
    of_events = Odds.objects.filter(event__in=entries.order_by().values("event"))
    named = Trim(Concat("outcome__description", Value(" "), "outcome__name"))
    return of_events.annotate(named=named).filter(ended | stands)


def _meant(entry: DataQualityLog) -> set[RunKey]:
    found = prices_in_question(DataQualityLog.objects.filter(pk=entry.pk)).values_list(
        "bookmaker__key", "outcome__description", "outcome__name", "point", "odds_timestamp"
    )
    return set(found)


def _key(price: P) -> RunKey:
    return price.bookmaker, price.description, price.outcome, price.point, price.odds_timestamp


def history(changes: Sequence[PriceChange], entry: DataQualityLog, meant: Collection[RunKey]) -> Table:
    """The book's lines at its moves: some before the fault, those during it, some after; each as it then stood."""
    moves = sorted({moment for change in changes for moment in (change.odds_timestamp, change.valid_until) if moment})
    # What stood when the fault was first seen may have moved earlier.
    begin = max(bisect_right(moves, entry.first_seen) - 1, 0)
    end = bisect_left(moves, entry.ended_at) if entry.ended_at else len(moves)
    columns = _columns(changes)
    rows = [
        row
        for place, moment in enumerate(moves[: end + AROUND])
        if place >= begin - AROUND
        for row in _move(changes, moment, columns, meant if begin <= place < end else ())
    ]
    return _table(columns, rows)


def _move(
    changes: Iterable[PriceChange], moment: datetime, columns: dict[Side, str], meant: Collection[RunKey]
) -> list[Row]:
    """The lines that changed at this instant. `meant` is empty where the fault was not there then."""
    standing = [
        change
        for change in changes
        if change.odds_timestamp <= moment and (change.valid_until is None or moment < change.valid_until)
    ]
    lines = _joined(book_lines(standing))
    moved = [line for line in lines if any(price.odds_timestamp == moment for price in line.prices)] or lines

    def show(price: PriceChange) -> Shown:
        return _shown(price, columns, is_best=False, in_question=_key(price) in meant)

    if not moved:
        return [Row(bookmaker="", description="", since=moment, cells=((),) * len(columns), overround=percent(None))]
    return [_row(line, moment, columns, show) for line in moved]


def books(prices: Sequence[StandingPrice], entry: DataQualityLog, moment: datetime, meant: Collection[RunKey]) -> Table:
    """All books' lines of the market as they stood at `moment`; the book in question first."""
    columns = _columns(prices)
    best = {
        (each.description, each.outcome, each.point, bookmaker)
        for each in best_prices(prices)
        for bookmaker in each.bookmakers
    }
    there = entry.first_seen <= moment and (entry.ended_at is None or moment < entry.ended_at)

    def show(price: StandingPrice) -> Shown:
        is_best = price.is_valid and (price.description, price.outcome, price.point, price.bookmaker) in best
        return _shown(price, columns, is_best=is_best, in_question=there and _key(price) in meant)

    rows = [_row(line, standing_since(line), columns, show) for line in _joined(book_lines(prices))]
    return _table(columns, sorted(rows, key=lambda row: row.bookmaker != entry.bookmaker))


def _joined(lines: Iterable[BookLine[P]]) -> list[BookLine[P]]:
    """The lines, those of two sides that belong together and have points that do not fit as one without overround."""
    alone: dict[tuple[str, str], list[BookLine[P]]] = defaultdict(list)
    rows: list[BookLine[P]] = []
    for line in lines:
        (alone[line.bookmaker, line.description] if len(line.prices) == 1 else rows).append(line)
    for each in alone.values():
        if {price.side for line in each for price in line.prices} in _PAIRS and len(each) == 2:
            both = sorted((line.prices[0] for line in each), key=lambda price: SIDES.index(Side(price.side)))
            each = [replace(each[0], prices=tuple(both), overround=None, hold=None)]
        rows += each
    return sorted(rows, key=lambda line: (line.description, line.point is not None, line.point or 0, line.bookmaker))


def _columns(prices: Iterable[P]) -> dict[Side, str]:
    """The heading of each side: the name of its outcome, or 'Outcome' where those have no sides."""
    names = {Side(price.side): price.outcome for price in prices}
    return {side: "Outcome" if side == Side.OTHER else names[side] for side in SIDES if side in names}


def _row(line: BookLine[P], since: datetime, columns: dict[Side, str], show: Callable[[P], Shown]) -> Row:
    cells = tuple(tuple(show(price) for price in line.prices if price.side == side) for side in columns)
    return Row(
        bookmaker=line.bookmaker,
        description=line.description,
        since=since,
        cells=cells,
        overround=percent(line.overround),
    )


def _shown(price: P, columns: dict[Side, str], *, is_best: bool, in_question: bool) -> Shown:
    return Shown(
        name="" if columns[Side(price.side)] == price.outcome else price.outcome,
        point=pointed(price.side, price.point),
        price=signed(price.price),
        implied=percent(implied_probability(price.decimal_price)),
        is_valid=price.is_valid,
        is_best=is_best,
        in_question=in_question,
    )


def _table(columns: dict[Side, str], rows: Sequence[Row]) -> Table:
    return Table(headings=tuple(columns.values()), rows=tuple(rows[:MOST_ROWS]), left_out=max(len(rows) - MOST_ROWS, 0))
