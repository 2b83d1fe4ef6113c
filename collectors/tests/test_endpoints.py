"""What each call costs and how it is sent, by worked examples of the provider's v4 guide (checked November 2026)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import combinations
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.choices import Endpoint
from collectors.the_odds_api import endpoints
from collectors.the_odds_api.endpoints import Call, Wanted, instant
from odds.choices import OddsFormat

NBA = "basketball_nba"
EVENT = "a" * 32
DATE = datetime(2026, 1, 10, 12, 10, 39, tzinfo=UTC)
SEVEN = ("pinnacle", "draftkings", "fanduel", "betmgm", "williamhill_us", "betrivers", "bovada")


def wanted(**over: Any) -> Wanted:
    """What is collected by default: three markets of seven books."""
    return Wanted(**{"markets": ("h2h", "spreads", "totals"), "bookmakers": SEVEN, **over})


def books(count: int) -> Wanted:
    return wanted(bookmakers=tuple(f"book{number}" for number in range(count)))


def regions(*keys: str, **over: Any) -> Wanted:
    return wanted(bookmakers=(), regions=keys, **over)


@pytest.mark.parametrize(
    ("call", "credits"),
    [
        (endpoints.odds(NBA, wanted()), 3),
        (endpoints.odds(NBA, books(1)), 3),
        (endpoints.odds(NBA, books(10)), 3),
        (endpoints.odds(NBA, books(11)), 6),
        (endpoints.odds(NBA, books(21)), 9),
        (endpoints.odds(NBA, regions("us")), 3),
        (endpoints.odds(NBA, regions("us", "eu")), 6),
        (endpoints.odds(NBA, regions("us", "eu", markets=("h2h",))), 2),
        (endpoints.odds(NBA, wanted(regions=("us", "us2", "eu"))), 3),
        (endpoints.historical_odds(NBA, DATE, wanted()), 30),
        (endpoints.historical_odds(NBA, DATE, regions("us", "eu")), 60),
        (endpoints.event_odds(NBA, EVENT, wanted(markets=("player_points", "h2h_q1"))), 2),
        (endpoints.historical_event_odds(NBA, EVENT, DATE, regions("us", markets=("player_points",))), 10),
        (endpoints.historical_events(NBA, DATE), 1),
        (endpoints.event_markets(NBA, EVENT, ["us"]), 1),
        (endpoints.participants(NBA), 1),
        (endpoints.scores(NBA), 1),
        (endpoints.scores(NBA, 1), 2),
        (endpoints.scores(NBA, 3), 2),
        (endpoints.sports(), 0),
        (endpoints.events(NBA), 0),
    ],
    ids=lambda value: str(value) if isinstance(value, Call) else None,
)
def test_costs_are_those_of_the_guide(call, credits):
    assert call.cost == credits


def test_every_endpoint_has_a_path_and_a_cost():
    assert all(Call(endpoint=endpoint).path.startswith("/") for endpoint in Endpoint)
    assert {endpoint for endpoint in Endpoint if Call(endpoint=endpoint, parameters={"regions": "us"}).cost == 0} == {
        Endpoint.SPORTS,
        Endpoint.EVENTS,
    }


@pytest.mark.parametrize(
    ("parameters", "credits"),
    [
        ({"markets": "h2h,h2h,totals", "regions": "us,us,eu"}, 4),
        ({"markets": "h2h,,", "regions": ",us,"}, 1),
        ({"regions": "us,eu"}, 2),
        ({"markets": "", "bookmakers": "fanduel"}, 1),
        ({"markets": "h2h", "bookmakers": ",".join(["fanduel"] * 11)}, 1),
        ({"markets": "h2h", "bookmakers": "fanduel", "regions": "us,us2,eu,uk"}, 1),
    ],
    ids=["twice", "empty", "no markets: h2h", "empty markets: h2h", "one book eleven times", "books before regions"],
)
def test_what_is_named_twice_or_not_at_all_is_counted_as_the_provider_does(parameters, credits):
    assert Call(endpoint=Endpoint.ODDS, sport_key=NBA, parameters=parameters).cost == credits


@given(st.integers(1, 60), st.integers(1, 8))
def test_ten_books_cost_as_much_as_a_region_and_history_ten_times_as_much(count, markets):
    what = Wanted(
        markets=tuple(f"market{number}" for number in range(markets)),
        bookmakers=tuple(f"book{number}" for number in range(count)),
    )
    assert endpoints.odds(NBA, what).cost == markets * ceil(count / 10)
    assert endpoints.historical_odds(NBA, DATE, what).cost == 10 * endpoints.odds(NBA, what).cost


def test_bookmakers_go_before_regions_and_both_are_never_sent():
    assert endpoints.odds(NBA, wanted(regions=("us",))).parameters == {
        "bookmakers": ",".join(SEVEN),
        "markets": "h2h,spreads,totals",
        "oddsFormat": "american",
    }
    assert endpoints.odds(NBA, regions("us", "eu", odds_format=OddsFormat.DECIMAL)).parameters == {
        "regions": "us,eu",
        "markets": "h2h,spreads,totals",
        "oddsFormat": "decimal",
    }


@pytest.mark.parametrize(
    ("call", "path", "parameters"),
    [
        (endpoints.sports(), "/sports", {}),
        (endpoints.events(NBA), "/sports/basketball_nba/events", {}),
        (endpoints.scores(NBA), "/sports/basketball_nba/scores", {}),
        (endpoints.scores(NBA, 3), "/sports/basketball_nba/scores", {"daysFrom": "3"}),
        (
            endpoints.event_markets(NBA, EVENT, ["us", "eu"]),
            f"/sports/basketball_nba/events/{EVENT}/markets",
            {"regions": "us,eu"},
        ),
        (endpoints.participants(NBA), "/sports/basketball_nba/participants", {}),
        (
            endpoints.historical_events(NBA, DATE),
            "/historical/sports/basketball_nba/events",
            {"date": "2026-01-10T12:10:39Z"},
        ),
        (
            endpoints.historical_odds(NBA, DATE, regions("us", markets=("h2h",))),
            "/historical/sports/basketball_nba/odds",
            {"date": "2026-01-10T12:10:39Z", "regions": "us", "markets": "h2h", "oddsFormat": "american"},
        ),
        (
            endpoints.historical_event_odds(NBA, EVENT, DATE, regions("us", markets=("h2h",))),
            f"/historical/sports/basketball_nba/events/{EVENT}/odds",
            {"date": "2026-01-10T12:10:39Z", "regions": "us", "markets": "h2h", "oddsFormat": "american"},
        ),
        (
            endpoints.event_odds(NBA, EVENT, regions("us", markets=("player_points",))),
            f"/sports/basketball_nba/events/{EVENT}/odds",
            {"regions": "us", "markets": "player_points", "oddsFormat": "american"},
        ),
    ],
    ids=lambda value: str(value) if isinstance(value, Call) else None,
)
def test_paths_and_parameters_are_those_of_the_guide(call, path, parameters):
    assert (call.path, dict(call.parameters)) == (path, parameters)


def test_calls_that_ask_the_same_share_a_digest_and_others_do_not():
    one, other = ({"regions": "us", "markets": "h2h"}, {"markets": "h2h", "regions": "us"})
    assert list(one) != list(other)
    assert (
        Call(endpoint=Endpoint.ODDS, sport_key=NBA, parameters=one).digest
        == Call(endpoint=Endpoint.ODDS, sport_key=NBA, parameters=other).digest
    )
    different = [
        endpoints.odds(NBA, wanted()),
        endpoints.odds("icehockey_nhl", wanted()),
        endpoints.odds(NBA, wanted(markets=("h2h",))),
        endpoints.odds(NBA, wanted(odds_format=OddsFormat.DECIMAL)),
        endpoints.event_odds(NBA, EVENT, wanted()),
        endpoints.event_odds(NBA, "b" * 32, wanted()),
        endpoints.historical_odds(NBA, DATE, wanted()),
        endpoints.historical_odds(NBA, DATE + timedelta(seconds=1), wanted()),
        endpoints.scores(NBA),
        endpoints.scores(NBA, 3),
        endpoints.events(NBA),
        endpoints.sports(),
    ]
    assert all(one.digest != other.digest for one, other in combinations(different, 2))
    assert {len(call.digest) for call in different} == {32}


@pytest.mark.parametrize(
    "moment",
    [
        DATE,
        DATE + timedelta(microseconds=999_999),
        DATE.astimezone(ZoneInfo("America/New_York")),
        DATE.astimezone(ZoneInfo("Asia/Kolkata")),
    ],
    ids=["UTC", "with a fraction", "New York", "Kolkata"],
)
def test_instants_are_whole_seconds_of_utc(moment):
    assert instant(moment) == "2026-01-10T12:10:39Z"


def test_what_was_asked_is_read_off_the_call_that_asked_it():
    for what in (wanted(), regions("us", "eu"), wanted(markets=("h2h",), odds_format=OddsFormat.DECIMAL)):
        for call in (endpoints.odds(NBA, what), endpoints.historical_odds(NBA, DATE, what)):
            assert call.asked == what.asked


def test_a_call_by_regions_speaks_of_all_books_and_one_by_name_of_those_named():
    named, regional = endpoints.odds(NBA, wanted()).asked, endpoints.odds(NBA, regions("us")).asked
    assert all(named.covers(key, "totals") for key in SEVEN)
    assert not named.covers("betus", "totals")
    assert regional.covers("betus", "totals")
    assert not regional.covers("betus", "outrights")


def test_without_parameters_the_provider_gives_decimal_prices_of_the_winner():
    asked = Call(endpoint=Endpoint.ODDS, sport_key=NBA).asked
    assert asked.odds_format is OddsFormat.DECIMAL
    assert asked.covers("fanduel", "h2h")
    assert not asked.covers("fanduel", "totals")


def test_a_call_is_named_without_its_parameters():
    assert str(endpoints.event_odds(NBA, EVENT, wanted())) == f"event_odds basketball_nba {EVENT}"
    assert str(endpoints.sports()) == "sports"
