"""One hash of everything stored that is not a mere row number or time of writing.

Two databases with the same fingerprint answer every question alike. Rows are read in the order of their natural keys,
so it does not depend on the order in which they were written.
"""

import hashlib

from django.db import connection

EVENTS = """
    SELECT api_id, sport_key, sport_title, commence_time, home_team, away_team, status, home_score, away_score,
        completed_at, closing_at, observed_at, start_is_day
    FROM events_event ORDER BY api_id
"""
SCORES = """
    SELECT api_id, score.observed_at, origin, trust, completed, score.home_score, score.away_score, last_update
    FROM events_eventscore AS score JOIN events_event AS event ON event.id = event_id
    ORDER BY api_id, score.observed_at, origin
"""
SNAPSHOTS = """
    SELECT api_id, snapshot_time, snapshot.commence_time, is_live, bookmaker_count, source, asked, odds_format, raw_data
    FROM odds_oddssnapshot AS snapshot
    JOIN events_event AS event ON event.id = event_id
    JOIN odds_scope AS scope ON scope.id = scope_id
    ORDER BY api_id, snapshot_time
"""
ODDS = """
    SELECT api_id, bookmaker.key, market.key, side, name, description, line, odds_timestamp, valid_until, last_update,
        price, decimal_price, point, is_live, is_valid, validation_notes
    FROM odds_odds AS odds
    JOIN events_event AS event ON event.id = event_id
    JOIN odds_bookmaker AS bookmaker ON bookmaker.id = bookmaker_id
    JOIN odds_market AS market ON market.id = market_id
    JOIN odds_outcome AS outcome ON outcome.id = outcome_id
    ORDER BY api_id, bookmaker.key, market.key, side, name, description, line, odds_timestamp
"""


def fingerprint() -> str:
    """SHA-256 over all events, scores, snapshots and odds, in hexadecimal."""
    digest = hashlib.sha256()
    for query in (EVENTS, SCORES, SNAPSHOTS, ODDS):
        with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
            for chunk in rows:
                digest.update(chunk)
    return digest.hexdigest()
