"""Staking plans on worked numbers."""

import math
from itertools import permutations, product

import pytest

from backtesting.staking import Flat, Kelly, Percentage, SimultaneousKelly, kelly_fraction, parse_staking
from backtesting.staking.exclusive import exclusive_fractions, exclusive_growth
from backtesting.staking.growth import fastest_growth
from backtesting.tests.opportunities import make_arbitrage, make_value
from odds.pricing import net_of_commission

STANDARD = 1 + 100 / 110  # -110


def test_kelly_at_standard_juice_and_55_percent_is_five_and_a_half_percent():
    """With d in place of the net odds it would be 2.6 %, with the American price it would be negative."""
    assert kelly_fraction(0.55, STANDARD) == pytest.approx(0.055)
    assert Kelly().stake(10_000, make_value(0.55, STANDARD)) == pytest.approx(550)


@pytest.mark.parametrize(
    ("chance", "price", "fraction"),
    [(0.6, 2.0, 0.2), (0.4, 3.0, 0.1), (0.5, 2.0, 0.0), (0.52, STANDARD, 0.0), (1.0, 1.5, 1.0), (0.0, 5.0, 0.0)],
)
def test_kelly_is_edge_over_net_odds_and_nothing_without_an_edge(chance, price, fraction):
    assert kelly_fraction(chance, price) == pytest.approx(fraction)


def test_kelly_reckons_with_the_price_net_of_commission():
    net = net_of_commission(2.10, 0.02)  # 2.078
    assert Kelly().stake(1000, make_value(0.5, net)) == pytest.approx(1000 * 0.039 / 1.078)


def test_a_fraction_of_kelly_at_most_the_cap():
    assert Kelly(0.25).stake(10_000, make_value(0.55, STANDARD)) == pytest.approx(137.5)
    assert Kelly(0.25, cap=0.01).stake(10_000, make_value(0.55, STANDARD)) == pytest.approx(100)
    assert Kelly(1.0, cap=0.05).stake(10_000, make_value(1.0, 2.0)) == pytest.approx(500)


@pytest.mark.parametrize("plan", [Kelly(), SimultaneousKelly()])
def test_an_arbitrage_gets_a_fixed_part_of_the_bankroll_and_not_all_of_it(plan):
    assert plan.stake(10_000, make_arbitrage()) == pytest.approx(500)


@pytest.mark.parametrize("plan", [Kelly(0.25, cap=0.02, position=0.1), SimultaneousKelly(0.25, cap=0.02, position=0.1)])
def test_an_arbitrage_gets_at_most_the_cap_and_no_fraction_of_it(plan):
    assert plan.stake(10_000, make_arbitrage()) == pytest.approx(200)


@pytest.mark.parametrize("plan", [Kelly(0.25), SimultaneousKelly(0.25)])
def test_kelly_refuses_a_bet_that_comes_without_a_chance(plan):
    message = (
        f"event e1: the pick in h2h comes without a chance to win, which {plan} needs: "
        "stake it by flat:AMOUNT or percent:FRACTION"
    )
    with pytest.raises(ValueError, match=message):
        plan.stake(1000, make_value(None))


@pytest.mark.parametrize("chance", [-0.1, 1.1, math.nan])
def test_kelly_refuses_what_is_no_chance(chance):
    with pytest.raises(ValueError, match="expected 0 to 1"):
        kelly_fraction(chance, 2.0)


def test_flat_and_percentage():
    assert Flat(100).stake(10_000, make_value(None)) == 100
    assert Flat(100).stake(40, make_value(None)) == 40
    assert Percentage(0.02).stake(10_000, make_arbitrage()) == 200


@pytest.mark.parametrize("plan", [Flat(100), Percentage(0.5), Kelly(), SimultaneousKelly()])
@pytest.mark.parametrize("bankroll", [0.0, -5.0])
def test_without_money_nothing_is_staked(plan, bankroll):
    opportunities = [make_value(0.6), make_arbitrage(event_id="e2"), make_value(0.6, event_id="e3")]
    assert plan.stakes(bankroll, opportunities) == [0.0, 0.0, 0.0]


def test_bets_decided_together_are_cut_alike_where_they_want_more_than_there_is():
    bets = [make_value(0.6, event_id=f"e{number}") for number in range(3)]
    assert Flat(100).stakes(150, bets) == pytest.approx([50, 50, 50])
    assert Kelly().stakes(1000, [make_value(0.9, event_id="a"), make_value(0.8, event_id="b")]) == pytest.approx(
        [1000 * 0.8 / 1.4, 1000 * 0.6 / 1.4]
    )


