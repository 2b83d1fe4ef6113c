from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from odds.lines import StandingPrice, best_prices, book_lines, is_complete, line_point
from odds.markets import Draw
from odds.pricing import american_to_decimal

NAMES = {"home": "Los Angeles Lakers", "away": "Boston Celtics"}


def price(bookmaker, market, side, american, point=None, **over):
    made = StandingPrice(
        event_id="e1",
        bookmaker=bookmaker,
        market=market,
        outcome=NAMES.get(side, side.title()),
        side=side,
        description="",
        point=None if point is None else Decimal(str(point)),
        price=american,
        decimal_price=american_to_decimal(american),
        odds_timestamp=datetime(2026, 1, 14, 22, tzinfo=UTC),
        last_update=None,
        snapshot_time=datetime(2026, 1, 14, 23, tzinfo=UTC),
        age_seconds=60.0,
        is_live=False,
        is_valid=True,
        validation_notes="",
    )
    return replace(made, **over)


def test_both_teams_at_opposite_points_are_one_line():
    [line] = book_lines([price("a", "spreads", "home", -110, -3.5), price("a", "spreads", "away", -110, 3.5)])
    assert [each.side for each in line.prices] == ["away", "home"]
    assert line.point == Decimal("-3.5")
    assert line.overround == pytest.approx(0.0476, abs=5e-5)
    assert line.hold == pytest.approx(0.0455, abs=5e-5)


def test_points_of_one_book_that_do_not_mirror_are_two_incomplete_lines():
    lines = book_lines([price("a", "spreads", "home", -110, -3.5), price("a", "spreads", "away", -110, 4.5)])
    assert [(line.point, line.overround, line.hold) for line in lines] == [
        (Decimal("-4.5"), None, None),
        (Decimal("-3.5"), None, None),
    ]


def test_books_are_never_taken_together():
    lines = book_lines([price("a", "h2h", "home", -110), price("b", "h2h", "away", -110)])
    assert [(line.bookmaker, line.overround) for line in lines] == [("a", None), ("b", None)]


def test_totals_need_the_same_number():
    over, under = price("a", "totals", "over", -110, 220.5), price("a", "totals", "under", -110, 221.5)
    assert [line.overround for line in book_lines([over, under])] == [None, None]
    [line] = book_lines([over, replace(under, point=Decimal("220.5"))])
    assert line.overround == pytest.approx(0.0476, abs=5e-5)


def test_pick_em_is_a_line():
    [line] = book_lines([price("a", "spreads", "home", -110, 0), price("a", "spreads", "away", -110, 0)])
    assert line.overround is not None


def test_draw_belongs_to_the_set_where_any_book_offers_it():
    three = [price("a", "h2h", side, 180) for side in ("home", "away", "draw")]
    two = [price("b", "h2h", "home", -110), price("b", "h2h", "away", -110)]
    with_draw, without = book_lines(three + two)
    assert with_draw.overround == pytest.approx(3 / 2.8 - 1)
    assert without.overround is None  # its draw is missing
    assert book_lines(two)[0].overround is not None
    assert book_lines(two, Draw.ALWAYS)[0].overround is None  # whoever was asked, it cannot be all of them


def test_a_three_way_market_has_a_draw_in_every_sport():
    two = [price("a", "h2h_3_way", side, 180) for side in ("home", "away")]
    assert book_lines(two, Draw.NEVER)[0].overround is None
    assert book_lines([*two, price("a", "h2h_3_way", "draw", 180)])[0].overround == pytest.approx(3 / 2.8 - 1)


@pytest.mark.parametrize(
    ("market", "outcomes", "complete"),
    [
        ("h2h", [("home", None), ("away", None)], True),
        ("h2h", [("home", None)], False),
        ("h2h", [("home", None), ("home", None)], False),
        ("h2h_lay", [("home", None), ("away", None)], False),
        ("spreads", [("home", None), ("away", None)], False),  # points are missing
        ("totals", [("over", None), ("under", None)], False),
        ("player_points", [("over", Decimal(20)), ("under", Decimal(20))], True),
        ("outrights", [("other", None), ("other", None)], False),
    ],
)
def test_complete_sets(market, outcomes, complete):
    assert is_complete(market, outcomes) is complete


def test_line_point_is_the_home_sides():
    assert line_point("home", Decimal("-3.5")) == line_point("away", Decimal("3.5")) == Decimal("-3.5")
    assert line_point("under", Decimal("220.5")) == Decimal("220.5")
    assert line_point("away", None) is None


def test_best_price_never_crosses_points():
    found = best_prices(
        [
            price("a", "spreads", "away", -110, 3.5),
            price("b", "spreads", "away", -120, 4),
            price("c", "spreads", "away", -115, 4),
        ]
    )
    assert [(best.point, best.price, best.bookmakers, best.offers) for best in found] == [
        (Decimal(4), -115, ("c",), 2),
        (Decimal("3.5"), -110, ("a",), 1),
    ]


def test_equal_decimal_prices_tie_so_even_money_does_under_both_its_names():
    [best] = best_prices(
        [price("b", "h2h", "home", -100), price("a", "h2h", "home", 100), price("c", "h2h", "home", -105)]
    )
    assert best.bookmakers == ("a", "b")
    assert (best.price, best.decimal_price, best.implied_probability) == (100, 2.0, 0.5)
    assert best.offers == 3


def test_flagged_prices_and_offers_to_lay_are_never_best():
    offered = [
        price("a", "h2h", "home", 500, is_valid=False),
        price("b", "h2h", "home", -110),
        price("b", "h2h_lay", "home", 400),
    ]
    assert [(best.market, best.price) for best in best_prices(offered)] == [("h2h", -110)]


def test_players_do_not_compete_with_each_other():
    offered = [
        price("a", "player_points", "over", -110, 20.5, description="LeBron James"),
        price("a", "player_points", "over", 150, 20.5, description="Jayson Tatum"),
    ]
    assert [(best.description, best.price) for best in best_prices(offered)] == [
        ("Jayson Tatum", 150),
        ("LeBron James", -110),
    ]


def test_age_of_a_tie_is_that_of_the_older_one():
    [best] = best_prices(
        [price("a", "h2h", "home", 120, age_seconds=60), price("b", "h2h", "home", 120, age_seconds=900)]
    )
    assert best.age_seconds == 900
