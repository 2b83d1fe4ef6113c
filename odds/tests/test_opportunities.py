"""Complete sets over several books: arbitrage and low hold."""

from dataclasses import replace
from decimal import Decimal

import pytest

from odds.markets import Draw
from odds.opportunities import BadTerms, OpportunityKind, Terms, arbitrages, find, is_usable, low_holds

from .prices import SEEN, make_line, make_price

ANY = Terms(min_return=0, suspect_above=0.5)


def spread(home: str, away: str, home_american=110, away_american=110):
    """Home at one book, away at another."""
    return [
        make_price("a", "spreads", "home", home_american, home),
        make_price("b", "spreads", "away", away_american, away),
    ]


def bets(opportunity):
    return [(leg.price.bookmaker, leg.price.side, leg.price.point) for leg in opportunity.legs]


def test_return_of_2_10_and_2_05_is_3_73_percent():
    prices = [make_price("a", decimal_price=2.10), make_price("b", side="away", decimal_price=2.05)]
    [found] = arbitrages(prices, ANY)
    assert found.edge == pytest.approx(0.037349, abs=1e-6)
    assert bets(found) == [("b", "away", None), ("a", "home", None)]
    assert [leg.share for leg in found.legs] == pytest.approx([0.506024, 0.493976], abs=1e-6)
    assert [leg.share * leg.net_price for leg in found.legs] == pytest.approx([1.037349] * 2, abs=1e-6)
    assert (found.kind, found.event_id, found.market) == (OpportunityKind.ARBITRAGE, "e1", "h2h")
    assert (found.is_suspect, found.is_same_snapshot, found.can_push) == (False, True, False)


def test_sides_decide_and_not_the_order():
    prices = [make_price("a", side="away", decimal_price=2.10), make_price("b", decimal_price=2.05)]
    assert arbitrages(prices, ANY) == arbitrages(prices[::-1], ANY)
    assert bets(arbitrages(prices, ANY)[0]) == [("a", "away", None), ("b", "home", None)]


def test_two_prices_for_the_same_team_are_no_set():
    assert arbitrages([make_price("a", american=200), make_price("b", american=200)], ANY) == []


@pytest.mark.parametrize(("home", "away"), [("-3.5", "3.5"), ("3.5", "-3.5"), ("0", "0"), ("0", "-0"), ("-3", "3.0")])
def test_spread_arbitrage_pairs_a_point_with_its_opposite(home, away):
    assert len(arbitrages(spread(home, away), ANY)) == 1


@pytest.mark.parametrize(("home", "away"), [("3.5", "3.5"), ("-3.5", "-3.5"), ("-3.5", "3"), ("-3.5", "4")])
def test_equal_or_other_points_are_no_spread_arbitrage(home, away):
    assert arbitrages(spread(home, away), ANY) == []


@pytest.mark.parametrize("kind", list(OpportunityKind))
def test_gap_in_which_both_lose_is_nothing_at_all(kind):
    prices = [*spread("-3.5", "2.5", 150, 150), *spread("-3.5", "-3.5", 150, 150)]
    prices += [make_price("a", "totals", "over", 150, 221.5), make_price("b", "totals", "under", 150, 220.5)]
    assert find(prices, replace(ANY, max_hold=0.9, max_middle_loss=0.9), [kind]) == []


def test_totals_need_the_same_number():
    over = make_price("a", "totals", "over", 110, 220.5)
    assert len(arbitrages([over, make_price("b", "totals", "under", 110, "220.50")], ANY)) == 1
    assert arbitrages([over, make_price("b", "totals", "under", 110, 221.5)], ANY) == []


def test_whole_number_says_that_stakes_may_come_back():
    [found] = arbitrages(spread("-3", "3"), ANY)
    assert (found.can_push, found.note) == (True, "all stakes back on a home margin of 3")
    [total] = arbitrages(
        [make_price("a", "totals", "over", 110, 220), make_price("b", "totals", "under", 110, 220)], ANY
    )
    assert total.note == "all stakes back on 220"
    [half] = arbitrages(spread("-3.5", "3.5"), ANY)
    assert (half.can_push, half.note) == (False, "")


def test_three_way_set_needs_the_draw():
    prices = [make_price(side, side=side, american=210) for side in ("home", "away", "draw")]
    [found] = arbitrages(prices, ANY)
    assert [leg.price.side for leg in found.legs] == ["away", "home", "draw"]
    assert found.edge == pytest.approx(3.1 / 3 - 1)
    assert arbitrages(prices[:2], replace(ANY, draw=Draw.ALWAYS)) == []
    assert len(arbitrages(prices[:2], ANY)) == 1  # nobody offers a draw, so there may be none


