"""The bookmaker's own time, the start of the event, and its teams."""

from datetime import UTC, datetime, timedelta

import pytest

from quality.choices import IssueType, Severity
from quality.records import Thresholds

from .offers import TEAMS, TIP, found, sighting, stamp, the_only

MISSING, BAD = IssueType.MISSING_TIMESTAMP, IssueType.BAD_TIMESTAMP
FUTURE, STALE = IssueType.FUTURE_TIMESTAMP, IssueType.STALE
MOVED, SWAPPED, OTHER_GAME = IssueType.START_MOVED, IssueType.TEAMS_SWAPPED, IssueType.OTHER_GAME
OF_STAMPS = (MISSING, BAD, FUTURE, STALE)


def kinds(written):
    return {kind.value for kind in OF_STAMPS if found(kind, stamp(written))}


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2026-01-14T11:59:40Z", set()),
        ("2026-01-14T12:02:00Z", set()),  # two minutes ahead: clocks differ
        ("2026-01-14T12:02:01Z", {"future_timestamp"}),
        ("2026-01-14T11:00:00Z", set()),  # an hour ago
        ("2026-01-14T10:59:59Z", {"stale"}),
        ("2026-01-14T13:59:40+02:00", set()),
        (1_768_391_980, set()),  # the same as Unix seconds
        (None, {"missing_timestamp"}),
        ("", {"bad_timestamp"}),
        ("2026-01-14T11:59:40", {"bad_timestamp"}),  # naive
        ("2026-01-14", {"bad_timestamp"}),
        ("yesterday", {"bad_timestamp"}),
        (1_768_391_980_000, {"bad_timestamp"}),  # milliseconds: the year 58,007
        (0, {"stale"}),
    ],
)
def test_a_time_is_given_an_instant_and_recent(written, expected):
    assert kinds(written) == expected


def test_texts_say_what_was_seen_and_what_was_expected():
    assert the_only(MISSING, stamp(None)) == (Severity.WARNING, "no 'last_update', expected a time")
    assert the_only(BAD, stamp("2026-01-14T11:59:40")) == (
        Severity.WARNING,
        "last_update '2026-01-14T11:59:40', expected a time with its zone, such as 2026-01-15T00:30:00Z; left empty",
    )
    assert the_only(FUTURE, stamp("2026-01-14T15:00:00Z")) == (
        Severity.WARNING,
        "last_update 2026-01-14T15:00:00Z is 3 h ahead of the snapshot, expected at most 2 min",
    )
    assert the_only(STALE, stamp("2026-01-14T09:30:00Z")) == (
        Severity.WARNING,
        "last_update 2026-01-14T09:30:00Z is 2 h 30 min old, expected at most 1 h",
    )


def test_ages_can_be_set():
    thresholds = Thresholds(stale_after=timedelta(minutes=5), clocks_apart=timedelta(seconds=10))
    assert len(found(STALE, stamp("2026-01-14T11:54:59Z"), thresholds)) == 1
    assert len(found(FUTURE, stamp("2026-01-14T12:00:11Z"), thresholds)) == 1
    assert found(STALE, stamp("2026-01-14T11:55:00Z"), thresholds) == []


@pytest.mark.parametrize(
    ("minutes", "told"),
    [
        (60, "from 2026-01-15 00:30:00 to 2026-01-15 01:30:00 UTC, 1 h later; expected less than 1 h"),
        (-60, "from 2026-01-15 00:30:00 to 2026-01-14 23:30:00 UTC, 1 h earlier; expected less than 1 h"),
        (26 * 60, "from 2026-01-15 00:30:00 to 2026-01-16 02:30:00 UTC, 1 d 2 h later; expected less than 1 h"),
    ],
)
def test_a_start_that_moved_far_is_told_and_no_price_is_doubted(minutes, told):
    [issue] = found(MOVED, sighting(commence_time=TIP + timedelta(minutes=minutes)))
    assert (issue.severity, issue.text, issue.outcomes) == (Severity.WARNING, f"the start moved {told}", ())


@pytest.mark.parametrize("minutes", [0, 9, -9, 59])
def test_a_start_that_moved_by_minutes_is_not(minutes):
    assert found(MOVED, sighting(commence_time=TIP + timedelta(minutes=minutes))) == []


def test_the_first_start_has_not_moved():
    assert found(MOVED, sighting(start_before=None, commence_time=datetime(2027, 1, 1, tzinfo=UTC))) == []


def test_each_move_is_a_fault_of_its_own():
    details = [found(MOVED, sighting(commence_time=TIP + timedelta(hours=hours)))[0].detail for hours in (2, 3, 2)]
    assert details[0] == details[2] != details[1]


def test_how_far_it_may_move_can_be_set():
    moved = sighting(commence_time=TIP + timedelta(minutes=15))
    assert len(found(MOVED, moved, Thresholds(start_moved_by=timedelta(minutes=15)))) == 1


def test_swapped_teams_are_an_error_of_every_quote():
    [issue] = found(SWAPPED, sighting(home_team=TEAMS[1], away_team=TEAMS[0]))
    assert (issue.severity, issue.outcomes) == (Severity.ERROR, None)
    assert issue.text == (
        "home and away are swapped: seen Los Angeles Lakers @ Boston Celtics, "
        "known as Boston Celtics @ Los Angeles Lakers; the known names stay"
    )
    assert found(OTHER_GAME, sighting(home_team=TEAMS[1], away_team=TEAMS[0])) == []


@pytest.mark.parametrize(
    "over",
    [{"away_team": "Denver Nuggets"}, {"home_team": "A", "away_team": "B"}, {"sport_key": "basketball_wnba"}],
)
def test_an_id_with_another_game_is_an_error_of_every_quote(over):
    [issue] = found(OTHER_GAME, sighting(**over))
    assert (issue.severity, issue.outcomes) == (Severity.ERROR, None)
    assert "known as Boston Celtics @ Los Angeles Lakers (basketball_nba)" in issue.text
    assert found(SWAPPED, sighting(**over)) == []


@pytest.mark.parametrize(
    "over",
    [
        {},
        {"home_team": "", "away_team": ""},  # left out: no contradiction
        {"home_team": "", "away_team": "", "names": ("", "")},  # outrights
    ],
)
def test_the_same_names_or_none_contradict_nothing(over):
    assert found(SWAPPED, sighting(**over)) == found(OTHER_GAME, sighting(**over)) == []
