"""Laws of staking plans."""

import math
import random
from itertools import product

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from backtesting.staking import Flat, Kelly, Percentage, SimultaneousKelly, kelly_fraction
from backtesting.staking.exclusive import exclusive_fractions, exclusive_growth
from backtesting.staking.growth import fastest_growth
from backtesting.tests.opportunities import make_arbitrage, make_value

CHANCES = st.floats(0.05, 0.95)
EDGES = st.floats(0.002, 0.3)


def growth(groups, stakes):
    """The expected logarithm of the wealth, result by result: what the plans never do."""
    results = []
    for bets, fractions in zip(groups, stakes, strict=True):
        total = sum(fractions)
        ways = [(p, d * f - total) for (p, d), f in zip(bets, fractions, strict=True)]
        results.append([*ways, (1 - sum(p for p, _ in bets), -total)])
    return sum(
        math.prod(chance for chance, _ in way) * math.log(1 + sum(won for _, won in way))
        for way in product(*results)
        if all(chance > 1e-12 for chance, _ in way)
    )


@st.composite
def lines(draw):
    """Outcomes that exclude each other, with edges of either sign."""
    weights = draw(st.lists(st.floats(0.05, 1), min_size=1, max_size=3))
    total = sum(weights) + draw(st.floats(0.05, 1))
    return [(each / total, max((1 + draw(st.floats(-0.05, 0.2))) * total / each, 1.001)) for each in weights]


BETS = st.tuples(CHANCES, EDGES).map(lambda bet: (bet[0], (1 + bet[1]) / bet[0]))
PLANS = st.sampled_from(
    [Flat(100), Percentage(0.2), Kelly(0.5), Kelly(1.0, cap=0.1), SimultaneousKelly(), SimultaneousKelly(0.5, cap=0.2)]
)


@given(CHANCES, st.floats(1.01, 50))
def test_kelly_is_a_fraction_and_no_other_stake_grows_faster(chance, price):
    best = kelly_fraction(chance, price)
    assert 0 <= best < 1
    reached = exclusive_growth([(chance, price)], [best])
    for other in (best * 0.9, best * 1.1, best + 0.01, 0.0):
        if other < 1:
            assert exclusive_growth([(chance, price)], [other]) <= reached + 1e-12


@given(CHANCES, CHANCES, st.floats(1.01, 50))
def test_kelly_grows_with_the_chance(one, other, price):
    low, high = sorted((one, other))
    assert kelly_fraction(low, price) <= kelly_fraction(high, price)


@given(CHANCES, st.floats(1.01, 50), st.floats(0, 0.9))
def test_pushes_leave_kelly_as_it_is(chance, price, push):
    """With p the chance given no push, the growth is that without pushes times a constant."""
    best = kelly_fraction(chance, price)
    assume(best < 0.99)

    def growth_with_pushes(stake):
        return (1 - push) * (chance * math.log(1 + stake * (price - 1)) + (1 - chance) * math.log(1 - stake))

    assert all(growth_with_pushes(best * part) <= growth_with_pushes(best) + 1e-12 for part in (0.9, 1.01))


@given(PLANS, st.floats(1, 1e5), st.lists(st.tuples(CHANCES, EDGES, st.integers(0, 3)), max_size=5), st.booleans())
@settings(max_examples=40, deadline=None)
def test_stakes_are_never_negative_and_never_above_the_bankroll_in_sum(plan, bankroll, bets, with_arbitrage):
    opportunities = [make_value(p, (1 + edge) / p, event_id=f"e{event}") for p, edge, event in bets]
    opportunities += [make_arbitrage(event_id="a")] * with_arbitrage
    stakes = plan.stakes(bankroll, opportunities)
    assert len(stakes) == len(opportunities)
    assert all(stake >= 0 for stake in stakes)
    assert math.fsum(stakes) <= bankroll * (1 + 1e-12)
    if plan.is_proportional:
        assert plan.stakes(2 * bankroll, opportunities) == pytest.approx([2 * stake for stake in stakes])


@given(st.lists(lines(), min_size=1, max_size=4), st.sampled_from([1.0, 0.3, 0.05]), st.integers(0, 1000))
@settings(max_examples=40, deadline=None)
def test_no_other_stakes_within_the_limit_grow_faster(groups, limit, seed):
    stakes = fastest_growth(groups, limit)
    assert sum(map(sum, stakes)) <= limit * (1 + 1e-12)
    reached = growth(groups, stakes)
    chance = random.Random(seed)
    for size in (1.0, 0.1, 0.01, 0.001):
        other = [[max(each + size * limit * chance.gauss(0, 0.3), 0.0) for each in group] for group in stakes]
        total = sum(map(sum, other))
        allowed = min(limit, 0.999)
        within = [[each * min(1.0, allowed / total) if total else 0.0 for each in group] for group in other]
        assert growth(groups, within) <= reached + 1e-9
    for factor in (0.5, 0.99, 1.01):
        scaled = [[each * factor for each in group] for group in stakes]
        if sum(map(sum, scaled)) <= min(limit, 0.999):
            assert growth(groups, scaled) <= reached + 1e-9


@given(st.lists(BETS, min_size=2, max_size=5))
@settings(max_examples=30, deadline=None)
def test_independent_bets_together_get_at_most_what_they_get_alone(bets):
    together = sum(map(sum, fastest_growth([[bet] for bet in bets], 1.0)))
    assert together <= sum(kelly_fraction(*bet) for bet in bets) + 1e-7


@given(st.lists(BETS, min_size=2, max_size=4), st.floats(0.001, 0.04))
@settings(max_examples=30, deadline=None)
def test_a_bet_that_is_likelier_to_win_gets_more_beside_the_same_others(bets, more):
    (chance, price), *others = bets
    before = fastest_growth([[bet] for bet in bets], 1.0)[0][0]
    after = fastest_growth([[(chance + more, price)], *([bet] for bet in others)], 1.0)[0][0]
    assert after >= before - 1e-6


@given(lines())
@settings(max_examples=25, deadline=None)
def test_the_formula_for_exclusive_outcomes_is_the_joint_optimum_of_one_line(line):
    formula = exclusive_fractions(line)
    assert exclusive_growth(line, formula) == pytest.approx(growth([line], fastest_growth([line], 1.0)), abs=1e-9)
    assert all(fraction >= 0 for fraction in formula)
    assert sum(formula) < 1
