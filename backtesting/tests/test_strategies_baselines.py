"""Flat favourites and random bets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backtesting.strategies import Favourite, RandomBets
from odds.tests.prices import make_line, make_price

from .views import bets, make_view

HOME_FAVOURED = [
    make_line("betmgm", "h2h", {"away": 120, "home": -140}),
    make_line("fanduel", "h2h", {"away": 125, "home": -135}),
    make_line("pinnacle", "h2h", {"away": 118, "home": -150}),
]


def test_the_favourite_is_bet_on_where_it_pays_most():
    assert bets(Favourite().opportunities(make_view(*HOME_FAVOURED))) == [("fanduel", "home", None, -135)]
    away = (
        make_line("betmgm", "h2h", {"away": -105, "home": -115}),
        make_line("fanduel", "h2h", {"away": -130, "home": 110}),
    )
    assert bets(Favourite().opportunities(make_view(*away))) == [("betmgm", "away", None, -105)]


def test_with_a_book_named_nobody_else_is_looked_at():
    strategy = Favourite(book="pinnacle")
    assert bets(strategy.opportunities(make_view(*HOME_FAVOURED))) == [("pinnacle", "home", None, -150)]
    assert strategy.opportunities(make_view(*HOME_FAVOURED[:2])) == ()
    assert strategy.books_needed == ("pinnacle",)


@pytest.mark.parametrize(
    "line",
    [
        make_line("fanduel", "h2h", {"away": -110, "home": -110}),
        make_line("fanduel", "h2h", {"away": 100, "home": -100}),  # the same decimal price
        make_line("fanduel", "h2h", {"home": -110}),
        make_line("fanduel", "spreads", {"away": -105, "home": -115}, -3),
        make_line("fanduel", "h2h", {"away": 120, "home": -140}, minutes_old=61),
        [],
    ],
    ids=["equal", "both even", "one side", "spreads", "stale", "nothing"],
)
def test_without_a_favourite_there_is_no_bet(line):
    assert Favourite().opportunities(make_view(line)) == ()


def test_of_equal_prices_the_first_bookmaker_by_key_is_taken():
    lines = [make_line(book, "h2h", {"away": 120, "home": -140}) for book in ("fanduel", "betmgm")]
    assert bets(Favourite().opportunities(make_view(*lines))) == [("betmgm", "home", None, -140)]


def test_a_draw_can_be_no_favourite_but_has_to_be_priced_lower():
    line = make_line("fanduel", "h2h", {"away": 200, "home": 150, "draw": 220})
    assert bets(Favourite().opportunities(make_view(line))) == [("fanduel", "home", None, 150)]


def test_commission_decides_where_a_favourite_pays_most():
    lines = [*HOME_FAVOURED, make_price("matchbook", american=-134)]
    told = Favourite().with_commissions({"matchbook": 0.05})
    assert bets(Favourite().opportunities(make_view(*lines))) == [("matchbook", "home", None, -134)]
    assert bets(told.opportunities(make_view(*lines))) == [("fanduel", "home", None, -135)]


TWO_MARKETS = [
    *HOME_FAVOURED,
    make_line("fanduel", "totals", {"over": -110, "under": -110}, 220),
    make_line("betmgm", "totals", {"over": -105, "under": -115}, 219.5),
]


def drawn(event_id="e1", **parameters):
    return bets(RandomBets(**parameters).opportunities(make_view(*TWO_MARKETS, event_id=event_id)))


def test_one_price_of_each_market_is_drawn_and_always_the_same():
    found = drawn()
    assert len(found) == 2
    assert found == drawn()
    assert {side in ("away", "home") for _, side, *_ in found} == {True, False}


def test_seed_and_event_draw_others():
    events = [f"e{number}" for number in range(50)]
    first, second = ([drawn(event_id, seed=seed) for event_id in events] for seed in (0, 1))
    assert first != second
    assert len({tuple(each) for each in first}) > 10


def test_all_prices_are_drawn_about_equally_often():
    """Two thousand draws from six and from four: each within about four standard errors of its share."""
    draws = [bet for number in range(2_000) for bet in drawn(f"event {number}")]
    for prices in (HOME_FAVOURED, TWO_MARKETS[3:]):
        every = [(price.bookmaker, price.side, price.point, price.price) for line in prices for price in line]
        expected = 2_000 / len(every)
        for each in every:
            assert abs(draws.count(each) - expected) < 4 * expected**0.5


@pytest.mark.parametrize(("share", "low", "high"), [(0, 0, 0), (0.2, 150, 250), (1, 1000, 1000)])
def test_a_share_of_the_events_is_bet_on(share, low, high):
    assert low <= sum(bool(drawn(f"event {number}", share=share)) for number in range(1000)) <= high


@given(st.permutations([f"e{number}" for number in range(6)]), st.integers(0, 6))
def test_order_and_number_of_events_change_nothing(events, count):
    alone = {event_id: drawn(event_id, share=0.5) for event_id in events}
    assert {event_id: drawn(event_id, share=0.5) for event_id in events[:count]}.items() <= alone.items()
