"""A price by itself, and what a bookmaker keeps of its own lines. Every figure is worked by hand."""

import pytest

from odds.choices import BookmakerKind, OddsFormat
from odds.markets import Draw
from quality.choices import IssueType, Severity
from quality.records import Thresholds

from .offers import away, draw, found, home, offer, other, over, the_only, under

RANGE, FRACTION = IssueType.PRICE_OUT_OF_RANGE, IssueType.FRACTIONAL_PRICE
UNUSUAL, BELOW_ONE = IssueType.UNUSUAL_OVERROUND, IssueType.BOOKSUM_BELOW_ONE
RETAIL, SHARP, EXCHANGE, DFS = (BookmakerKind[name] for name in ("RETAIL", "SHARP", "EXCHANGE", "DFS"))


def texts(kind, subject, thresholds=None):
    return [issue.text for issue in (found(kind, subject, thresholds) if thresholds else found(kind, subject))]


@pytest.mark.parametrize("price", [10_001, -10_001, 99_900])
def test_price_beyond_the_limit_is_flagged_with_the_limit(price):
    expected = f"Boston Celtics at {price:+d}, expected -10000 to +10000"
    assert the_only(RANGE, offer("h2h", home(-150), away(price))) == (Severity.WARNING, expected)


@pytest.mark.parametrize("price", [10_000, -10_000, 100, -100, 130])
def test_price_at_the_limit_is_not(price):
    assert found(RANGE, offer("h2h", home(-150), away(price))) == []


def test_the_limit_can_be_set_and_only_the_long_price_is_doubtful():
    [issue] = found(RANGE, offer("h2h", home(-600), away(450)), Thresholds(largest_price=500))
    assert [outcome.name for outcome in issue.outcomes] == ["Los Angeles Lakers"]


def test_decimal_prices_are_in_range_by_the_american_ones():
    """101 is +10000, 101.5 is +10050; 1.01 is -10000, 1.005 is -20000."""
    decimal = {"odds_format": OddsFormat.DECIMAL}
    assert found(RANGE, offer("h2h", home(1.01), away(10_000), **decimal)) == []
    assert len(found(RANGE, offer("h2h", home(1.005), away(10_050), **decimal))) == 2


def test_offers_to_lay_may_be_as_long_as_the_exchange_shows_them():
    assert found(RANGE, offer("h2h_lay", home(1.5), away(1000.0), kind=EXCHANGE)) == []


def test_fraction_of_an_american_price_is_told():
    """-109.5 is 1 + 100/109.5 = 1.91324; rounded away from zero it is -110, 1.90909."""
    before, expected = home(-110), "decimal 1.91324 is no whole American price, expected 1.90909 for -110"
    [issue] = found(FRACTION, offer("h2h", type(before)(before.outcome, -110, 1 + 100 / 109.5, None)))
    assert (issue.severity, issue.text) == (Severity.INFO, f"Los Angeles Lakers: {expected}")


@pytest.mark.parametrize("price", [-110, -313, 100, -100, 104, 12_345])
def test_whole_american_price_has_none(price):
    assert found(FRACTION, offer("h2h", home(price))) == []


def test_decimal_answers_are_rounded_without_a_word():
    """1.32 is exactly -312.5: nothing is wrong with it where the answer is decimal."""
    assert found(FRACTION, offer("h2h", home(1.32), odds_format=OddsFormat.DECIMAL)) == []


@pytest.mark.parametrize(
    ("pair", "margin", "expected"),
    [
        ((-110, -110), 0.0476, []),
        ((-105, -105), 0.0244, []),
        ((-104, -104), 0.0196, ["overround 1.96%, expected 2.0% to 15.0%"]),  # 2 x 104/204 = 1.01961
        ((-130, -130), 0.1304, []),
        ((-135, -135), 0.1489, []),
        ((-136, -136), 0.1525, ["overround 15.25%, expected 2.0% to 15.0%"]),  # 2 x 136/236 = 1.15254
        ((-150, -150), 0.20, ["overround 20.00%, expected 2.0% to 15.0%"]),
        ((100, 100), 0.0, ["overround 0.00%, expected 2.0% to 15.0%"]),
    ],
)
def test_overround_of_an_ordinary_bookmaker_is_within_two_and_fifteen_percent(pair, margin, expected):
    line = home(pair[0]), away(pair[1])
    assert sum(1 / quote.decimal_price for quote in line) - 1 == pytest.approx(margin, abs=5e-5)
    assert [text.split(":")[0] for text in texts(UNUSUAL, offer("h2h", *line))] == expected
    assert found(BELOW_ONE, offer("h2h", *line)) == []


