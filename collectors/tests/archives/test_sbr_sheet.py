"""Season sheets: years that are not there, spreads and totals in one column, and slips of the pen."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest

from collectors.archives import ArchiveGame, read_archive
from collectors.archives.sbr_sheet import first_year, read_sheet
from collectors.errors import UnreadablePayload
from odds.choices import LineMoment, Side

from .recorded import needs_recordings, sheet

HEADER = ("Date", "Rot", "VH", "Team", "1st", "2nd", "3rd", "4th", "Final", "Open", "Close", "ML", "2H")
SEASONS = {"2013-14": 1319, "2014-15": 1311, "2015-16": 1316, "2016-17": 1309, "2017-18": 1312, "2018-19": 1312}


def visitor(day=1029, **over):
    """Orlando at Indiana, the visitor's row: the total in its columns."""
    return _row({"Date": day, "Rot": 501, "VH": "V", "Team": "Orlando", "Open": 187, "Close": 188.5, "ML": 675}, over)


def home(day=1029, **over):
    """The home team's row: the favourite's spread in its columns."""
    return _row({"Date": day, "Rot": 502, "VH": "H", "Team": "Indiana", "Final": 97, "Open": 12.5, "Close": 12,
                 "ML": -1025}, over)  # fmt: skip


def _row(fields, over):
    usual = {"1st": 20, "2nd": 20, "3rd": 20, "4th": 20, "Final": 87, "2H": 94.5}
    return tuple({**usual, **fields, **over}[name] for name in HEADER)


def read(*rows, year=2013):
    return list(read_sheet(enumerate([HEADER, *rows], start=1), "basketball_nba", year=year, name="s.xlsx"))


def games(found):
    return [each for each in found if isinstance(each, ArchiveGame)]


def texts(found):
    return [each.text for each in found if not isinstance(each, ArchiveGame)]


def points(game, market, moment):
    return {q.side: q.point for q in game.quotes if (q.market, q.moment) == (market, moment)}


def test_two_rows_are_one_game():
    [game] = read(visitor(), home())
    assert (game.day, game.away, game.home) == (date(2013, 10, 29), "Orlando", "Indiana")
    assert (game.away_score, game.home_score, game.where) == (87, 97, "s.xlsx:2")
    assert points(game, "spreads", LineMoment.OPENING) == {Side.AWAY: Decimal("12.5"), Side.HOME: Decimal("-12.5")}
    assert points(game, "totals", LineMoment.CLOSING) == {Side.OVER: Decimal("188.5"), Side.UNDER: Decimal("188.5")}
    assert {q.side: q.price for q in game.quotes if q.market == "h2h"} == {Side.AWAY: 675, Side.HOME: -1025}
    assert all(q.price is None for q in game.quotes if q.market != "h2h")


def test_spread_belongs_to_the_row_with_the_smaller_number():
    [game] = read(visitor(Close=3, ML=-150), home(Close=201, ML=130))
    assert points(game, "spreads", LineMoment.CLOSING) == {Side.AWAY: Decimal(-3), Side.HOME: Decimal(3)}


@pytest.mark.parametrize("written", ["pk", "PK"])
def test_pick_is_a_spread_of_zero(written):
    [game] = read(visitor(Close=written), home(Close=201))
    assert points(game, "spreads", LineMoment.CLOSING) == {Side.AWAY: Decimal(0), Side.HOME: Decimal(0)}


@pytest.mark.parametrize(
    ("season", "written", "days"),
    [
        (2013, [1029, 1231, 101, 615], ["2013-10-29", "2013-12-31", "2014-01-01", "2014-06-15"]),
        (2019, [1022, 311, 730, 1011], ["2019-10-22", "2020-03-11", "2020-07-30", "2020-10-11"]),
        (2013, [1229, 102, 1230, 103], ["2013-12-29", "2014-01-02", "2013-12-30", "2014-01-03"]),
        (2015, [1231, 228, 229, 301], ["2015-12-31", "2016-02-28", "2016-02-29", "2016-03-01"]),
    ],
    ids=["into the next year", "a season that ended in October", "out of order at the turn", "leap day"],
)
def test_year_follows_from_the_order(season, written, days):
    found = read(*(row(day) for day in written for row in (visitor, home)), year=season)
    assert [str(game.day) for game in games(found)] == days


def test_day_that_is_none_costs_its_game_alone():
    found = read(visitor(1332), home(1332), visitor(1030), home(1030))
    assert [game.day for game in games(found)] == [date(2013, 10, 30)]
    assert texts(found) == ["s.xlsx:2: date '1332' is no day of 2013; game left out"]