def test_draw_that_cannot_be_bet_on_still_is_a_result():
    prices = [make_price("a", american=210), make_price("b", side="away", american=210)]
    for useless in ({"is_valid": False}, {"minutes_old": 600}, {"is_live": True}):
        assert arbitrages([*prices, make_price("c", side="draw", american=210, **useless)], ANY) == []


def test_set_within_one_book_is_an_error_and_no_arbitrage():
    assert arbitrages(make_line("a", "h2h", {"home": 110, "away": 110}), ANY) == []


def test_second_best_of_another_book_takes_part_where_one_has_both_best():
    prices = [*make_line("a", "h2h", {"home": 130, "away": 120}), *make_line("b", "h2h", {"home": 115, "away": 110})]
    [found] = arbitrages(prices, ANY)
    assert bets(found) == [("b", "away", None), ("a", "home", None)]
    assert found.edge == pytest.approx(1 / (1 / 2.3 + 1 / 2.1) - 1)


def test_copies_of_a_book_are_that_book():
    prices = [make_price("betonlineag", american=110), make_price("lowvig", side="away", american=110)]
    assert arbitrages(prices, ANY) == []


def test_equal_prices_go_to_the_first_book_by_name():
    prices = [make_price(book, american=110) for book in "cab"] + [make_price("z", side="away", american=110)]
    assert bets(arbitrages(prices, ANY)[0]) == [("z", "away", None), ("a", "home", None)]


def test_offers_to_lay_are_left_out():
    prices = [make_price("a", american=110), make_price("betfair_ex_uk", "h2h_lay", "away", 110)]
    assert find(prices, ANY) == []
    assert arbitrages([replace(price, market="h2h_lay") for price in prices], ANY) == []


@pytest.mark.parametrize(
    "fault",
    [{"is_valid": False}, {"is_live": True}, {"minutes_old": 61}, {"bookmaker": "prizepicks"}],
    ids=["flagged", "live", "stale", "fixed payouts"],
)
def test_one_leg_that_does_not_count_breaks_the_set(fault):
    good = [make_price("a", american=110), make_price("b", side="away", american=110)]
    assert len(arbitrages(good, ANY)) == 1
    assert arbitrages([good[0], make_price(**{"bookmaker": "b", "side": "away", "american": 110} | fault)], ANY) == []


def test_age_limit_is_inclusive_and_archives_without_times_have_no_age():
    def legs(**over):
        return [make_price("a", american=110), make_price("b", side="away", american=110, **over)]

    assert len(arbitrages(legs(minutes_old=60), ANY)) == 1
    assert len(arbitrages(legs(minutes_old=600), replace(ANY, max_age_seconds=None))) == 1
    untimed = [replace(leg, age_seconds=None, snapshot_time=None, odds_timestamp=None) for leg in legs()]
    assert [each.is_same_snapshot for each in arbitrages(untimed, ANY)] == [False]  # nothing proves it


def test_commission_kills_an_arbitrage():
    prices = [make_price("matchbook", decimal_price=2.10), make_price("b", side="away", decimal_price=1.95)]
    [found] = arbitrages(prices, ANY)
    assert found.edge == pytest.approx(0.0111, abs=1e-4)
    assert arbitrages(prices, replace(ANY, commissions={"matchbook": 0.05})) == []
    [cheaper] = arbitrages(prices, replace(ANY, commissions={"matchbook": 0.005}))
    assert [leg.net_price for leg in cheaper.legs] == pytest.approx([1.95, 2.0945])


def test_best_price_is_the_best_one_after_commission():
    prices = [make_price("matchbook", decimal_price=2.10), make_price("a", decimal_price=2.08)]
    prices.append(make_price("b", side="away", decimal_price=2.05))
    [found] = arbitrages(prices, replace(ANY, commissions={"matchbook": 0.05}))
    assert {leg.price.bookmaker for leg in found.legs} == {"a", "b"}


def test_what_is_too_good_to_be_true_is_flagged_and_still_told():
    prices = [make_price("a", decimal_price=2.5), make_price("b", side="away", decimal_price=2.0)]
    [found] = arbitrages(prices, Terms())
    assert found.edge == pytest.approx(1 / 9)
    assert found.is_suspect
    assert not arbitrages(prices, Terms(suspect_above=0.12))[0].is_suspect


def test_snapshots_of_the_legs_are_compared():
    prices = [make_price("a", american=110), make_price("b", side="away", american=110, minutes_old=5)]
    assert [each.is_same_snapshot for each in arbitrages(prices, ANY)] == [False]
    assert arbitrages(prices, replace(ANY, same_snapshot_only=True)) == []


