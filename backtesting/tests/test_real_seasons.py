"""Whole seasons as bookmakers closed them: the bets of a run are those worked out from the files in another way.

Every bet is compared: game, bookmaker, market, side, number, price, stake, what became of it and what it won. None may
differ. What the files have and a run does not see is named in `SEASONS`.

One season is looked at; all three, which takes a minute, where the environment variable REAL_SEASONS is `all`.
"""

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from django.db import connection, transaction

from backtesting.decision_times import parse_decision_time
from backtesting.engine import load, simulate
from backtesting.fills import FillRules
from backtesting.selection import Path
from backtesting.strategies import strategy_class
from backtesting.terms import RunTerms
from collectors.choices import ArchiveFormat
from collectors.tests.archives.recorded import importing, multibook, needs_recordings, sheet
from events.game_days import bounds, day_of

from . import season_files
from .season_files import GAME

pytestmark = [*needs_recordings, pytest.mark.django_db]

CLOSE = parse_decision_time("close")
RULES = {
    "expected_value": season_files.expected_value,
    "consensus_outlier": season_files.consensus_outlier,
    "favourite": season_files.favourite,
    "arbitrage": season_files.arbitrage,
}
BET = [*GAME, "book", "market", "side", "point", "price"]
OUTCOME = ["stake", "state", "profit"]
RULE = pytest.mark.parametrize("strategy", RULES)


@dataclass(frozen=True, kw_only=True)
class Season:
    bets: dict[str, int]  # by strategy
    not_in_sheet: set[str]  # games of the books' file that the sheet has not, or not on that day
    without_score: list[str] = field(default_factory=list)  # of the sheet; settled on that of the books' file
    at_two_numbers: int  # quotes of books whose two sides stand at two numbers: flagged by the import


SEASONS = {
    "2016-17": Season(
        bets={"expected_value": 164, "consensus_outlier": 215, "favourite": 1105, "arbitrage": 70},
        not_in_sheet={
            "20170217 worldallstars usaallstars", "20170219 east west", "20170506 goldenstate utah",
            "20170507 cleveland toronto", "20170507 boston washington", "20170507 sanantonio houston",
        },
        without_score=["20161213 newyork phoenix"],  # 10–12 in the sheet: the points of the overtime alone
        at_two_numbers=2,
    ),
    "2017-18": Season(
        bets={"expected_value": 241, "consensus_outlier": 246, "favourite": 1156, "arbitrage": 96},
        not_in_sheet={"20180216 teamworld teamusa", "20180218 teamlebron teamstephen"},
        at_two_numbers=6,
    ),
    "2018-19": Season(
        bets={"expected_value": 169, "consensus_outlier": 174, "favourite": 840, "arbitrage": 64},
        not_in_sheet={"20190215 teamworld teamusa", "20190217 teamlebron teamgiannis"},
        at_two_numbers=0,
    ),
}  # fmt: skip
CHOSEN = SEASONS if os.environ.get("REAL_SEASONS") == "all" else ["2016-17"]


@pytest.fixture(scope="module", params=CHOSEN)
def season(request, django_db_setup, django_db_blocker):
    """A season as a history and as the files have it; the database is left as it was."""
    name = request.param
    scores = season_files.read_scores(sheet(name), int(name[:4]), multibook(name))
    first, last = (date.fromisoformat(day) for day in (scores.day.min(), scores.day.max()))
    terms = RunTerms(
        sport_key="basketball_nba",
        start=bounds(first)[0],  # games before the season are in the books' file alone
        end=bounds(last)[1],
        bookmakers=tuple(season_files.BOOKS.values()),
        initial_bankroll=1_000_000,
        fills=FillRules(rounding=0),
    )
    with django_db_blocker.unblock(), transaction.atomic():
        importing(sheet(name), ArchiveFormat.SBR_SHEET)
        flagged = importing(multibook(name), ArchiveFormat.SBR_MULTIBOOK).flagged
        connection.cursor().execute("ANALYZE")  # after a rollback PostgreSQL takes the tables for empty
        history = load([strategy_class(each)(decides=CLOSE) for each in RULES], terms)
        transaction.set_rollback(True)
    quotes = season_files.read_quotes(multibook(name))

    @cache
    def result(strategy, days=None, path=Path.AUTO):
        part = history if days is None else history.between(terms.start, terms.start + timedelta(days=days))
        return simulate(part, strategy_class(strategy)(decides=CLOSE), terms, path=path)

    return SimpleNamespace(
        scores=scores, quotes=quotes, history=history, result=result, flagged=flagged, expected=SEASONS[name]
    )


def of_run(season, strategy):
    """The bets of a run in the columns of `season_files`, which call teams by their cities."""
    cities = [*season.scores.home.unique()]

    def city(team):
        name = season_files.squeezed(team).replace("losangeles", "la")
        return next(each for each in cities if name.startswith(each))

    bets = season.result(strategy).bets_frame()
    return bets.assign(
        day=[f"{day_of(start):%Y%m%d}" for start in bets.commence_time],
        away=bets.away_team.map(city),
        home=bets.home_team.map(city),
        book=bets.bookmaker,
        point=bets.point.astype(float),
        state=bets.state.map(str),
    )


@RULE
def test_bets_of_a_season_are_those_worked_out_from_its_files(season, strategy):
    expected = season_files.settled(RULES[strategy](season.quotes), season.scores)
    ours, theirs = (bets[[*BET, *OUTCOME]] for bets in (of_run(season, strategy), expected))
    compared = ours.merge(theirs, "outer", BET, suffixes=("", "_expected"), indicator="where", validate="1:1")
    agree = (compared["where"] == "both") & (compared.state == compared.state_expected)
    for money in ("stake", "profit"):
        agree &= np.isclose(compared[money], compared[f"{money}_expected"])
    assert agree.all(), compared[~agree].to_string()
    assert len(compared) == season.expected.bets[strategy]


@pytest.mark.parametrize("strategy", ["expected_value", "favourite"])
def test_bets_are_the_same_whether_asked_for_at_once_or_one_by_one(season, strategy):
    one_by_one, at_once = (season.result(strategy, 60, path).bets for path in (Path.ONE_BY_ONE, Path.SET_BASED))
    assert one_by_one == at_once
    assert len(at_once) > 20


def test_a_close_that_was_taken_is_its_own_closing_line(season):
    bets = season.result("expected_value").bets
    assert [bet.clv for bet in bets] == [pytest.approx(bet.edge) for bet in bets]


def test_an_event_is_covered_where_pinnacle_has_both_sides_of_all_three_markets(season):
    lines = season.quotes[season.quotes.book == "pinnacle"].dropna(subset="fair").merge(season.scores, on=GAME)
    complete = lines.groupby(GAME).market.nunique() == 3
    coverage = season.result("expected_value").coverage
    assert (coverage.events, coverage.covered) == (len(season.scores), complete.sum())
    assert 0.5 < coverage.fraction < 0.9


def test_what_a_run_does_not_see_of_the_files_is_named(season):
    games = season.quotes[season.quotes.day >= season.scores.day.min()][GAME].drop_duplicates()
    seen = games.merge(season.scores, "left", GAME, indicator="where")["where"] == "both"
    assert {" ".join(game) for game in games[~seen.to_numpy()].itertuples(index=False)} == season.expected.not_in_sheet
    assert len(season.history.decisions(CLOSE)) == seen.sum()
    assert season.scores.attrs["without"] == season.expected.without_score
    assert season.flagged == season.quotes.attrs["at_two_numbers"] == season.expected.at_two_numbers
