"""What stands between a decision and a bet."""

import json
from datetime import timedelta

import pytest

from backtesting.fills import FillRules, LegFill, PartialLegs, fill, parse_fills
from backtesting.tests.opportunities import DECIDED, TIP, make_arbitrage, make_proposal

MINUTE = timedelta(minutes=1)


class Market:
    """Snapshots of each book, in minutes after the decision, and from which minute on its price is gone."""

    def __init__(self, snapshots=(10, 20), gone=None, **by_book):
        self.snapshots, self.by_book, self.gone = snapshots, by_book, gone or {}
        self.asked = []

    def stands(self, price, at):
        self.asked.append(at)
        return at < DECIDED + self.gone.get(price.bookmaker, 10_000) * MINUTE

    def next_look(self, price, after):
        times = [DECIDED + minute * MINUTE for minute in self.by_book.get(price.bookmaker, self.snapshots)]
        return next((time for time in times if time > after), None)

    def fill(self, rules, proposal=None):
        return fill(proposal or make_proposal(), rules, stands=self.stands, next_look=self.next_look)


def test_without_rules_a_bet_is_placed_at_its_decision():
    market = Market(snapshots=(), gone={"fanduel": 0})
    assert market.fill(FillRules()) == (LegFill(DECIDED, ""),)
    assert market.asked == []  # nothing later than the decision was looked at


def test_a_price_that_must_stand_is_placed_at_the_next_snapshot():
    assert Market().fill(FillRules(must_stand=True)) == (LegFill(DECIDED + 10 * MINUTE, ""),)


def test_a_price_gone_by_the_next_snapshot_is_not_filled():
    [leg] = Market(gone={"fanduel": 10}).fill(FillRules(must_stand=True))
    assert leg == LegFill(None, "gone at 2018-10-16 23:40:00 UTC")


@pytest.mark.parametrize("snapshots", [(), (0,), (60, 70)], ids=["none", "only the decision's own", "at the start"])
def test_a_price_that_nobody_looked_at_again_before_the_start_is_not_filled(snapshots):
    [leg] = Market(snapshots).fill(FillRules(must_stand=True))
    assert leg == LegFill(None, "not looked at again before the start")


def test_an_order_that_takes_its_time_finds_the_price_gone_or_not():
    rules = FillRules(latency_seconds=90)
    assert Market(gone={"fanduel": 2}).fill(rules) == (LegFill(DECIDED + 1.5 * MINUTE, ""),)
    assert Market(gone={"fanduel": 1}).fill(rules) == (LegFill(None, "gone at 2018-10-16 23:31:30 UTC"),)


def test_an_order_that_arrives_at_the_start_is_not_filled():
    rules = FillRules(latency_seconds=90)
    assert Market().fill(rules, make_proposal(commence_time=DECIDED + 1.5 * MINUTE))[0].placed_at is None
    assert Market().fill(rules, make_proposal(commence_time=DECIDED + 2 * MINUTE))[0].placed_at is not None


def test_an_order_that_takes_its_time_waits_for_the_snapshot_after_that():
    rules = FillRules(must_stand=True, latency_seconds=600)
    assert Market(snapshots=(5, 10, 15)).fill(rules) == (LegFill(DECIDED + 15 * MINUTE, ""),)


def test_the_legs_of_a_position_are_placed_as_one_at_the_latest_of_their_snapshots():
    market = Market(fanduel=(5, 12), draftkings=(8,))
    rules = FillRules(must_stand=True)
    assert market.fill(rules, make_proposal(make_arbitrage())) == (LegFill(DECIDED + 8 * MINUTE, ""),) * 2
    # The first book's price has to stand until then.
    market.gone = {"fanduel": 8}
    assert [leg.placed_at for leg in market.fill(rules, make_proposal(make_arbitrage()))] == [None, None]


def test_if_one_leg_is_gone_no_leg_is_placed():
    legs = Market(gone={"draftkings": 10}).fill(FillRules(must_stand=True), make_proposal(make_arbitrage()))
    assert legs == (
        LegFill(None, "another leg could not be filled"),
        LegFill(None, "gone at 2018-10-16 23:40:00 UTC"),
    )


def test_the_legs_that_stand_are_kept_if_so_told():
    rules = FillRules(must_stand=True, partial_legs=PartialLegs.KEEP)
    arbitrage = make_proposal(make_arbitrage())
    kept, gone = Market(gone={"draftkings": 10}).fill(rules, arbitrage)
    assert kept == LegFill(DECIDED + 10 * MINUTE, "")
    assert gone.placed_at is None
    kept, never_seen = Market(fanduel=(5,), draftkings=(70,)).fill(rules, arbitrage)
    assert kept == LegFill(DECIDED + 5 * MINUTE, "")  # it does not wait for what comes after the start
    assert never_seen == LegFill(None, "not looked at again before the start")


def test_commission_can_be_another_than_the_bookmakers_own():
    rules = FillRules(commissions={"betfair_ex_eu": 0.02})
    assert rules.commission("betfair_ex_eu", 0.05) == 0.02
    assert rules.commission("matchbook", 0.04) == 0.04


RULES = FillRules(
    must_stand=True,
    latency_seconds=2,
    limits={"fanduel": 250, "betmgm": 100},
    default_limit=500,
    rounding=1,
    min_stake=5,
    commissions={"betfair_ex_eu": 0.02},
    cost_per_bet=0.1,
    partial_legs=PartialLegs.KEEP,
)


def test_rules_are_read_and_written():
    text = (
        "must_stand,latency=2,limit=500,limit.fanduel=250, limit.betmgm=100,rounding=1,min=5,"
        "commission.betfair_ex_eu=0.02,cost=0.1,partial=keep"
    )
    assert parse_fills(text) == RULES
    assert parse_fills(str(RULES)) == RULES
    assert parse_fills("") == FillRules()
    assert str(FillRules()) == ""


def test_rules_are_stored_as_json():
    assert FillRules(**json.loads(json.dumps(RULES.as_json))) == RULES


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("latency", "fill rule 'latency' is not known, expected must_stand, latency="),
        ("must_stand=maybe", "fill rule 'must_stand=maybe' is not known"),
        ("partial=some", "fill rule 'partial=some' is not known"),
        ("cost.fanduel=1", "fill rule 'cost.fanduel=1' is not known"),
        ("rounding=-1", "fill rules: rounding=-1.0, expected 0 or more"),
        ("limit.fanduel=nan", "fill rules: limit.fanduel=nan, expected 0 or more"),
        ("commission.matchbook=2", "fill rules: commission.matchbook=2.0, expected 0 to below 1"),
    ],
)
def test_rules_that_cannot_be_read_are_named(text, message):
    with pytest.raises(ValueError, match=message):
        parse_fills(text)


def test_the_start_known_at_the_decision_bounds_the_wait():
    """Not the real one, which nobody knew."""
    [leg] = Market(snapshots=(55, 65)).fill(FillRules(must_stand=True), make_proposal(commence_time=TIP - 10 * MINUTE))
    assert leg.placed_at is None
