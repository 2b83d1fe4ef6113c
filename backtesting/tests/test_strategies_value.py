"""Value by a sharp book and by many, and arbitrage: what is bet on, and what is not."""

from decimal import Decimal

import pytest

from backtesting.strategies import ArbitrageStrategy, BadParameter, ConsensusOutlier, EVStrategy
from odds.tests.prices import make_line, make_price

from .views import bets, make_view

# The worked example of the margin: the dog's fair chance is 0.2817, 0.2721, 0.2715 or 0.2669.
SHARP = make_line("pinnacle", "h2h", {"away": 240, "home": -300})
DOG = make_price("fanduel", side="away", american=280)


@pytest.mark.parametrize(
    ("devig", "edge"),
    [("multiplicative", 0.070), ("additive", 0.034), ("shin", 0.034), ("odds_ratio", 0.032), ("power", 0.014)],
)
def test_the_edge_depends_on_how_the_margin_is_removed(devig, edge):
    [found] = EVStrategy(devig=devig, min_ev=0.01).opportunities(make_view(DOG, SHARP))
    assert found.edge == pytest.approx(edge, abs=0.0006)
    assert found.probability == pytest.approx((1 + found.edge) / 3.8)
    assert bets([found]) == [("fanduel", "away", None, 280)]


def test_worst_of_takes_the_lowest_chance_that_any_way_gives():
    view = make_view(DOG, SHARP)
    [worst] = EVStrategy(devig="worst_of", min_ev=-0.5).opportunities(view)
    every = ["multiplicative", "additive", "power", "shin", "odds_ratio", "logarithmic"]
    edges = [EVStrategy(devig=each, min_ev=-0.5).opportunities(view)[0].edge for each in every]
    assert worst.edge == min(edges)
    assert EVStrategy(devig="worst_of").opportunities(view) == ()


def test_an_edge_at_the_threshold_is_bet_on():
    even = make_line("pinnacle", "h2h", {"away": -110, "home": -110})
    view = make_view(make_price("fanduel", decimal_price=2.06), even)
    assert len(EVStrategy(min_ev=0.03).opportunities(view)) == 1
    assert EVStrategy(min_ev=0.0301).opportunities(view) == ()


def test_raw_prices_of_the_sharp_book_are_no_fair_ones():
    """Against 1/d with its margin in it, -105 beside -110 would look like a gain."""
    even = make_line("pinnacle", "h2h", {"away": -110, "home": -110})
    assert EVStrategy(min_ev=0).opportunities(make_view(make_price("fanduel", american=-105), even)) == ()


