"""The API of the sandbox, without sockets: shapes, refusals and costs as the provider documents them."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ..sandbox.api import World, respond
from ..sandbox.books import REGIONS
from ..sandbox.league import League
from ..sandbox.times import iso

KEY = {"apiKey": "sandbox"}
WORLD = World(League(1), deactivated_keys=frozenset({"old"}))
NOON = int(datetime(2026, 1, 14, 12, 0, 7, tzinfo=UTC).timestamp())
EVENING = NOON + 14 * 3600  # games are on
NBA = "/v4/sports/basketball_nba"
PAST = "/v4/historical/sports/basketball_nba"
LISTED = WORLD.league.listed(WORLD.league.round("basketball_nba", 20_467)[0].sport, NOON)
EVENT = LISTED[0].id
US = {"regions": "us"}


def get(path: str, at: float = NOON, world: World = WORLD, **parameters: str):
    return respond(world, path, {**KEY, **parameters}, at)


def data(path: str, at: float = NOON, world: World = WORLD, **parameters: str):
    answer = get(path, at, world, **parameters)
    assert answer.status == 200, answer.body
    return json.loads(answer.body)


def test_sports_in_season_and_all() -> None:
    assert {sport["key"] for sport in data("/v4/sports")} == {
        "basketball_nba",
        "basketball_wnba",
        "americanfootball_nfl",
    }
    everything = data("/v4/sports/", all="true")
    assert [sport["key"] for sport in everything if not sport["active"]] == ["icehockey_nhl"]
    assert set(everything[0]) == {"key", "group", "title", "description", "active", "has_outrights"}


def test_the_same_second_gives_the_same_bytes_in_any_thread() -> None:
    def bodies(order: list[int]) -> dict[int, bytes]:
        world = World(League(1))
        return {n: get(f"{NBA}/odds", NOON + 977 * n, world, regions="us,eu", markets="h2h,totals").body for n in order}

    with ThreadPoolExecutor(2) as pool:
        one, two = pool.map(bodies, ([0, 1, 2, 3, 4], [4, 2, 0, 3, 1]))
    assert one == two


def test_odds_have_the_documented_shape() -> None:
    event = data(f"{NBA}/odds", regions="us,eu,us_ex", markets="h2h,spreads,totals", oddsFormat="american")[0]
    assert list(event) == ["id", "sport_key", "sport_title", "commence_time", "home_team", "away_team", "bookmakers"]
    assert {book["key"] for book in event["bookmakers"]} >= {"pinnacle", "draftkings", "novig"}
    book = event["bookmakers"][0]
    assert list(book) == ["key", "title", "last_update", "markets"]
    for market in book["markets"]:
        assert list(market) == ["key", "last_update", "outcomes"]
        for outcome in market["outcomes"]:
            assert isinstance(outcome["price"], int)
            assert ("point" in outcome) is (market["key"] != "h2h")
            assert "description" not in outcome


def test_odds_are_decimal_unless_asked_otherwise_and_lay_prices_come_unasked() -> None:
    event = data(f"{NBA}/odds", regions="au")[0]
    assert [market["key"] for market in event["bookmakers"][0]["markets"]] == ["h2h", "h2h_lay"]
    assert all(isinstance(o["price"], float) for m in event["bookmakers"][0]["markets"] for o in m["outcomes"])


def test_caesars_is_williamhill_us_and_pinnacle_is_not_in_us() -> None:
    books = {book["key"]: book["title"] for event in data(f"{NBA}/odds", **US) for book in event["bookmakers"]}
    assert books["williamhill_us"] == "Caesars"
    assert "pinnacle" not in books


def test_opted_in_fields_appear() -> None:
    flags = ("includeLinks", "includeSids", "includeBetLimits", "includeRotationNumbers", "includeMultipliers")
    event = data(f"{NBA}/events/{EVENT}/odds", **US, **dict.fromkeys(flags, "true"))
    book = event["bookmakers"][0]
    assert {"home_rotation", "away_rotation"} <= event.keys()
    assert {"link", "sid"} <= book.keys()
    assert {"link", "sid"} <= book["markets"][0].keys()
    assert {"link", "sid", "bet_limit", "multiplier"} <= book["markets"][0]["outcomes"][0].keys()


def test_unix_times_are_integers() -> None:
    event = data(f"{NBA}/odds", **US, dateFormat="unix")[0]
    assert isinstance(event["commence_time"], int)
    assert isinstance(event["bookmakers"][0]["last_update"], int)
    assert isinstance(event["bookmakers"][0]["markets"][0]["last_update"], int)


def test_event_odds_have_markets_of_their_own_and_no_time_of_the_book() -> None:
    wanted = "h2h,alternate_spreads,alternate_totals,team_totals,player_points,h2h_q1"
    answer = get(f"{NBA}/events/{EVENT}/odds", **US, markets=wanted)
    event = json.loads(answer.body)
    keys = {market["key"] for book in event["bookmakers"] for market in book["markets"]}
    assert keys == set(wanted.split(","))
    assert answer.credits == 6
    assert all(list(book) == ["key", "title", "markets"] for book in event["bookmakers"])
    props = next(m for b in event["bookmakers"] for m in b["markets"] if m["key"] == "player_points")
    assert all(outcome["description"] for outcome in props["outcomes"])


def test_event_markets_list_keys_only() -> None:
    answer = get(f"{NBA}/events/{EVENT}/markets", **US)
    assert answer.credits == 1
    assert set(json.loads(answer.body)["bookmakers"][0]["markets"][0]) == {"key", "last_update"}


def test_participants_are_the_teams() -> None:
    answer = get(f"{NBA}/participants")
    assert answer.credits == 1
    assert len(json.loads(answer.body)) == 30
    assert get("/v4/sports/icehockey_nhl/participants").credits == 0


def test_events_and_odds_list_the_same_events() -> None:
    heads = data(f"{NBA}/events", EVENING)
    odds = data(f"{NBA}/odds", EVENING, **US)
    assert heads == [{key: value for key, value in event.items() if key != "bookmakers"} for event in odds]
    assert any(event["commence_time"] <= iso(EVENING) for event in heads)


def test_filters_shrink_the_answer_but_not_the_price() -> None:
    everything = get(f"{NBA}/odds", **US)
    start = LISTED[0].commence_time(NOON)
    for window in (
        {"eventIds": f"{EVENT},{'f' * 32}"},
        {"commenceTimeFrom": iso(start), "commenceTimeTo": iso(start)},
    ):
        some = get(f"{NBA}/odds", **US, **window)
        assert EVENT in {event["id"] for event in json.loads(some.body)}
        assert 0 < len(json.loads(some.body)) < len(json.loads(everything.body))
        assert some.credits == everything.credits == 1


def test_upcoming_are_live_games_and_the_next_eight_of_all_sports() -> None:
    events = data("/v4/sports/upcoming/odds", EVENING, **US)
    live = [event for event in events if event["commence_time"] <= iso(EVENING)]
    assert live
    assert len(events) == len(live) + 8


@pytest.mark.parametrize(
    ("path", "parameters", "status", "code"),
    [
        ("/odds", {"apiKey": ""}, 401, "MISSING_KEY"),
        ("/odds", {"apiKey": "wrong"}, 401, "INVALID_KEY"),
        ("/odds", {"apiKey": "old"}, 401, "DEACTIVATED_KEY"),
        ("/odds", {}, 422, "MISSING_REGION"),
        ("/odds", {"regions": "mars"}, 422, "INVALID_REGION"),
        ("/odds", {"bookmakers": "caesars,circasports"}, 422, "INVALID_BOOKMAKERS"),
        ("/odds", {**US, "markets": ""}, 422, "MISSING_MARKET"),
        ("/odds", {**US, "markets": "h2h,moneyline"}, 422, "INVALID_MARKET"),
        ("/odds", {**US, "markets": "player_points"}, 422, "INVALID_MARKET"),
        ("/odds", {**US, "markets": "h2h,outrights"}, 422, "INVALID_MARKET_COMBO"),
        ("/odds", {**US, "oddsFormat": "fractional"}, 422, "INVALID_ODDS_FORMAT"),
        ("/odds", {**US, "dateFormat": "rfc"}, 422, "INVALID_DATE_FORMAT"),
        ("/odds", {**US, "eventIds": "abc"}, 422, "INVALID_EVENT_IDS"),
        ("/odds", {**US, "commenceTimeFrom": "2026-01-14"}, 422, "INVALID_COMMENCE_TIME_FROM"),
        ("/odds", {**US, "commenceTimeTo": "2026-01-14T00:00:00+00:00"}, 422, "INVALID_COMMENCE_TIME_TO"),
        (
            "/odds",
            {**US, "commenceTimeFrom": "2026-01-15T00:00:00Z", "commenceTimeTo": "2026-01-14T00:00:00Z"},
            422,
            "INVALID_COMMENCE_TIME_RANGE",
        ),
        ("/odds", {**US, "includeLinks": "yes"}, 422, "INVALID_INCLUDE_LINKS"),
        ("/odds", {**US, "includeSids": "1"}, 422, "INVALID_INCLUDE_SIDS"),
        ("/odds", {**US, "includeBetLimits": "1"}, 422, "INVALID_INCLUDE_BET_LIMITS"),
        ("/odds", {**US, "includeRotationNumbers": "1"}, 422, "INVALID_INCLUDE_ROTATION_NUMBERS"),
        ("/odds", {**US, "includeMultipliers": "1"}, 422, "INVALID_INCLUDE_MULTIPLIERS"),
        ("/scores", {"daysFrom": "4"}, 422, "INVALID_SCORES_DAYS_FROM"),
        ("/scores", {"daysFrom": "1.0"}, 422, "INVALID_SCORES_DAYS_FROM"),
        ("/events/abc/odds", US, 422, "INVALID_EVENT_ID"),
        (f"/events/{'f' * 32}/odds", US, 404, "EVENT_NOT_FOUND"),
        (f"/events/{'f' * 32}/markets", US, 404, "EVENT_NOT_FOUND"),
    ],
)
def test_what_makes_no_sense_is_refused_with_its_code(path: str, parameters, status: int, code: str) -> None:
    answer = get(NBA + path, **parameters)
    assert (answer.status, answer.error_code, answer.credits) == (status, code, 0)
    assert set(json.loads(answer.body)) == {"message", "error_code", "details_url"}
    assert json.loads(answer.body)["error_code"] == code


@pytest.mark.parametrize(
    ("path", "parameters", "code"),
    [
        ("/odds", US, "MISSING_HISTORICAL_TIMESTAMP"),
        ("/odds", {**US, "date": "yesterday"}, "INVALID_HISTORICAL_TIMESTAMP"),
        ("/events", {"date": "2020-06-27T03:00:00Z"}, "INVALID_HISTORICAL_TIMESTAMP"),
        ("/odds", {"date": "2024-01-01T00:00:00Z"}, "MISSING_REGION"),
        (
            f"/events/{EVENT}/odds",
            {**US, "date": "2023-05-03T05:00:00Z", "markets": "h2h,player_points"},
            "HISTORICAL_MARKETS_UNAVAILABLE_AT_DATE",
        ),
    ],
)
def test_history_has_refusals_of_its_own(path: str, parameters, code: str) -> None:
    answer = get(PAST + path, **parameters)
    assert (answer.status, answer.error_code, answer.credits) == (422, code, 0)


def test_other_refusals() -> None:
    assert get("/v4/sports", all="maybe").error_code == "INVALID_ALL_SPORTS_PARAM"
    unknown = get("/v4/sports/quidditch/odds", **US)
    assert (unknown.status, unknown.error_code) == (404, "UNKNOWN_SPORT")
    assert get("/v4/nothing").status == 404


def test_unknown_books_among_known_ones_are_passed_over_in_silence() -> None:
    events = data(f"{NBA}/odds", bookmakers="pinnacle,caesars,draftkings", regions="au")
    assert {book["key"] for event in events for book in event["bookmakers"]} == {"pinnacle", "draftkings"}


def test_a_free_plan_has_no_history_and_not_every_book() -> None:
    free = World(WORLD.league, free_plan=True)
    refused = get(f"{PAST}/odds", world=free, **US, date="2025-01-01T00:00:00Z")
    assert (refused.status, refused.error_code) == (401, "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN")
    books = {b["key"] for event in data(f"{NBA}/odds", world=free, **US) for b in event["bookmakers"]}
    assert not books & {"williamhill_us", "fanatics"}
    assert not any(event["bookmakers"] for event in data(f"{NBA}/odds", world=free, bookmakers="williamhill_us"))


@settings(max_examples=30, deadline=None)
@given(
    regions=st.sets(st.sampled_from(REGIONS), min_size=1),
    markets=st.sets(st.sampled_from(["h2h", "spreads", "totals"]), min_size=1),
    books=st.integers(0, 25),
)
def test_the_cost_is_markets_times_regions_or_tens_of_books(regions, markets, books) -> None:
    parameters = {"regions": ",".join(regions), "markets": ",".join(markets)}
    units = len(regions)
    if books:
        parameters["bookmakers"] = ",".join(["pinnacle", *(f"book{n}" for n in range(books - 1))])
        units = -(-books // 10)
    window = {"eventIds": EVENT}
    assert get(f"{NBA}/odds", **parameters, **window).credits == len(markets) * units
    past = get(f"{PAST}/odds", **parameters, **window, date=iso(NOON - 600))
    assert past.credits == 10 * len(markets) * units


def test_what_is_empty_is_free() -> None:
    nobody = {"eventIds": "f" * 32}
    assert get(f"{NBA}/odds", **US, **nobody).credits == 0
    assert get("/v4/sports/icehockey_nhl/odds", **US).credits == 0
    assert get(f"{PAST}/odds", **US, **nobody, date=iso(NOON)).credits == 0
    assert get(f"{PAST}/events", **nobody, date=iso(NOON)).credits == 0
    assert get(f"{PAST}/events", date=iso(NOON)).credits == 1
    assert get(f"{NBA}/events/{EVENT}/odds", **US, markets="player_steals,h2h_3_way").credits == 0
    assert get(f"{NBA}/events/{EVENT}/odds", **US, markets="player_steals,h2h").credits == 1
    assert get(f"{PAST}/events/{EVENT}/odds", **US, markets="player_steals,h2h", date=iso(NOON)).credits == 10
    assert get(f"{NBA}/events").credits == get("/v4/sports").credits == 0


def test_scores_cost_one_or_two_and_reach_back_three_days() -> None:
    assert get(f"{NBA}/scores", EVENING).credits == 1
    answer = get(f"{NBA}/scores", EVENING, daysFrom="3")
    assert answer.credits == 2
    found = json.loads(answer.body)
    finished = [entry for entry in found if entry["completed"]]
    playing = [entry for entry in found if entry["scores"] and not entry["completed"]]
    to_come = [entry for entry in found if entry["scores"] is None]
    assert finished
    assert playing
    assert to_come
    assert min(entry["commence_time"] for entry in finished) >= iso(EVENING - 3 * 86_400)
    assert all(entry["last_update"] is None and not entry["completed"] for entry in to_come)
    for entry in finished:
        assert {side["name"] for side in entry["scores"]} == {entry["home_team"], entry["away_team"]}
        assert all(isinstance(side["score"], str) and side["score"].isdecimal() for side in entry["scores"])
    assert not [entry for entry in data(f"{NBA}/scores", EVENING) if entry["completed"]]


def test_the_events_of_scores_are_those_of_the_odds() -> None:
    listed = {event["id"]: event["commence_time"] for event in data(f"{NBA}/events", EVENING)}
    scored = {entry["id"]: entry["commence_time"] for entry in data(f"{NBA}/scores", EVENING, daysFrom="1")}
    assert listed.items() <= scored.items()


def test_a_finished_event_is_not_found_live_but_in_history() -> None:
    game = next(game for game in LISTED if game.is_played)
    later = game.delisted + 3600
    gone = get(f"{NBA}/events/{game.id}/odds", later, **US)
    assert (gone.status, gone.error_code) == (404, "EVENT_NOT_FOUND")
    past = data(f"{PAST}/events/{game.id}/odds", later, **US, date=iso(game.tipoff - 3600))
    assert past["data"]["id"] == game.id
    assert past["data"]["bookmakers"]


def test_history_is_what_the_odds_were_at_that_instant() -> None:
    asked = {"regions": "us,eu", "markets": "h2h,spreads,totals"}
    for path in ("/odds", "/events", f"/events/{EVENT}/odds"):
        then = data(PAST + path, NOON, **asked, date=iso(NOON - 3600))
        at = datetime.fromisoformat(then["timestamp"]).timestamp()
        assert at % 60 != 0
        assert at <= NOON - 3600 < at + 360
        assert then["data"] == data(NBA + path, at, **asked)


def test_snapshots_are_linked_and_end_at_now() -> None:
    newest = data(f"{PAST}/events", date=iso(NOON + 86_400))
    assert newest["next_timestamp"] is None
    assert newest["timestamp"] <= iso(NOON)
    before = data(f"{PAST}/events", date=newest["previous_timestamp"])
    assert before["timestamp"] == newest["previous_timestamp"]
    assert before["next_timestamp"] == newest["timestamp"]
    first = data(f"{PAST}/events", date="2020-06-27T04:00:00Z")
    assert first["previous_timestamp"] is None
    assert "2020-06-27T03:55:00Z" <= first["timestamp"] <= "2020-06-27T04:00:00Z"


def test_snapshots_are_five_minutes_apart_and_never_on_the_minute() -> None:
    moment, distances = datetime(2025, 3, 1, tzinfo=UTC), []
    for _ in range(40):
        answer = data(f"{PAST}/events", date=moment.strftime("%Y-%m-%dT%H:%M:%SZ"))
        following = datetime.fromisoformat(answer["next_timestamp"])
        distances.append(following - datetime.fromisoformat(answer["timestamp"]))
        assert following.second
        moment = following
    assert timedelta(minutes=4, seconds=30) < min(distances) < max(distances) < timedelta(minutes=5, seconds=30)


def test_the_old_path_of_history_still_answers() -> None:
    date = iso(NOON - 3600)
    assert get(f"{NBA}/odds-history", **US, date=date) == get(f"{PAST}/odds/", **US, date=date)
