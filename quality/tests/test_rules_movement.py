"""How far a market may move from one snapshot to the next."""

from datetime import timedelta

import pytest

from odds.markets import H2H, SPREADS, TOTALS
from quality.choices import IssueType, Severity
from quality.records import Thresholds

from .offers import NOON, away, found, home, movement, other, over, the_only, under

MOVEMENT, ORDER = IssueType.LINE_MOVEMENT, IssueType.OUT_OF_ORDER
JAMES = {"of": "LeBron James"}


def spread(before, after, **more):
    return movement("spreads", (home(-110, before), home(-110, after)), (away(-110, -before), away(-110, -after)),
                    **more)  # fmt: skip


def total(before, after, **more):
    return movement("totals", (over(-110, before), over(-110, after)), **more)


def moneyline(before, after, market="h2h", **more):
    return movement(market, (home(before), home(after)), **more)


@pytest.mark.parametrize(
    ("moved", "is_told"),
    [
        (spread(-3.5, -13.5), False),  # ten points
        (spread(-3.5, -14), True),
        (spread(5, -5.5), True),  # across zero
        (spread(-3.5, -14, minutes=63), False),  # ten an hour: 10.5 in 63 minutes
        (spread(-3.5, -14.5, minutes=63), True),
        (spread(-3.5, -33.5, minutes=180), False),
        (total(220.5, 235.5), False),  # fifteen points
        (total(220.5, 236), True),
        (total(220.5, 205), True),
        (total(220.5, 236, minutes=62), False),
    ],
)
def test_points_move_no_further_than_the_limit_of_an_hour(moved, is_told):
    assert bool(found(MOVEMENT, moved)) is is_told


def test_less_than_an_hour_counts_as_an_hour():
    assert found(MOVEMENT, spread(-3.5, -13.5, minutes=1)) == []
    assert len(found(MOVEMENT, spread(-3.5, -14, minutes=1))) == 1


def test_the_text_says_how_far_and_all_that_moved_is_doubtful():
    [issue] = found(MOVEMENT, spread(-3.5, -14))
    assert issue.severity is Severity.WARNING
    assert issue.text == (
        "Los Angeles Lakers moved from -3.5 to -14, expected at most 10 points an hour; "
        "Boston Celtics moved from 3.5 to 14, expected at most 10 points an hour within an hour"
    )
    assert [outcome.side.value for outcome in issue.outcomes] == ["home", "away"]
    assert found(MOVEMENT, spread(-3.5, -34, minutes=150))[0].text.endswith(" within 2.5 h")


@pytest.mark.parametrize(
    ("market", "before", "after"),
    [
        ("spreads_q1", home(-110, -0.5), home(-110, -11)),
        ("totals_h1", over(-110, 110), over(-110, 126)),
        ("team_totals", over(-110, 110.5, **JAMES), over(-110, 126.5, **JAMES)),
    ],
)
def test_periods_and_team_totals_have_the_limits_of_the_game(market, before, after):
    assert len(found(MOVEMENT, movement(market, (before, after)))) == 1


@pytest.mark.parametrize(
    ("before", "after", "is_told"),
    [
        (-150, 150, False),  # 60 % to 40 %
        (100, -300, False),  # 50 % to 75 %: the limit itself
        (100, -301, True),  # 75.06 %
        (-300, 100, False),
        (-301, 100, True),
        (-2000, -10000, False),  # 95.2 % to 99.0 %: a long way in prices, a short one in chances
        (900, 1900, False),
        (3.0, 1.5, True),  # 33.3 % to 66.7 %
    ],
)
def test_moneylines_move_no_further_than_25_percentage_points(before, after, is_told):
    assert bool(found(MOVEMENT, moneyline(before, after))) is is_told


def test_the_text_of_a_moneyline_has_both_prices_and_both_chances():
    assert the_only(MOVEMENT, moneyline(130, -250)) == (
        Severity.WARNING,
        "Los Angeles Lakers moved from +130 to -250 (43.5% to 71.4%), "
        "expected at most 25 percentage points an hour within an hour",
    )


def test_a_moneyline_has_longer_where_nobody_looked_for_longer():
    assert len(found(MOVEMENT, moneyline(100, -400))) == 1  # 50 % to 80 %
    assert found(MOVEMENT, moneyline(100, -400, minutes=72)) == []  # 30 points in 1.2 hours


@pytest.mark.parametrize(
    ("market", "before", "after"),
    [
        ("spreads", home(-110, -3.5), home(400, -3.5)),
        ("alternate_spreads", home(-110, -7.5), home(400, -7.5)),
        ("player_points", over(-110, 25.5, **JAMES), over(400, 25.5, **JAMES)),
        ("player_first_basket", other("LeBron James", -110), other("LeBron James", 400)),
        ("a_market_of_tomorrow", other("Odd", -110), other("Odd", 400)),
    ],
)
def test_a_price_at_the_same_number_is_judged_by_its_probability(market, before, after):
    """52.4 % to 20 %, whatever the market."""
    assert len(found(MOVEMENT, movement(market, (before, after)))) == 1
    assert found(MOVEMENT, movement(market, (before, before))) == []


def test_one_of_two_is_told_and_both_are_doubtful():
    moved = movement("h2h", (home(-110), home(-120)), (away(-110), away(400)))
    [issue] = found(MOVEMENT, moved)
    assert "Boston Celtics moved" in issue.text
    assert "Lakers" not in issue.text
    assert len(issue.outcomes) == 2


def test_in_play_a_line_may_do_as_it_likes():
    assert found(MOVEMENT, spread(-3.5, -24, is_live=True)) == []
    assert found(MOVEMENT, moneyline(130, -5000, is_live=True)) == []


def test_limits_can_be_set():
    tight = Thresholds(movement_per_hour={H2H: 0.05, SPREADS: 1.0, TOTALS: 2.0})
    assert found(MOVEMENT, spread(-3.5, -4.5), tight) == []
    assert len(found(MOVEMENT, spread(-3.5, -5), tight)) == 1
    assert len(found(MOVEMENT, total(220.5, 223), tight)) == 1
    assert len(found(MOVEMENT, moneyline(-110, -140), tight)) == 1  # 52.4 % to 58.3 %


def test_a_price_older_than_what_it_replaces_is_told():
    before, now = NOON - timedelta(minutes=10), NOON - timedelta(minutes=11)
    [issue] = found(ORDER, moneyline(-150, -160, last_update=now, replaces_of=before))
    assert (issue.severity, issue.text) == (
        Severity.WARNING,
        "Los Angeles Lakers at -160 is of 2026-01-14T11:49:00Z, "
        "expected not before 2026-01-14T11:50:00Z, the time of what it replaces",
    )


@pytest.mark.parametrize("seconds", [0, 1, 3600])
def test_a_price_of_the_same_time_or_later_is_not(seconds):
    before = NOON - timedelta(hours=2)
    moved = moneyline(-150, -160, last_update=before + timedelta(seconds=seconds), replaces_of=before)
    assert found(ORDER, moved) == []


def test_without_both_times_there_is_no_order():
    assert found(ORDER, moneyline(-150, -160, last_update=NOON)) == []
    assert found(ORDER, moneyline(-150, -160, replaces_of=NOON)) == []


def test_nothing_is_said_of_totals_without_a_change():
    assert found(MOVEMENT, movement("totals")) == found(ORDER, movement("totals", last_update=NOON)) == []
    assert found(MOVEMENT, movement("totals", (under(-110, 220), under(-110, 220.5)))) == []
