"""fetch_odds, fetch_scores, update_event_status against the sandbox."""

import pytest

from collectors.choices import CallState, Job, Purpose
from collectors.jobs import run_now
from collectors.live import Timing, fetch_odds
from collectors.models import FetchLog, JobTick
from events.models import Event
from odds.models import Odds, OddsSnapshot

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_fetch_stores_events_snapshots_and_prices_and_its_cost(stage):
    with stage.gate() as gate:
        report = fetch_odds(gate, "basketball_nba", Purpose.LIVE, Timing())
    assert report.bought
    assert report.events == Event.objects.filter(snapshots__isnull=False).distinct().count() > 0
    assert report.snapshots == OddsSnapshot.objects.count()
    assert report.runs == Odds.objects.count() > 100
    assert report.credits_charged == stage.charged == 3
    paid = FetchLog.objects.get(endpoint="odds")
    assert (paid.state, paid.success, paid.credits_charged) == (CallState.STORED, True, 3)
    assert (paid.credits_used, paid.api_quota_remaining) == (3, 19_997)
    assert paid.bookmakers_count == 7
    assert not list(stage.terms.spool.glob("*.*"))


def test_within_one_minute_a_fetch_happens_once_whoever_asks(stage):
    first = run_now(Job.FETCH_ODDS, ["basketball_nba"], stage.gate)
    second = run_now(Job.FETCH_ODDS, ["basketball_nba"], stage.gate)
    assert isinstance(first[0][1], JobTick)
    assert "was done before" in str(second[0][1])
    assert stage.charged == 3
