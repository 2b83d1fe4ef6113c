"""Prices above the fair one."""

from dataclasses import replace
from decimal import Decimal

import pytest
from numpy import rint
from numpy.random import default_rng

from odds.choices import Side
from odds.markets import Draw
from odds.opportunities import BadTerms, Consensus, Terms, by_line_models, values
from odds.pricing import DevigMethod
from odds.pricing.moved_lines import fit_margins

from .prices import make_line, make_price

ANY = Terms(min_edge=0, suspect_above=0.5)
SHARP = make_line("pinnacle", "h2h", {"home": -300, "away": 240})


def tokens(opportunities):
    return [(leg.price.bookmaker, leg.price.side, leg.price.point) for each in opportunities for leg in each.legs]


@pytest.mark.parametrize(
    ("method", "edge"),
    [
        (DevigMethod.MULTIPLICATIVE, 0.070),
        (DevigMethod.ADDITIVE, 0.034),
        (DevigMethod.SHIN, 0.034),
        (DevigMethod.ODDS_RATIO, 0.032),
        (DevigMethod.POWER, 0.014),
        (None, 0.014),  # the worst of all
    ],
)
def test_edge_of_plus_280_against_plus_240_by_each_way_to_remove_the_margin(method, edge):
    [found] = values([*SHARP, make_price("fanduel", side="away", american=280)], replace(ANY, devig=method))
    assert found.edge == pytest.approx(edge, abs=5e-4)
    assert found.probability == pytest.approx((1 + edge) / 3.8, abs=2e-4)
    assert [(leg.share, leg.net_price) for leg in found.legs] == [(1, pytest.approx(3.8))]
    assert found.is_same_snapshot


def test_note_says_by_whom():
    [found] = values([*SHARP, make_price("fanduel", side="away", american=280)], ANY)
    assert found.note == "fair chance 28.2 % by pinnacle"


def test_price_that_beats_the_vigged_one_alone_is_no_value():
    assert values([*SHARP, make_price("fanduel", side="away", american=245)], ANY) == []


def test_sharp_book_and_its_copies_are_never_value_against_itself():
    sharp = [*make_line("betonlineag", "h2h", {"home": -110, "away": -110})]
    copies = [make_price(book, american=150) for book in ("lowvig", "sportsbet_ag", "sportsbet", "fanduel")]
    against = replace(ANY, reference="betonlineag")
    assert tokens(values([*sharp, *copies], against)) == [("fanduel", "home", None), ("sportsbet", "home", None)]
    broken = make_line("pinnacle", "h2h", {"home": 150, "away": 150})
    assert values(broken, ANY) == []


@pytest.mark.parametrize(
    "fault",
    [{"is_valid": False}, {"is_live": True}, {"minutes_old": 61}, {"side": "home"}],
    ids=["flagged", "live", "stale", "missing"],
)
def test_sharp_side_must_be_complete_valid_and_fresh(fault):
    other = make_price("fanduel", side="away", american=280)
    half = make_price(**{"bookmaker": "pinnacle", "side": "away", "american": 240} | fault)
    assert values([SHARP[0], half, other], ANY) == []


def test_same_number_only():
    sharp = make_line("pinnacle", "spreads", {"home": -110, "away": -110}, -3.5)
    offers = [make_price("a", "spreads", "home", 120, point) for point in (-3, -3.5, -4, 3.5)]
    assert tokens(values([*sharp, *offers], ANY)) == [("a", "home", Decimal("-3.5"))]


def test_pick_em_is_a_number():
    sharp = make_line("pinnacle", "spreads", {"home": -110, "away": -110}, "0")
    [found] = values([*sharp, make_price("a", "spreads", "away", 120, "-0.0")], ANY)
    assert (found.edge, found.can_push) == (pytest.approx(0.1), True)