def test_same_snapshot_only_takes_the_best_set_of_one_snapshot():
    late = make_price("c", side="away", american=120, minutes_old=5)
    prices = [make_price("a", american=110), make_price("b", side="away", american=110), late]
    assert [leg.price.bookmaker for leg in arbitrages(prices, ANY)[0].legs] == ["c", "a"]
    [found] = arbitrages(prices, replace(ANY, same_snapshot_only=True))
    assert ([leg.price.bookmaker for leg in found.legs], found.is_same_snapshot) == (["b", "a"], True)
    untimed = [replace(price, snapshot_time=None) for price in prices]
    assert arbitrages(untimed, replace(ANY, same_snapshot_only=True)) == []


def test_threshold_is_reached_by_equality_but_a_set_that_wins_nothing_is_no_arbitrage():
    prices = [make_price("a", decimal_price=2.10), make_price("b", side="away", decimal_price=2.05)]
    edge = arbitrages(prices, ANY)[0].edge
    assert len(arbitrages(prices, replace(ANY, min_return=edge + 1e-12))) == 1
    assert arbitrages(prices, replace(ANY, min_return=edge + 1e-6)) == []
    even = [make_price("a", american=100), make_price("b", side="away", american=-100)]
    assert arbitrages(even, replace(ANY, min_return=-0.5)) == []
    assert [each.edge for each in low_holds(even, ANY)] == [0]


def test_low_hold_costs_the_hold():
    prices = [*make_line("a", "h2h", {"home": -102, "away": -112}), *make_line("b", "h2h", {"home": -115, "away": 100})]
    [found] = low_holds(prices, ANY)
    assert bets(found) == [("b", "away", None), ("a", "home", None)]
    booksum = 102 / 202 + 1 / 2
    assert found.edge == pytest.approx(-(1 - 1 / booksum))
    assert low_holds(prices, replace(ANY, max_hold=0.004)) == []
    assert arbitrages(prices, ANY) == []


def test_each_player_and_team_is_by_itself():
    prices = [
        make_price("a", "player_points", "over", 110, 20.5, description="LeBron James"),
        make_price("b", "player_points", "under", 110, 20.5, description="Jayson Tatum"),
    ]
    assert find(prices, ANY) == []
    prices[1] = replace(prices[1], description="LeBron James")
    assert [each.description for each in find(prices, ANY)] == ["LeBron James"]


def test_outcomes_without_opposite_and_other_markets_are_left_alone():
    prices = [
        make_price("a", "outrights", "other", 500, outcome="Lakers"),
        make_price("b", "outrights", "other", 500, outcome="Celtics"),
        make_price("a", "spreads", "home", 500),  # without its point it means nothing
        make_price("b", "spreads", "away", 500),
        make_price("a", "totals", "over", 500, 220.5),
        make_price("b", "alternate_totals", "under", 500, 220.5),
    ]
    assert find(prices, ANY) == []
    assert [is_usable(price, ANY) for price in prices[:3]] == [False, False, True]


def test_best_comes_first_and_kinds_in_their_order():
    prices = [*spread("-3.5", "3.5", 105, 105), *spread("-4.5", "4.5", 110, 110), *spread("-5", "5", 100, -101)]
    found = find(prices, ANY)
    assert [each.kind for each in found] == ["arbitrage"] * 2 + ["middle"] * 3 + ["low_hold"]
    edges = [each.edge for each in found]
    assert edges[:2] == sorted(edges[:2], reverse=True)
    assert edges[2:5] == sorted(edges[2:5], reverse=True)


def test_nothing_comes_of_nothing():
    assert find([], ANY) == []


@pytest.mark.parametrize(
    ("terms", "message"),
    [
        ({"min_return": 3.0}, "min_return is 3.0, expected a fraction between -1 and 1: 0.01 for 1 %"),
        ({"max_age_seconds": -1}, "max_age_seconds is -1, expected at least 0, or None for any age"),
        ({"commissions": {"smarkets": 2}}, "commission of smarkets is 2, expected a fraction from 0 to below 1"),
    ],
)
def test_terms_that_cannot_be_meant_are_one_line(terms, message):
    with pytest.raises(BadTerms) as caught:
        Terms(**terms)
    assert str(caught.value) == message


def test_terms_can_be_kept_in_a_set():
    assert len({Terms(), Terms(commissions={"smarkets": 0.02}), Terms(min_edge=0.5)}) == 3


def test_number_may_be_written_in_any_way():
    prices = [make_price("a", "totals", "over", 110, Decimal("220.500"))]
    prices.append(make_price("b", "totals", "under", 110, Decimal("220.5"), snapshot_time=SEEN))
    assert [each.note for each in arbitrages(prices, ANY)] == [""]
