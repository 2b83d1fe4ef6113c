"""Whether a whole answer has the bookmakers and markets that were asked for."""

from datetime import timedelta

import pytest

from quality.choices import IssueType, Severity

from .offers import NOON, found, slate, the_only

BOOKMAKER, MARKET = IssueType.MISSING_BOOKMAKER, IssueType.MISSING_MARKET
ALONE = {("fanduel", "h2h"): 10, ("fanduel", "totals"): 10}


@pytest.mark.parametrize(
    ("last", "told"),
    [
        (None, "'pinnacle' was never seen, and is in none of the games to come (10), expected in some: "
               "is its key in BOOKMAKERS right?"),
        (NOON - timedelta(hours=24), "'pinnacle' has been missing since 2026-01-13 12:00 UTC: "
                                     "in none of the games to come (10), expected in some"),
        (NOON - timedelta(hours=24, seconds=1), "'pinnacle' is gone, not seen since 2026-01-13 11:59 UTC: "
                                                "in none of the games to come (10), expected in some"),
    ],
    ids=["never seen", "missing now", "gone"],
)  # fmt: skip
def test_a_bookmaker_asked_for_is_missing(last, told):
    quoted = {} if last is None else {"pinnacle": last}
    assert the_only(BOOKMAKER, slate(offers=ALONE, last_quoted=quoted)) == (Severity.WARNING, told)


def test_one_game_is_enough_and_one_market():
    assert found(BOOKMAKER, slate(offers={**ALONE, ("pinnacle", "h2h"): 1})) == []


def test_bookmakers_nobody_asked_for_may_come_and_go():
    assert found(BOOKMAKER, slate(bookmakers=(), offers=ALONE)) == []
    assert found(BOOKMAKER, slate()) == []


def test_a_market_that_nobody_quotes_is_one_fault():
    offers = {("fanduel", "h2h"): 10, ("pinnacle", "h2h"): 10}
    assert the_only(MARKET, slate(offers=offers)) == (
        Severity.WARNING,
        "no bookmaker quotes 'totals' in any of the games to come (10), expected in some",
    )


def test_a_market_that_one_bookmaker_lacks_is_its_fault():
    offers = {**ALONE, ("pinnacle", "h2h"): 10}
    assert the_only(MARKET, slate(offers=offers)) == (
        Severity.WARNING,
        "'pinnacle' quotes 'totals' in none of the games to come (10), expected in some",
    )


def test_a_bookmaker_that_is_missing_lacks_no_market_beside():
    assert found(MARKET, slate(offers=ALONE)) == []


def test_of_bookmakers_nobody_named_no_market_is_expected():
    assert found(MARKET, slate(bookmakers=(), offers={**ALONE, ("pinnacle", "h2h"): 10})) == []
    assert found(MARKET, slate()) == []
