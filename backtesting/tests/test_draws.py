"""Head to head in sports with draws: two teams without the draw are no set, whoever asks, and how ties are settled.

The draw may be missing since its price was flagged. 1.15 and 15.5 look like 7 % for certain, and a tie loses both.
"""

from datetime import timedelta

import pytest

from backtesting.clv import ClosingMatch, ClosingTerms, attach_clv
from backtesting.engine import load, simulate
from backtesting.history import ClosingPrice
from backtesting.selection import Path
from backtesting.strategies import ArbitrageStrategy, BettingStrategy, ConsensusOutlier, EVStrategy, Favourite, LineMove
from backtesting.terms import RunTerms
from events.tests.factories import TIP, make_event, make_score
from odds.pricing import decimal_to_american
from odds.tests.factories import make_odds, make_pair, make_snapshot
from odds.tests.prices import make_line

from .bets import make_bet
from .views import make_view

SHARP = {"home": decimal_to_american(1.15), "away": decimal_to_american(14.5)}
OTHER = {"home": decimal_to_american(1.14), "away": decimal_to_american(15.5)}
DRAW = decimal_to_american(7.5)
WITHOUT_DRAW = [make_line("pinnacle", "h2h", SHARP), make_line("fanduel", "h2h", OTHER)]
STRATEGIES = [ArbitrageStrategy(), EVStrategy(), ConsensusOutlier(min_books=1), Favourite(), LineMove()]


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda strategy: strategy.name)
@pytest.mark.parametrize(("sport_key", "bets"), [("basketball_nba", True), ("soccer_epl", False)])
def test_two_teams_are_a_market_only_where_nobody_draws(strategy, sport_key, bets):
    before = make_line("pinnacle", "h2h", {"home": -110, "away": -110})

    def earlier(moment):
        return make_view(before, moment=moment, sport_key=sport_key)

    view = make_view(*WITHOUT_DRAW, sport_key=sport_key, earlier=earlier)
    assert bool(strategy.opportunities(view)) is bets


@pytest.mark.parametrize(("sport_key", "match"), [("basketball_nba", "timed"), ("soccer_epl", "incomplete")])
def test_a_close_without_the_draw_gives_no_value(sport_key, match):
    bet = make_bet(sport_key=sport_key)
    close = [
        ClosingPrice("pinnacle", "h2h", side, side.title(), "", None, -110, 21 / 11, 3.0, True)
        for side in ("away", "home")
    ]
    assert attach_clv([bet], lambda _: close, ClosingTerms()) == {ClosingMatch(match): 1}


@pytest.mark.django_db
@pytest.mark.parametrize("is_valid", [True, False], ids=["draw quoted", "draw flagged"])
@pytest.mark.parametrize(
    ("strategy", "path"),
    [
        (ArbitrageStrategy(), Path.ONE_BY_ONE),
        (EVStrategy(), Path.ONE_BY_ONE),
        (EVStrategy(), Path.SET_BASED),
        (Favourite(book="fanduel"), Path.ONE_BY_ONE),
        (Favourite(book="fanduel"), Path.SET_BASED),
    ],
    ids=lambda value: getattr(value, "name", value),
)
def test_a_run_bets_on_a_flagged_draw_no_more_than_a_search_does(strategy, path, is_valid):
    """Only the favourite, which needs no margin, is bet on, and only beside a draw that can be believed."""
    event = make_event(sport_key="soccer_epl", closing_at=TIP - timedelta(minutes=10), home_score=1, away_score=1)
    for minutes in (120, 60, 10):
        make_snapshot(event, snapshot_time=TIP - timedelta(minutes=minutes))
    for book, prices in (("pinnacle", SHARP), ("fanduel", OTHER)):
        make_pair(event, book, prices=prices)
        make_odds(event, book, "h2h", "draw", price=DRAW, is_valid=is_valid, validation_notes="" if is_valid else "x")
    make_score(event, home_score=1, away_score=1)
    day = timedelta(days=1)
    terms = RunTerms(sport_key="soccer_epl", start=TIP - day, end=TIP + day, min_coverage=0.0)
    result = simulate(load([strategy], terms), strategy, terms, path=path)
    wanted = ["home"] if is_valid and isinstance(strategy, Favourite) else []
    assert [bet.side for bet in result.bets] == wanted
    assert "1 event without a complete line of h2h" in result.coverage.notes or is_valid


class HomeAtFanduel(BettingStrategy):
    def should_bet(self, event, odds_snapshot):
        return [self.pick(each) for each in odds_snapshot.prices if (each.bookmaker, each.side) == ("fanduel", "home")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("sport_key", "score", "drawn_at", "state"),
    [
        ("icehockey_nhl", (4, 3), "betmgm", "won"),  # of the whole game, whatever betmgm has beside it
        ("icehockey_nhl", (4, 3), "fanduel", "unresolved"),  # of regular time, which the score does not tell
        ("mma_mixed_martial_arts", (1, 1), "betmgm", "push"),
        ("mma_mixed_martial_arts", (1, 1), "fanduel", "lost"),
    ],
)
def test_a_tie_is_settled_by_whether_its_own_bookmaker_had_a_draw(sport_key, score, drawn_at, state):
    home, away = score
    event = make_event(sport_key=sport_key, closing_at=TIP - timedelta(minutes=10), home_score=home, away_score=away)
    for minutes in (120, 60, 10):
        make_snapshot(event, snapshot_time=TIP - timedelta(minutes=minutes))
    for book in ("betmgm", "fanduel"):
        make_pair(event, book, prices={"home": 110, "away": 150})
    make_odds(event, drawn_at, "h2h", "draw", price=300)
    make_score(event, home_score=home, away_score=away)
    day = timedelta(days=1)
    terms = RunTerms(sport_key=sport_key, start=TIP - day, end=TIP + day, min_coverage=0.0)
    strategy = HomeAtFanduel()
    (bet,) = simulate(load([strategy], terms), strategy, terms).bets
    assert bet.state == state
