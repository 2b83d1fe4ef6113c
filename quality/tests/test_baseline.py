"""What is far from usual; no database."""

from dataclasses import dataclass
from decimal import Decimal

import pytest

from odds.lines import book_lines
from odds.pricing import american_to_decimal
from quality.baseline import OverroundBaseline, robust_z, shifted_lines

USUAL = OverroundBaseline(median=0.045, mad=0.0015, n=200)


@dataclass(frozen=True)
class Price:
    side: str
    price: int
    point: Decimal | None = None
    market: str = "h2h"
    bookmaker: str = "fanduel"
    outcome: str = ""
    description: str = ""
    is_valid: bool = True

    @property
    def decimal_price(self) -> float:
        return american_to_decimal(self.price)


def shifted(*prices, **usual):
    baseline = OverroundBaseline(**{**USUAL._asdict(), **usual})
    return shifted_lines("e1", book_lines(prices), {("fanduel", "h2h"): baseline, ("fanduel", "spreads"): baseline})


def test_robust_z_is_in_standard_deviations_of_a_normal_distribution():
    assert robust_z(0.048, USUAL) == pytest.approx(0.6745 * 2)
    assert robust_z(0.042, USUAL) == pytest.approx(-0.6745 * 2)


@pytest.mark.parametrize("baseline", [USUAL._replace(n=49), USUAL._replace(mad=0.0), USUAL._replace(mad=1e-17)])
def test_there_is_none_of_few_lines_or_of_lines_that_never_varied(baseline):
    assert robust_z(0.09, baseline) is None


def test_a_line_far_from_usual_is_told():
    """-125/-125 keeps 11.1 %."""
    (line,) = shifted(Price("home", -125), Price("away", -125))
    assert (line.event_id, line.bookmaker, line.market, line.median) == ("e1", "fanduel", "h2h", 0.045)
    assert line.overround == pytest.approx(1 / 9)
    assert line.z == pytest.approx(0.6745 * (1 / 9 - 0.045) / 0.0015)
    assert line.text == "h2h: overround 11.1 %, usually 4.5 %; robust z +29.7, at most 6 expected"


def test_far_is_both_unlikely_and_much():
    """-113/-113 keeps 6.1 %: two points are not passed. -125/-125 keeps 11.1 %: six deviations are not, at 1 point."""
    assert shifted(Price("home", -113), Price("away", -113), mad=0.0001) == []
    assert shifted(Price("home", -125), Price("away", -125), mad=0.01) == []


def test_where_it_never_varied_much_is_enough():
    (line,) = shifted(Price("home", -125), Price("away", -125), mad=0.0)
    assert line.z is None
    assert line.text == "h2h: overround 11.1 %, usually 4.5 %; it never varied"


def test_below_usual_is_far_too():
    (line,) = shifted(Price("home", 100), Price("away", 100))
    assert line.overround == 0
    assert line.z is not None
    assert line.z < -6


def test_the_point_is_named_as_the_home_side_has_it():
    points = {"home": Decimal("-3.5"), "away": Decimal("3.5")}
    (line,) = shifted(*(Price(side, -125, point, "spreads") for side, point in points.items()))
    assert line.line == "-3.5"


def test_what_cannot_be_judged_is_not():
    assert shifted(Price("home", -125)) == []  # not complete
    assert shifted(Price("home", -125), Price("away", -125), n=49) == []
    assert shifted(Price("over", -125, Decimal(220), "totals"), Price("under", -125, Decimal(220), "totals")) == []
