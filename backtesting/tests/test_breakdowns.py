"""What belongs to which group, and what is told of each."""

from datetime import UTC, datetime

import pytest

from backtesting.breakdowns import breakdowns, odds_band
from backtesting.choices import BetState
from backtesting.tests.bets import make_bet

LOST = BetState.LOST


def groups(name, bets):
    return {row.group: row.bets for row in breakdowns(bets)[name]}


@pytest.mark.parametrize(
    ("decimal_price", "band"),
    [
        (1.01, "1.00 to 1.50"),
        (1.5, "1.50 to 1.80"),
        (1.909091, "1.80 to 2.00"),
        (2.0, "2.00 to 2.50"),
        (3.99, "2.50 to 4.00"),
        (4.0, "4.00 and more"),
        (501.0, "4.00 and more"),
    ],
)
def test_odds_bands_are_decimal_and_hold_their_lower_edge(decimal_price, band):
    assert odds_band(decimal_price) == band


def test_month_is_that_of_the_game_in_new_york():
    """Half past one on the first in UTC is the evening before there."""
    bets = [make_bet(commence_time=datetime(2018, 11, 1, hour, 30, tzinfo=UTC)) for hour in (1, 23)]
    assert groups("month", bets) == {"2018-10": 1, "2018-11": 1}


def test_tables_are_by_what_a_bet_is():
    bets = [make_bet(), make_bet(LOST, market="totals", bookmaker="pinnacle", price=150, kind="arbitrage")]
    assert groups("market", bets) == {"h2h": 1, "totals": 1}
    assert groups("bookmaker", bets) == {"fanduel": 1, "pinnacle": 1}
    assert groups("odds_band", bets) == {"1.80 to 2.00": 1, "2.50 to 4.00": 1}
    assert groups("kind", bets) == {"arbitrage": 1, "value": 1}


def test_row_has_money_and_closing_line_value_with_its_error():
    bets = [
        make_bet(price=100, day=0, clv=0.04),
        make_bet(LOST, day=1, clv=0.0),
        make_bet(LOST, day=1, clv=0.02),
        make_bet(BetState.PUSH, day=2),
        make_bet(BetState.UNFILLED, clv=0.9),
    ]
    (row,) = breakdowns(bets)["market"]
    assert (row.bets, row.turnover, row.profit, row.yield_) == (4, 300, -100, pytest.approx(-1 / 3))
    assert (row.clv, row.clv_bets) == (pytest.approx(0.02), 3)
    # By day the deviations add up to 0.02 and -0.02: sqrt(2/1 × 0.0008) / 3.
    assert row.clv_standard_error == pytest.approx(0.04 / 3)


def test_group_without_a_result_has_no_yield():
    (row,) = breakdowns([make_bet(BetState.OPEN)])["market"]
    assert (row.yield_, row.clv, row.clv_standard_error, row.clv_bets) == (None, None, None, 0)


def test_without_bets_every_table_is_empty():
    assert breakdowns([]) == {"month": [], "market": [], "bookmaker": [], "odds_band": [], "kind": []}