def test_two_equal_bets_together_get_less_than_each_alone():
    """Even money at 60 %: 20 % alone; together each f with 0.36/(1 + 2f) = 0.16/(1 - 2f), so 5/26."""
    stakes = SimultaneousKelly().stakes(1000, [make_value(0.6, event_id="a"), make_value(0.6, event_id="b")])
    assert stakes == pytest.approx([1000 * 5 / 26] * 2, abs=1e-4)


def test_one_bet_together_with_none_is_kelly():
    for bet in (make_value(0.55, STANDARD), make_value(0.4, 2.0), make_value(1.0, 3.0)):
        assert SimultaneousKelly(0.5).stake(1000, bet) == pytest.approx(Kelly(0.5).stake(1000, bet), abs=1e-6)


def test_a_cap_bounds_the_sum_of_what_is_staked_together():
    bets = [make_value(0.6, event_id=f"e{number}") for number in range(12)]
    assert sum(SimultaneousKelly(0.25, cap=0.2).stakes(1000, bets)) == pytest.approx(200, abs=1e-4)
    # Alone the first of two unequal bets is the better one, and what little there is goes to it alone.
    better, worse = SimultaneousKelly(cap=0.01).stakes(1000, [make_value(0.7), make_value(0.51, event_id="e2")])
    assert (better, worse) == (pytest.approx(10, abs=1e-4), 0.0)


def test_an_arbitrage_takes_its_part_of_the_cap_first():
    stakes = SimultaneousKelly(cap=0.1, position=0.04).stakes(1000, [make_value(0.6), make_arbitrage(event_id="e2")])
    assert stakes == pytest.approx([60, 40])


def test_outcomes_that_exclude_each_other():
    """Two of three ways, p = .5 and .3 at 2.3 and 3.6: R = .2/(1 - 1/2.3 - 1/3.6), stakes p - R/d."""
    reserve = 0.2 / (1 - 1 / 2.3 - 1 / 3.6)
    expected = [0.5 - reserve / 2.3, 0.3 - reserve / 3.6]
    assert exclusive_fractions([(0.5, 2.3), (0.3, 3.6)]) == pytest.approx(expected)
    bets = [make_value(0.5, 2.3, side="home"), make_value(0.3, 3.6, side="draw")]
    assert SimultaneousKelly().stakes(1000, bets) == pytest.approx([1000 * each for each in expected])
    alone = [kelly_fraction(0.5, 2.3), kelly_fraction(0.3, 3.6)]
    assert all(joint > single for joint, single in zip(expected, alone, strict=True))  # one insures the other


def test_an_outcome_without_an_edge_insures_the_others():
    bets = [(0.5, 2.4), (0.3, 3.3)]  # the second is worth 0.99
    first, second = exclusive_fractions(bets)
    assert second > 0
    assert exclusive_growth(bets, [first, second]) > exclusive_growth(bets, [kelly_fraction(0.5, 2.4), 0.0])


def test_a_complete_set_of_outcomes_is_staked_by_their_chances():
    """An arbitrage seen outcome by outcome: Kelly puts everything on it, whatever the prices are."""
    assert exclusive_fractions([(0.5, 2.3), (0.5, 2.1)]) == pytest.approx([0.5, 0.5])


@pytest.mark.parametrize(
    "bets", [[(0.5, 2.3), (0.3, 3.6)], [(0.45, 2.5), (0.3, 3.3)], [(0.6, 2.0), (0.3, 3.0)], [(0.3, 3.0), (0.2, 4.0)]]
)
def test_no_stakes_of_a_grid_grow_faster_than_those_of_exclusive_outcomes(bets):
    best = exclusive_growth(bets, exclusive_fractions(bets))
    grid = [number / 100 for number in range(100)]
    found = max(exclusive_growth(bets, pair) for pair in product(grid, grid) if sum(pair) < 1)
    assert found <= best + 1e-12
    assert found == pytest.approx(best, abs=2e-4)  # and the grid comes near


def test_of_one_event_only_the_best_line_is_staked():
    spread = make_value(0.56, STANDARD, market="spreads")
    total = make_value(0.58, STANDARD, market="totals", side="over")
    other = make_value(0.56, STANDARD, event_id="e2")
    first, second, third = SimultaneousKelly().stakes(1000, [spread, total, other])
    assert first == 0
    assert [second, third] == pytest.approx(
        [1000 * each for [each] in fastest_growth([[(0.58, STANDARD)], [(0.56, STANDARD)]], 1.0)], abs=1e-4
    )


