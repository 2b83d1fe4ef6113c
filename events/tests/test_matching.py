"""Which stored event a game of a file is. The rule needs no database: these events are not stored."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import game_days
from events.matching import Candidates, Game, Match, match_games
from events.models import Event

from .factories import TIP, make_event

NBA = "basketball_nba"
LAKERS, CELTICS = "Los Angeles Lakers", "Boston Celtics"
DAY = date(2026, 1, 14)  # TIP is 19:30 in New York of this day
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def event(api_id: str = "a1", **over: Any) -> Event:
    fields = {"sport_key": NBA, "home_team": LAKERS, "away_team": CELTICS, "commence_time": TIP}
    return Event(api_id=api_id, **{**fields, **over})


def of_day(api_id: str, day: date) -> Event:
    return event(api_id, commence_time=noon(day), start_is_day=True)


def noon(day: date) -> datetime:
    return game_days.bounds(day)[0] + 12 * HOUR


def match(*events: Event, **over: Any) -> Match:
    return Candidates(events).match(Game(**{"sport_key": NBA, "home_team": LAKERS, "away_team": CELTICS, **over}))


def found(*events: Event, **over: Any) -> str | None:
    matched = match(*events, **over).event
    return matched and matched.api_id


def test_teams_and_day_are_enough_where_there_is_one():
    game = event()
    assert match(game, day=DAY) == Match(event=game)
    assert found(event(), of_day("archive-1", DAY + timedelta(days=1)), day=DAY) == "a1"


def test_an_id_is_enough():
    assert found(event(), event("b2"), event_id="b2", home_team="", away_team="", sport_key="") == "b2"


@pytest.mark.parametrize(
    ("over", "reason"),
    [
        ({"event_id": "c3"}, "no event 'c3' is stored"),
        ({"event_id": "a1", "sport_key": "icehockey_nhl"}, "event a1 is of basketball_nba, not of icehockey_nhl"),
        (
            {"event_id": "a1", "home_team": CELTICS, "away_team": LAKERS},
            f"event a1 is {CELTICS} @ {LAKERS}, not {LAKERS} @ {CELTICS}",
        ),
    ],
)
def test_an_id_that_is_not_of_this_game_is_refused(over, reason):
    matched = match(event(), **over)
    assert (matched.event, matched.reason) == (None, reason)


def test_an_unknown_id_suggests_the_event_of_these_teams_and_does_not_take_it():
    matched = match(event(), event_id="c3", day=DAY)
    assert matched.suggestions == (f"{CELTICS} @ {LAKERS}, 2026-01-15 00:30:00 UTC, event a1",)
    assert (matched.event, matched.is_absent) == (None, False)


def test_teams_the_other_way_round_are_refused():
    matched = match(event(home_team=CELTICS, away_team=LAKERS), day=DAY)
    assert matched == Match(
        reason=f"{CELTICS} @ {LAKERS} on 2026-01-14 (league time) is stored the other way round",
        suggestions=(f"{LAKERS} @ {CELTICS}, 2026-01-15 00:30:00 UTC, event a1",),
    )


@pytest.mark.parametrize("days", [-1, 1])
def test_the_day_before_or_after_is_suggested_and_not_taken(days):
    matched = match(event(), day=DAY + timedelta(days=days))
    assert matched.event is None
    assert matched.is_absent
    assert matched.reason.endswith("is not stored, only on the day before or after")
    assert matched.suggestions == (f"{CELTICS} @ {LAKERS}, 2026-01-15 00:30:00 UTC, event a1",)


def test_what_is_not_stored_at_all_may_be_added():
    matched = match(event(), day=DAY + timedelta(days=2))
    assert matched == Match(reason=f"{CELTICS} @ {LAKERS} on 2026-01-16 (league time) is not stored", is_absent=True)


def test_the_evening_in_new_york_is_the_next_day_in_utc():
    late = datetime(2026, 1, 15, 3, 30, tzinfo=UTC)  # 22:30 of the 14th
    assert found(event(commence_time=late), day=DAY) == "a1"
    assert found(event(commence_time=late), day=date(2026, 1, 15)) is None
    assert found(event(commence_time=late), start=late) == "a1"


@pytest.mark.parametrize(
    ("start", "day"),
    [
        ("2026-03-08T04:59:59Z", date(2026, 3, 7)),  # clocks go forward this night: midnight is at 05:00Z, then 04:00Z
        ("2026-03-08T05:00:00Z", date(2026, 3, 8)),
        ("2026-03-09T03:59:59Z", date(2026, 3, 8)),
        ("2026-03-09T04:00:00Z", date(2026, 3, 9)),
        ("2026-11-01T03:59:59Z", date(2026, 10, 31)),  # and back this one
        ("2026-11-01T04:00:00Z", date(2026, 11, 1)),
        ("2026-11-02T04:59:59Z", date(2026, 11, 1)),
        ("2026-11-02T05:00:00Z", date(2026, 11, 2)),
    ],
)
def test_days_begin_at_midnight_in_new_york_also_when_clocks_change(start, day):
    begins = datetime.fromisoformat(start)
    assert found(event(commence_time=begins), day=day) == "a1"
    assert found(event(commence_time=begins), day=day, start=begins) == "a1"
    assert found(event(commence_time=begins), day=day - timedelta(days=1)) is None
    assert found(event(commence_time=begins), day=day + timedelta(days=1)) is None


def test_a_start_of_another_day_is_a_contradiction():
    matched = match(event(), day=date(2026, 1, 15), start=TIP)
    assert (
        matched.reason == "its start 2026-01-15 00:30:00 UTC is on 2026-01-14 in the league's time, not on 2026-01-15"
    )


def test_without_id_day_and_start_there_is_nothing_to_go_by():
    assert match(event()).reason == "it has no event id, no date and no start"


AFTERNOON = datetime(2026, 1, 14, 18, 0, tzinfo=UTC)  # 13:00 in New York


@pytest.mark.parametrize(
    ("minutes", "api_id"),
    [
        (0, "first"),
        (100, "first"),  # 100 from one, 200 from the other
        (101, None),
        (150, None),
        (199, None),
        (200, "second"),
        (300, "second"),
        (600, "second"),
        (-300, "first"),
    ],
)
def test_of_a_doubleheader_the_clearly_nearer_game_is_meant(minutes, api_id):
    games = event("first", commence_time=AFTERNOON), event("second", commence_time=AFTERNOON + 300 * MINUTE)
    start = AFTERNOON + minutes * MINUTE
    assert found(*games, start=start) == found(*games[::-1], start=start) == api_id
    matched = match(*games, day=DAY)
    assert matched.event is None
    assert matched.reason.endswith("is stored more than once, and nothing tells which")
    assert len(matched.suggestions) == 2


def test_two_games_at_one_start_are_never_told_apart():
    assert found(event("a"), event("b"), start=TIP) is None
    assert found(event("a"), event("b"), event_id="b") == "b"


def test_more_than_six_hours_from_the_start_given_is_another_game():
    assert found(event(commence_time=AFTERNOON), start=AFTERNOON + 6 * HOUR) == "a1"
    matched = match(event(commence_time=AFTERNOON), start=AFTERNOON + 6 * HOUR + MINUTE)
    assert matched.event is None
    assert matched.reason.endswith("starts 6 h 1 min from the start given, 2026-01-15 00:01:00 UTC")
    assert not matched.is_absent


def test_an_event_whose_start_is_only_a_day_matches_by_day():
    assert found(of_day("archive-1", DAY), start=TIP) == "archive-1"
    assert found(of_day("archive-1", DAY), day=DAY) == "archive-1"
    assert found(of_day("archive-1", DAY), of_day("archive-2", DAY), start=TIP) is None


def test_the_providers_event_goes_before_one_of_an_archive():
    assert found(of_day("archive-1", DAY), event(), day=DAY) == "a1"
    assert found(of_day("archive-1", DAY), event(), start=TIP) == "a1"
    doubleheader = of_day("archive-1", DAY), of_day("archive-2", DAY), event()
    assert found(*doubleheader, day=DAY) is None, "the archive knows of two games that day"
    assert found(*doubleheader, start=TIP) == "a1"


def test_the_sandbox_is_meant_by_its_own_ids_only():
    assert found(event("fake", is_sandbox=True), event(), event_id="fake") == "fake"
    assert match(event(is_sandbox=True), day=DAY).is_absent
    assert found(event("fake", is_sandbox=True), event(), day=DAY) == "a1"


starts = st.integers(-40, 40).map(lambda hours: TIP + hours * HOUR)
stored = st.lists(st.tuples(starts, st.booleans(), st.booleans()), max_size=5)


@given(stored, starts, st.booleans())
def test_what_matches_has_the_teams_as_given_and_the_day_and_is_near(listed, start, by_start):
    events = [
        event(
            str(number),
            commence_time=at,
            is_sandbox=fake,
            **({"home_team": CELTICS, "away_team": LAKERS} if swapped else {}),
        )
        for number, (at, swapped, fake) in enumerate(listed)
    ]
    given_of = {"start": start} if by_start else {"day": game_days.day_of(start)}
    matched = match(*events, **given_of)
    assert (matched.event is None) is bool(matched.reason)
    fitting = [
        each
        for each in events
        if each.home_team == LAKERS and not each.is_sandbox
        and game_days.day_of(each.commence_time) == game_days.day_of(start)
    ]  # fmt: skip
    if matched.event is not None:
        assert matched.event in fitting
        assert not by_start or abs(matched.event.commence_time - start) <= 6 * HOUR
    elif not by_start:
        assert len(fitting) != 1
    assert match(*events[::-1], **given_of) == matched, "the order of rows does not matter"


@pytest.mark.django_db
def test_games_of_all_kinds_take_two_queries(django_assert_num_queries):
    for number in range(20):
        make_event(api_id=f"{number:02}", commence_time=TIP + timedelta(days=3 * number))
    make_event(api_id="nhl", sport_key="icehockey_nhl", home_team="Seattle Kraken", away_team="Utah Mammoth")
    make_event(api_id="fake", is_sandbox=True, commence_time=TIP + timedelta(days=100))
    plain = {"sport_key": NBA, "home_team": LAKERS, "away_team": CELTICS}
    games = [Game(**plain, day=DAY + timedelta(days=3 * number)) for number in range(20)]
    games.append(Game(sport_key="icehockey_nhl", home_team="Seattle Kraken", away_team="Utah Mammoth", start=TIP))
    games += [Game(**plain, event_id="07"), Game(**plain, day=DAY + timedelta(days=100)), Game(**plain)]
    with django_assert_num_queries(2):
        matches = match_games(games)
    ids = [each.event and each.event.api_id for each in matches]
    assert ids == [*(f"{number:02}" for number in range(20)), "nhl", "07", None, None]
    with django_assert_num_queries(0):
        assert match_games([]) == []
