"""Every price at every snapshot, as a view: what the raw answers say, one row per price point."""

from django.db import migrations

CREATE = """
CREATE VIEW odds_price_points AS
SELECT
    event.api_id AS event_id,
    snapshot.snapshot_time,
    snapshot.is_live,
    bookmaker.key AS bookmaker,
    market.key AS market,
    outcome.side,
    outcome.name AS outcome,
    outcome.description,
    odds.point,
    odds.price,
    odds.decimal_price,
    odds.odds_timestamp,
    odds.valid_until,
    odds.is_valid,
    odds.id AS odds_id
FROM odds_oddssnapshot AS snapshot
JOIN events_event AS event ON event.id = snapshot.event_id
JOIN odds_odds AS odds
    ON odds.event_id = snapshot.event_id
    AND odds.odds_timestamp <= snapshot.snapshot_time
    AND (odds.valid_until > snapshot.snapshot_time OR odds.valid_until IS NULL)
JOIN odds_bookmaker AS bookmaker ON bookmaker.id = odds.bookmaker_id
JOIN odds_market AS market ON market.id = odds.market_id
JOIN odds_outcome AS outcome ON outcome.id = odds.outcome_id
JOIN odds_scope AS scope ON scope.id = snapshot.scope_id
-- A snapshot speaks only for what was asked: null stands for every book, a missing market for none.
WHERE CASE jsonb_typeof(scope.asked -> market.key)
    WHEN 'null' THEN true
    WHEN 'array' THEN (scope.asked -> market.key) ? bookmaker.key
    ELSE false
END
"""


class Migration(migrations.Migration):
    dependencies = [("odds", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, reverse_sql="DROP VIEW odds_price_points")]
