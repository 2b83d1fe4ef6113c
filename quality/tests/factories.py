"""Entries of the quality log for tests. Every default is valid, so a test states only what matters to it."""

from datetime import timedelta
from itertools import count
from typing import Any

from events.tests.factories import TIP
from quality.choices import IssueType, Severity
from quality.models import DataQualityLog

SEEN = TIP - timedelta(hours=2)  # when prices of odds/tests/factories.py begin

_serial = count(1)


def make_entry(**over: Any) -> DataQualityLog:
    """A standing fault of FanDuel's h2h, seen once two hours before the usual start; of no event unless told."""
    fields: dict[str, Any] = {
        "fingerprint": f"{next(_serial):064x}",
        "severity": Severity.ERROR,
        "issue_type": IssueType.BOOKSUM_BELOW_ONE,
        "sport_key": "basketball_nba",
        "bookmaker": "fanduel",
        "market": "h2h",
        "description": "The implied probabilities sum to 0.966; a book that takes bets on both sides has at least 1",
        "raw_data": {"key": "h2h", "outcomes": []},
        "first_seen": SEEN,
        "is_derived": True,
    }
    fields.update(over)
    return DataQualityLog.objects.create(**{"last_seen": fields["first_seen"], **fields})