def test_the_ends_of_the_range_belong_to_it():
    line = home(-110), away(-110)
    margin = sum(1 / quote.decimal_price for quote in line) - 1
    assert found(UNUSUAL, offer("h2h", *line, overround=(margin, 0.15))) == []
    assert found(UNUSUAL, offer("h2h", *line, overround=(0.02, margin))) == []
    assert len(found(UNUSUAL, offer("h2h", *line, overround=(margin + 1e-6, 0.15)))) == 1


@pytest.mark.parametrize(
    ("kind", "prices", "is_unusual"),
    [
        (SHARP, (-104, -104), False),  # 1.96 %, as Pinnacle every day
        (SHARP, (-101, -101), True),  # 0.4975 %
        (SHARP, (-102, -102), False),  # 0.99 %
        (SHARP, (-136, -136), True),
        (EXCHANGE, (-101, -101), False),
        (EXCHANGE, (100, 100), False),
        (EXCHANGE, (100, 101), False),  # -0.25 %: two offers cross for a moment
        (DFS, (100, 100), False),
        (DFS, (-137, -137), False),  # 15.6 %
        (DFS, (-167, -167), True),  # 2 x 167/267 = 25.09 %
    ],
)
def test_each_kind_of_bookmaker_has_its_own_range(kind, prices, is_unusual):
    offered = offer("h2h", home(prices[0]), away(prices[1]), kind=kind)
    assert bool(found(UNUSUAL, offered)) is is_unusual
    assert found(BELOW_ONE, offered) == []


def test_range_of_one_bookmaker_goes_before_that_of_its_kind():
    assert found(UNUSUAL, offer("h2h", home(-104), away(-104), overround=(0.01, 0.05))) == []
    assert texts(UNUSUAL, offer("h2h", home(-125), away(-125), overround=(0.01, 0.05))) == [
        "overround 11.11%, expected 1.0% to 5.0%: Los Angeles Lakers at -125, Boston Celtics at -125"
    ]


def test_both_sides_of_one_book_below_one_are_a_bad_feed():
    """1/2.10 + 1/2.05 = 0.47619 + 0.48780 = 0.96400."""
    severity, text = the_only(BELOW_ONE, offer("h2h", home(2.10), away(2.05)))
    assert severity is Severity.ERROR
    assert text == (
        "the implied probabilities add up to 0.9640, expected at least 1: "
        "Los Angeles Lakers at +110, Boston Celtics at +105"
    )
    assert found(UNUSUAL, offer("h2h", home(2.10), away(2.05))) == []  # said once


@pytest.mark.parametrize(
    ("kind", "pair", "expected"),
    [
        (RETAIL, (100, 101), [Severity.ERROR]),  # 0.9975
        (RETAIL, (100, -100), []),
        (SHARP, (100, 101), [Severity.ERROR]),
        (DFS, (100, 101), [Severity.ERROR]),
        (EXCHANGE, (100, 102), []),  # 0.99505, within half a per cent
        (EXCHANGE, (100, 103), [Severity.WARNING]),  # 0.99261
    ],
)
def test_below_one_is_an_error_but_at_exchanges(kind, pair, expected):
    offered = offer("h2h", home(pair[0]), away(pair[1]), kind=kind)
    assert [issue.severity for issue in found(BELOW_ONE, offered)] == expected


@pytest.mark.parametrize(("one", "two"), [(1.25, 5.0), (1.5, 3.0), (3.0, 1.5), (1.1, 11.0), (4 / 3, 4.0)])
def test_the_rounding_of_a_fair_pair_is_not_below_one(one, two):
    assert found(BELOW_ONE, offer("h2h", home(one), away(two))) == []


def test_spreads_and_totals_of_periods_and_alternates_are_lines_too():
    """Of three alternates only the one whose sides sum below one is told, with its number."""
    assert len(texts(BELOW_ONE, offer("spreads_q1", home(110, -1.5), away(105, 1.5)))) == 1
    good, bad = (home(-110, -3.5), away(-110, 3.5)), (home(150, -7.5), away(-130, 7.5))
    [issue] = found(BELOW_ONE, offer("alternate_spreads", *good, *bad, over(-110, 220)))
    assert issue.text.endswith("Los Angeles Lakers -7.5 at +150, Boston Celtics +7.5 at -130")  # .4 + .56522
    assert {str(outcome.line) for outcome in issue.outcomes} == {"-7.5", "7.5"}
    assert issue.detail.strip() == "-7.5"


