"""Five bets of 100 worked by hand, and what must hold whatever the bets."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from math import isfinite

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.choices import BetState
from backtesting.metrics import measure
from backtesting.position_results import position_results
from backtesting.tests.bets import equity_of, make_bet

WON, LOST, PUSH, VOID = BetState.WON, BetState.LOST, BetState.PUSH, BetState.VOID
HALF_WON, HALF_LOST = BetState.HALF_WON, BetState.HALF_LOST
START, END = datetime(2018, 10, 1, tzinfo=UTC), datetime(2019, 7, 1, tzinfo=UTC)


def figures(bets, bankroll=1_000.0, **over):
    terms = {"seed": 1, "start": START, "end": END, "draws": 200}
    return measure(bets, equity_of(bets, bankroll), bankroll, **terms | over)


def season(days=40, **over):
    """Two wins of three, a bet a day."""
    return [make_bet(LOST if day % 3 == 2 else WON, day=day, clv=0.01, **over) for day in range(days)]


# Money


def test_yield_leaves_pushes_and_voids_out_and_roi_and_growth_do_not():
    found = figures([make_bet(price=150), make_bet(LOST), make_bet(PUSH), make_bet(VOID), make_bet(BetState.OPEN)])
    assert (found.total_wagered, found.turnover, found.total_profit) == (500, 200, 50)
    assert (found.yield_, found.roi, found.bankroll_growth) == (0.25, 0.1, 0.05)
    assert (found.average_stake, found.final_bankroll) == (100, 1_050)


def test_every_state_is_counted_once():
    found = figures([make_bet(state) for state in BetState for _ in range(2)])
    counts = (found.winning_bets, found.losing_bets, found.pushes, found.voids, found.open_bets, found.unresolved_bets)
    assert counts == (4, 4, 2, 2, 2, 2)
    assert (found.total_bets, found.unfilled_bets) == (sum(counts), 2)


def test_unfilled_bets_have_no_part_in_money_or_odds():
    with_them = figures([make_bet(price=150), make_bet(BetState.UNFILLED, price=10_000, clv=0.5)])
    assert (with_them.total_wagered, with_them.average_odds) == (100, 2.5)
    assert with_them.clv_unfilled.price.value == 0.5
    assert with_them.clv.price is None


def test_costs_are_part_of_profit_even_of_a_push():
    found = figures([make_bet(price=100, cost=2.0), make_bet(PUSH, cost=2.0)])
    assert (found.total_profit, found.yield_) == (96, 0.96)


# Rates


def test_win_rate_stands_beside_the_one_that_would_break_even():
    found = figures([make_bet(), make_bet(), make_bet(LOST), make_bet(LOST, price=150), make_bet(PUSH, price=5_000)])
    assert found.win_rate == 0.5
    assert found.break_even_rate == pytest.approx((3 * 11 / 21 + 0.4) / 4)


def test_half_a_bet_counts_as_half():
    """At a quarter line one half was won or lost, the other pushed."""
    found = figures([make_bet(HALF_WON, price=100), make_bet(LOST, price=100), make_bet(HALF_LOST, price=300)])
    assert (found.turnover, found.total_profit) == (200, -100)
    assert found.win_rate == pytest.approx(0.25)
    assert found.break_even_rate == pytest.approx((0.25 + 0.5 + 0.125) / 2)
    assert (found.winning_bets, found.losing_bets) == (1, 2)


def test_break_even_is_after_the_commission_of_an_exchange():
    assert figures([make_bet(price=100, commission=0.05)]).break_even_rate == pytest.approx(1 / 1.95)


def test_average_odds_are_of_decimal_prices():
    """-105 and +105 average to 2.0012, not to the 0 that their American numbers give."""
    found = figures([make_bet(price=-105), make_bet(LOST, price=105)])
    assert found.average_odds == pytest.approx((1 + 100 / 105 + 2.05) / 2)


def test_bets_that_break_even_win_as_often_as_they_must():
    found = figures([make_bet(day=day) for day in range(11)] + [make_bet(LOST, day=day) for day in range(10)])
    assert found.win_rate == pytest.approx(found.break_even_rate)
    assert found.yield_ == pytest.approx(0)


# Positions


def arbitrage(position, winner, day=0):
    """2.10 and 2.05 with equal payouts: one wins, and 3.73 is left of 100."""
    stakes = {2.10: 100 * 2.05 / 4.15, 2.05: 100 * 2.10 / 4.15}
    return [
        make_bet(WON if price == winner else LOST, day=day, decimal_price=price, stake=stake, position=position)
        for price, stake in stakes.items()
    ]


def test_legs_of_an_arbitrage_win_as_one_and_both_count_in_turnover():
    found = figures(arbitrage(1, 2.10) + arbitrage(2, 2.05, day=1))
    assert (found.positions, found.total_bets, found.turnover) == (2, 4, pytest.approx(200))
    assert found.yield_ == pytest.approx(1 / (1 / 2.10 + 1 / 2.05) - 1)
    assert (found.longest_winning_run, found.longest_losing_run) == (2, 0)
    assert (found.profit_factor, found.notes["profit_factor"]) == (None, "no position lost")


def test_arbitrage_has_a_yield_and_no_sharpe_ratio():
    found = figures([bet for day in range(40) for bet in arbitrage(day + 1, (2.10, 2.05)[day % 2], day)])
    assert found.sharpe_ratio is None
    assert found.notes["sharpe_ratio"].startswith("n/a")
    assert (found.max_drawdown, found.calmar_ratio) == (0, None)
    assert found.notes["calmar_ratio"] == "there was no drawdown"


def test_runs_follow_the_order_of_settlement_and_pass_over_pushes():
    results = [WON, LOST, WON, WON, PUSH, WON, LOST, VOID, LOST, HALF_WON]
    bets = [make_bet(state, day=day) for day, state in enumerate(results)]
    found = position_results(sorted(bets, key=lambda bet: bet.state))
    assert (found.longest_winning_run, found.longest_losing_run) == (3, 2)


def test_position_that_is_level_but_for_a_rounding_is_passed_over():
    level = [make_bet(day=1, profit=0.1 + 0.2, position=0), make_bet(LOST, day=1, profit=-0.3, position=0)]
    found = position_results([make_bet(LOST, day=0), *level, make_bet(LOST, day=2)])
    assert (found.longest_winning_run, found.longest_losing_run) == (0, 2)


def test_profit_factor_is_won_over_lost():
    found = figures([make_bet(price=150), make_bet(price=150), make_bet(LOST), make_bet(HALF_LOST)])
    assert found.profit_factor == pytest.approx(300 / 150)


def test_position_with_a_leg_still_open_is_neither_won_nor_lost():
    legs = arbitrage(1, 2.10)
    legs[1].state, legs[1].profit = BetState.OPEN, 0.0
    found = position_results(legs)
    assert (found.positions, found.gross_profit, found.longest_winning_run) == (1, 0, 0)


# Risk


def test_calmar_is_growth_by_the_year_over_the_drawdown():
    bets = [make_bet(LOST, price=100, day=1), *(make_bet(price=100, day=day) for day in range(2, 6))]
    season = figures(bets)
    assert (season.bankroll_growth, season.max_drawdown) == (pytest.approx(0.3), pytest.approx(0.1))
    assert season.calmar_ratio == pytest.approx(3)  # a season is not brought twice a year
    two_years = figures(bets, end=START + timedelta(days=730.5))
    assert two_years.calmar_ratio == pytest.approx((1.3**0.5 - 1) / 0.1)


def test_drawdown_begins_with_the_run():
    found = figures([make_bet(LOST, day=3)])
    assert (found.drawdown.start, found.max_drawdown) == (START, pytest.approx(0.1))


# Notes and JSON


def absent(metrics):
    """The names of all figures on the first level that are None."""
    return {name.rstrip("_") for name, value in asdict(metrics).items() if value is None}


@pytest.mark.parametrize(
    "bets",
    [
        [],
        [make_bet(BetState.UNFILLED)],
        [make_bet(BetState.OPEN)],
        [make_bet(PUSH)],
        [make_bet()],
        [make_bet(LOST, stake=1_000.0)],
        season(),
    ],
    ids=["none", "unfilled", "open", "push", "one win", "all lost", "season"],
)
def test_each_figure_that_is_missing_has_its_reason(bets):
    found = figures(bets)
    parts = {"clv", "evidence", "intervals"}  # which lack some figure of theirs
    assert absent(found) == set(found.notes) - parts
    assert all(found.notes.values())


def test_run_without_bets_has_no_yield_rather_than_none_of_it():
    found = figures([])
    assert (found.yield_, found.roi, found.win_rate, found.average_odds) == (None,) * 4
    assert found.notes["yield"] == "no bet was won or lost"
    assert found.notes["intervals"].startswith("0 game days")
    assert found.notes["clv"] == "no bet placed has a valid closing line"


def test_json_is_plain_and_says_yield():
    found = json.loads(json.dumps(figures(season()).as_json(), allow_nan=False))
    assert found["yield"] == pytest.approx((27 * 100 / 1.1 - 1_300) / 4_000)
    assert found["drawdown"]["start"] == "2018-10-18T03:30:00Z"
    assert found["intervals"]["yield"]["low"] < found["yield"] < found["intervals"]["yield"]["high"]
    assert found["breakdowns"]["month"][0] == pytest.approx(
        {"group": "2018-10", "bets": 16, "turnover": 1_600, "profit": 1_000 / 1.1 + 100 / 1.1 - 500,
         "yield": (1_100 / 1.1 - 500) / 1_600, "clv": 0.01, "clv_standard_error": 0, "clv_bets": 16}
    )  # fmt: skip
    assert found["calibration"]["bins"][0]["low"] == 0.55


def test_bankroll_of_nothing_is_refused():
    with pytest.raises(ValueError, match=r"an initial bankroll of 0: returns on it need one above 0"):
        measure([], [], 0, seed=1, start=START, end=END)


def test_seed_decides_the_intervals_alone():
    one, other = figures(season(), seed=1), figures(season(), seed=2)
    assert one.intervals == figures(season(), seed=1).intervals
    assert one.intervals != other.intervals
    assert one.sharpe_ratio == other.sharpe_ratio


states = st.sampled_from(list(BetState))
a_bet = st.builds(
    make_bet,
    states,
    day=st.integers(0, 40),
    decimal_price=st.floats(1.01, 50),
    stake=st.sampled_from([0.0, 10.0, 55.5]),
    market=st.sampled_from(["h2h", "totals"]),
    probability=st.sampled_from([None, 0.0, 0.3, 1.0]),
    clv=st.sampled_from([None, -0.02, 0.1]),
    point=st.sampled_from([None, Decimal("3.5")]),
)


def numbers(value):
    """All numbers in a JSON value."""
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from numbers(each)
    elif isinstance(value, int | float):
        yield value


@settings(max_examples=60, deadline=None)
@given(st.lists(a_bet, max_size=60))
def test_no_bets_whatever_give_a_figure_that_is_no_number(bets):
    found = figures(bets, bankroll=10_000.0, draws=50)
    assert all(isfinite(number) for number in numbers(found.as_json()))
    assert found.final_bankroll == pytest.approx(10_000 + found.total_profit)
    for rows in found.breakdowns.values():
        assert sum(row.bets for row in rows) == found.total_bets
        assert sum(row.profit for row in rows) == pytest.approx(found.total_profit)
        assert sum(row.turnover for row in rows) == pytest.approx(found.turnover)


def test_equity_and_daily_profits_end_at_the_same_bankroll():
    found = figures([make_bet(day=day // 2) for day in range(7)])
    assert found.final_bankroll == pytest.approx(1_000 * (1 + found.bankroll_growth))
    assert found.settlement_days == 4
