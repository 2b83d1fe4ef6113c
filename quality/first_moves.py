"""Who moves a line first, as far as snapshots can tell."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from .period import Offer, Period

# Changes of one line in one direction belong to one move if they come within this time of its first.
WINDOW = timedelta(minutes=30)

_RESOLUTION = """
    , spacings AS (
        SELECT seen_at - lag(seen_at) OVER (PARTITION BY event_id ORDER BY seen_at) AS spacing
        FROM asked, unnest(times) AS seen_at
    )
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY spacing) FROM spacings
"""

# A change is told from the home or the over side. Its direction is whether that became likelier: by the point or, where
# that is the same, by the price.
_MOVES = """
    , series AS (
        SELECT event_id, market_id, bookmaker_id, odds_timestamp AS at, side, point, decimal_price, runs.is_live,
            lag(valid_until) OVER run_before AS ended, lag(point) OVER run_before AS point_before,
            lag(decimal_price) OVER run_before AS price_before
        FROM runs JOIN odds_outcome AS outcome ON outcome.id = outcome_id
        WHERE side IN ('home', 'over') AND line IS NULL AND market_id <> ALL(%(lay)s)
        WINDOW run_before AS (PARTITION BY event_id, market_id, bookmaker_id, outcome_id ORDER BY odds_timestamp)
    ), changes AS (
        SELECT event_id, market_id, bookmaker_id, at, coalesce(
            nullif(sign(point - point_before) * CASE side WHEN 'home' THEN -1 ELSE 1 END, 0),
            sign(price_before - decimal_price)
        ) AS direction
        FROM series WHERE ended = at AND at >= %(start)s AND NOT (is_live AND %(pre_match_only)s)
    ), spaced AS (
        SELECT *, coalesce(at - lag(at) OVER line > %(window)s, true) AS begins
        FROM changes WHERE direction <> 0
        WINDOW line AS (PARTITION BY event_id, market_id, direction ORDER BY at)
    ), numbered AS (
        SELECT *, count(*) FILTER (WHERE begins) OVER (PARTITION BY event_id, market_id, direction ORDER BY at) AS move
        FROM spaced
    ), joined AS (
        SELECT market_id, bookmaker_id, min(at) AS at, event_id, direction, move, min(min(at)) OVER move AS began
        FROM numbered GROUP BY event_id, market_id, direction, move, bookmaker_id
        WINDOW move AS (PARTITION BY event_id, market_id, direction, move)
    ), shared AS (
        SELECT market_id, bookmaker_id, at = began AS is_first, count(*) OVER move AS books,
            count(*) FILTER (WHERE at = began) OVER move AS firsts
        FROM joined WHERE at <= began + %(window)s
        WINDOW move AS (PARTITION BY event_id, market_id, direction, move)
    )
    SELECT bookmaker_id, market_id, coalesce(sum(1.0 / firsts) FILTER (WHERE is_first), 0)::float8, count(*)
    FROM shared WHERE books > 1 GROUP BY 1, 2
"""


class FirstMoves(NamedTuple):
    """How one bookmaker's changes in one market stand to those of the others."""

    first: float  # moves that it began; one that several began in the same snapshot counts for each in equal parts
    moves: int  # moves that it took part in


def first_moves(period: Period) -> dict[Offer, FirstMoves]:
    """By bookmaker and market; none for those that never moved together with another.

    A move is a change of one line, that is of an event and market, in one direction, made by two bookmakers or more: it
    begins with a change before which none was seen for WINDOW, and whoever changes within WINDOW of that takes part.
    Of markets where several lines stand beside each other, none is looked at.
    """
    return {offer: FirstMoves(*row) for offer, row in period.by_offer(_MOVES, window=WINDOW).items()}


def resolution(period: Period) -> timedelta | None:
    """The median time between two successive snapshots of an event: what happens within it is seen as one instant.

    None where no event was seen twice.
    """
    ((spacing,),) = period.rows(_RESOLUTION)
    found: timedelta | None = spacing
    return found
