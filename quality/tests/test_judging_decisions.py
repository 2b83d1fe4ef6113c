"""Verdicts after a person decided, with quotes rejected, and with checks switched off."""

from typing import Any

import pytest

from collectors.tests.factories import book, h2h, market, outcome, totals
from quality.choices import IssueType, ReviewState
from quality.records import Standards, Thresholds

from .watched import AWAY, BELOW_ONE, FREE_MONEY, HOME, MOVED, STALE, Watched, at, old


def only(*kinds: IssueType, **more: Any) -> Standards:
    """The usual standards with all types disabled but these."""
    disabled = frozenset(kind.value for kind in IssueType if kind not in kinds)
    return Standards(thresholds=Thresholds(disabled=disabled), kinds={"fanduel": "retail"}, **more)


def decided(kind: IssueType, state: ReviewState, *looks: tuple[Any, ...]) -> Watched:
    """The same game judged anew, after a person decided about the fault of this kind."""
    before = Watched()
    for minutes, offers in enumerate(looks):
        before.look(10 * minutes, *offers)
    after = Watched(decisions={before.entry(kind).fingerprint: state})
    for minutes, offers in enumerate(looks):
        after.look(10 * minutes, *offers)
    return after


def test_a_dismissed_error_leaves_its_quotes_valid_and_noted():
    game = decided(BELOW_ONE, ReviewState.DISMISSED, (FREE_MONEY,), (h2h(-150, 320),))
    assert game.of(AWAY) == [(310, True, "booksum_below_one"), (320, True, "booksum_below_one")]
    assert game.life(BELOW_ONE) == (0, 10, 2, None)


def test_a_confirmed_warning_makes_its_quotes_invalid():
    game = decided(IssueType.UNUSUAL_OVERROUND, ReviewState.CONFIRMED, (h2h(-150, -150), totals()), (h2h(), totals()))
    assert game.of(HOME) == [(-150, False, "unusual_overround"), (-150, True, "")]
    assert game.of("Over", "totals") == [(-110, True, "")]


def test_an_acknowledged_fault_keeps_its_verdict():
    assert decided(BELOW_ONE, ReviewState.ACKNOWLEDGED, (FREE_MONEY,)).of(HOME)[0][1] is False
    assert decided(IssueType.UNUSUAL_OVERROUND, ReviewState.ACKNOWLEDGED, (h2h(-150, -150),)).of(HOME)[0][1] is True


def test_a_decision_about_one_fault_says_nothing_of_another():
    both = market("spreads", outcome(HOME, -20000), outcome(AWAY, -110, point=3.5))
    game = decided(IssueType.PRICE_OUT_OF_RANGE, ReviewState.DISMISSED, (both,))
    assert game.of(HOME, "spreads") == [(-20000, False, "missing_field, price_out_of_range")]


def test_a_confirmed_movement_makes_the_runs_that_it_began_invalid_until_they_end():
    looks = (h2h(130, -150),), (h2h(-400, 300),), (h2h(-400, 300),), (h2h(-400, 310),), (h2h(-410, 310),)
    game = decided(MOVED, ReviewState.CONFIRMED, *looks)
    assert game.of(HOME) == [(130, True, ""), (-400, False, "line_movement"), (-410, True, "")]
    assert game.of(AWAY) == [(-150, True, ""), (300, False, "line_movement"), (310, True, "")]


def test_a_confirmed_movement_of_one_price_alone_stays_with_it_too():
    looks = (h2h(130, -150),), (h2h(-400, -150),), (h2h(-400, -155),), (h2h(-410, -155),)
    game = decided(MOVED, ReviewState.CONFIRMED, *looks)
    assert [(price, valid) for price, valid, _ in game.of(HOME)] == [(130, True), (-400, False), (-410, True)]


def test_a_confirmed_age_of_all_bookmakers_makes_what_began_with_it_invalid():
    books = [old(key, h2h()) for key in ("betmgm", "draftkings", "fanduel")]
    game = decided(STALE, ReviewState.CONFIRMED, books)
    assert game.of(HOME) == [(-150, False, "stale")]


def test_a_confirmed_age_ends_with_it_though_the_price_stands():
    game = decided(STALE, ReviewState.CONFIRMED, (old("fanduel", h2h()),), (h2h(),), (h2h(),))
    assert game.of(HOME) == [(-150, False, "stale"), (-150, True, "")]


def test_rejected_quotes_begin_no_run_and_are_told_all_the_same():
    game = Watched(only(BELOW_ONE, rejects=True))
    game.look(0, h2h(), totals())
    game.look(10, FREE_MONEY, totals())
    game.look(20, h2h(), totals())
    times = [(run.odds_timestamp, run.valid_until) for run in game.runs.all() if run.outcome.name == HOME]
    assert times == [(at(0), at(10)), (at(20), None)]
    assert game.life(BELOW_ONE) == (10, 10, 1, 20)
    assert game.of("Over", "totals") == [(-110, True, "")]


def test_nothing_valid_is_rejected():
    game = Watched(Standards(thresholds=Thresholds(), rejects=True))
    game.look(0, h2h(-150, -150))
    assert game.of(HOME) == [(-150, True, "unusual_overround")]


@pytest.mark.parametrize(
    "offered",
    [
        FREE_MONEY,
        h2h(-20000, 2500),
        h2h(0, 130),
        market("totals", outcome("Over", -110, point=220), outcome("Under", -110, point=221)),
        market("h2h", outcome(HOME, -150)),
        old("fanduel", h2h()),
    ],
)
def test_disabled_types_are_neither_told_nor_noted(offered):
    game = Watched(only())
    game.look(0, offered)
    assert game.judge.entries == {}
    assert {(run.is_valid, run.notes) for run in game.runs.all()} <= {(True, "")}


def test_new_bookmakers_markets_and_fields_are_news():
    game = Watched()
    game.look(0, book("fanduel", h2h()), book("novelbook", totals(), colour="red"), venue="Crypto.com Arena")
    news = game.judge.news
    assert (news.bookmakers, news.markets, news.until) == ({"novelbook"}, {"totals"}, at(0))
    assert set(news.drift) == {"event.venue", "bookmaker.colour"}
    assert game.judge.entries == {}
