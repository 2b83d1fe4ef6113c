"""What whole answers show: their shape, what is new in them, and what should be there."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from collectors.choices import Endpoint
from collectors.gate import Received
from collectors.intake import take_in, take_in_all
from collectors.pipeline import ingest
from collectors.the_odds_api.endpoints import Call
from events.models import Event
from odds.models import OddsSnapshot
from quality.choices import IssueType
from quality.event_checks import end_what_is_over
from quality.models import DataQualityLog

from .factories import NOON, event, h2h, snapshot, totals
from .quality_log import ASKED, NBA, START, at, entry, fresh, kinds, life, look, received, take

pytestmark = pytest.mark.django_db


def coloured(minutes: float, number: int) -> dict[str, Any]:
    game = event(fresh(minutes, h2h()), id=f"{number:032x}")
    game["bookmakers"][0]["colour"] = "red"
    return game


def slate(minutes: float, *keys: str, **markets: Any) -> None:
    offered = markets.get("markets", (h2h(), totals()))
    take(minutes, event(*(fresh(minutes, *offered, key=key) for key in keys)))


def missing() -> str:
    return entry(IssueType.MISSING_BOOKMAKER).description


def test_a_field_that_is_new_is_told_once_however_many_events_have_it():
    take(0, *(coloured(0, number) for number in range(5)))
    take(10, *(coloured(10, number) for number in range(7)))
    found = entry(IssueType.SCHEMA_DRIFT)
    assert (found.event, found.sport_key, found.occurrences) == (None, NBA, 2)
    assert 'unknown field "colour" in bookmaker, value "red"' in found.description
    assert found.raw_data == {"colour": "red"}
    take(20, event(fresh(20, h2h())))
    assert life(IssueType.SCHEMA_DRIFT) == (0, 10, 2, 20)


def test_one_answer_in_several_parts_ends_nothing_that_another_part_shows():
    ingest([snapshot(coloured(0, 1), NOON)])
    ingest([snapshot(event(fresh(0, h2h()), id="b" * 32), NOON)])
    assert entry(IssueType.SCHEMA_DRIFT).stands


def test_bookmakers_and_markets_are_new_once_and_not_in_an_empty_database():
    look(0, h2h())
    assert kinds() == set()
    ingest([snapshot(event(fresh(10, h2h()), fresh(10, h2h(), totals(), key="novelbook")), at(10))])
    told = DataQualityLog.objects.order_by("issue_type").values_list("issue_type", "severity", "description")
    assert list(told) == [
        ("new_bookmaker", "info", "the bookmaker 'novelbook' was never seen before"),
        ("new_market", "info", "the market 'totals' was never seen before"),
    ]
    ingest([snapshot(event(fresh(20, h2h()), fresh(20, h2h(), totals(), key="novelbook")), at(20))])
    assert life(IssueType.NEW_BOOKMAKER) == (10, 10, 1, None)
    assert entry(IssueType.NEW_BOOKMAKER).bookmaker == "novelbook"
    assert entry(IssueType.NEW_MARKET).market == "totals"
    end_what_is_over(at(10) + timedelta(hours=24))
    assert not DataQualityLog.objects.standing().exists()


def test_events_of_another_sport_are_told():
    take(0, event(fresh(0, h2h(), totals()), fresh(0, h2h(), totals(), key="pinnacle"), sport_key="basketball_wnba"))
    assert entry(IssueType.NEW_SPORT).sport_key == "basketball_wnba"
    assert "'basketball_wnba' in an answer about 'basketball_nba'" in entry(IssueType.NEW_SPORT).description


def test_an_event_that_cannot_be_read_is_told_and_costs_no_other():
    take(0, event(fresh(0, h2h(), totals()), commence_time="soon"), event(fresh(0, h2h()), id="b" * 32))
    found = entry(IssueType.UNREADABLE)
    assert found.description.startswith("odds: event 0: event aaaa")
    assert Event.objects.get().api_id == "b" * 32


def test_an_event_given_twice_with_other_prices_is_told():
    take(0, event(fresh(0, h2h())), event(fresh(0, h2h(-155, 135))))
    assert OddsSnapshot.objects.count() == 1
    assert "2 times in one answer, expected once" in entry(IssueType.DUPLICATE_EVENT).description
    take(10, event(fresh(10, h2h(-140, 120))), event(fresh(10, h2h(-155, 135))))
    assert life(IssueType.DUPLICATE_EVENT) == (0, 10, 2, None)
    assert life(IssueType.CONFLICTING_ANSWERS) == (0, 10, 2, None)
    take(20, event(fresh(20, h2h())))
    assert life(IssueType.DUPLICATE_EVENT) == (0, 10, 2, 20)


def test_an_event_given_twice_alike_is_told_and_contradicts_nothing():
    take(0, event(fresh(0, h2h())), event(fresh(0, h2h())))
    assert kinds() >= {"duplicate_event"}
    assert "conflicting_answers" not in kinds()


def test_a_bookmaker_asked_for_that_never_was_there():
    slate(0, "fanduel")
    assert missing().startswith("'pinnacle' was never seen, and is in none of the games to come (1)")
    assert missing().endswith("is its key in BOOKMAKERS right?")
    assert entry(IssueType.MISSING_BOOKMAKER).bookmaker == "pinnacle"
    slate(10, "fanduel")
    assert life(IssueType.MISSING_BOOKMAKER) == (0, 10, 2, None)


def test_a_bookmaker_that_is_missing_now_then_gone_then_back():
    slate(0, "fanduel", "pinnacle")
    slate(10, "fanduel")
    assert missing().startswith(
        "'pinnacle' has been missing since 2026-01-14 12:10 UTC: in none of the games to come (1)"
    )
    later = {"commence_time": "2026-01-20T00:30:00Z", "id": "b" * 32}
    take(2 * 1440, event(fresh(2 * 1440, h2h(), totals()), **later))
    assert missing().startswith("'pinnacle' is gone, not seen since 2026-01-14 12:10 UTC: ")
    both = (fresh(2 * 1440 + 10, h2h(), totals(), key=key) for key in ("fanduel", "pinnacle"))
    take(2 * 1440 + 10, event(*both, **later))
    assert life(IssueType.MISSING_BOOKMAKER) == (10, 2880, 2, 2890)


def test_a_market_that_is_missing_is_told_of_the_bookmaker_or_of_all():
    slate(0, "fanduel", "pinnacle", markets=(h2h(),))
    found = entry(IssueType.MISSING_MARKET)
    assert (found.bookmaker, found.market) == ("", "totals")
    assert found.description == "no bookmaker quotes 'totals' in any of the games to come (1), expected in some"
    take(10, event(fresh(10, h2h(), totals()), fresh(10, h2h(), key="pinnacle")))
    assert life(IssueType.MISSING_MARKET, bookmaker="") == (0, 0, 1, 10)
    assert life(IssueType.MISSING_MARKET, bookmaker="pinnacle") == (10, 10, 1, None)


def test_of_games_that_have_begun_and_of_one_game_nothing_is_expected():
    after = (START - NOON) / timedelta(minutes=1) + 5
    take(after, event(fresh(after, h2h())))
    single = Call(endpoint=Endpoint.EVENT_ODDS, sport_key=NBA, event_id="a" * 32, parameters=ASKED.parameters)
    row = received(after + 1, call=single)
    body = json.dumps(event(fresh(after + 1, h2h()))).encode()
    take_in(Received(row.row, row.stored, body))
    assert kinds() & {"missing_bookmaker", "missing_market"} == set()


def test_answers_read_together_are_told_like_answers_read_alone():
    take_in_all([received(0, event(fresh(0, h2h()))), received(10, event(fresh(10, h2h())))])
    assert life(IssueType.MISSING_BOOKMAKER) == (0, 10, 2, None)


def test_the_offending_part_of_a_quote_has_the_fields_that_came():
    look(0, h2h(50, 130))
    assert entry(IssueType.IMPOSSIBLE_QUOTE).raw_data == {"name": "Los Angeles Lakers", "price": 50}
