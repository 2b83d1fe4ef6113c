"""How good the prices of each bookmaker and market were over a period. docs/quality-figures.md defines every figure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from odds.lines import market_order

from .baseline import OverroundBaseline
from .choices import ReviewState, Severity
from .coverage import Coverage, coverage, share
from .first_moves import FirstMoves, first_moves, resolution
from .overrounds import overrounds
from .period import Offer, Period

# Of each bookmaker's market and snapshot in which a price of it was new: how old the bookmaker's own time was then.
_AGES = """
    , news AS (
        SELECT bookmaker_id, market_id, extract(epoch FROM odds_timestamp - max(last_update))::float8 AS age
        FROM runs
        WHERE odds_timestamp >= %(start)s AND NOT (is_live AND %(pre_match_only)s) AND last_update IS NOT NULL
        GROUP BY event_id, bookmaker_id, market_id, odds_timestamp
    )
    SELECT bookmaker_id, market_id, count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY age),
        percentile_cont(0.95) WITHIN GROUP (ORDER BY age)
    FROM news GROUP BY 1, 2
"""

# A fault that reaches beyond the period counts with the part of its sightings that its time within has, once at least.
_FLAGS = """
    , entries AS (
        SELECT entry.bookmaker, entry.market, occurrences, first_seen, last_seen,
            greatest(first_seen, %(start)s) AS since,
            least(last_seen, %(end)s, CASE WHEN %(pre_match_only)s THEN event.commence_time END) AS until
        FROM quality_dataqualitylog AS entry
        LEFT JOIN events_event AS event ON event.id = entry.event_id
        WHERE entry.bookmaker <> '' AND entry.market <> ''
            AND severity = ANY(%(severities)s) AND review <> %(dismissed)s
            AND first_seen < %(end)s AND last_seen >= %(start)s
            AND (entry.sport_key = %(sport)s OR %(sport)s::text IS NULL)
    )
    SELECT bookmaker, market, sum(CASE WHEN first_seen = last_seen THEN occurrences ELSE greatest(1, round(
        occurrences * extract(epoch FROM until - since) / extract(epoch FROM last_seen - first_seen)
    )) END)::bigint
    FROM entries WHERE until >= since GROUP BY 1, 2
