"""The parts of a report that need no database: bins, curves, intervals, what is said of figures."""

from itertools import pairwise
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backtesting.report.charts import bin_text, distribution_chart
from backtesting.report.equity import MOST_SKETCHED, curve, sketch
from backtesting.report.figures import at, fall_told, verdict
from backtesting.report.histograms import Bin, histogram
from backtesting.report.intervals import whiskers
from backtesting.report.tables import group_rows
from backtesting.wording import between, estimated, gain, share, signed_share
from backtesting.wording import settings as told_settings

VALUES = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=60)


def metrics_with(low, high, *, trials=1, deflated=None):
    interval = {"estimate": (low + high) / 2, "low": low, "high": high}
    intervals = {"level": 0.95, "yield": interval, "note": ""}
    return {"yield": 0.03, "trials": trials, "deflated": deflated and {"probability": deflated}, "intervals": intervals}


# bins


def test_bins_have_round_edges_and_zero_is_one_of_them():
    bins = histogram([value / 1000 for value in range(-50, 100)])
    assert {round(each.high - each.low, 10) for each in bins if each.low > -inf and each.high < inf} == {0.01}
    assert 0.0 in {each.low for each in bins}


def test_one_longshot_does_not_flatten_the_others():
    bins = histogram([1.5 + place / 100 for place in range(199)] + [500.0])
    assert bins[-1].high == inf
    assert bins[-1].bets <= 3
    assert len(bins) > 10


def test_equal_values_are_one_bin():
    assert histogram([2.1] * 12) == [Bin(2.1, 2.101, 12)]


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_every_value_is_in_one_bin(values):
    bins = histogram(values)
    assert sum(each.bets for each in bins) == len(values)
    assert all(before.high == after.low for before, after in pairwise(bins))
    assert len(bins) <= 28


@settings(max_examples=150, deadline=None)
@given(VALUES)
def test_bins_count_what_lies_between_their_edges(values):
    for each in histogram(values):
        if inf not in (-each.low, each.high):
            slack = (each.high - each.low) * 1e-6
            inside = sum(each.low - slack <= value < each.high + slack for value in values)
            well_inside = sum(each.low + slack <= value < each.high - slack for value in values)
            assert well_inside <= each.bets <= inside


@pytest.mark.parametrize(
    ("each", "signed", "text"),
    [
        (Bin(-inf, -0.05, 1), True, "below -5.00\u00a0%"),
        (Bin(0.01, 0.02, 1), True, "+1.00\u00a0% to +2.00\u00a0%"),
        (Bin(1.8, 1.9, 1), False, "1.800 to 1.900"),
        (Bin(5.0, inf, 1), False, "5.000 and more"),
    ],
)
def test_bins_are_told(each, signed, text):
    assert bin_text(each, signed=signed) == text


def test_values_below_zero_are_told_apart_by_place_and_by_colour():
    [bars] = distribution_chart("clv", [Bin(-0.01, 0, 3), Bin(0, 0.01, 4)], "CLV", "", signed=True).data
    assert bars["x"] == [pytest.approx(-0.005), pytest.approx(0.005)]
    assert bars["marker"]["color"] == ["--loss", "--gain"]


# the bankroll


def test_curve_begins_with_the_initial_bankroll_and_falls_from_its_peak():
    after_each_change = (900.0, 100.0), (1_250.0, 0.0), (1_000.0, 0.0)
    equity = [[f"2026-01-0{day}T00:00:00Z", *money] for day, money in enumerate(after_each_change, 1)]
    line = curve(equity, 1_000)
    assert line.money == [1_000, 1_000, 1_250, 1_000]
    assert line.falls == [0, 0, 0, pytest.approx(-0.2)]
    assert line.moments[:2] == ["2026-01-01T00:00:00Z"] * 2


def test_sketch_keeps_first_and_last_and_fits_its_picture():
    equity = [["2026-01-01T00:00:00Z", 1_000.0 + place, 0.0] for place in range(5_000)]
    drawn = sketch(curve(equity, 1_000), 640, 120)
    points = [tuple(map(float, point.split(","))) for point in drawn.points.split()]
    assert len(points) == MOST_SKETCHED
    assert points[0] == (2.0, 118.0)
    assert points[-1] == (638.0, 2.0)
    assert drawn.start == 118.0
    assert sketch(curve([], 1_000), 640, 120) is None


