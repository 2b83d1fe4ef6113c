"""Figures of quality as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from typing import TYPE_CHECKING

from events.cli import plain, table
from events.times import duration, stamp
from events.wording import plural
from odds.lines import market_order
from odds.wording import percent

from .figures import BookFigures, stale, totals
from .first_moves import WINDOW

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_COLUMNS = ("Coverage", "Age", "95 %", "Flags ‰", "Overround %", "Moves", "First")
# Below this it is yellow.
LITTLE = 0.5


def figures_tables(figures: Sequence[BookFigures]) -> Iterator[Table]:
    """One table for each market, narrow enough for a terminal of 80 columns."""
    doubtful = {(row.bookmaker, row.market) for row in stale(figures)}
    by_market = sorted(figures, key=lambda row: market_order(row.market))
    for market, rows in groupby(by_market, key=lambda row: row.market):
        listing = table(plain(market))
        listing.padding = (0, 1, 0, 0)
        listing.add_column("Bookmaker", no_wrap=True)
        for heading in _COLUMNS:
            listing.add_column(heading, justify="right", no_wrap=True)
        for row in rows:
            look = "yellow" if (row.bookmaker, row.market) in doubtful else "cyan"
            listing.add_row(plain(row.bookmaker, look), *_cells(row))
        yield listing


def _cells(row: BookFigures) -> tuple[str | Text, ...]:
    return (
        plain(percent(row.coverage), "yellow" if (row.coverage or 0) < LITTLE else ""),
        seconds(row.age_median_seconds),
        seconds(row.age_p95_seconds),
        "–" if row.flags_per_thousand is None else f"{row.flags_per_thousand:,.1f}",
        overround_text(row).removesuffix(" %"),
        f"{row.moves:,}",
        percent(row.first_share),
    )


def remarks(figures: Sequence[BookFigures]) -> Iterable[str]:
    """What is to be said under the table: the totals, what is stale, and what cannot be seen."""
    if not figures:
        yield "No snapshot of this period asked for anything."
        return
    whole = totals(figures)
    yield (
        f"{whole.quoted:,} of {whole.asked:,} asked were quoted, {percent(whole.missing)} missing; "
        f"{plural(whole.flags, 'flag')}, {percent(whole.flagged)} of those quoted."
    )
    if found := stale(figures):
        told = (f"{row.bookmaker} {row.market} ({_last_quoted(row)})" for row in found)
        yield f"⚠ Stale: {', '.join(told)}."
    yield resolution_text(figures[0].resolution)


def _last_quoted(row: BookFigures) -> str:
    return "never quoted" if row.last_quoted is None else f"last quoted {stamp(row.last_quoted)[:-3]} UTC"


def resolution_text(resolution: timedelta | None) -> str:
    """How finely it can be told who moved first."""
    if resolution is None:
        return "No event was seen twice, so no move could be seen."
    text = f"Snapshots of an event are {duration(resolution)} apart (median); what moved between two, moved at once."
    if 2 * resolution > WINDOW:
        text += f" That is too coarse to tell who was first within {duration(WINDOW)}."
    return text


def overround_text(row: BookFigures) -> str:
    """'4.76 ± 0.15 %'; a dash for what is unknown."""
    if row.overround_median is None or row.overround_mad is None:
        return "–"
    return f"{100 * row.overround_median:.2f} ± {100 * row.overround_mad:.2f} %"


def seconds(value: float | None) -> str:
    """'45 s'; a dash for what is unknown. Clocks that are apart can make it negative."""
    return "–" if value is None else ("−" if value < 0 else "") + duration(timedelta(seconds=abs(value)))
