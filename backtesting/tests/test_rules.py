"""When a bet is void, unresolved or settled anew, and when each of that was known."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.choices import BetState
from backtesting.records import ResultVersion, Settlement
from backtesting.rules import DEFAULT, SAME_DAY, RuleBook, parse_rules, settle
from backtesting.tests.bets import TIP, make_bet
from events.choices import EventStatus

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OVER = TIP + 2.5 * HOUR  # when the final score was told
WON, LOST, VOID, UNRESOLVED = BetState.WON, BetState.LOST, BetState.VOID, BetState.UNRESOLVED


def final(home: int | None, away: int | None, known_at: datetime = OVER) -> ResultVersion:
    return ResultVersion(known_at, home, away, True)


def settled(bet=None, *results, final_start=TIP, status=EventStatus.FINAL, rules=DEFAULT, **over):
    """The verdicts on a bet of 100 at -110 on the home side, placed an hour before TIP."""
    bet = bet or make_bet(BetState.OPEN)
    return settle(bet, results, final_start=final_start, status=status, rules=rules, **over)


def history(verdicts):
    return [(each.settled_at, each.state) for each in verdicts.settlements]


def test_a_result_settles_when_it_became_known():
    settlements, note = settled(None, final(105, 87))
    assert settlements == (Settlement(OVER, WON, pytest.approx(190.9090909)),)
    assert note == ""


def test_the_line_taken_decides_not_a_later_one():
    bet = make_bet(BetState.OPEN, market="spreads", side="away", point=Decimal("3.5"))
    assert history(settled(bet, final(110, 107))) == [(OVER, WON)]


def test_a_corrected_score_settles_anew_and_the_first_verdict_stays_in_the_history():
    settlements, _ = settled(None, final(105, 106), final(107, 106, OVER + HOUR), final(108, 106, OVER + DAY))
    assert settlements == (
        Settlement(OVER, LOST, 0.0),
        Settlement(OVER + HOUR, WON, pytest.approx(190.9090909)),  # the third version changes nothing
    )


def test_commission_is_taken_by_a_verdict():
    bet = make_bet(BetState.OPEN, decimal_price=2.10, commission=0.02)
    assert settled(bet, final(105, 87)).settlements[0].returned == pytest.approx(207.8)


def test_a_version_without_a_score_says_nothing():
    assert history(settled(None, final(None, None), final(90, 80, OVER + HOUR))) == [(OVER + HOUR, WON)]


@pytest.mark.parametrize(("hours", "state"), [(47, WON), (48, VOID), (71, VOID)])
def test_a_game_begun_48_hours_late_is_void_by_the_default(hours, state):
    moved = TIP + hours * HOUR
    assert history(settled(None, final(105, 87, moved + 3 * HOUR), final_start=moved))[-1][1] is state


def test_a_void_bet_comes_back_whole_at_the_limit_though_the_game_was_played_later():
    verdicts = settled(None, final(80, 105, TIP + 10 * DAY), final_start=TIP + 9 * DAY)
    assert verdicts.settlements == (Settlement(TIP + 48 * HOUR, VOID, 100.0),)
    assert verdicts.note == "moved to 2018-10-26 00:30 UTC, not in time by the rules default"


def test_a_void_bet_is_known_to_be_void_when_a_start_beyond_the_limit_was_stated():
    told = TIP - timedelta(minutes=20)
    stated = [(TIP - 3 * DAY, TIP + 9 * DAY), (TIP - 2 * DAY, TIP), (told, TIP + HOUR), (told + HOUR, TIP + 9 * DAY)]
    # Before the bet it had been beyond the limit once: that was not news about this bet.
    assert history(settled(None, final_start=TIP + 9 * DAY, stated=stated)) == [(told + HOUR, VOID)]


def test_the_start_known_at_the_bet_counts_and_not_the_first_one():
    bet = make_bet(BetState.OPEN, commence_time=TIP + 3 * DAY)
    moved = settled(bet, final(105, 87, TIP + 4 * DAY), final_start=TIP + 3 * DAY)
    assert history(moved) == [(TIP + 4 * DAY, WON)]


def test_same_day_rules_end_with_the_league_day():
    """TIP is 20:30 in New York, so that 03:59 UTC is the last minute of its day."""
    late = TIP.replace(hour=3, minute=59)
    assert history(settled(None, final(9, 8, late + 3 * HOUR), final_start=late, rules=SAME_DAY))[0][1] is WON
    midnight = TIP.replace(hour=4, minute=0)
    next_day = settled(None, final(9, 8, midnight + 3 * HOUR), final_start=midnight, rules=SAME_DAY)
    assert history(next_day) == [(midnight, VOID)]


def test_same_day_rules_void_a_game_that_is_moved_to_the_day_before():
    bet = make_bet(BetState.OPEN, placed_at=TIP - 2 * DAY)
    earlier = TIP - DAY
    said = earlier - 2 * HOUR
    verdicts = settled(bet, final(9, 8, TIP), final_start=earlier, rules=SAME_DAY, stated=[(said, earlier)])
    assert history(verdicts) == [(said, VOID)]
    assert history(settled(bet, final(9, 8, TIP), final_start=earlier)) == [(TIP, WON)]


def test_a_bet_placed_after_the_real_start_is_void():
    """The start had been moved forward and the last snapshot did not know."""
    verdicts = settled(None, final(9, 8), final_start=TIP - 2 * HOUR)
    assert history(verdicts) == [(OVER, VOID)]
    assert verdicts.note == "placed after the real start, 2018-10-16 22:30 UTC"


def test_a_bet_placed_at_the_very_start_stands():
    """As those on an archive that knows the day alone."""
    assert history(settled(make_bet(BetState.OPEN, placed_at=TIP), final(9, 8))) == [(OVER, WON)]


@pytest.mark.parametrize("status", [EventStatus.CANCELLED, EventStatus.POSTPONED])
def test_a_game_called_off_is_void_at_the_limit_as_nobody_knows_when_it_was(status):
    verdicts = settled(None, status=status)
    assert verdicts.settlements == (Settlement(TIP + 48 * HOUR, VOID, 100.0),)
    assert verdicts.note == f"the game is {status.value}"


def test_a_game_called_off_is_void_when_a_version_of_its_result_said_so():
    called_off = ResultVersion(TIP + HOUR, None, None, False)
    assert settled(None, called_off, status=EventStatus.LIVE) == (
        (Settlement(TIP + HOUR, VOID, 100.0),),
        "the game was called off",
    )
    assert history(settled(None, called_off, status=EventStatus.CANCELLED)) == [(TIP + HOUR, VOID)]
    assert history(settled(None, called_off, final(9, 8, OVER))) == [(TIP + HOUR, VOID), (OVER, WON)]


def test_a_postponed_game_that_was_played_within_the_limit_is_settled():
    moved = TIP + DAY
    verdicts = settled(None, final(9, 8, moved + 3 * HOUR), final_start=moved, status=EventStatus.POSTPONED)
    assert history(verdicts) == [(moved + 3 * HOUR, WON)]


def test_without_a_result_a_bet_is_unresolved_after_three_days():
    verdicts = settled(None, status=EventStatus.LIVE)
    assert verdicts.settlements == (Settlement(TIP + 72 * HOUR, UNRESOLVED, 0.0),)
    assert verdicts.note == "no result by 2018-10-20 00:30 UTC"


def test_a_result_that_comes_after_all_settles_an_unresolved_bet():
    late = TIP + 30 * DAY
    verdicts = settled(None, final(9, 8, late))
    assert history(verdicts) == [(TIP + 72 * HOUR, UNRESOLVED), (late, WON)]
    assert verdicts.note == ""


def test_what_a_result_does_not_tell_is_unresolved_once_it_is_known():
    bet = make_bet(BetState.OPEN, market="spreads_h1", point=Decimal("-2.5"))
    verdicts = settled(bet, final(9, 8), final(10, 8, OVER + HOUR))
    assert verdicts.settlements == (Settlement(OVER, UNRESOLVED, 0.0),)
    assert verdicts.note == "home of spreads_h1 cannot be told from the final score"


@pytest.mark.parametrize(
    ("sport_key", "draw_offered", "state"),
    [
        ("americanfootball_nfl", False, BetState.PUSH),
        ("rugbyleague_nrl", False, BetState.PUSH),
        ("rugbyleague_nrl", True, LOST),  # this book had a draw
        ("soccer_epl", False, LOST),  # a draw is always there, whether or not it was seen
    ],
)
def test_a_tie_is_settled_by_whether_a_draw_could_be_bet_on(sport_key, draw_offered, state):
    bet = make_bet(BetState.OPEN, sport_key=sport_key)
    assert history(settled(bet, final(20, 20), draw_offered=draw_offered)) == [(OVER, state)]


def test_a_bet_that_was_never_placed_has_nothing_to_settle():
    bet = make_bet(BetState.UNFILLED, number=7)
    with pytest.raises(ValueError, match="bet 7 was never placed"):
        settled(bet, final(9, 8))


@given(
    st.lists(st.tuples(st.integers(-5, 200), st.integers(0, 3), st.integers(0, 3), st.booleans()), max_size=6),
    st.integers(-80, 80),
    st.sampled_from(EventStatus.values),
    st.sampled_from(["default", "same_day", "24h"]),
)
def test_verdicts_are_in_time_order_never_before_the_bet_and_each_differs_from_the_last(told, moved, status, rules):
    results = [ResultVersion(TIP + hours * HOUR, home, away, is_final) for hours, home, away, is_final in sorted(told)]
    bet = make_bet(BetState.OPEN)
    verdicts = settled(bet, *results, final_start=TIP + moved * HOUR, status=status, rules=parse_rules(rules).default)
    times = [each.settled_at for each in verdicts.settlements]
    states = [each.state for each in verdicts.settlements]
    assert times
    assert times == sorted(times)
    assert times[0] >= bet.placed_at
    assert all(one is not other for one, other in pairwise(states))


def test_only_published_rules_are_built_in():
    rules = parse_rules("default")
    assert rules == RuleBook()
    assert rules.of("fanduel") is DEFAULT
    assert rules.of("sbk").void_after == 72 * HOUR


@pytest.mark.parametrize("text", ["default", "same_day", "24h,fanduel=same_day,sbk=default", "fanduel=36h"])
def test_rules_are_read_back_as_they_are_written(text):
    rules = parse_rules(text)
    assert parse_rules(str(rules)) == rules


def test_rules_by_bookmaker_go_before_the_default():
    rules = parse_rules(" 24h , fanduel=same_day ")
    assert rules.of("bovada").void_after == 24 * HOUR
    assert rules.of("fanduel") is SAME_DAY
    assert str(rules) == "24h,fanduel=same_day,sbk=72h"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("defualt", "settlement rules 'defualt' are not known, expected default, same_day or hours such as 72h"),
        ("fanduel=0h", "settlement rules '0h' are not known"),
        ("=72h", "settlement rule '=72h' names no bookmaker"),
    ],
)
def test_rules_that_cannot_be_read_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        parse_rules(text)
