"""The board of an event and the chart of its movement, by worked numbers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from odds.board import board
from odds.lines import StandingPrice
from odds.movement import PriceChange
from odds.movement_chart import movement_figure
from odds.price_style import PriceStyle, style_named, written
from odds.pricing import DevigMethod, american_to_decimal

NOON = datetime(2026, 1, 15, 12, tzinfo=UTC)


def standing(bookmaker, side, price, market="h2h", point=None, **over):
    fields = {
        "event_id": "a", "bookmaker": bookmaker, "market": market, "outcome": side.title(), "side": side,
        "description": "", "point": None if point is None else Decimal(point), "price": price,
        "decimal_price": american_to_decimal(price), "odds_timestamp": NOON, "last_update": NOON,
        "snapshot_time": NOON, "age_seconds": 90.0, "is_live": False, "is_valid": True, "validation_notes": "",
    }  # fmt: skip
    return StandingPrice(**{**fields, **over})


def boards(*prices, style=PriceStyle.AMERICAN, method=DevigMethod.MULTIPLICATIVE):
    return board(prices, style=style, method=method, titles={"fanduel": "FanDuel"})


def test_a_line_shows_implied_and_fair_chances_its_hold_and_its_age():
    [market] = boards(standing("fanduel", "away", -110), standing("fanduel", "home", -110))
    [row] = market.rows
    assert (row.bookmaker, row.hold, row.age) == ("FanDuel", "4.5 %", "1 min")
    [[away], [home]] = row.cells
    assert (away.price, away.implied, away.fair) == ("-110", "52.4 %", "50.0 %")
    assert home.point == ""


def test_the_best_of_several_offers_is_marked_and_a_flagged_one_never_is():
    [market] = boards(
        standing("fanduel", "home", 150),
        standing("bovada", "home", 140),
        standing("betmgm", "home", 400, is_valid=False, validation_notes="too good"),
    )
    marked = {row.bookmaker: row.cells[0][0].is_best for row in market.rows}
    assert marked == {"FanDuel": True, "bovada": False, "betmgm": False}


def test_an_only_offer_is_not_the_best_and_no_fair_chance_is_known_of_half_a_line():
    [market] = boards(standing("fanduel", "home", 150))
    [[cell]] = market.rows[0].cells
    assert (cell.is_best, cell.fair, market.rows[0].hold) == (False, "–", "–")


def test_prices_of_different_points_do_not_compete():
    [market] = boards(
        standing("fanduel", "home", -110, "spreads", "-3.5"), standing("bovada", "home", -120, "spreads", "-3")
    )
    assert not any(cell.is_best for row in market.rows for cells in row.cells for cell in cells)


def test_the_method_changes_the_fair_chance_of_a_longshot():
    prices = standing("fanduel", "home", -1000), standing("fanduel", "away", 600)
    shown = {method: boards(*prices, method=method)[0].rows[0].cells[0][0].fair for method in DevigMethod}
    assert shown[DevigMethod.MULTIPLICATIVE] == "13.6 %"  # 1/7 / (1/7 + 10/11)
    assert shown[DevigMethod.ADDITIVE] == "11.7 %"  # 1/7 - (1/7 + 10/11 - 1) / 2


def test_outcomes_without_sides_stand_under_each_other_with_their_names():
    [market] = boards(
        standing("fanduel", "other", 500, "outrights", outcome="Lakers"),
        standing("fanduel", "other", 900, "outrights", outcome="Celtics"),
    )
    assert market.headings == ["Outcome"]
    assert [cell.outcome for cell in market.rows[0].cells[0]] == ["Celtics", "Lakers"]


@pytest.mark.parametrize(
    ("style", "expected"), [("american", "-110"), ("decimal", "1.909"), ("probability", "52.4 %"), ("evil", "-110")]
)
def test_prices_are_written_as_the_reader_wants_them(style, expected):
    assert written(style_named(style), -110, american_to_decimal(-110)) == expected


def change(price, begins, ends, **over):
    fields = {
        "event_id": "a", "bookmaker": "fanduel", "market": "h2h", "outcome": "Lakers", "side": "home",
        "description": "", "point": None, "price": price, "decimal_price": american_to_decimal(price),
        "odds_timestamp": NOON + timedelta(hours=begins),
        "valid_until": None if ends is None else NOON + timedelta(hours=ends),
        "last_update": None, "is_live": False, "is_valid": True,
    }  # fmt: skip
    return PriceChange(**{**fields, **over})


def figure(*changes, **over):
    fields = {
        "style": PriceStyle.DECIMAL, "titles": {}, "starts": [NOON + timedelta(hours=8)], "live_from": None,
        "until": NOON + timedelta(hours=9),
    }  # fmt: skip
    return movement_figure(changes, **{**fields, **over})


def test_a_price_that_follows_at_once_is_a_step_and_a_withdrawn_one_leaves_a_gap():
    [trace] = figure(change(100, 0, 2), change(150, 2, 3), change(-200, 5, None))["data"]
    hours = [(datetime.fromisoformat(x) - NOON) / timedelta(hours=1) for x in trace["x"]]
    assert list(zip(hours, trace["y"], strict=True)) == [
        (0, 2.0), (2, 2.5), (3, 2.5), (3, None), (5, 1.5), (9, 1.5), (9, None),
    ]  # fmt: skip


def test_every_book_has_a_trace_and_no_name_is_markup():
    drawn = figure(change(100, 0, None), change(100, 0, None, bookmaker="<b>evil</b>"))["data"]
    assert [trace["name"] for trace in drawn] == ["fanduel", "&lt;b&gt;evil&lt;/b&gt;"]


def test_starts_stated_before_are_dotted_and_time_in_play_is_shaded():
    starts = [NOON + timedelta(hours=7), NOON + timedelta(hours=8)]
    shapes = figure(change(100, 0, None), starts=starts, live_from=NOON + timedelta(hours=8))["layout"]["shapes"]
    assert [(shape["type"], shape["name"]) for shape in shapes] == [
        ("rect", "in play"), ("line", "start as stated before"), ("line", "start"),
    ]  # fmt: skip
    assert [shape["line"]["dash"] for shape in shapes[1:]] == ["dot", "solid"]


def test_a_line_is_drawn_by_its_point():
    [trace] = figure(change(-110, 0, None, market="spreads", point=Decimal("-3.5")), by_point=True)["data"]
    assert trace["y"][0] == -3.5
    assert trace["customdata"][0].startswith("-3.5")


def test_long_before_the_start_the_chart_begins_with_what_there_is():
    def span(start):
        drawn = figure(change(100, 0, None), starts=[NOON + timedelta(hours=start)], until=NOON + timedelta(hours=2))
        shown = drawn["layout"]["xaxis"].get("range", [])
        return [(datetime.fromisoformat(x) - NOON) / timedelta(hours=1) for x in shown]

    assert span(40) == [-0.1, 2.2]
    assert span(4) == []
    assert figure(starts=[NOON])["layout"]["xaxis"] == {}