@pytest.mark.parametrize(
    ("lines", "why"),
    [
        ([SHARP[:1], DOG], "the favourite's price is missing, so the margin cannot be removed"),
        ([make_line("pinnacle", "h2h", {"away": 240, "home": -300}, minutes_old=61), DOG], "the sharp line is stale"),
        ([SHARP, make_price("fanduel", side="away", american=280, minutes_old=61)], "the price is stale"),
        ([DOG], "there is no sharp line"),
        ([SHARP, make_price("pinnacle", side="away", american=280)], "a book is not judged by itself"),
        ([SHARP, make_price("underdog", side="away", american=280)], "a fixed payout is no price"),
        ([SHARP, make_price("fanduel", "h2h_lay", "away", american=280)], "an offer to lay is no bet"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_no_bet_where(lines, why):
    assert EVStrategy(min_ev=0.01).opportunities(make_view(*lines)) == (), why


def test_a_copy_of_the_sharp_book_is_not_judged_by_it():
    line = make_line("betonlineag", "h2h", {"away": 240, "home": -300})
    strategy = EVStrategy(sharp_book="betonlineag", min_ev=0.01)
    assert strategy.opportunities(make_view(line, make_price("lowvig", side="away", american=280))) == ()
    assert len(strategy.opportunities(make_view(line, DOG))) == 1


def test_only_equal_numbers_are_compared():
    sharp = make_line("pinnacle", "spreads", {"away": -110, "home": -110}, -3.5)
    other = make_price("fanduel", "spreads", "home", 110, -3)
    same = make_price("betmgm", "spreads", "home", 110, "-3.50")
    assert bets(EVStrategy().opportunities(make_view(other, same, sharp))) == [("betmgm", "home", Decimal("-3.5"), 110)]


def test_what_is_too_good_to_be_true_is_left_alone_unless_told():
    error = make_price("fanduel", side="away", american=400)
    view = make_view(error, make_price("betmgm", side="away", american=280), SHARP)
    assert bets(EVStrategy().opportunities(view)) == [("betmgm", "away", None, 280)]
    assert bets(EVStrategy(suspect_above=None).opportunities(view)) == [("fanduel", "away", None, 400)]


def test_one_bet_is_made_for_each_market_outcome_or_price():
    sharp = [
        *make_line("pinnacle", "h2h", {"away": -110, "home": -110}),
        *make_line("pinnacle", "totals", {"over": -110, "under": -110}, 220),
    ]
    offers = [
        make_price("betmgm", side="away", american=108),
        make_price("fanduel", side="away", american=110),
        make_price("fanduel", side="home", american=112),
        make_price("betmgm", "totals", "over", 107, 220),
    ]
    view = make_view(sharp, offers)

    def chosen(per):
        return bets(EVStrategy(one_bet_per=per).opportunities(view))

    over = ("betmgm", "over", Decimal(220), 107)
    assert chosen("market") == [("fanduel", "home", None, 112), over]
    assert chosen("outcome") == [("fanduel", "away", None, 110), ("fanduel", "home", None, 112), over]
    assert chosen("price") == [(each.bookmaker, each.side, each.point, each.price) for each in offers]


def test_of_equal_prices_the_first_bookmaker_by_key_is_taken():
    offers = [make_price(book, side="away", american=280) for book in ("fanduel", "betmgm", "draftkings")]
    assert bets(EVStrategy().opportunities(make_view(offers, SHARP))) == [("betmgm", "away", None, 280)]


def test_exchange_prices_count_after_commission():
    offers = [make_price("matchbook", side="away", american=285), DOG]
    free = EVStrategy().opportunities(make_view(offers, SHARP))
    charged = EVStrategy().with_commissions({"matchbook": 0.05}).opportunities(make_view(offers, SHARP))
    assert (bets(free), bets(charged)) == ([("matchbook", "away", None, 285)], [("fanduel", "away", None, 280)])


def test_only_the_markets_asked_for_are_looked_at():
    view = make_view(DOG, SHARP)
    assert EVStrategy(markets="spreads,totals").opportunities(view) == ()
    assert len(EVStrategy(markets="").opportunities(view)) == 1


def test_a_judge_of_another_snapshot_can_be_refused():
    older = make_line("pinnacle", "h2h", {"away": 240, "home": -300}, minutes_old=5)
    untimed = [make_price("pinnacle", side=each.side, american=each.price, snapshot_time=None, age_seconds=None)
               for each in SHARP]  # fmt: skip
    for sharp, found in ((SHARP, 1), (older, 0), (untimed, 0)):
        assert len(EVStrategy(same_snapshot=True).opportunities(make_view(DOG, sharp))) == found
        assert len(EVStrategy().opportunities(make_view(DOG, sharp))) == 1


def test_the_sharp_book_is_needed():
    assert EVStrategy(sharp_book="circasports").books_needed == ("circasports",)
    assert ConsensusOutlier().books_needed == ()


BOOKS = [make_line(book, "h2h", {"away": -110, "home": -110}) for book in ("betmgm", "draftkings", "fanduel")]


def test_an_outlier_is_bet_on_by_what_all_others_think():
    outlier = make_line("bovada", "h2h", {"away": 110, "home": -140})
    [found] = ConsensusOutlier().opportunities(make_view(*BOOKS, outlier))
    assert bets([found]) == [("bovada", "away", None, 110)]
    assert (found.probability, found.edge) == (pytest.approx(0.5), pytest.approx(0.05))


def test_a_consensus_needs_enough_other_books_and_copies_are_none():
    outlier = make_price("bovada", side="away", american=110)
    copies = [make_line(book, "h2h", {"away": -110, "home": -110}) for book in ("betonlineag", "lowvig", "fanduel")]
    assert ConsensusOutlier(min_books=4).opportunities(make_view(*BOOKS, outlier)) == ()
    assert ConsensusOutlier(min_books=3).opportunities(make_view(*copies, outlier)) == ()
    assert len(ConsensusOutlier(min_books=2).opportunities(make_view(*copies, outlier))) == 1


def test_the_median_does_not_bend_where_the_mean_does():
    wild = make_line("betrivers", "h2h", {"away": 900, "home": -3000})
    view = make_view(*BOOKS, wild, make_price("bovada", side="away", american=110))
    outlier = ("bovada", "away", None, 110)
    for how, is_found in (("median", True), ("mean", False)):
        found = ConsensusOutlier(how=how, suspect_above=None, one_bet_per="price").opportunities(view)
        assert (outlier in bets(found)) is is_found


def pair(home, away, market="h2h", points=(None, None)):
    return [
        make_price("betmgm", market, "away", decimal_price=away, point=points[1]),
        make_price("fanduel", market, "home", decimal_price=home, point=points[0]),
    ]


def test_an_arbitrage_is_one_position_whose_legs_pay_the_same():
    [found] = ArbitrageStrategy().opportunities(make_view(pair(2.10, 2.05)))
    assert found.edge == pytest.approx(0.0373, abs=0.0001)
    assert len(found.legs) == 2
    assert len({round(leg.share * leg.net_price, 9) for leg in found.legs}) == 1


def test_an_arbitrage_below_the_margin_or_too_good_is_left_alone():
    assert ArbitrageStrategy(min_profit_margin=0.04).opportunities(make_view(pair(2.10, 2.05))) == ()
    too_good = make_view(pair(2.30, 2.05))
    assert ArbitrageStrategy().opportunities(too_good) == ()
    assert len(ArbitrageStrategy(suspect_above=None).opportunities(too_good)) == 1


@pytest.mark.parametrize(("points", "found"), [((-3.5, 3.5), 1), ((3.5, 3.5), 0), ((-3.5, 4), 0)])
def test_spreads_are_paired_at_opposite_points(points, found):
    view = make_view(pair(2.10, 2.05, "spreads", points))
    assert len(ArbitrageStrategy().opportunities(view)) == found


def test_commission_age_and_snapshot_can_undo_an_arbitrage():
    view = make_view(pair(2.10, 2.05))
    assert ArbitrageStrategy().with_commissions({"fanduel": 0.15}).opportunities(view) == ()
    old = make_view(pair(2.10, 2.05)[0], make_price("fanduel", decimal_price=2.10, minutes_old=30))
    assert len(ArbitrageStrategy().opportunities(old)) == 1
    assert ArbitrageStrategy(max_age_minutes=29).opportunities(old) == ()
    assert ArbitrageStrategy(same_snapshot=True).opportunities(old) == ()
    assert ArbitrageStrategy(markets="totals").opportunities(view) == ()


def test_a_way_to_remove_margins_that_nobody_knows_is_refused():
    with pytest.raises(
        BadParameter, match=r"devig is 'multiplicativ', expected one of multi.*did you mean 'multiplicat"
    ):
        EVStrategy(devig="multiplicativ")
