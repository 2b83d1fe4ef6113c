"""Money is debited at the decision, comes back at settlement, and is never spent twice."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.bankroll import Legs, Payments, Played, Positions, Rounding, equity, play

UNROUNDED = Rounding(unit=0.0)


def positions(
    *terms: tuple[int, float, float], legs: tuple[int, ...] = (), limit: float = inf, wanted=None
) -> Positions:
    """Of (moment, amount, fraction), with one leg each unless told how many."""
    moments, amounts, fractions = zip(*terms, strict=True)
    return Positions(
        moments=np.array(moments, np.int64),
        amounts=np.array(amounts, float),
        fractions=np.array(fractions, float),
        limits=np.full(len(terms), limit),
        first_legs=np.cumsum([0, *(legs or [1] * len(terms))]),
        wanted=wanted or {},
    )


def legs(*shares: float, cost: float = 0.0) -> Legs:
    return Legs(shares=np.array(shares, float), costs=np.full(len(shares), cost))


def payments(*rows: tuple[int, int, float] | tuple[int, int, float, bool]) -> Payments:
    """Of (moment, leg, multiple), each ending its stake unless told."""
    moments, numbers, multiples, ends = zip(*((*row, True)[:4] for row in rows), strict=True)
    return Payments(
        moments=np.array(moments, np.int64),
        legs=np.array(numbers, np.int64),
        multiples=np.array(multiples, float),
        refunds=np.zeros(len(rows)),
        ends=np.array(ends, bool),
    ).in_order()


def test_a_result_that_is_not_known_yet_gives_no_money_to_bet():
    """A bet at 20:00 is staked without the winnings of one of 19:00 that is settled at 22:00."""
    terms = positions((19, 0, 0.5), (20, 0, 0.5))
    played = play(terms, legs(1, 1), payments((22, 0, 3.0), (23, 1, 0.0)), 100, UNROUNDED)
    assert played.bankrolls.tolist() == [100, 50]
    assert played.stakes.tolist() == [50, 25]


def test_what_is_settled_at_an_instant_can_be_bet_at_it():
    played = play(
        positions((19, 50, 0), (22, 0, 1.0)), legs(1, 1), payments((22, 0, 3.0), (23, 1, 0.0)), 100, UNROUNDED
    )
    assert played.stakes.tolist() == [50, 200]


def test_those_decided_together_see_the_same_cash_and_are_cut_alike_where_it_is_short():
    terms = positions((19, 60, 0), (19, 0, 0.9))
    played = play(terms, legs(1, 1), payments((20, 0, 0.0), (20, 1, 0.0)), 100, UNROUNDED)
    assert played.bankrolls.tolist() == [100, 100]
    assert played.stakes.tolist() == pytest.approx([40, 60])


def test_costs_are_kept_back_and_paid_for_what_is_placed():
    terms, of_legs, paid = positions((19, 200, 0)), legs(1, cost=5), payments((20, 0, 2.0))
    played = play(terms, of_legs, paid, 100, UNROUNDED)
    assert played.stakes.tolist() == [95]
    assert equity(terms, of_legs, paid, played, 100)[1].tolist() == [0, 190]


def test_stakes_are_rounded_down_to_the_unit_and_none_is_below_the_least():
    terms = positions((19, 10.999, 0), (20, 0.3, 0), (21, 0.1 + 0.2, 0))
    paid = payments((22, 0, 0.0), (22, 1, 0.0), (22, 2, 0.0))
    assert play(terms, legs(1, 1, 1), paid, 100, Rounding(0.1, 0.3)).stakes.tolist() == pytest.approx([10.9, 0.3, 0.3])
    assert play(terms, legs(1, 1, 1), paid, 100, Rounding(1, 1)).stakes.tolist() == [10, 0, 0]


def test_a_position_has_all_of_its_legs_or_none():
    terms, paid = positions((19, 10, 0), (20, 10, 0), legs=(2, 2)), payments(*((30, leg, 1.0) for leg in range(4)))
    played = play(terms, legs(0.5, 0.5, 0.95, 0.05), paid, 100, Rounding(1, 1))
    assert played.stakes.tolist() == [5, 5, 0, 0]


def test_limits_hold_for_the_whole_position():
    assert play(positions((1, 50, 0), limit=20), legs(1), payments((2, 0, 0.0)), 100, UNROUNDED).stakes.tolist() == [20]


def test_a_correction_takes_back_what_was_paid():
    """Won at 22:00, corrected to lost at 30:00: in between the money was there to bet."""
    terms, of_legs = positions((19, 100, 0), (25, 0, 1.0)), legs(1, 1)
    paid = payments((22, 0, 2.0), (30, 0, -2.0, False), (40, 1, 1.0))
    played = play(terms, of_legs, paid, 100, UNROUNDED)
    assert played.stakes.tolist() == [100, 200]
    moments, cash, out = equity(terms, of_legs, paid, played, 100)
    assert list(zip(moments.tolist(), cash.tolist(), out.tolist(), strict=True)) == [
        (19, 0, 100), (22, 200, 0), (25, 0, 200), (30, -200, 200), (40, 0, 0),
    ]  # fmt: skip


def test_nothing_is_staked_from_a_debt():
    paid = payments((2, 0, 2.0), (4, 0, -2.0, False), (9, 1, 0.0), (9, 2, 0.0))
    played = play(positions((1, 100, 0), (3, 200, 0), (5, 10, 0)), legs(1, 1, 1), paid, 100, UNROUNDED)
    assert played.stakes.tolist() == [100, 200, 0]


def test_nothing_is_wanted_of_a_debt():
    paid = payments((2, 0, 2.0), (4, 0, -2.0, False), (9, 1, 0.0), (9, 2, 0.0))
    played = play(positions((1, 100, 0), (3, 200, 0), (5, 0, 0)), legs(1, 1, 1), paid, 100, UNROUNDED)
    assert played.stakes.tolist() == [100, 200, 0]


def test_a_leg_that_nothing_comes_back_of_stays_out():
    terms, of_legs, paid = positions((1, 10, 0), (2, 10, 0)), legs(1, 1), payments((3, 0, 2.0))
    moments, cash, out = equity(terms, of_legs, paid, play(terms, of_legs, paid, 100, UNROUNDED), 100)
    assert (moments[-1], cash[-1], out[-1]) == (3, 100, 10)


def test_a_rule_of_the_strategys_own_sees_the_cash():
    terms = positions((1, 0, 0), (5, 0, 0), wanted={0: lambda cash: cash / 4, 1: lambda cash: cash / 5})
    assert play(terms, legs(1, 1), payments((3, 0, 2.0), (9, 1, 0.0)), 100, UNROUNDED).stakes.tolist() == [25, 25]


@pytest.mark.parametrize("stake", [-1.0, float("nan"), inf])
def test_a_stake_that_is_no_number_is_refused(stake):
    terms = positions((1, 0, 0), wanted={0: lambda cash: stake})
    with pytest.raises(ValueError, match=r"a stake of (-1.0|nan|inf) is wanted of 100.00: it has to be a number"):
        play(terms, legs(1), payments((3, 0, 2.0)), 100, UNROUNDED)


def test_positions_out_of_order_are_refused():
    with pytest.raises(ValueError, match="positions are out of order"):
        play(positions((2, 1, 0), (1, 1, 0)), legs(1, 1), payments((3, 0, 2.0)), 100, UNROUNDED)


def test_without_a_position_there_is_nothing():
    nothing = np.zeros(0)
    none = Positions(
        moments=nothing.astype(np.int64),
        amounts=nothing,
        fractions=nothing,
        limits=nothing,
        first_legs=np.zeros(1, int),
    )
    paid = Payments(
        moments=nothing.astype(int),
        legs=nothing.astype(int),
        multiples=nothing,
        refunds=nothing,
        ends=nothing.astype(bool),
    )
    played = play(none, Legs(shares=nothing, costs=nothing), paid, 100, UNROUNDED)
    assert [len(each) for each in (*played, *equity(none, legs(), paid, played, 100))] == [0] * 5


bets = st.lists(
    st.tuples(
        st.integers(0, 20),  # decided
        st.integers(1, 10),  # until settled
        st.floats(0, 50),  # amount
        st.floats(0, 1),  # fraction
        st.sampled_from([0.0, 0.5, 1.0, 1.9, 3.5]),  # multiple
    ),
    min_size=1,
    max_size=25,
)


def day_by_day(rows: list[tuple], initial: float) -> list[float]:
    """The same told by a clock that ticks: what is due comes in, then what is decided goes out."""
    cash, stakes = initial, [0.0] * len(rows)
    for now in range(40):
        cash += sum(rows[k][4] * stakes[k] for k in range(len(rows)) if rows[k][0] + rows[k][1] == now)
        today = [k for k in range(len(rows)) if rows[k][0] == now]
        wants = [rows[k][2] + rows[k][3] * cash for k in today]
        factor = min(1.0, cash / sum(wants)) if sum(wants) > 0 else 1.0
        for k, want in zip(today, wants, strict=True):
            stakes[k] = want * factor
        cash -= sum(stakes[k] for k in today)
    return stakes


@given(bets)
def test_it_agrees_with_a_clock_that_ticks_and_never_stakes_what_it_has_not(rows):
    rows = sorted(rows, key=lambda row: row[0])
    terms = positions(*((moment, amount, fraction) for moment, _, amount, fraction, _ in rows))
    of_legs = legs(*([1.0] * len(rows)))
    paid = payments(*((row[0] + row[1], k, row[4]) for k, row in enumerate(rows)))
    played: Played = play(terms, of_legs, paid, 100, UNROUNDED)
    assert played.stakes.tolist() == pytest.approx(day_by_day(rows, 100), rel=1e-9, abs=1e-9)
    _, cash, out = equity(terms, of_legs, paid, played, 100)
    assert (cash > -1e-9).all()
    assert out[-1] == pytest.approx(0, abs=1e-9)
    profit = sum((row[4] - 1) * stake for row, stake in zip(rows, played.stakes.tolist(), strict=True))
    assert cash[-1] == pytest.approx(100 + profit)
