"""Two answers side by side: what counts as a difference, and how it is told."""

from datetime import UTC, datetime, timedelta

import pytest

from backtesting.lookahead.comparing import bet_text, differences, first_differences, want
from backtesting.lookahead.records import Change, Check, Run, Want
from odds.opportunities import Leg, Opportunity, OpportunityKind

from .opportunities import make_price

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def wanted(bet="Lakers at +110, fanduel", market="h2h", stake=100.0, probability=0.5, edge=0.05):
    return Want(market, bet, (stake,), probability, edge)


def changes(before, after):
    return [(each.change, each.before, each.after) for each in differences(before, after)]


def test_equal_answers_in_another_order_are_no_difference():
    one, other = wanted(), wanted("Over +220.5 at -110, betmgm", "totals")
    assert changes([one, other], [other, one]) == []


def test_the_last_digit_of_a_float_is_no_difference():
    assert changes([wanted(stake=0.1 + 0.2)], [wanted(stake=0.3)]) == []
    assert changes([wanted(edge=0.05)], [wanted(edge=0.05 + 1e-15)]) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ([wanted()], [], (Change.VANISHED, "h2h: Lakers at +110, fanduel", "no bet")),
        ([], [wanted()], (Change.APPEARED, "no bet", "h2h: Lakers at +110, fanduel")),
        (
            [wanted()],
            [wanted("Lakers at +115, betmgm")],
            (Change.CHANGED, "h2h: Lakers at +110, fanduel", "h2h: Lakers at +115, betmgm"),
        ),
        ([wanted()], [wanted(stake=110.004)], (Change.STAKE, "h2h: Lakers at +110, fanduel: 100.00", "110.00")),
        (
            [wanted()],
            [wanted(probability=None)],
            (Change.ESTIMATE, "h2h: Lakers at +110, fanduel: probability 0.5000", "none"),
        ),
        ([wanted()], "ValueError: no", (Change.FAILED, "h2h: Lakers at +110, fanduel", "ValueError: no")),
    ],
    ids=["vanished", "appeared", "changed", "stake", "estimate", "failed"],
)
def test_what_differs_is_told_by_its_kind(before, after, told):
    assert changes(before, after) == [told]


def test_a_position_of_two_legs_is_one_bet():
    home, away = make_price(2.1), make_price(2.05, side="away", bookmaker="betmgm")
    legs = tuple(Leg(price=each, share=share, net_price=2.0) for each, share in ((home, 0.49), (away, 0.51)))
    both = Opportunity(
        kind=OpportunityKind.ARBITRAGE, event_id="e1", market="h2h", description="", legs=legs, edge=0.04
    )
    assert want(both, 1_000.0) == Want(
        "h2h", "Boston Celtics at +110, fanduel and Philadelphia 76ers at +105, betmgm", (490.0, 510.0), None, 0.04
    )


@pytest.mark.parametrize(
    ("point", "text"), [(None, "X at -110, b"), ("-3.5", "X -3.5 at -110, b"), ("7.0", "X +7 at -110, b")]
)
def test_a_bet_is_told_with_its_number(point, text):
    assert bet_text("X", point, -110, "b") == text


def run(*bets, cash=()):
    by_check = {Check(NOON + hours * HOUR, event): [each] for hours, event, each in bets}
    at_hand = {NOON + hours * HOUR: money for hours, money in cash}
    return Run(decisions=sorted(by_check), proposed={}, bets=by_check, cash=at_hand, initial=1_000.0)


def test_of_two_runs_only_what_differs_first_is_told():
    base = run((0, "a", wanted()), (1, "a", wanted()), (2, "a", wanted()))
    other = run((0, "a", wanted()), (1, "a", wanted(stake=90)), (2, "a", wanted(stake=80)))
    [(check, difference)] = first_differences(base, other, NOON + 9 * HOUR)
    assert (check, difference.change) == (Check(NOON + HOUR, "a"), Change.STAKE)
    assert first_differences(base, other, NOON) == []


def test_other_stakes_of_other_cash_are_told_as_cash():
    base = run((0, "a", wanted(stake=10)), cash=[(0, 1_000.0)])
    other = run((0, "a", wanted(stake=11)), cash=[(0, 1_100.0)])
    [(check, difference)] = first_differences(base, other, NOON)
    assert (check, *difference) == (Check(NOON, ""), Change.CASH, "1,000.00", "1,100.00")


def test_cash_at_an_instant_is_that_of_the_last_bet():
    known = run(cash=[(1, 900.0), (2, 950.0)])
    assert [known.cash_at(NOON + hours * HOUR) for hours in (0, 1, 1.5, 2, 9)] == [1_000, 900, 900, 950, 950]
