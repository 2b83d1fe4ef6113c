"""The period that figures are of, and the rows that all of them start from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from odds.dimensions import bookmaker_keys, market_keys
from odds.markets import SPREADS, is_lay

# asked: the snapshots of the period, by event, day (in UTC) and what was asked, their times in order. How many of them
#     lie in a span is then told by two binary searches (width_bucket): runs and snapshots are never joined.
# runs: what stood at some time in the period, of those events.
# covered: for which bookmakers and markets a request speaks.
_COMMON = """
    WITH asked AS MATERIALIZED (
        SELECT snapshot.event_id, event.sport_key, snapshot.scope_id,
            (snapshot.snapshot_time AT TIME ZONE 'UTC')::date AS day, count(*) AS snapshots,
            array_agg(snapshot.snapshot_time ORDER BY snapshot.snapshot_time) AS times
        FROM odds_oddssnapshot AS snapshot
        JOIN events_event AS event ON event.id = snapshot.event_id
        WHERE snapshot.snapshot_time >= %(start)s AND snapshot.snapshot_time < %(end)s
            AND NOT (snapshot.is_live AND %(pre_match_only)s)
            AND (event.sport_key = %(sport)s OR %(sport)s::text IS NULL)
        GROUP BY 1, 2, 3, 4
    ), runs AS (
        SELECT * FROM odds_odds
        WHERE event_id IN (SELECT event_id FROM asked) AND market_id = ANY(%(markets)s)
            AND odds_timestamp < %(end)s AND COALESCE(valid_until, 'infinity') > %(start)s
    ), covered AS MATERIALIZED (
        SELECT scope.id AS scope_id, bookmaker.id AS bookmaker_id, market.id AS market_id
        FROM odds_scope AS scope
        CROSS JOIN LATERAL jsonb_each(scope.asked) AS request (market, books)
        JOIN odds_market AS market ON market.key = request.market
        JOIN odds_bookmaker AS bookmaker ON request.books = 'null' OR request.books ? bookmaker.key
        WHERE scope.id IN (SELECT scope_id FROM asked)
    )
"""

Offer = tuple[str, str]
"""(bookmaker key, market key)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """Snapshots taken in [start, end), of one sport or market (by key) if named, before the start of games or all.

    Before the start means: by the start that the snapshot itself stated.
    """

    start: datetime
    end: datetime
    sport: str | None = None
    market: str | None = None
    pre_match_only: bool = True

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """The rows of a query that may begin with the common table expressions above."""
        with connection.cursor() as cursor:
            cursor.execute(_COMMON + sql, {**self._parameters(), **parameters})
            rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows

    def by_offer(self, sql: str, **parameters: Any) -> dict[Offer, tuple[Any, ...]]:
        """The rows of a query that has one for each bookmaker and market, whose ids are its first two columns."""
        bookmakers, markets = bookmaker_keys(), market_keys()
        rows = self.rows(sql, **parameters)
        return {(bookmakers[book], markets[market]): tuple(rest) for book, market, *rest in rows}

    def _parameters(self) -> dict[str, Any]:
        markets = {pk: key for pk, key in market_keys().items() if self.market in (None, key)}
        return {
            "start": self.start,
            "end": self.end,
            "sport": self.sport,
            "pre_match_only": self.pre_match_only,
            "markets": list(markets),
            "lay": _ids(markets, {key for key in markets.values() if is_lay(key)}),
            "spreads": _ids(markets, {key for key in markets.values() if SPREADS in key}),
        }


def _ids(markets: dict[int, str], keys: Collection[str]) -> list[int]:
    return [pk for pk, key in markets.items() if key in keys]
