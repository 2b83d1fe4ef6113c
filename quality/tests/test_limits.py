"""Limits as settings write them."""

import pytest

from quality.limits import parse_limits, parse_ranges


def test_ranges_are_fractions_by_kind():
    assert parse_ranges("retail=2..15, exchange=-0.5..15") == {
        "retail": pytest.approx((0.02, 0.15)),
        "exchange": pytest.approx((-0.005, 0.15)),
    }
    assert parse_ranges("") == parse_ranges(" , ") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("book=2..15", "'book' is no kind of bookmaker; known are sharp, retail, exchange, dfs"),
        ("retail", "'retail' has no '='"),
        ("retail=2-15", "'retail=2-15' is no range; write it as retail=2..15, in per cent"),
        ("retail=two..15", "'two' is no number"),
        ("retail=2..", "'' is no number"),
        ("retail=nan..15", "'nan' is no number"),
        ("retail=2..inf", "'inf' is no number"),
        ("retail=15..2", "'retail=15..2': the lower end comes first"),
        ("retail=2..2", "'retail=2..2': the lower end comes first"),
    ],
)
def test_a_range_that_cannot_be_is_told(text, told):
    with pytest.raises(ValueError, match="^" + told.replace("..", r"\.\.") + "$"):
        parse_ranges(text)


def test_limits_are_points_and_for_moneylines_probability():
    assert parse_limits("h2h=25,spreads=10, totals=15.5") == {"h2h": 0.25, "spreads": 10.0, "totals": 15.5}
    assert parse_limits("") == {}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("h2h=0", "'h2h=0': a limit is above 0"),
        ("spreads=-3", "'spreads=-3': a limit is above 0"),
        ("h2h=much", "'much' is no number"),
        ("h2h=nan", "'nan' is no number"),
        ("spreads", "'spreads' has no '='"),
    ],
)
def test_a_limit_that_cannot_be_is_told(text, told):
    with pytest.raises(ValueError, match=f"^{told}$"):
        parse_limits(text)
