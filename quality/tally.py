"""The faults that stand now, in one number."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from .choices import ReviewState
from .coverage import share
from .figures import COUNTED
from .models import DataQualityLog

_FLAGGED_OFFERS = """
    WITH flagged AS (
        SELECT DISTINCT event_id, bookmaker, market FROM quality_dataqualitylog
        WHERE ended_at IS NULL AND severity = ANY(%(severities)s) AND review <> %(dismissed)s
    )
    SELECT count(*), count(flagged.event_id)
    FROM (SELECT DISTINCT event_id, bookmaker_id, market_id FROM odds_odds WHERE valid_until IS NULL) AS offer
    JOIN odds_bookmaker AS bookmaker ON bookmaker.id = offer.bookmaker_id
    JOIN odds_market AS market ON market.id = offer.market_id
    LEFT JOIN flagged
        ON flagged.event_id = offer.event_id AND flagged.bookmaker = bookmaker.key AND flagged.market = market.key
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
    entries = DataQualityLog.objects.standing().filter(severity__in=COUNTED).exclude(review=ReviewState.DISMISSED)
    with connection.cursor() as cursor:
        cursor.execute(_FLAGGED_OFFERS, {"severities": COUNTED, "dismissed": ReviewState.DISMISSED})
        offers, flagged = cursor.fetchone()
    return StandingWarnings(count=entries.count(), offers=offers, flagged=flagged)
