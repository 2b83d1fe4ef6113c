"""What bookmakers keep, as a rule: the overround of complete lines by bookmaker and market, robustly."""

from __future__ import annotations

from .baseline import OverroundBaseline
from .period import Offer, Period

# Of each event and day so many snapshots are looked at, evenly spread; all where there are no more.
SNAPSHOTS_A_DAY = 8

# Lines as `odds.lines.is_complete` has them: two teams, with the draw where one is offered, or over and under, at one
# point.
_LINES = """
    , sampled AS MATERIALIZED (
        SELECT event_id, scope_id, array_agg(times[number] ORDER BY times[number]) AS times
        FROM asked, generate_series(1, snapshots) AS number
        WHERE number * %(sample)s / snapshots > (number - 1) * %(sample)s / snapshots
        GROUP BY 1, 2
    ), with_draw AS MATERIALIZED (
        SELECT DISTINCT event_id, market_id FROM runs JOIN odds_outcome AS outcome ON outcome.id = outcome_id
        WHERE side = 'draw'
    ), prices AS (
        SELECT event_id, bookmaker_id, market_id, outcome_id, point, decimal_price, unnest(times[
            width_bucket(odds_timestamp - interval '1 microsecond', times) + 1 :
            coalesce(width_bucket(valid_until - interval '1 microsecond', times), cardinality(times))
        ]) AS seen_at
        FROM runs JOIN sampled USING (event_id) JOIN covered USING (scope_id, bookmaker_id, market_id)
        WHERE is_valid AND NOT market_id = ANY(%(lay)s)
    ), lines AS MATERIALIZED (
        SELECT bookmaker_id, market_id, sum(1 / decimal_price) - 1 AS overround
        FROM prices JOIN odds_outcome AS outcome ON outcome.id = outcome_id
        GROUP BY event_id, bookmaker_id, market_id, seen_at, description,
            CASE side WHEN 'away' THEN -point ELSE point END
        HAVING CASE string_agg(side, ' ' ORDER BY side)
            WHEN 'over under' THEN bool_and(point IS NOT NULL)
            WHEN 'away home' THEN (event_id, market_id) NOT IN (SELECT event_id, market_id FROM with_draw)
                AND (market_id <> ALL(%(spreads)s) OR bool_and(point IS NOT NULL))
            WHEN 'away draw home' THEN market_id <> ALL(%(spreads)s)
            ELSE false
        END
    ), medians AS (
        SELECT bookmaker_id, market_id, percentile_cont(0.5) WITHIN GROUP (ORDER BY overround) AS median
        FROM lines GROUP BY 1, 2
    )
    SELECT bookmaker_id, market_id, median,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY abs(overround - median)), count(*)
    FROM lines JOIN medians USING (bookmaker_id, market_id) GROUP BY 1, 2, 3
"""


def overrounds(period: Period) -> dict[Offer, OverroundBaseline]:
    """Of all complete lines that are not flagged, each counted once for every snapshot looked at in which it stood."""
    found = period.by_offer(_LINES, sample=SNAPSHOTS_A_DAY)
    return {offer: OverroundBaseline(*row) for offer, row in found.items()}
