"""The faults that stand now, in one number."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from .choices import ReviewState
from .coverage import share
from .figures import COUNTED
from .models import DataQualityLog

# A fault of a whole bookmaker or event is noted with the prices that show it.
_FLAGGED_OFFERS = """
    WITH flagged AS (
        SELECT DISTINCT event_id, bookmaker, market, issue_type FROM quality_dataqualitylog
        WHERE ended_at IS NULL AND severity = ANY(%(severities)s) AND review <> %(dismissed)s
    ), offer AS (
        SELECT event_id, bookmaker_id, market_id, string_agg(DISTINCT validation_notes, ', ') AS notes
        FROM odds_odds WHERE valid_until IS NULL GROUP BY event_id, bookmaker_id, market_id
    )
    SELECT (SELECT count(*) FROM offer), count(*)
    FROM offer
    JOIN odds_bookmaker AS bookmaker ON bookmaker.id = offer.bookmaker_id
    JOIN odds_market AS market ON market.id = offer.market_id
    WHERE EXISTS (
        SELECT FROM flagged
        WHERE flagged.event_id = offer.event_id AND flagged.bookmaker IN ('', bookmaker.key)
        AND (flagged.market = market.key OR flagged.market = '' AND position(flagged.issue_type IN offer.notes) > 0)
    )
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingWarnings:
    """Faults of severity warning or worse that stand and were not dismissed."""

    count: int
    offers: int  # markets of bookmakers, by event, of which some price stands
    flagged: int  # those of them with such a fault

    @property
    def rate(self) -> float | None:
        """flagged / offers; None where no price stands."""
        return share(self.flagged, self.offers)

    def __str__(self) -> str:
        """'23 (0.1%)'."""
        return f"{self.count:,}" + ("" if self.rate is None else f" ({self.rate:.1%})")


def standing_warnings() -> StandingWarnings:
    entries = DataQualityLog.objects.standing().filter(severity__in=COUNTED).not_dismissed()
    with connection.cursor() as cursor:
        cursor.execute(_FLAGGED_OFFERS, {"severities": COUNTED, "dismissed": ReviewState.DISMISSED})
        offers, flagged = cursor.fetchone()
    return StandingWarnings(count=entries.count(), offers=offers, flagged=flagged)