def test_of_one_outcome_only_the_best_price_is_staked():
    bets = [make_value(0.55, 2.0), make_value(0.55, 2.1, bookmaker="bovada"), make_value(0.55, 2.05, bookmaker="b")]
    assert SimultaneousKelly().stakes(1000, bets) == pytest.approx([0, 1000 * kelly_fraction(0.55, 2.1), 0])


def test_outcomes_of_which_nobody_knows_whether_they_exclude_each_other_are_not_taken_together():
    players = [make_value(0.3, 4.0, side="other", outcome=name) for name in ("First", "Second")]
    assert SimultaneousKelly().stakes(1000, players) == pytest.approx([1000 * kelly_fraction(0.3, 4.0), 0])


def test_chances_of_one_line_that_sum_to_more_than_one_are_cut():
    bets = [make_value(0.66, 2.0), make_value(0.44, 2.6, side="away")]
    assert SimultaneousKelly().stakes(1000, bets) == pytest.approx([600, 400])


def test_stakes_do_not_depend_on_the_order_of_the_bets():
    bets = [
        make_value(0.55, STANDARD),
        make_value(0.35, 3.2, side="away"),
        make_value(0.6, 1.9, event_id="e2"),
        make_arbitrage(event_id="e3"),
    ]
    plan = SimultaneousKelly(0.5, cap=0.2)
    expected = dict(zip(map(id, bets), plan.stakes(1000, bets), strict=True))
    for order in permutations(bets):
        assert dict(zip(map(id, order), plan.stakes(1000, order), strict=True)) == expected  # to the last bit


@pytest.mark.parametrize(("count", "price"), [(10, STANDARD), (20, STANDARD), (30, STANDARD), (40, 1.95)])
def test_many_bets_are_as_exact_as_few(count, price):
    """Forty bets have a trillion results; equal ones get equal stakes, so a search along one number tells the best."""
    chance = 0.55
    stakes = [stake for [stake] in fastest_growth([[(chance, price)]] * count, 1.0)]
    assert stakes == pytest.approx([stakes[0]] * count, rel=1e-6)

    def growth(each):
        ways = ((math.comb(count, won) * chance**won * (1 - chance) ** (count - won), won) for won in range(count + 1))
        return sum(weight * math.log(1 + each * (price * won - count)) for weight, won in ways)

    assert max(growth(number / 4000 / count) for number in range(1, 4000)) <= growth(stakes[0]) + 1e-9


@pytest.mark.parametrize(
    ("text", "plan"),
    [
        ("flat:100", Flat(100)),
        ("percent:0.02", Percentage(0.02)),
        ("kelly", Kelly()),
        ("kelly:0.25", Kelly(0.25)),
        ("kelly:0.25,cap=0.05", Kelly(0.25, cap=0.05)),
        (" kelly:0.25, cap=0.05, position=0.1 ", Kelly(0.25, cap=0.05, position=0.1)),
        ("joint-kelly:0.25,cap=0.2", SimultaneousKelly(0.25, cap=0.2)),
    ],
)
def test_plans_are_read_and_written(text, plan):
    assert parse_staking(text) == plan
    assert parse_staking(str(plan)) == plan


def test_plans_are_written_briefly():
    assert [str(plan) for plan in (Flat(100.0), Percentage(0.02), Kelly(0.25, 0.05), SimultaneousKelly())] == [
        "flat:100",
        "percent:0.02",
        "kelly:0.25,cap=0.05",
        "joint-kelly:1",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("martingale:2", "staking plan 'martingale:2' is not known, expected flat:AMOUNT"),
        ("flat:100,cap=0.1", "staking plan 'flat:100,cap=0.1' is not known"),
        ("flat:ten", "staking plan 'flat:ten': 'ten' is no number; expected flat:AMOUNT, percent"),
        ("flat:-1", "staking plan 'flat:-1': flat stake -1.0, expected an amount above 0"),
        ("percent:2", "stake of 2.0 of the bankroll, expected above 0 and at most 1"),
        ("kelly:1.5", "fraction 1.5 of kelly, expected above 0 and at most 1"),
        ("kelly:0.5,cap=0", "cap 0.0 of kelly, expected above 0"),
        ("kelly:0.5,size=1", "staking plan 'kelly:0.5,size=1' is not known"),
        ("flat:", "staking plan 'flat:': a number is missing; expected flat:AMOUNT"),
        ("kelly:0.5,0.1", "staking plan 'kelly:0.5,0.1': '0.1' is no name=number; expected"),
    ],
)
def test_plans_that_cannot_be_read_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        parse_staking(text)
