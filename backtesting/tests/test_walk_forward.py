"""Walk-forward: nothing is bet on by a configuration that could not have been chosen yet, nor with money that is out.

A game a day at 20 hours after START, each with one bet at 2.10 that wins. Training takes days 0 to 7, a day is left
out, games 9 to 12 are bet on, and so on by four days.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from backtesting.decision_times import parse_decision_time
from backtesting.engine import load, simulate
from backtesting.show_validation import walk_tables
from backtesting.staking import parse_staking
from backtesting.strategies import BettingStrategy, EVStrategy
from backtesting.terms import RunTerms
from backtesting.validation.executors import in_processes
from backtesting.validation.grid import combinations
from backtesting.validation.service import Choice
from backtesting.validation.sweep import specs_of
from backtesting.validation.walk_forward import WalkForward, Windows, walk_forward
from events.models import Event
from events.tests.factories import TIP, make_event, make_score
from odds.tests.factories import make_pair, make_snapshot

from .seasons import make_season

pytestmark = pytest.mark.django_db

START = datetime(2026, 1, 1, 5, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
WINDOWS = Windows(train=8 * DAY, test=4 * DAY)


def game(day: int, *, is_told: bool = True) -> Event:
    """On offer from 100 hours before its start on."""
    start = START + day * DAY + 20 * HOUR
    event = make_event(commence_time=start, closing_at=start - HOUR / 6)
    for hours in (100, 73, 2, 1 / 6):
        make_snapshot(event, snapshot_time=start - hours * HOUR)
    opened = start - 100 * HOUR
    make_pair(event, "pinnacle", prices={"home": -110, "away": -110}, odds_timestamp=opened)
    make_pair(event, "fanduel", prices={"home": 110, "away": -130}, odds_timestamp=opened)
    if is_told:
        make_score(event)
    return event


def terms_of(days: int, **over: object) -> RunTerms:
    return RunTerms(sport_key="basketball_nba", start=START, end=START + days * DAY, min_coverage=0.0, **over)


def walked(strategy: BettingStrategy, terms: RunTerms, min_ev: tuple[str, ...] = ("0.01", "0.02")) -> WalkForward:
    specs = specs_of(strategy, combinations({"min_ev": list(min_ev)}))
    history = load([strategy], terms)
    return walk_forward(history, specs, terms, WINDOWS, in_processes(1), by="yield", fewest_bets=1)


def counts(found: WalkForward) -> list[tuple[int, int]]:
    return [(step.bets, step.too_early) for step in found.steps]


@pytest.mark.parametrize(
    ("decides", "expected"),
    [
        ("60m", [(4, 0), (4, 0), (4, 0)]),
        ("72h", [(2, 2), (2, 2), (2, 2)]),  # games 9 and 10 were decided on days 6 and 7, when training went on
        ("open", [(1, 3), (1, 3), (1, 3)]),
    ],
)
def test_bets_decided_before_their_configuration_could_be_chosen_are_left_out_and_counted(decides, expected):
    for day in range(21):
        game(day)
    found = walked(EVStrategy(decides=parse_decision_time(decides), max_age_minutes=None), terms_of(21))
    assert counts(found) == expected
    assert found.metrics.total_bets == sum(bets for bets, _ in expected)
    for step in found.steps:
        tested = [bet for bet in found.bets if step.test_start <= bet.commence_time < step.test_end]
        assert len(tested) == step.bets
        assert all(bet.decided_at >= step.train_end for bet in tested)
    too_early = sum(count for _, count in expected)
    shown = "".join(map(str, walk_tables(found, Choice(by="yield", fewest_bets=1))))
    assert (f"{too_early} bets are left out" in shown) is (too_early > 0)
    moments = [point.moment for point in found.equity]
    assert moments == sorted(set(moments))
    assert [bet.number for bet in found.bets] == list(range(1, len(found.bets) + 1))
    assert [bet.decided_at for bet in found.bets] == sorted(bet.decided_at for bet in found.bets)


@pytest.mark.parametrize(
    ("told_after", "expected"),
    [
        (timedelta(hours=2.5), (4, 0)),
        (3 * DAY, (2, 2)),  # known late on day 10, an hour after the bet on game 10 was to be made
        (None, (4, 0)),  # that nobody knows the result is no result to wait for
    ],
)
def test_a_choice_is_made_once_the_last_result_of_training_is_known(told_after, expected):
    for day in range(7):
        game(day)
    last = game(7, is_told=False)
    if told_after is not None:
        make_score(last, observed_at=last.commence_time + told_after)
    for day in range(9, 13):
        game(day)
    assert counts(walked(EVStrategy(), terms_of(13))) == [expected]


def test_a_correction_of_a_training_result_is_waited_for():
    for day in range(13):
        event = game(day)
        if day == 7:
            make_score(event, observed_at=event.commence_time + 3 * DAY, home_score=100)
    assert counts(walked(EVStrategy(), terms_of(13))) == [(2, 2)]


def test_a_stake_that_is_still_out_is_not_bet_again_in_the_next_window():
    """1,000, of which 600 stay out: nobody told the result of game 9. 400 are left for game 13."""
    for day in (0, 1, 2, 3, 4, 9, 13):
        game(day, is_told=day != 9)
    strategy = EVStrategy(staking=parse_staking("flat:600"))
    found = walked(strategy, terms_of(17, initial_bankroll=1_000.0))
    assert [(bet.bankroll, bet.stake, bet.state) for bet in found.bets] == [
        (1_000, 600, "unresolved"), (400, 400, "won"),
    ]  # fmt: skip
    assert found.equity[-1] == (found.bets[1].settled_at, pytest.approx(840), 600)
    assert found.metrics.final_bankroll == pytest.approx(1_440)
    assert found.steps[1].tested == pytest.approx(1.1)


def test_a_stake_that_comes_back_in_the_next_window_is_money_from_then_on():
    """Told on day 14: the 1,260 are not there for game 13, and are for game 15."""
    for day in (0, 1, 2, 3, 4, 12, 13, 15):
        event = game(day, is_told=day != 12)
        if day == 12:
            make_score(event, observed_at=START + 14 * DAY)
    found = walked(EVStrategy(staking=parse_staking("flat:600")), terms_of(17, initial_bankroll=1_000.0))
    assert [bet.stake for bet in found.bets] == [600, 400, 600]
    assert [bet.bankroll for bet in found.bets] == pytest.approx([1_000, 400, 2_100])


@pytest.mark.parametrize("staking", ["percent:0.1", "joint-kelly:0.25"])
def test_with_one_configuration_to_choose_from_it_is_one_run(staking):
    """Of the days that are tested, with the same bets, money and figures."""
    make_season(72)
    strategy = EVStrategy(min_ev=0.0, staking=parse_staking(staking))
    start = TIP - 20 * HOUR
    terms = replace(terms_of(18), start=start, end=start + 18 * DAY)
    found = walked(strategy, terms, ("0.0",))
    tested = replace(terms, start=start + 9 * DAY)
    alone = simulate(load([strategy], tested), strategy, tested)
    assert len(found.bets) > 20
    assert (found.bets, found.equity, found.metrics) == (alone.bets, alone.equity, alone.metrics)