def test_total_against_an_alternate_of_the_same_number_is_another_market():
    sharp = make_line("pinnacle", "totals", {"over": -110, "under": -110}, 220.5)
    assert values([*sharp, make_price("a", "alternate_totals", "over", 150, 220.5)], ANY) == []


def test_three_way_sharp_line_needs_its_draw():
    two = make_line("pinnacle", "h2h", {"home": 150, "away": 150})
    offer = make_price("a", american=170)
    assert len(values([*two, offer], ANY)) == 1
    assert values([*two, offer], replace(ANY, draw=Draw.ALWAYS)) == []
    assert values([*two, offer, make_price("b", side="draw", american=200)], ANY) == []
    [found] = values([*two, make_price("pinnacle", side="draw", american=220), offer], replace(ANY, min_edge=-0.5))
    assert found.probability == pytest.approx((1 / 2.5) / (2 / 2.5 + 1 / 3.2))


def test_commission_comes_off_the_price_and_not_off_the_fair_one():
    prices, terms = [*SHARP, make_price("matchbook", side="away", american=280)], replace(ANY, min_edge=0.06)
    assert len(values(prices, terms)) == 1
    charged = replace(terms, commissions={"matchbook": 0.02, "pinnacle": 0.5})
    assert values(prices, charged) == []
    [found] = values(prices, replace(charged, min_edge=0))
    assert found.edge == pytest.approx(0.28169 * (1 + 2.8 * 0.98) - 1, abs=1e-5)


def test_offers_to_lay_are_never_value():
    assert values([*SHARP, make_price("betfair_ex_uk", "h2h_lay", "away", 400)], ANY) == []


def test_thresholds_are_inclusive():
    prices = [*make_line("pinnacle", "h2h", {"home": -110, "away": -110}), make_price("a", american=110)]
    [found] = values(prices, replace(ANY, min_edge=0.05, suspect_above=0.05))
    assert found.edge == pytest.approx(0.05)
    assert found.is_suspect
    assert values(prices, replace(ANY, min_edge=0.0501)) == []


def test_reference_of_the_question_goes_before_that_of_the_terms():
    prices = [*SHARP, make_price("a", side="away", american=280)]
    assert values(prices, replace(ANY, reference="nobody")) == []
    assert len(values(prices, replace(ANY, reference="nobody"), reference="pinnacle")) == 1


def test_price_of_an_older_snapshot_than_the_judge_is_told_apart():
    prices = [*SHARP, make_price("a", side="away", american=280, minutes_old=10)]
    assert [each.is_same_snapshot for each in values(prices, ANY)] == [False]
    assert values(prices, replace(ANY, same_snapshot_only=True)) == []


# by consensus


def books(*away):
    """Books whose fair chances of the away side are these, without a margin."""
    return [
        price
        for number, chance in enumerate(away)
        for price in (
            make_price(f"b{number}", side="home", decimal_price=1 / (1 - chance)),
            make_price(f"b{number}", side="away", decimal_price=1 / chance),
        )
    ]


def by_consensus(how, min_books=3):
    return replace(ANY, reference=Consensus(how=how, min_books=min_books), min_edge=0.11)


@pytest.mark.parametrize(("how", "chance"), [("median", 0.5), ("mean", 0.45)])
def test_consensus_of_the_others(how, chance):
    outlier = make_price("z", side="away", decimal_price=2.4)
    told = values([*books(0.5, 0.5, 0.35), outlier], replace(by_consensus(how), min_edge=0.05))
    [found] = [each for each in told if each.legs[0].price == outlier]
    assert found.probability == pytest.approx(chance)
    assert found.note.endswith(f"by the {how} of 3 books")


def test_book_has_no_say_about_itself():
    [found] = values(books(0.5, 0.5, 0.5, 0.4), by_consensus("mean"))
    assert tokens([found]) == [("b3", "away", None)]
    assert found.probability == pytest.approx(0.5)


