"""The audit on real answers, recorded every quarter of an hour for four days."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from backtesting.decision_times import parse_decision_time
from backtesting.lookahead import audit
from backtesting.strategies import strategies
from backtesting.terms import RunTerms
from collectors.recorded import RecordingOptions, import_responses

from .test_lookahead_audit import ReadsTheClose

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TERMS = RunTerms(
    sport_key="basketball_wnba", start=datetime(2026, 7, 1, tzinfo=UTC), end=datetime(2026, 9, 1, tzinfo=UTC)
)
RECORDING = (
    settings.BASE_DIR.parent / "shared" / "data" / "sequences" / "wnba_odds_us_american_2026-07-27_to_31.jsonl.gz"
)


def test_shipped_strategies_know_nothing_of_the_future_and_a_cheat_is_caught():
    if not RECORDING.exists():
        pytest.skip(f"{RECORDING} is not here")
    import_responses([RECORDING], RecordingOptions())
    for name, cls in strategies().items():
        report = audit(cls(decides=parse_decision_time("3h")), TERMS, decisions=5, twins=1)
        assert cls.is_cheating or report.is_clean, (name, report.findings)
    cheat = ReadsTheClose(book="fanduel", decides=parse_decision_time("3h"))
    findings = audit(cheat, TERMS, twins=1).findings
    assert findings
    assert all(each.leak and each.leak.row.startswith("price fanduel h2h") for each in findings)
