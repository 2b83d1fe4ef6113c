"""The shadow as it was at an instant: what came later is gone."""

from __future__ import annotations

from .parts import (
    ARCHIVE_PRICE,
    FACTS,
    LISTING,
    PRICE,
    PRICE_END,
    SCORE,
    SNAPSHOT,
    START,
    Part,
)
from .rewriting import Rewriting


def _delete(part: Part) -> str:
    return f"DELETE FROM pg_temp.{part.table} AS late WHERE {part.chosen}"  # noqa: S608 - only what is in parts


_END_NOT_KNOWN = f"""
    UPDATE pg_temp.odds_odds AS late SET valid_until = NULL WHERE {PRICE_END.chosen}
"""  # noqa: S608

_START_AS_STATED = f"""
    UPDATE pg_temp.events_event AS late SET commence_time = newest.commence_time
    FROM pg_temp.events_event AS event CROSS JOIN LATERAL (
        SELECT commence_time FROM pg_temp.odds_oddssnapshot
        WHERE event_id = event.id AND snapshot_time <= %(moment)s ORDER BY snapshot_time DESC LIMIT 1
    ) AS newest
    WHERE event.id = late.id AND late.commence_time <> newest.commence_time AND {START.chosen}
"""  # noqa: S608

# A result without a score of its own row is late as well; so is what a person knew of a game to come.
_FACTS_THEN = f"""
    UPDATE pg_temp.events_event AS late
    SET closing_at = (
            SELECT max(snapshot_time) FROM pg_temp.odds_oddssnapshot
            WHERE event_id = late.id AND NOT is_live AND snapshot_time <= %(moment)s
                AND snapshot_time < late.commence_time
        ),
        status = CASE WHEN late.commence_time > %(moment)s THEN 'scheduled' ELSE 'live' END, status_is_manual = false,
        home_score = NULL, away_score = NULL, completed_at = NULL,
        missing_since = CASE WHEN late.missing_since <= %(moment)s THEN late.missing_since END,
        missed_listings = CASE WHEN late.missing_since <= %(moment)s THEN late.missed_listings ELSE 0 END,
        observed_at = least(late.observed_at, %(moment)s), updated_at = least(late.updated_at, %(moment)s)
    WHERE {FACTS.chosen}
"""  # noqa: S608

CUT = Rewriting(
    "cut",
    {
        LISTING: [_delete(LISTING)],
        START: [_START_AS_STATED],
        SNAPSHOT: [_delete(SNAPSHOT)],
        PRICE: [_delete(PRICE)],
        PRICE_END: [_END_NOT_KNOWN],
        ARCHIVE_PRICE: [_delete(ARCHIVE_PRICE)],
        SCORE: [f"{_delete(SCORE)} RETURNING late.event_id"],
        FACTS: [_FACTS_THEN],
    },
)
