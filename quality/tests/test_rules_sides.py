"""The sides of a market: all there, known, and at one number."""

import pytest

from odds.markets import Draw, draw_in
from quality.choices import IssueType, Severity

from .offers import away, draw, found, home, offer, other, over, the_only, under

INCOMPLETE, UNKNOWN = IssueType.INCOMPLETE_MARKET, IssueType.UNKNOWN_OUTCOME
PAIR, FIELD = IssueType.INCONSISTENT_PAIR, IssueType.MISSING_FIELD
LAKERS, CELTICS = {"of": "Los Angeles Lakers"}, {"of": "Boston Celtics"}


@pytest.mark.parametrize(
    ("offered", "missing", "seen"),
    [
        (offer("h2h", home(-150)), "away", "Los Angeles Lakers at -150"),
        (offer("h2h_q3", away(130)), "home", "Boston Celtics at +130"),
        (offer("spreads", away(-110, 3.5)), "home", "Boston Celtics +3.5 at -110"),
        (offer("totals_h1", over(-110, 110)), "under", "Over 110 at -110"),
        (offer("totals"), "over and under", "no outcome"),
        (offer("h2h"), "away and home", "no outcome"),
        (offer("h2h", home(-150), draw(300)), "away", "Los Angeles Lakers at -150, Draw at +300"),
        (offer("h2h_3_way", home(150), away(200)), "draw", "Los Angeles Lakers at +150, Boston Celtics at +200"),
    ],
)
def test_a_side_that_is_missing_is_told(offered, missing, seen):
    severity, text = the_only(INCOMPLETE, offered)
    assert severity is Severity.WARNING
    assert text.startswith(f"nothing for {missing}, expected ")
    assert text.endswith(f"; seen: {seen}")


def test_each_team_total_has_both_sides():
    both = over(-110, 112.5, **LAKERS), under(-110, 112.5, **LAKERS)
    assert found(INCOMPLETE, offer("team_totals", *both)) == []
    [issue] = found(INCOMPLETE, offer("team_totals", *both, over(-110, 110.5, **CELTICS)))
    assert issue.text.startswith("nothing for under")
    assert issue.detail == "Boston Celtics"


@pytest.mark.parametrize(
    "offered",
    [
        offer("h2h", away(130), home(-150)),
        offer("h2h", home(150), draw(220), away(180)),
        offer("h2h_3_way", home(150), draw(220), away(180)),
        offer("h2h_lay", home(150)),
        offer("alternate_spreads", home(-110, -3.5)),
        offer("alternate_totals", over(-110, 220.5)),
        offer("player_points", over(-110, 25.5, of="LeBron James")),
        offer("player_double_double", other("Yes", 200, of="LeBron James")),
        offer("h2h", other("Scheffler", 500), has_teams=False),
        offer("outrights", other("Boston Celtics", 300), has_teams=False),
        offer("a_market_of_tomorrow", home(-110)),
    ],
)
def test_whole_markets_and_those_with_unknown_sides_are_not(offered):
    assert found(INCOMPLETE, offered) == []


@pytest.mark.parametrize(
    ("offered", "told"),
    [
        (offer("h2h", home(-150), other("LA Lakers", 130)), "outcome 'LA Lakers', expected one of the teams"),
        (offer("spreads", home(-110, -3.5), over(-110, 3.5)), "outcome 'Over', expected one of the teams"),
        (offer("totals", over(-110, 220.5), other("Udner", -110, 220.5)), "outcome 'Udner', expected Over or Under"),
        (offer("alternate_totals_q1", home(-110, 55.5)), "outcome 'Los Angeles Lakers', expected Over or Under"),
        (offer("totals", over(-110, 220), under(-110, 220), draw(900)), "outcome 'Draw', expected Over or Under"),
        (
            offer("h2h", home(-110), away(-110), draw(900), draw=Draw.NEVER),
            "outcome 'Draw', expected one of the teams",
        ),
    ],
)
def test_an_outcome_of_no_known_name_is_an_error_of_its_own(offered, told):
    [issue] = found(UNKNOWN, offered)
    assert (issue.severity, issue.text, len(issue.outcomes)) == (Severity.ERROR, told, 1)


