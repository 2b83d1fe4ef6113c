"""Figures of quality as a DataFrame."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import datetime
from typing import TYPE_CHECKING

from odds.lookups import keys

from .figures import BookFigures, quality_figures

if TYPE_CHECKING:
    from pandas import DataFrame

_COLUMNS = [field.name for field in fields(BookFigures)]
_TYPES = {
    **dict.fromkeys(_COLUMNS, "float64"),
    **dict.fromkeys(["bookmaker", "market"], "str"),
    **dict.fromkeys(["asked", "quoted", "changes", "flags", "lines", "moves"], "int64"),
    "last_quoted": "datetime64[us, UTC]",
}


def quality_frame(
    start: datetime,
    end: datetime,
    *,
    sport: str | None = None,
    bookmaker: str | None = None,
    market: str | None = None,
    pre_match_only: bool = True,
) -> DataFrame:
    """How good the prices of each bookmaker and market were, over the snapshots taken in [start, end); both aware.

    Bookmaker and market are taken as people write them, `sport` is a key. One row for each market and bookmaker, with
    the columns bookmaker and market (keys), asked (snapshots of single events that asked for it), quoted (those that
    had it), coverage (quoted / asked), last_quoted (the newest snapshot that had it, NaT if none), changes (how often a
    price was new), age_median_seconds and age_p95_seconds (from the bookmaker's own time to the snapshot, at those
    changes), flags (sightings of faults of severity warning or worse), flags_per_thousand (to snapshots quoted), lines
    (complete lines looked at), overround_median and overround_mad (fractions; the mad is not scaled), moves (shared
    with other bookmakers), first (begun; ties shared), first_share (first / moves), resolution_seconds (median time
    between snapshots of an event: who was first within it cannot be seen).

    NaN where there is nothing to reckon from. Empty if nothing was asked. Raises ValueError for naive times.
    """
    from pandas import DataFrame  # here, since its half a second would be paid by every command

    for moment in (start, end):
        if moment.tzinfo is None:
            raise ValueError(f"{moment!r} has no time zone: say which instant is meant")
    rows = quality_figures(start, end, sport=sport, pre_match_only=pre_match_only, **keys(bookmaker, market))
    return DataFrame([asdict(row) for row in rows], columns=_COLUMNS).astype(_TYPES)
