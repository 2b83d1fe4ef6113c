"""Asked decision by decision or from a board at once, a strategy chooses the same."""

from datetime import time
from itertools import groupby
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.decision_times import AtLine, DailyAt, EveryChange, MinutesBefore
from backtesting.strategies import BettingStrategy, ClosingOracle, EVStrategy, Favourite, RandomBets, strategies
from backtesting.strategies.singles import OnePer, best_of, best_rows
from odds.choices import LineMoment

from .histories import random_history

MARKETS = st.sampled_from(["", "h2h", "spreads,totals", "alternate_totals,player_points", "h2h,h2h_lay"])
AGES = st.sampled_from([None, 0, 15, 60])
VALUE = {
    "markets": MARKETS,
    "max_age_minutes": AGES,
    "min_ev": st.sampled_from([-0.9, -0.3, 0, 0.03]),  # below 0 nearly every price is a bet
    "devig": st.sampled_from(["multiplicative", "power", "shin", "worst_of"]),
    "suspect_above": st.sampled_from([None, 0.15]),
    "one_bet_per": st.sampled_from(["market", "outcome", "price"]),
}
BOTH_WAYS = {
    EVStrategy: VALUE
    | {"same_snapshot": st.booleans(), "sharp_book": st.sampled_from(["pinnacle", "betonlineag", "lowvig", "nobody"])},
    ClosingOracle: VALUE | {"closing_book": st.sampled_from(["pinnacle", "betmgm"])},
    Favourite: {"book": st.sampled_from([None, "pinnacle", "nobody"]), "max_age_minutes": AGES},
    RandomBets: {
        "markets": MARKETS,
        "max_age_minutes": AGES,
        "seed": st.integers(0, 3),
        "share": st.sampled_from([0.0, 0.5, 1.0]),
    },
}
DECIDES = st.sampled_from([EveryChange(), MinutesBefore(30), DailyAt(time(19)), AtLine(LineMoment.CLOSING)])


def test_these_are_all_that_have_two_ways():
    both = {cls for cls in strategies().values() if cls.choose is not BettingStrategy.choose}
    assert both == set(BOTH_WAYS)


@pytest.mark.parametrize("cls", BOTH_WAYS, ids=lambda cls: cls.name)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_both_ways_choose_the_same(cls, data):
    history = random_history(Random(data.draw(st.integers(0, 2**32))))  # recording each of its draws would take minutes
    parameters = data.draw(st.fixed_dictionaries(BOTH_WAYS[cls]))
    strategy = cls(decides=data.draw(DECIDES), **parameters).with_commissions(history.commissions)
    strategy = strategy.with_hindsight(history) if cls.wants_hindsight else strategy
    decisions = history.decisions(strategy.decides)
    assert_equal(at_once(strategy, history, decisions), one_by_one(strategy, history, decisions))


def test_both_ways_agree_on_what_was_seen_in_one_snapshot():
    """Where nearly every price is a bet, and some snapshots asked for the sharp book alone or for one market."""
    counts = []
    for same_snapshot in (True, False):
        strategy = EVStrategy(
            decides=EveryChange(),
            markets="",
            min_ev=-0.9,
            suspect_above=None,
            max_age_minutes=None,
            one_bet_per="price",
            same_snapshot=same_snapshot,
        )
        found = []
        for seed in range(12):
            history = random_history(Random(seed))
            decisions = history.decisions(strategy.decides)
            assert_equal(at_once(strategy, history, decisions), one_by_one(strategy, history, decisions))
            found += at_once(strategy, history, decisions)
        counts.append(len(found))
    assert 100 < counts[0] < counts[1]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32), per=st.sampled_from(OnePer))
def test_both_ways_take_the_same_of_equally_good_bets(seed, per):
    """Edges that tie, whatever the prices."""
    random = Random(seed)
    history = random_history(random)
    board = history.board(history.decisions(MinutesBefore(30)))
    rows, strategy = np.arange(len(board)), Favourite()
    edge = np.array([random.choice([0.01, 0.02]) for _ in rows])
    best = rows[best_rows(board, rows, edge, per)].tolist()
    expected = []
    for _, group in groupby(rows.tolist(), key=lambda row: board.decision[row]):
        prices = {row: board.price(row) for row in group}
        found = [strategy.pick(price, edge=float(edge[row])) for row, price in prices.items()]
        expected += [each.legs[0].price for each in best_of(found, list(prices.values()), per)]
    assert [board.price(row) for row in best] == expected


@pytest.mark.parametrize("cls", BOTH_WAYS, ids=lambda cls: cls.name)
def test_nothing_to_decide_is_nothing_chosen(cls):
    history = random_history(Random(1))
    strategy = cls().with_hindsight(history) if cls.wants_hindsight else cls()
    assert [len(column) for column in strategy.choose(history.board([]))] == [0, 0, 0]


def at_once(strategy, history, decisions):
    board = history.board(decisions)
    chosen = strategy.choose(board)
    assert np.all(np.diff(chosen.rows) > 0)
    return [
        (decisions[board.decision[row]], board.price(row), None if np.isnan(p) else p, None if np.isnan(e) else e)
        for row, p, e in zip(*(column.tolist() for column in chosen), strict=True)
    ]


def one_by_one(strategy, history, decisions):
    return [
        (decision, opportunity.legs[0].price, opportunity.probability, opportunity.edge)
        for decision in decisions
        for opportunity in strategy.opportunities(history.view(decision))
    ]


def assert_equal(found, expected):
    assert [each[:2] for each in found] == [each[:2] for each in expected]
    for one, other in zip(found, expected, strict=True):
        for figure, expected_figure in zip(one[2:], other[2:], strict=True):
            assert figure == expected_figure or abs(figure - expected_figure) < 1e-12