def test_pickem_is_a_line_of_zero():
    assert texts(UNUSUAL, offer("spreads", home(-150, 0), away(-150, 0)))[0].endswith(
        "Los Angeles Lakers +0 at -150, Boston Celtics +0 at -150"
    )
    assert found(UNUSUAL, offer("spreads", home(-110, "-0.0"), away(-110, "0"))) == []


def test_integer_lines_push_and_are_lines_all_the_same():
    assert len(found(BELOW_ONE, offer("totals", over(110, 220), under(105, 220)))) == 1
    assert found(UNUSUAL, offer("totals", over(-110, 220), under(-110, 220))) == []


def test_prices_at_different_numbers_are_never_added_up():
    """+3.5 and -2.5 may both win: no line, whatever they sum to; that they differ is another rule's."""
    for market, pair in (
        ("spreads", (home(110, -2.5), away(105, 3.5))),
        ("totals", (over(110, 219.5), under(105, 220.5))),
        ("alternate_totals", (over(110, 219.5), under(105, 220.5))),
    ):
        assert found(BELOW_ONE, offer(market, *pair)) == []


def test_players_are_added_up_one_by_one():
    james, davis = {"of": "LeBron James"}, {"of": "Anthony Davis"}
    good = over(-110, 25.5, **james), under(-110, 25.5, **james)
    bad = over(-200, 24.5, **davis), under(-200, 24.5, **davis)  # 2 x .66667
    [text] = texts(UNUSUAL, offer("player_points", *good, *bad))
    assert text == (
        "overround 33.33%, expected 2.0% to 15.0%: Anthony Davis Over 24.5 at -200, Anthony Davis Under 24.5 at -200"
    )
    assert found(UNUSUAL, offer("player_points", over(-200, 24.5, **davis), under(-200, 25.5, **james))) == []


def test_two_team_totals_are_two_faults():
    lakers, celtics = {"of": "Los Angeles Lakers"}, {"of": "Boston Celtics"}
    quotes = [side(-200, 110.5, **team) for team in (lakers, celtics) for side in (over, under)]
    issues = found(UNUSUAL, offer("team_totals", *quotes))
    assert len({issue.detail for issue in issues}) == len(issues) == 2


def test_three_ways_are_added_up_with_the_draw():
    """1/2.5 + 1/3.4 + 1/3.0 = .4 + .29412 + .33333 = 1.02745; the teams alone would be .73333."""
    assert found(BELOW_ONE, offer("h2h", home(2.5), draw(3.4), away(3.0))) == []
    assert found(UNUSUAL, offer("h2h", home(2.5), draw(3.4), away(3.0))) == []
    assert len(found(BELOW_ONE, offer("h2h", home(2.7), draw(3.5), away(3.1)))) == 1  # .97866


def test_a_draw_where_there_can_be_none_makes_no_line():
    assert found(UNUSUAL, offer("h2h", home(-110), draw(300), away(-110), draw=Draw.NEVER)) == []
    assert found(UNUSUAL, offer("h2h_3_way", home(150), draw(220), away(180), draw=Draw.NEVER)) == []  # 6.96 %
    assert len(found(BELOW_ONE, offer("h2h_3_way", home(200), draw(400), away(180), draw=Draw.NEVER))) == 1  # .8905


def test_three_way_market_without_its_draw_is_no_line():
    assert found(BELOW_ONE, offer("h2h_3_way", home(2.5), away(3.0))) == []


@pytest.mark.parametrize(
    "offered",
    [
        offer("h2h", home(300)),
        offer("h2h_lay", home(300), away(300)),
        offer("spreads", home(300), away(300)),
        offer("totals", over(300), under(300)),
        offer("player_first_basket", other("LeBron James", 500), other("Jayson Tatum", 500)),
        offer("player_double_double", over(300, of="LeBron James"), under(300, of="Anthony Davis")),
        offer("outrights", other("Boston Celtics", 300), other("Denver Nuggets", 300), has_teams=False),
    ],
    ids=["one side", "lay", "spread without points", "total without points", "props of many", "two players",
         "outrights"],
)  # fmt: skip
def test_what_is_no_complete_line_is_not_judged(offered):
    assert found(UNUSUAL, offered) == found(BELOW_ONE, offered) == []


def test_unknown_market_of_an_unknown_sport_is_judged_where_its_line_is_complete():
    assert len(found(BELOW_ONE, offer("sets_won_handicap", home(150, -1.5), away(110, 1.5)))) == 1
    assert found(BELOW_ONE, offer("sets_won_handicap", home(-120, -1.5), away(100, 1.5))) == []
    assert found(BELOW_ONE, offer("method_of_victory", other("Knockout", 300), other("Points", 300))) == []