def test_row_without_its_other_costs_itself_alone():
    found = read(visitor(Team="Boston"), visitor(), home())
    assert [game.away for game in games(found)] == ["Orlando"]
    assert texts(found) == ["s.xlsx:2: Boston: no row of the home team; left out"]


@pytest.mark.parametrize(
    ("numbers", "seen"),
    [((20.5, 8), "'20.5' and '8'"), ((1955.5, 3.5), "'1955.5' and '3.5'"), ((214.5, 2.5115), "'214.5' and '2.5115'"),
     ((None, 7), "'' and '7'"), (("NL", 7), "'NL' and '7'")],
    ids=["a total that lost a digit", "one that won a digit", "a price behind the spread", "nothing", "text"],
)  # fmt: skip
def test_pair_that_is_no_spread_and_total_is_left_out(numbers, seen):
    found = read(visitor(Open=numbers[0]), home(Open=numbers[1]))
    assert points(games(found)[0], "spreads", LineMoment.OPENING) == {}
    assert points(games(found)[0], "spreads", LineMoment.CLOSING) != {}
    assert texts(found) == [f"s.xlsx:2: Open {seen} are not a spread and a total; both left out"]


def test_final_below_its_quarters_is_no_result():
    found = read(visitor(Final=10), home())
    assert games(found)[0].away_score is games(found)[0].home_score is None
    assert texts(found) == ["s.xlsx:2: Orlando: Final 10 is less than its quarters together, 80; no result"]


def test_neutral_ground_is_told_and_no_obstacle():
    found = read(visitor(VH="N"), home(VH="N"))
    assert games(found)[0].home == "Indiana"
    assert texts(found) == ["s.xlsx:2: Orlando – Indiana on neutral ground"]


def test_season_is_told_by_the_name_or_by_hand():
    assert first_year("", "sbr_2016-17.xlsx") == 2016
    assert first_year("1999-00", "sheet.xlsx") == 1999
    assert first_year("2020", "sheet.xlsx") == 2020


def test_season_that_contradicts_the_name_is_refused():
    assert first_year("2016", "sbr_2016-17.xlsx") == 2016
    assert first_year("2016-17", "taken 2020-11-22.xlsx") == 2016
    with pytest.raises(UnreadablePayload, match="--season '2011-12' is not that of its name, 2016-17"):
        first_year("2011-12", "sbr_2016-17.xlsx")


@pytest.mark.parametrize(("season", "name"), [("", "sheet.xlsx"), ("2016-18", "x"), ("soon", "2016-17.xlsx")])
def test_season_that_is_not_told_stops_the_file(season, name):
    with pytest.raises(UnreadablePayload, match="which season"):
        first_year(season, name)


def test_other_columns_and_other_sports_are_refused():
    with pytest.raises(UnreadablePayload, match="column 'VH' is missing"):
        list(read_sheet(iter([(1, ("Date", "Team"))]), "basketball_nba", year=2013, name="s.xlsx"))
    with pytest.raises(UnreadablePayload, match="known: basketball, americanfootball"):
        list(read_sheet(iter([(1, HEADER)]), "baseball_mlb", year=2013, name="s.xlsx"))


def test_file_that_is_no_workbook_is_refused(tmp_path):
    (tmp_path / "2016-17.xlsx").write_bytes(b"Date,Rot")
    with pytest.raises(UnreadablePayload, match="no xlsx workbook"):
        list(read_archive(tmp_path / "2016-17.xlsx", "sbr-sheet", "basketball_nba"))


class TestRecorded:
    pytestmark = needs_recordings

    @pytest.mark.parametrize("season", SEASONS)
    def test_every_game_of_a_season(self, season):
        found = list(read_archive(sheet(season), "sbr-sheet", "basketball_nba"))
        days = [game.day for game in games(found)]
        assert len(days) == SEASONS[season]
        assert days[0].year == int(season[:4])
        assert (days[-1].year, days[-1].month) == (int(season[:4]) + 1, 6)
        assert all(0 <= (after - before).days <= 8 for before, after in pairwise(days))

    def test_what_cannot_be_is_named(self):
        kinds = {}
        for season in SEASONS:
            for each in read_archive(sheet(season), "sbr-sheet", "basketball_nba"):
                if not isinstance(each, ArchiveGame):
                    kinds.setdefault(each.kind, []).append(each.text)
        assert {kind: len(told) for kind, told in kinds.items()} == {
            "neutral_ground": 6, "bad_line": 3, "bad_score": 1
        }  # fmt: skip
        assert kinds["bad_score"] == [
            "sbr_raw_nba_odds_2016-17.xlsx:742: NewYork: Final 10 is less than its quarters together, 101; no result"
        ]
