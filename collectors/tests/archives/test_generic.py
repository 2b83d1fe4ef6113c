"""Any CSV by a map of its columns: the documented examples on real files, and clear words for bad maps."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from collectors.archives import ArchiveGame, read_archive
from collectors.archives.column_map import BadMap, read_map
from collectors.archives.generic import read_generic
from collectors.choices import ArchiveFormat
from collectors.verification import verify
from events.models import Event
from odds.choices import LineMoment, Side
from odds.models import ArchivePrice, Odds, OddsSnapshot

from .recorded import GAMES_AND_RESULTS, HISTORICAL, SEQUENCES, documented_map, importing, needs_recordings, table

WIDE = """
[game]
day = "date"
home = "home"
away = "away"
[every_price]
bookmaker = { value = "sbr" }
moment = { value = "closing" }
[[prices]]
market = { value = "h2h" }
side = { value = "home" }
price = "ml"
[[prices]]
market = { value = "spreads" }
side = { value = "home" }
price = "price"
point = { column = "line", negate = true }
"""
LONG = """
[game]
event_id = "id"
start = { column = "start", zone = "America/New_York" }
home = "home"
away = "away"
home_score = "hs"
away_score = "as"
[[prices]]
bookmaker = "book"
market = "market"
side = { column = "side", values = { H = "home", A = "away", Lakers = "Lakers" } }
price = "ml"
observed_at = { column = "date", at = "17:00", zone = "UTC" }
"""


def wide(**over):
    usual = {"date": "2026-01-14", "home": "Lakers", "away": "Celtics", "ml": "-150", "price": "-110", "line": "3.5"}
    return usual | over


def long(**over):
    usual = {"id": "a", "start": "2026-01-14T19:30", "home": "Lakers", "away": "Celtics", "hs": "", "as": "",
             "book": "betmgm", "market": "h2h", "side": "H", "ml": "-150", "date": "2026-01-14"}  # fmt: skip
    return usual | over


def read(text, *rows):
    found = read_map(text, "map", rows[0])
    return list(read_generic(enumerate(rows, start=2), found, "basketball_nba", name="g.csv"))


def games(found):
    return [each for each in found if isinstance(each, ArchiveGame)]


def texts(found):
    return [each.text for each in found if not isinstance(each, ArchiveGame)]


def test_wide_row_has_a_price_for_each_block():
    [game] = read(WIDE, wide())
    assert (game.sport_key, game.day, game.start) == ("basketball_nba", date(2026, 1, 14), None)
    assert [(q.market, q.side, q.price, q.point, q.moment) for q in game.quotes] == [
        ("h2h", Side.HOME, -150, None, LineMoment.CLOSING),
        ("spreads", Side.HOME, -110, Decimal("-3.5"), LineMoment.CLOSING),
    ]


def test_long_rows_of_one_game_and_instant_are_one_game():
    first, second = read(LONG, long(), long(side="A", ml="130"), long(date="2026-01-15"))
    assert [(q.side, q.price) for q in first.quotes] == [(Side.HOME, -150), (Side.AWAY, 130)]
    assert first.start == datetime(2026, 1, 15, 0, 30, tzinfo=UTC)
    assert first.quotes[0].observed_at == datetime(2026, 1, 14, 17, tzinfo=UTC)
    assert second.quotes[0].observed_at == datetime(2026, 1, 15, 17, tzinfo=UTC)


def test_side_may_be_the_name_of_a_team():
    [game] = read(LONG, long(side="Lakers"))
    assert game.quotes[0].side is Side.HOME


@pytest.mark.parametrize("empty", ["", "NA", "NaN", "null", "\N{NO-BREAK SPACE}"])
def test_empty_price_is_none_and_no_problem(empty):
    [game] = read(WIDE, wide(ml=empty, price=empty, line=empty))
    assert game.quotes == ()


@pytest.mark.parametrize(
    ("over", "text"),
    [
        ({"ml": "50"}, "prices 1: 50.0 is no American price: those are at most -100 or at least +100; left out"),
        ({"ml": "-110.5"}, "prices 1: price '-110.5' is no whole American price; left out"),
        ({"price": ""}, "prices 2: spreads home at 3.5 has no price; left out"),
        ({"line": "inf"}, "prices 2: point inf is out of range or has more than three decimals; left out"),
    ],
)
def test_bad_price_costs_itself_alone(over, text):
    found = read(WIDE, wide(**over))
    assert texts(found) == [f"g.csv:2: {text}"]
    assert len(games(found)[0].quotes) == 1


@pytest.mark.parametrize(
    ("over", "text"),
    [
        ({"home": ""}, "a team is missing"),
        ({"date": ""}, "it has neither day nor start"),
        ({"date": "14.1.2026"}, "day: '14.1.2026' is no day in ISO 8601; say its format in the map"),
        ({"date": "2026-01-15T00:30Z"}, "day: '2026-01-15T00:30Z' is no day in ISO 8601; say its format in the map"),
    ],
)
def test_bad_row_costs_itself_alone(over, text):
    found = read(WIDE, wide(**over), wide(home="Bulls"))
    assert texts(found) == [f"g.csv:2: {text}; row left out"]
    assert [game.home for game in games(found)] == ["Bulls"]


def test_time_without_a_zone_is_refused_unless_the_map_has_one():
    assert texts(read(LONG.replace(', zone = "America/New_York"', ""), long())) == [
        "g.csv:2: start '2026-01-14T19:30' tells no time zone: say zone in the map; row left out"
    ]


def test_text_that_the_map_has_no_meaning_for_is_named():
    assert texts(read(LONG, long(side="X"))) == ["g.csv:2: prices 1: side 'X' is none of H, A, Lakers; left out"]


def test_day_that_is_not_of_the_maps_format_is_named_by_its_field():
    text = WIDE.replace('"date"', '{ column = "date", format = "%d.%m.%Y" }')
    assert texts(read(text, wide())) == ["g.csv:2: day: '2026-01-14' is not '%d.%m.%Y'; row left out"]
    [game] = read(text, wide(date="14.01.2026"))
    assert game.day == date(2026, 1, 14)


@pytest.mark.parametrize(
    ("over", "text"),
    [
        ({"market": "spread"}, "market 'spread' is not known; did you mean 'spreads'?"),
        ({"book": ""}, "bookmaker is missing"),
    ],
)
def test_text_of_a_column_that_means_nothing_costs_its_price(over, text):
    assert texts(read(LONG, long(**over))) == [f"g.csv:2: prices 1: {text}; left out"]


def test_sport_that_is_no_key_costs_its_row():
    text = LONG.replace("[game]", '[game]\nsport_key = "sport"')
    assert texts(read(text, long(sport="NBA"))) == [
        "g.csv:2: sport_key 'NBA' is no key of a sport; write it as basketball_nba; row left out"
    ]


@pytest.mark.parametrize("market", ["h2h_lay", "alternate_spreads", "totals_q1", "team_totals", "h2h_3_way"])
def test_other_markets_of_teams_and_totals_are_welcome(market):
    [game] = read(LONG, long(market=market))
    assert game.quotes[0].market == market


def test_two_scores_of_one_game_are_named():
    found = read(LONG, long(hs="100", **{"as": "90"}), long(side="A", ml="130", hs="101", **{"as": "90"}))
    assert texts(found) == ["g.csv:3: Celtics @ Lakers ended 90–101, and 90–100 at g.csv:2; the first kept"]


@pytest.mark.parametrize(
    ("before", "after", "text"),
    [
        ("[game]", "[games]", "map: 'games' is not known; known: odds_format, game, every_price, prices"),
        ("[game]", "[game", "map: no TOML: "),
        ('home = "home"', 'home = "hme"', "map: game.home: column 'hme' is not in the file; did you mean 'home'?"),
        ('home = "home"', 'home = "xyz"', "column 'xyz' is not in the file; its columns: date, home, away, ml"),
        ('home = "home"', "", "map: game needs home, away, and day or start; it has day, away"),
        ('home = "home"', "home = 7", "map: game.home: expected the name of a column, or a table with column or value"),
        ('{ value = "sbr" }', '{ valu = "sbr" }', "expected the name of a column, or a table with column or value"),
        ('{ value = "sbr" }', '{ value = "s", colour = "x" }', "map: every_price.bookmaker: 'colour' is not known"),
        ('bookmaker = { value = "sbr" }', "", "map: prices 1: bookmaker is missing"),
        ('moment = { value = "closing" }', "", "map: prices 1: it needs either moment or observed_at"),
        ("moment = {", "observed_at = {", "map: prices 1: a price with an instant needs the game's start"),
        ('price = "ml"', "", "map: prices 1: it needs price, point or both"),
        ("negate = true", 'negate = "yes"', "map: prices 2.point.negate: 'yes' is not true or false"),
        ('day = "date"', 'day = { column = "date", zone = "Mars" }', "map: game.day.zone: 'Mars' is no time zone"),
        ('value = "spreads"', 'value = "spread"', "prices 2.market: 'spread' is not known; did you mean 'spreads'?"),
        ('value = "spreads"', 'value = "ml"', "prices 2.market: 'ml' is not known; known: h2h, spreads, totals"),
        ('value = "closing"', 'value = "close"', "every_price.moment: 'close' is neither opening nor closing"),
        ('value = "home"', 'value = "hom"', "prices 1.side: 'hom' is none of home, away, draw, over, under"),
        ('value = "sbr"', 'value = ""', "every_price.bookmaker: it is empty"),
        ('"price"', '{ value = "even" }', "prices 2.price: 'even' is no number"),
        ("[game]", '[game]\nsport_key = { value = "nba" }', "game.sport_key: 'nba' is no key of a sport; write it as"),
        (
            '{ value = "closing" }',
            '{ column = "date", values = { o = "opener" } }',
            "every_price.moment: 'opener' is neither opening nor closing",
        ),
        ('day = "date"', 'day = { column = "date", at = "5 pm" }', "game.day.at: '5 pm' is no time of day"),
        ("[game]", 'odds_format = "fractional"\n[game]', "odds_format 'fractional' is neither of american, decimal"),
    ],
)
def test_bad_map_is_told_in_one_line(before, after, text):
    assert before in WIDE
    with pytest.raises(BadMap) as raised:
        read_map(WIDE.replace(before, after, 1), "map", wide())
    assert text in str(raised.value)
    assert "\n" not in str(raised.value)


def test_generic_file_needs_a_map(tmp_path):
    (tmp_path / "g.csv").write_text("date\n")
    with pytest.raises(BadMap, match="give --map"):
        read_archive(tmp_path / "g.csv", "generic", "basketball_nba")


class TestRecorded:
    """The documented maps on the files that they are for; counted beside it with plain csv."""

    pytestmark = [*needs_recordings, pytest.mark.django_db]

    @pytest.fixture
    def example(self, tmp_path):
        def example(name):
            path = tmp_path / f"{name}.toml"
            path.write_text(documented_map(name))
            return path

        return example

    def test_games_and_results(self, example):
        path = example("results_and_closing_lines")
        found = list(read_archive(GAMES_AND_RESULTS, "generic", "basketball_nba", mapping=path))
        rows = table(GAMES_AND_RESULTS)
        assert len(games(found)) == len(rows) == 14_209
        assert [(str(g.day), str(g.away_score), str(g.home_score)) for g in games(found)] == [
            (row["date"], row["score_away"], row["score_home"]) for row in rows
        ]
        # Six prices a game; two games have no moneylines, and one has a slip for one.
        assert sum(len(game.quotes) for game in games(found)) == 6 * len(rows) - 4 - 1
        assert [text.partition(": ")[2] for text in texts(found)] == [
            "prices 6: 8.0 is no American price: those are at most -100 or at least +100; left out"
        ]

    @pytest.mark.parametrize(
        ("file", "sports", "live"),
        [
            ("nhl_multibook_american_2023-24_17utc.csv.gz", {"icehockey_nhl": 1402}, 21),
            ("nba_nhl_daily_us_american_2026-01_02.csv.gz", {"basketball_nba": 211, "icehockey_nhl": 213}, 0),
        ],
    )
    def test_daily_looks_in_wide_rows(self, example, file, sports, live):
        rows = table(HISTORICAL / file)
        looks = {(row["game_id"], row["date"]) for row in rows}
        report = importing(HISTORICAL / file, ArchiveFormat.GENERIC, mapping=example("daily_wide"))
        assert report.problems == []
        assert {key: Event.objects.filter(sport_key=key).count() for key in sports} == sports
        begun = {(row["game_id"], row["date"]) for row in rows if row["commence_time"] <= f"{row['date']}T17:00:00Z"}
        assert (report.odds.snapshots, report.odds.live_snapshots) == (len(looks), len(begun))
        assert len(begun) == live
        written = sum(bool(row[name]) for row in rows for name in row if name.endswith("_odds") or name[:2] == "ml")
        assert report.odds.price_points == written
        assert verify(Event.objects.order_by("pk")[:200]).differences == 0

    def test_daily_looks_in_long_rows(self, example):
        file = SEQUENCES / "nba_odds_au_decimal_daily_20260303_to_20260415.csv.gz"
        rows = table(file)
        report = importing(file, ArchiveFormat.GENERIC, mapping=example("daily_long"))
        assert (report.problems, len(rows)) == ([], 13_764)
        assert report.odds.price_points == len(rows)
        assert report.events == len({row["event_id"] for row in rows}) == 327
        assert report.odds.snapshots == len({(row["event_id"], row["snapshot_utc"]) for row in rows})
        live = [row for row in rows if _taken(row) >= datetime.fromisoformat(row["commence_time"])]
        assert (len(live), report.odds.live_snapshots) == (294, len({(r["event_id"], _taken(r)) for r in live}))
        assert sorted(Odds.objects.values_list("decimal_price", flat=True).distinct()) == sorted(
            {float(row["price"]) for row in rows}
        )
        assert not ArchivePrice.objects.exists()
        first = OddsSnapshot.objects.order_by("snapshot_time").first()
        assert first.snapshot_time == datetime(2026, 3, 3, 21, 27, 6, tzinfo=UTC)
        assert verify(Event.objects.all()).differences == 0


def _taken(row):
    return datetime.strptime(row["snapshot_utc"] + "+0000", "%Y%m%d_%H%M%S%z")
