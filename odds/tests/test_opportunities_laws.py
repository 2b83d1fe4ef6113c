"""What holds for every opportunity, whatever the prices: each leg is settled on every result there could be."""

from dataclasses import replace
from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from odds.opportunities import Consensus, Terms, arbitrages, find, low_holds, middles, values

from .prices import make_price

ALL = Terms(min_return=0, min_edge=-0.9, max_hold=0.9, max_middle_loss=0.9)
BOOKS = ("a", "b", "c", "betonlineag", "lowvig")
HALVES = st.integers(-6, 6).map(lambda number: Decimal(number) / 2)
QUARTERS = st.integers(-8, 8).map(lambda number: Decimal(number) / 4)
DECIMALS = st.floats(1.05, 12)


@st.composite
def spread_or_total_prices(draw, points=QUARTERS):
    """Any books at any numbers, as a broken feed could have them."""
    market, sides = draw(st.sampled_from([("spreads", ("home", "away")), ("totals", ("over", "under"))]))
    rows = st.tuples(st.sampled_from(BOOKS), st.sampled_from(sides), points, DECIMALS)
    return [
        make_price(book, market, side, point=point, decimal_price=decimal)
        for book, side, point, decimal in draw(st.lists(rows, max_size=10, unique_by=lambda row: row[:3]))
    ]


@st.composite
def h2h_prices(draw):
    sides = draw(st.sampled_from([("home", "away"), ("home", "away", "draw")]))
    rows = st.tuples(st.sampled_from(BOOKS), st.sampled_from(sides), DECIMALS)
    return [
        make_price(book, side=side, decimal_price=decimal)
        for book, side, decimal in draw(st.lists(rows, max_size=10, unique_by=lambda row: row[:2]))
    ]


PRICES = spread_or_total_prices() | h2h_prices()


def results(opportunity):
    """Every result near the numbers: home margins, or totals. In h2h home wins, away wins, and a draw if one is on."""
    if opportunity.market == "h2h":
        return [1, -1, 0] if len(opportunity.legs) == 3 else [1, -1]
    return range(-9, 10)


def back(leg, result):
    """What comes back of one unit on a leg, by the rules as they are written for a bettor."""
    price, point = leg.price, leg.price.point
    if price.side == "draw":
        return leg.net_price if result == 0 else 0.0
    if point is None:
        return leg.net_price if result == {"home": 1, "away": -1}[price.side] else 0.0
    halves = [point] if point * 2 % 1 == 0 else [point - Decimal("0.25"), point + Decimal("0.25")]
    paid = 0.0
    for line in halves:
        ahead = {"home": result + line, "away": -result + line, "over": result - line, "under": line - result}
        outcome = ahead[price.side]
        paid += leg.net_price if outcome > 0 else 1.0 if outcome == 0 else 0.0
    return paid / len(halves)


def profits(opportunity, total=1.0):
    """For each result what is left of a total stake split as the shares say."""
    return {
        result: sum(total * leg.share * back(leg, result) for leg in opportunity.legs) - total
        for result in results(opportunity)
    }


@settings(max_examples=80, deadline=None)
@given(prices=PRICES, stake=st.floats(0.5, 10_000))
def test_arbitrage_never_loses_and_wins_its_edge_wherever_stakes_do_not_come_back(prices, stake):
    for found in arbitrages(prices, ALL):
        outcomes = profits(found, stake)
        assert min(outcomes.values()) >= -1e-9 * stake
        assert max(outcomes.values()) == pytest.approx(found.edge * stake)
        if not found.can_push:
            assert min(outcomes.values()) == pytest.approx(found.edge * stake)


@settings(max_examples=40, deadline=None)
@given(prices=PRICES)
def test_low_hold_never_loses_more_than_its_hold(prices):
    for found in low_holds(prices, ALL):
        assert found.edge <= 1e-9
        assert min(profits(found).values()) == pytest.approx(found.edge, abs=1e-9)


@settings(max_examples=80, deadline=None)
@given(prices=spread_or_total_prices())
def test_middle_leaves_its_edge_at_worst_and_its_best_case_at_best(prices):
    for found in middles(prices, ALL):
        outcomes = profits(found).values()
        if found.can_push and found.edge > 0:  # of a sure win less is left where part of the stakes comes back
            assert -1e-9 <= min(outcomes) <= found.edge + 1e-9
        else:
            assert min(outcomes) == pytest.approx(found.edge)
        assert max(outcomes) == pytest.approx(found.best_case)


@settings(max_examples=40, deadline=None)
@given(prices=spread_or_total_prices(HALVES))
def test_pair_is_found_exactly_where_it_should_be(prices):
    """Every pair of different books is settled; those that never lose both legs are sets or middles, and no others."""
    expected = {}
    for upper, lower in product(prices, prices):
        books = {{"lowvig": "betonlineag"}.get(each.bookmaker, each.bookmaker) for each in (upper, lower)}
        if (upper.side, lower.side) not in {("home", "away"), ("over", "under")} or len(books) == 1:
            continue
        wins_above = upper.point if upper.side == "over" else -upper.point
        if wins_above <= lower.point:  # else some result lies above neither and below neither
            kind = "middle" if wins_above < lower.point else "set"
            edge = 1 / (1 / upper.decimal_price + 1 / lower.decimal_price) - 1
            key = kind, wins_above, lower.point
            expected[key] = max(edge, expected.get(key, -1))
    found = {}
    for each in find(prices, ALL):
        if each.kind != "value":
            below, above = (leg.price for leg in sorted(each.legs, key=lambda leg: leg.price.side in ("home", "over")))
            key = each.kind, above.point if above.side == "over" else -above.point, below.point
            found["middle" if each.kind == "middle" else "set", *key[1:]] = each.edge
    assert found == pytest.approx(expected)


@settings(max_examples=40, deadline=None)
@given(prices=PRICES, data=st.data())
def test_order_of_the_prices_changes_nothing(prices, data):
    terms = replace(ALL, reference=Consensus(min_books=1))
    assert find(data.draw(st.permutations(prices)), terms) == find(prices, terms)


@settings(max_examples=40, deadline=None)
@given(prices=PRICES, commission=st.floats(0, 0.5))
def test_commission_never_makes_anything_better(prices, commission):
    def best(terms):
        return max((each.edge for each in find(prices, terms) if each.kind != "value"), default=-1)

    assert best(replace(ALL, commissions=dict.fromkeys(BOOKS, commission))) <= best(ALL) + 1e-12


@settings(max_examples=40, deadline=None)
@given(prices=PRICES)
def test_shares_sum_to_one_and_every_leg_pays_the_same(prices):
    for each in find(prices, replace(ALL, reference="a")):
        assert sum(leg.share for leg in each.legs) == pytest.approx(1)
        assert [leg.share * leg.net_price for leg in each.legs] == pytest.approx(
            [leg.net_price * leg.share for leg in each.legs[:1]] * len(each.legs)
        )


@settings(max_examples=40, deadline=None)
@given(prices=PRICES)
def test_all_the_values_of_a_bet_cannot_beat_a_fair_book_at_once(prices):
    """Chances behind values of one number sum to 1 at most, so that fair prices on all sides are no value."""
    chances = {}
    for each in values(prices, replace(ALL, reference="a")):
        [leg] = each.legs
        point = leg.price.point
        number = -point if leg.price.side == "home" and point is not None else point
        chances.setdefault(number, {})[leg.price.side] = each.probability
        assert leg.price.bookmaker != "a"
        assert each.edge == pytest.approx(each.probability * leg.price.decimal_price - 1)
    assert all(sum(by_side.values()) <= 1 + 1e-9 for by_side in chances.values())
