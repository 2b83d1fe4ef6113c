"""The faults that stand now, in one number."""

import pytest

from events.tests.factories import TIP, make_event
from odds.tests.factories import make_odds, make_pair
from quality.choices import IssueType, ReviewState, Severity
from quality.tally import standing_warnings
from quality.tests.factories import make_entry

pytestmark = pytest.mark.django_db


def test_faults_that_stand_and_the_share_of_offers_with_one():
    event = make_event()
    make_pair(event, prices={"home": -110, "away": -110})
    make_odds(event, "betmgm")
    make_odds(event, "bovada")
    make_odds(event, "pinnacle")
    make_odds(event, "lowvig", valid_until=TIP)  # stands no more
    make_entry(event=event, severity=Severity.WARNING)
    make_entry(event=event, severity=Severity.ERROR)  # another of the same offer
    make_entry(severity=Severity.CRITICAL, bookmaker="", market="")
    make_entry(event=event, bookmaker="betmgm", severity=Severity.INFO)
    make_entry(event=event, bookmaker="bovada", review=ReviewState.DISMISSED)
    make_entry(event=event, bookmaker="pinnacle", ended_at=TIP)
    found = standing_warnings()
    assert (found.count, found.offers, found.flagged, found.rate) == (3, 4, 1, 0.25)
    assert str(found) == "3 (25.0%)"


def test_fault_of_a_whole_bookmaker_is_counted_with_the_offers_that_show_it():
    event = make_event()
    make_odds(event, validation_notes="inconsistent_pair, stale")
    make_odds(event, market="spreads")
    make_odds(event, "betmgm", validation_notes="stale")
    make_entry(event=event, market="", issue_type=IssueType.STALE, severity=Severity.WARNING)
    found = standing_warnings()
    assert (found.count, found.offers, found.flagged) == (1, 3, 1)


def test_without_prices_there_is_no_share():
    assert str(standing_warnings()) == "0"
