"""Seasons of several bookmakers: glyphs, no-break spaces, and rows that are not quite there."""

from datetime import date
from decimal import Decimal

import pytest

from collectors.archives import ArchiveGame, read_archive
from collectors.archives.sbr_multibook import BOOKMAKERS, OPENER, read_multibook, read_quote
from collectors.errors import UnreadablePayload
from odds.choices import LineMoment, Side

from .recorded import multibook, needs_recordings, table

QUOTED = ["away_open", "home_open", *(f"{book}{n}" for book in BOOKMAKERS for n in "12")]
QUARTERS = [f"{team}_{number}Q" for team in ("away", "home") for number in range(1, 5)]
COLUMNS = ["Date", "Sport", "bet_type", "period", "away_Team", "home_Team", *QUARTERS, "away_score", "home_score",
           *QUOTED, "oddsURL"]  # fmt: skip


def row(bet_type="spread", **over):
    """Golden State at Toronto, no quotes."""
    usual = dict.fromkeys(COLUMNS, "") | dict.fromkeys(QUARTERS, "20")
    game = {"Date": "20161101", "away_Team": "Golden State", "home_Team": "Toronto"}
    return {**usual, **game, "away_score": "93", "home_score": "97", "bet_type": bet_type, **over}


def read(*rows):
    return list(read_multibook(COLUMNS, enumerate(rows, start=2), "basketball_nba", name="m.csv"))


def games(found):
    return [each for each in found if isinstance(each, ArchiveGame)]


def texts(found):
    return [each.text for each in found if not isinstance(each, ArchiveGame)]


@pytest.mark.parametrize(
    ("written", "market", "price", "point"),
    [
        ("-4½ -110", "spreads", -110, "-4.5"),
        ("+4 +101", "spreads", 101, "4"),
        ("PK-110", "spreads", -110, "0"),
        ("PK+100", "spreads", 100, "0"),
        ("-½ -105", "spreads", -105, "-0.5"),
        ("+7¼ -110", "spreads", -110, "7.25"),
        ("189½ -108", "totals", -108, "189.5"),
        ("196¾ -110", "totals", -110, "196.75"),
    ],
)
def test_quote_with_a_line(written, market, price, point):
    assert read_quote(written, market) == (price, Decimal(point))


@pytest.mark.parametrize(
    ("written", "market"),
    [("-4½", "spreads"), ("-110", "spreads"), ("-4½ -110", "h2h"), ("+57", "h2h"), ("-4½ -1O0", "spreads"),
     ("½", "totals"), ("+99999999999", "h2h"), ("-99999999 -110", "spreads")],
    ids=["no price", "no line", "a line on a moneyline", "below 100", "a letter", "a glyph alone", "too long a price",
         "too far a line"],
)  # fmt: skip
def test_what_is_no_quote(written, market):
    assert read_quote(written, market) is None


def test_three_rows_are_one_game():
    found = read(
        row("moneyline", pinnacle1="-185", pinnacle2="+157"),
        row("spread", pinnacle1="-4½\N{NO-BREAK SPACE}+101", pinnacle2="+4½\N{NO-BREAK SPACE}-118"),
        row("total", BOL1="189½\N{NO-BREAK SPACE}-108", BOL2="189½\N{NO-BREAK SPACE}-112"),
    )
    [game] = found
    assert (game.day, game.away, game.home) == (date(2016, 11, 1), "Golden State", "Toronto")
    assert (game.away_score, game.home_score, game.where) == (93, 97, "m.csv:2")
    assert [(q.bookmaker, q.market, q.side, q.price, q.point) for q in game.quotes] == [
        ("pinnacle", "h2h", Side.AWAY, -185, None),
        ("pinnacle", "h2h", Side.HOME, 157, None),
        ("pinnacle", "spreads", Side.AWAY, 101, Decimal("-4.5")),
        ("pinnacle", "spreads", Side.HOME, -118, Decimal("4.5")),
        ("betonlineag", "totals", Side.OVER, -108, Decimal("189.5")),
        ("betonlineag", "totals", Side.UNDER, -112, Decimal("189.5")),
    ]


def test_opener_is_a_bookmaker_without_a_name():
    [game] = read(row("spread", away_open="PK-110", home_open="PK-110", sportsbet1="PK-110"))
    assert [(q.bookmaker, q.moment) for q in game.quotes] == [
        (OPENER, LineMoment.OPENING), (OPENER, LineMoment.OPENING), ("sportsbet_ag", LineMoment.CLOSING)
    ]  # fmt: skip


@pytest.mark.parametrize("nothing", ["", "\N{NO-BREAK SPACE}", " ", "NA"])
def test_no_quote_is_no_problem(nothing):
    [game] = read(row("spread", pinnacle1=nothing))
    assert game.quotes == ()


def test_quote_that_cannot_be_read_is_named():
    found = read(row("moneyline", pinnacle1="+57"))
    assert texts(found) == ["m.csv:2: pinnacle1 '+57' is no quote of h2h; left out"]


def test_rows_that_are_nobodys_or_come_twice_are_named():
    found = read(row("total", away_Team="", home_Team=""), row("spread"), row("spread"), row("corners"))
    assert texts(found) == [
        "m.csv:2: total of 20161101 without teams; row left out",
        "m.csv:4: a second spread of Golden State @ Toronto; the first kept",
        "m.csv:5: bet_type 'corners' is not known; row left out",
    ]
    assert len(games(found)) == 1


@pytest.mark.parametrize(
    ("scores", "why"),
    [
        (("NA", "NA"), "the score is NA–NA; no result"),
        (("102", "102"), "the score is 102–102, as before an overtime that is missing; no result"),
        (("99999", "97"), "the score is 99999–97; no result"),
        (("10", "97"), "the away score 10 is less than its quarters together, 80; no result"),
    ],
)
def test_score_that_cannot_be_is_no_result(scores, why):
    found = read(row("spread", away_score=scores[0], home_score=scores[1]))
    assert games(found)[0].home_score is games(found)[0].away_score is None
    assert texts(found) == [f"m.csv:2: Golden State @ Toronto: {why}"]


def test_day_that_is_none_and_other_columns():
    assert texts(read(row(Date="20161301"))) == ["m.csv:2: Date '20161301' is no day; game left out"]
    with pytest.raises(UnreadablePayload, match="column 'bet_type' is missing"):
        list(read_multibook(["Date"], iter(()), "basketball_nba", name="m.csv"))


class TestRecorded:
    pytestmark = needs_recordings

    @pytest.mark.parametrize(
        ("season", "expected", "without_teams"), [("2016-17", 1393, 15), ("2017-18", 1373, 13), ("2018-19", 1300, 85)]
    )
    def test_every_game_and_every_quote_of_a_season(self, season, expected, without_teams):
        found = list(read_archive(multibook(season), "sbr-multibook", "basketball_nba"))
        rows = [row for row in table(multibook(season)) if row["away_Team"]]
        written = sum(bool(row[name].strip("\N{NO-BREAK SPACE}")) for row in rows for name in QUOTED)
        assert len(games(found)) == expected == len({(r["Date"], r["away_Team"], r["home_Team"]) for r in rows})
        assert sum(len(game.quotes) for game in games(found)) == written
        kinds = [each.kind for each in found if not isinstance(each, ArchiveGame)]
        assert kinds.count("no_teams") == without_teams
        assert set(kinds) <= {"no_teams", "no_score", "bad_score"}