"""

# Without a price for longer than this, or usually read so long ago: what is there is not to be relied on.
STALE_AFTER = timedelta(hours=24)

COUNTED = [severity.value for severity in Severity if severity.rank >= Severity.WARNING.rank]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookFigures:
    """One bookmaker in one market over a period. Shares and overrounds are fractions; None means: not known."""

    bookmaker: str
    market: str
    asked: int  # snapshots of single events that asked for it
    quoted: int  # those of them that had a price of it
    coverage: float | None  # quoted / asked
    last_quoted: datetime | None  # the newest snapshot of the period that had it
    changes: int  # how often a price was new and the bookmaker's own time known: what the two ages are of
    age_median_seconds: float | None  # from the bookmaker's own time to the snapshot
    age_p95_seconds: float | None
    flags: int  # sightings of faults of severity warning or worse, those dismissed left out
    flags_per_thousand: float | None  # flags to 1,000 snapshots quoted
    lines: int  # complete lines looked at: what the two overrounds are of
    overround_median: float | None
    overround_mad: float | None  # the median distance from the median, not scaled
    moves: int  # moves of lines that it shared with other bookmakers
    first: float  # those that it began; ties are shared
    first_share: float | None  # first / moves
    resolution_seconds: float | None  # median time between snapshots of an event, in all rows the same

    @property
    def resolution(self) -> timedelta | None:
        return None if self.resolution_seconds is None else timedelta(seconds=self.resolution_seconds)


def quality_figures(
    start: datetime,
    end: datetime,
    *,
    sport: str | None = None,
    bookmaker: str | None = None,
    market: str | None = None,
    pre_match_only: bool = True,
) -> list[BookFigures]:
    """By market and bookmaker, of the snapshots taken in [start, end), both aware; names are keys.

    A bookmaker that was asked for by name and never came is in it, with a coverage of 0; one that may come where all
    were asked for is in it if it came. Ages are those at the moments when a price was new, since the bookmaker's own
    time of later snapshots of a standing price is not stored: how stale prices are that do not move, they do not say.
    Empty if nothing was asked. The number of queries is fixed.
    """
    period = Period(start=start, end=end, sport=sport, market=market, pre_match_only=pre_match_only)
    return figures_of(period, coverage(period), bookmaker)


def figures_of(period: Period, covered: dict[Offer, Coverage[date]], bookmaker: str | None = None) -> list[BookFigures]:
    """The same, where the coverage is known already. The other bookmakers are left out last: moves need them all."""
    lines, moves, spacing = overrounds(period), first_moves(period), resolution(period)
    ages, flags = _ages(period), _flags(period)
    return [
        _figures(
            offer,
            covered[offer],
            ages.get(offer, _Ages()),
            flags.get(offer, 0),
            lines.get(offer),
            moves.get(offer, FirstMoves(0.0, 0)),
            None if spacing is None else spacing.total_seconds(),
        )
        for offer in sorted(covered, key=lambda offer: (market_order(offer[1]), offer[0]))
        if bookmaker in (None, offer[0])
    ]


class _Ages(NamedTuple):
    changes: int = 0
    median: float | None = None
    p95: float | None = None


def _ages(period: Period) -> dict[Offer, _Ages]:
    return {offer: _Ages(*row) for offer, row in period.by_offer(_AGES).items()}


def _flags(period: Period) -> dict[Offer, int]:
    rows = period.rows(_FLAGS, severities=COUNTED, dismissed=ReviewState.DISMISSED)
    return {(bookmaker, market): sightings for bookmaker, market, sightings in rows}


def _figures(
    offer: Offer,
    covered: Coverage,
    ages: _Ages,
    flags: int,
    lines: OverroundBaseline | None,
    moves: FirstMoves,
    resolution_seconds: float | None,
) -> BookFigures:
    asked, quoted = covered.asked.total(), covered.quoted.total()
    per_snapshot = share(flags, quoted)
    return BookFigures(
        bookmaker=offer[0],
        market=offer[1],
        asked=asked,
        quoted=quoted,
        coverage=share(quoted, asked),
        last_quoted=covered.last_quoted,
        changes=ages.changes,
        age_median_seconds=ages.median,
        age_p95_seconds=ages.p95,
        flags=flags,
        flags_per_thousand=None if per_snapshot is None else 1000 * per_snapshot,
        lines=lines.n if lines else 0,
        overround_median=lines.median if lines else None,
        overround_mad=lines.mad if lines else None,
        moves=moves.moves,
        first=moves.first,
        first_share=share(moves.first, moves.moves),
        resolution_seconds=resolution_seconds,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """All bookmakers and markets of a period together; None means: nothing to reckon from."""

    asked: int
    quoted: int
    missing: float | None  # the share of what was asked for and did not come
    flags: int
    flagged: float | None  # flags to snapshots quoted


def totals(figures: Iterable[BookFigures]) -> Totals:
    rows = list(figures)
    asked, quoted, flags = (sum(getattr(row, name) for row in rows) for name in ("asked", "quoted", "flags"))
    return Totals(
        asked=asked, quoted=quoted, missing=share(asked - quoted, asked), flags=flags, flagged=share(flags, quoted)
    )


def stale(figures: Iterable[BookFigures]) -> list[BookFigures]:
    """Those that came no more for STALE_AFTER before the newest price of the period, or whose own time is that old."""
    rows = list(figures)
    newest = max((row.last_quoted for row in rows if row.last_quoted), default=None)
    return [row for row in rows if newest is not None and _is_stale(row, newest)]


def _is_stale(row: BookFigures, newest: datetime) -> bool:
    silent = row.last_quoted is None or newest - row.last_quoted > STALE_AFTER
    return silent or (row.age_median_seconds or 0) > STALE_AFTER.total_seconds()