def test_consensus_needs_enough_books_beside_the_one_judged():
    assert values(books(0.5, 0.5, 0.4), by_consensus("mean")) == []
    assert len(values(books(0.5, 0.5, 0.4), by_consensus("mean", min_books=2))) == 1


def test_copies_count_once():
    original = [replace(each, bookmaker="betonlineag") for each in books(0.4)]
    copy = [replace(each, bookmaker="lowvig") for each in books(0.45)]
    others = [*books(0.5, 0.5), make_price("z", side="away", decimal_price=2.4)]
    told = values([*others, *original, *copy], by_consensus("mean"))
    assert [each.probability for each in told if each.legs[0].price == others[-1]] == [pytest.approx(1.4 / 3)]
    assert values([*others[:2], *others[4:], *original, *copy], by_consensus("mean")) == []


def test_worst_of_all_methods_by_consensus():
    lines = [price for key in "abc" for price in make_line(key, "h2h", {"home": -300, "away": 240})]
    terms = replace(by_consensus("mean"), min_edge=0, devig=None)
    [found] = values([*lines, make_price("z", side="away", american=280)], terms)
    assert found.edge == pytest.approx(0.014, abs=5e-4)


def test_consensus_of_nobody_cannot_be_meant():
    with pytest.raises(BadTerms, match="min_books is 0, expected at least 1"):
        Consensus(min_books=0)


# by a model


def half_a_point(price, chance, at):
    """Two percentage points for each point in the bettor's favour."""
    moved = price.point - at if price.side != "over" else at - price.point
    return chance + 0.02 * float(moved), 0.01


def test_model_judges_other_numbers_from_the_nearest_one_that_is_known():
    sharp = make_line("pinnacle", "spreads", {"home": -110, "away": -110}, -3.5)
    offer = make_price("a", "spreads", "away", 100, 4.5)
    assert values([*sharp, offer], ANY) == []
    [found] = values([*sharp, offer], replace(ANY, model=half_a_point))
    assert found.probability == pytest.approx(0.52)
    assert found.note == "fair chance 52.0 % ± 1.0 %, modelled from +3.5, by pinnacle"


def test_model_that_cannot_tell_leaves_the_price_out():
    sharp = make_line("pinnacle", "totals", {"over": -110, "under": -110}, 220.5)
    offer = make_price("a", "totals", "over", 150, 219.5)
    assert values([*sharp, offer], replace(ANY, model=lambda *_: None)) == []
    h2h = make_price("a", american=300)  # without a number there is nothing to move
    assert values([*sharp, h2h], replace(ANY, model=half_a_point)) == []


def test_known_number_goes_before_the_model():
    sharp = make_line("pinnacle", "totals", {"over": -110, "under": -110}, 220.5)
    [found] = values([*sharp, make_price("a", "totals", "over", 110, 220.5)], replace(ANY, model=lambda *_: (0.9, 0)))
    assert found.probability == pytest.approx(0.5)


def test_models_of_moved_lines_judge_the_markets_they_are_of():
    rng = default_rng(1)
    lines = rng.choice([-6.5, -3.5, 3.5, 6.5], 4000)
    model = fit_margins(lines, rint(rng.normal(-lines, 12)))
    sharp = make_line("pinnacle", "spreads", {"home": -110, "away": -110}, -3.5)
    home, away = make_price("a", "spreads", "home", 100, -2.5), make_price("b", "spreads", "away", 100, 4.5)
    found = values([*sharp, home, away], replace(ANY, model=by_line_models({"spreads": model})))
    told = {each.legs[0].price: each.probability for each in found}
    assert told == {
        home: pytest.approx(model.moved(0.5, -3.5, -2.5, Side.HOME).probability),
        away: pytest.approx(model.moved(0.5, 3.5, 4.5, Side.AWAY).probability),
    }
    assert all(0.51 < chance < 0.56 for chance in told.values())  # about 3 % of games end on a number
    assert values([*sharp, home, away], replace(ANY, model=by_line_models({"totals": model}))) == []
