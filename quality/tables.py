"""Figures of quality as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from events.cli import plain, table
from events.times import duration, stamp
from odds.wording import percent

from .figures import BookFigures, stale, totals
from .first_moves import WINDOW

if TYPE_CHECKING:
    from rich.table import Table

_LEFT = ("Bookmaker", "Market", "Last quoted (UTC)")
_COLUMNS = (
    "Bookmaker", "Market", "Asked", "Coverage", "Last quoted (UTC)", "Age", "Age, 95 %", "Flags per 1,000",
    "Overround ± MAD", "Moves", "Moved first",
)  # fmt: skip
# Below this it is yellow.
LITTLE = 0.5


def figures_table(figures: Sequence[BookFigures], title: str) -> Table:
    listing = table(title)
    for heading in _COLUMNS:
        listing.add_column(heading, justify="left" if heading in _LEFT else "right", no_wrap=True)
    doubtful = {(row.bookmaker, row.market) for row in stale(figures)}
    for row in figures:
        is_stale = (row.bookmaker, row.market) in doubtful
        listing.add_row(
            plain(row.bookmaker, "cyan"),
            plain(row.market),
            f"{row.asked:,}",
            plain(percent(row.coverage), "yellow" if (row.coverage or 0) < LITTLE else ""),
            plain("never" if row.last_quoted is None else stamp(row.last_quoted)[:-3], "yellow" if is_stale else ""),
            seconds(row.age_median_seconds),
            seconds(row.age_p95_seconds),
            "–" if row.flags_per_thousand is None else f"{row.flags_per_thousand:,.1f}",
            overround_text(row),
            f"{row.moves:,}",
            percent(row.first_share),
        )
    return listing


def remarks(figures: Sequence[BookFigures]) -> Iterable[str]:
    """What is to be said under the table: the totals, what is stale, and what cannot be seen."""
    if not figures:
        yield "No snapshot of this period asked for anything."
        return
    whole = totals(figures)
    yield (
        f"{whole.quoted:,} of {whole.asked:,} asked were quoted, {percent(whole.missing)} missing; "
        f"{whole.flags:,} flags, {percent(whole.flagged)} of those quoted."
    )
    if found := stale(figures):
        yield f"⚠ Stale: {', '.join(f'{row.bookmaker} {row.market}' for row in found)}."
    yield resolution_text(figures[0].resolution)


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
