import pytest

from odds.markets import FEATURED, carries_line, is_lay, with_lay


@pytest.mark.parametrize(
    "key", ["h2h", "spreads", "totals", "outrights", "h2h_lay", "h2h_3_way", "spreads_q1", "totals_h2"]
)
def test_main_lines_move_and_do_not_tell_outcomes_apart(key):
    assert not carries_line(key)


@pytest.mark.parametrize("key", ["alternate_spreads", "alternate_totals_q1", "player_points", "never_heard_of"])
def test_points_of_alternates_and_props_stand_beside_each_other(key):
    assert carries_line(key)


@pytest.mark.parametrize(
    ("key", "lay"), [("h2h_lay", True), ("outrights_lay", True), ("h2h", False), ("layups", False)]
)
def test_lay_markets(key, lay):
    assert is_lay(key) is lay


def test_exchanges_add_lay_prices_unasked():
    assert with_lay({"h2h", "spreads"}) == {"h2h", "h2h_lay", "spreads"}
    assert {"h2h_lay", "outrights_lay", "totals"} <= FEATURED
