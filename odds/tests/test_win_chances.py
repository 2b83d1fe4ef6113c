"""The chances that lines give, and how far the bookmakers' view of a game moved."""

import pytest

from odds.lines import book_lines
from odds.markets import Draw
from odds.pricing import DevigMethod
from odds.win_chances import home_move, line_chances

from .prices import make_line, make_price


def h2h(bookmaker, home, away, **over):
    return make_line(bookmaker, "h2h", {"home": home, "away": away}, **over)


def test_a_line_gives_each_side_its_chance_without_the_margin():
    (line,) = book_lines(h2h("a", -150, 130))
    assert line_chances(line, DevigMethod.MULTIPLICATIVE) == pytest.approx({"home": 0.5798, "away": 0.4202}, abs=1e-4)


def test_half_a_line_gives_none():
    (line,) = book_lines([make_price(market="h2h")])
    assert line_chances(line, DevigMethod.MULTIPLICATIVE) == {}


def test_a_move_is_that_of_the_bookmakers_that_were_there_both_times():
    before = [*h2h("a", -110, -110), *h2h("gone", -900, 600)]
    after = [*h2h("a", -150, 130), *h2h("new", 600, -900)]
    move = home_move(before, after)
    assert move is not None
    assert move == pytest.approx((0.5, 0.5798, 1), abs=1e-4)


def test_of_several_bookmakers_it_is_the_median():
    before = [*h2h("a", 100, -100), *h2h("b", -110, -110), *h2h("c", 200, -200)]
    move = home_move(before, before)
    assert move is not None
    assert move == pytest.approx((0.5, 0.5, 3))


def test_a_line_whose_draw_was_flagged_tells_no_chance_of_two():
    before = [*h2h("a", 150, 180), make_price("a", side="draw", american=230, is_valid=False)]
    assert home_move(before, before, Draw.ALWAYS) is None
    assert home_move(before, before, Draw.NEVER) is not None


def test_other_markets_flagged_prices_and_nothing_at_all_are_no_move():
    spread = make_line("a", "spreads", {"home": -110, "away": -110}, point=-3.5)
    assert home_move(spread, spread) is None
    flagged = h2h("a", -110, -110, is_valid=False)
    assert home_move(flagged, flagged) is None
    assert home_move([], h2h("a", -110, -110)) is None