@pytest.mark.parametrize(
    "offered",
    [
        offer("h2h", home(150), away(180), draw(220)),
        offer("h2h_3_way", home(150), away(180), draw(220), draw=Draw.NEVER),
        offer("totals", over(-110, 220.5), under(-110, 220.5)),
        offer("player_first_basket", other("LeBron James", 500)),
        offer("h2h", other("Scheffler", 500), has_teams=False),
        offer("a_market_of_tomorrow", other("Odd", -110), other("Even", -110)),
    ],
)
def test_names_of_teams_draws_and_of_open_markets_are_known(offered):
    assert found(UNKNOWN, offered) == []


@pytest.mark.parametrize(
    ("market", "pair", "how"),
    [
        ("spreads", (home(-110, -3.5), away(-110, -3.5)), "opposite"),
        ("spreads", (home(-110, -3.5), away(-110, 4.5)), "opposite"),
        ("spreads_h2", (home(-110, 0), away(-110, 1)), "opposite"),
        ("totals", (over(-110, 220.5), under(-110, 221.5)), "equal"),
        ("team_totals", (over(-110, 110.5, **LAKERS), under(-110, 111.5, **LAKERS)), "equal"),
    ],
)
def test_points_of_a_main_line_that_do_not_fit_are_an_error_of_both_sides(market, pair, how):
    [issue] = found(PAIR, offer(market, *pair))
    assert issue.severity is Severity.ERROR
    assert issue.text.endswith(f": expected {how} points")
    assert len(issue.outcomes) == 2


def test_points_are_shown_as_they_stand_at_the_bookmaker():
    _, text = the_only(PAIR, offer("spreads", away(-110, "3.50"), home(-105, -4)))
    assert text == "Boston Celtics +3.5 at -110, Los Angeles Lakers -4 at -105: expected opposite points"


@pytest.mark.parametrize(
    ("market", "quotes"),
    [
        ("spreads", (home(-110, -3.5), away(-110, 3.5))),
        ("spreads", (home(-110, "-0.0"), away(-110, 0))),
        ("spreads", (home(-110, -3), away(-110, "3.0"))),
        ("totals", (over(-110, 220), under(-110, "220.0"))),
        ("team_totals", (over(-110, 112.5, **LAKERS), under(-110, 112.5, **LAKERS), over(-110, 108.5, **CELTICS))),
        ("alternate_spreads", (home(-110, -3.5), away(-110, 5.5))),
        ("alternate_totals", (over(-110, 220.5), under(-110, 225.5))),
        ("player_points", (over(-110, 25.5, of="LeBron James"), under(-110, 26.5, of="LeBron James"))),
        ("spreads", (home(-110, -3.5),)),
        ("h2h", (home(-150), away(130))),
    ],
)
def test_points_that_fit_or_need_not_fit_are_not_told(market, quotes):
    assert found(PAIR, offer(market, *quotes)) == []


def test_a_spread_or_a_total_without_its_number_is_an_error_of_that_quote():
    [issue] = found(FIELD, offer("spreads", home(-110, -3.5), away(-110)))
    assert issue.text == "Boston Celtics at -110 has no 'point', expected a number"
    assert (issue.severity, len(issue.outcomes)) == (Severity.ERROR, 1)
    assert len(found(FIELD, offer("alternate_team_totals", over(-110, **LAKERS)))) == 1
    assert len(found(FIELD, offer("totals_q4", over(-110), under(-110)))) == 2


@pytest.mark.parametrize(
    "offered",
    [
        offer("spreads", home(-110, 0), away(-110, 0)),
        offer("h2h", home(-150), away(130)),
        offer("player_first_basket", other("LeBron James", 500)),
        offer("a_market_of_tomorrow", home(-110)),
    ],
)
def test_a_number_of_zero_is_one_and_other_markets_need_none(offered):
    assert found(FIELD, offered) == []


def test_soccer_without_its_draw_is_incomplete_and_no_line():
    two = offer("h2h", home(150), away(180), draw=Draw.ALWAYS)
    (issue,) = found(IssueType.INCOMPLETE_MARKET, two)
    assert issue.text.startswith("nothing for draw, expected away and draw and home; seen: ")
    assert found(IssueType.BOOKSUM_BELOW_ONE, two) == []  # 0.757 of what should be three


@pytest.mark.parametrize(
    ("sport", "expected"),
    [("basketball_nba", Draw.NEVER), ("soccer_epl", Draw.ALWAYS), ("mma_mixed_martial_arts", Draw.MAYBE)],
)
def test_whether_a_sport_has_a_draw(sport, expected):
    assert draw_in(sport) is expected