def test_sketch_of_money_that_never_moved_is_a_line():
    drawn = sketch(curve([["2026-01-01T00:00:00Z", 900.0, 100.0]], 1_000), 640, 120)
    assert drawn.points == "2.0,118.0 638.0,118.0"


# how sure it is


@pytest.mark.parametrize(
    ("metrics", "said"),
    [
        ({"yield": None}, "there is nothing to judge"),
        (
            {"yield": 0.1, "intervals": {"yield": None, "note": "3 game days"}},
            "Too little to judge the yield by: 3",
        ),
        (metrics_with(-0.02, 0.05), "Luck alone could have brought this"),
        (metrics_with(0.0, 0.05), "Luck alone could have brought this"),
        (metrics_with(-0.09, -0.01), "not by bad luck alone"),
        (metrics_with(0.01, 0.05), "The whole 95\u00a0% interval of the yield is above"),
        (
            metrics_with(0.01, 0.05, trials=40, deflated=0.5),
            "with 40 configurations tried on these data that",
        ),
        (
            metrics_with(0.01, 0.05, trials=40, deflated=0.97),
            "The whole 95\u00a0% interval of the yield is above",
        ),
    ],
)
def test_verdict_claims_no_more_than_the_interval_and_the_trials_allow(metrics, said):
    assert said in verdict(metrics)


def test_interval_is_drawn_between_its_ends_with_zero():
    [drawn] = whiskers(metrics_with(-0.01, 0.03) | {"yield": 0.02})
    assert (drawn.low, drawn.width, drawn.estimate, drawn.zero) == (0.0, 100.0, 75.0, 25.0)
    [drawn] = whiskers(metrics_with(0.01, 0.04) | {"yield": 0.02})
    assert (drawn.low, drawn.width, drawn.estimate, drawn.zero) == (25.0, 75.0, 50.0, 0.0)
    assert drawn.interval == "+1.0\u00a0% to +4.0\u00a0%"


def test_drawdown_says_whether_it_is_over():
    fall = {"start": "2025-12-01T00:00:00Z", "recovery": "2026-01-14T12:00:00Z", "days": 44.5}
    assert fall_told(fall) == "2025-12-01 to 2026-01-14, 44 days"
    assert fall_told(fall | {"recovery": None}) == "since 2025-12-01, 44 days and not recovered"
    assert fall_told({"start": None}) == ""


def test_groups_are_tinted_by_how_far_their_yield_is_from_none():
    row = {"group": "h2h", "bets": 3, "turnover": 300.0, "profit": -30.0, "clv": None, "clv_standard_error": None}
    worst, best, unknown = group_rows([row | {"yield": -0.1}, row | {"yield": 0.05}, row | {"yield": None}])
    assert (worst.direction, worst.tint, worst.yield_text) == ("loss", 1.0, "-10.0\u00a0%")
    assert (best.direction, best.tint) == ("gain", 0.5)
    assert (unknown.direction, unknown.tint, unknown.yield_text, unknown.clv) == ("", 0.0, "–", "–")


# words


def test_figures_that_are_not_there_are_unknown():
    assert at({"clv": {"price": None}}, "clv.price.value") is None
    assert (share(None), signed_share(None), gain(None), between(None), estimated(None)) == ("–",) * 5


def test_an_estimate_shows_the_error_by_day_or_else_the_plain_one():
    estimate = {"value": 0.0185, "standard_error": 0.002, "clustered_standard_error": 0.0031}
    assert estimated(estimate) == "+1.85\u00a0% ± 0.31\u00a0%"
    assert estimated(estimate | {"clustered_standard_error": None}) == "+1.85\u00a0% ± 0.20\u00a0%"
    assert estimated(estimate | {"clustered_standard_error": None, "standard_error": None}) == "+1.85\u00a0%"


def test_settings_are_told_one_by_one():
    tree = {"a": {"b": {"c": 1.5}, "d": {}}, "e": [], "f": ["x", "y"], "g": None, "h": True, "i": ""}
    known = {"a: b: c": "1.5", "f": "x, y", "h": "yes"}
    assert dict(told_settings(tree)) == known | dict.fromkeys(("a: d", "e", "g", "i"), "–")


def test_what_is_shown_as_none_has_no_sign():
    assert (gain(0.0), gain(-0.001), signed_share(-0.00001), signed_share(0.0)) == ("0.00", "0.00", *["0.0\u00a0%"] * 2)
    assert (gain(-1_234.5), signed_share(0.001)) == ("-1,234.50", "+0.1\u00a0%")
