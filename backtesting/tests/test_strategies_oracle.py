"""The oracle is told the closing line, and nobody else is."""

import pickle
from decimal import Decimal
from types import SimpleNamespace

import pytest

from backtesting.history import ClosingPrice
from backtesting.strategies import ClosingOracle, StrategyError
from odds.pricing import american_to_decimal
from odds.tests.prices import make_line, make_price

from .views import bets, make_view


def close(side, american, market="h2h", point=None, bookmaker="pinnacle", description=""):
    exact = None if point is None else Decimal(str(point))
    return ClosingPrice(
        bookmaker, market, side, side.title(), description, exact, american, american_to_decimal(american), 3.0, True
    )


def oracle(*closing, sport_key="basketball_nba", **parameters):
    event = SimpleNamespace(event_id="e1", sport_key=sport_key)
    history = SimpleNamespace(events=[event], closing=lambda number: closing)
    return ClosingOracle(**parameters).with_hindsight(history)


MOVED = close("away", 130), close("home", -150)  # the home side's fair chance is 0.5798


def test_it_bets_where_the_price_is_above_the_fair_one_at_the_close():
    view = make_view(make_line("fanduel", "h2h", {"away": -110, "home": -110}))
    [found] = oracle(*MOVED).opportunities(view)
    assert bets([found]) == [("fanduel", "home", None, -110)]
    assert found.probability == pytest.approx(0.5798, abs=0.0001)
    assert found.edge == pytest.approx(0.5798 * 21 / 11 - 1, abs=0.0002)


def test_it_bets_at_the_closing_book_too():
    """Beating its own close is what it is there to measure."""
    view = make_view(make_price("pinnacle", side="home", american=-110))
    assert len(oracle(*MOVED).opportunities(view)) == 1


@pytest.mark.parametrize(
    "closing",
    [
        (),
        MOVED[:1],
        (close("away", 130, bookmaker="betmgm"), close("home", -150, bookmaker="betmgm")),
        (*MOVED, close("draw", 1000, bookmaker="betmgm")),
        (close("away", 130, "spreads", 3.5), close("home", -150, "spreads", -3.5)),
    ],
    ids=["no close", "one side", "another book", "a draw is missing", "another market"],
)
def test_without_a_complete_close_it_knows_nothing(closing):
    assert oracle(*closing).opportunities(make_view(make_price("fanduel", american=-110))) == ()


def test_a_close_of_two_teams_is_none_in_a_sport_with_draws():
    view = make_view(make_price("fanduel", american=-110))
    assert len(oracle(*MOVED).opportunities(view)) == 1
    assert oracle(*MOVED, sport_key="soccer_epl").opportunities(view) == ()


def test_it_knows_what_closed_at_the_same_number_alone():
    strategy = oracle(close("away", 130, "spreads", 3.5), close("home", -150, "spreads", -3.5))
    view = make_view([make_price("fanduel", "spreads", "home", -110, point) for point in (-3.5, -3)])
    assert bets(strategy.opportunities(view)) == [("fanduel", "home", Decimal("-3.5"), -110)]


def test_it_refuses_to_guess_when_it_was_not_shown_the_history():
    with pytest.raises(StrategyError, match=r"closing_oracle needs to be shown the history first: with_hindsight\("):
        ClosingOracle().opportunities(make_view())


def test_what_it_was_told_stays_with_the_copy():
    strategy = ClosingOracle()
    told = strategy.with_hindsight(SimpleNamespace(events=[], closing=None))
    assert strategy.hindsight is None
    assert told.with_commissions({"x": 0.1}).hindsight is told.hindsight
    assert pickle.loads(pickle.dumps(strategy)).hindsight is None  # noqa: S301
