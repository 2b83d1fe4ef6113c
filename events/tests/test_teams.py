"""What files call teams. The names below are those of real archives; looking them up needs no database."""

import csv

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.models import TeamAlias
from events.teams import SHIPPED, TeamNames, letters_of, shipped_aliases

from .factories import make_event

NBA = "basketball_nba"
LAKERS, CLIPPERS = "Los Angeles Lakers", "Los Angeles Clippers"
# By archive: the season sheets, the files with many books, the file of eleven seasons.
SHEETS = """
    Atlanta Boston Brooklyn Charlotte Chicago Cleveland Dallas Denver Detroit GoldenState Houston Indiana LAClippers
    LALakers Memphis Miami Milwaukee Minnesota NewOrleans NewYork OklahomaCity Orlando Philadelphia Phoenix Portland
    Sacramento SanAntonio Toronto Utah Washington
"""
MULTIBOOK = """
    Atlanta, Boston, Brooklyn, Charlotte, Chicago, Cleveland, Dallas, Denver, Detroit, Golden State, Houston, Indiana,
    L.A. Clippers, L.A. Lakers, Memphis, Miami, Milwaukee, Minnesota, New Orleans, New York, Oklahoma City, Orlando,
    Philadelphia, Phoenix, Portland, Sacramento, San Antonio, Toronto, Utah, Washington
"""
CODES = """
    atl bos bkn cha chi cle dal den det gs hou ind lac lal mem mia mil min no ny okc orl phi phx por sac sa tor utah wsh
"""


@pytest.fixture
def names() -> TeamNames:
    return TeamNames(shipped=shipped_aliases()[NBA])


@pytest.mark.parametrize(
    "archive", [SHEETS.split(), MULTIBOOK.split(","), CODES.split()], ids=["sheets", "multibook", "codes"]
)
def test_every_spelling_of_an_archive_is_one_of_thirty_teams(names, archive):
    assert {names.team(name) for name in archive} == names.teams
    assert len(archive) == len(names.teams) == 30


@pytest.mark.parametrize(
    ("name", "team"),
    [
        ("LA", CLIPPERS),
        ("LA Clippers", CLIPPERS),
        ("NewJersey", "Brooklyn Nets"),
        ("New Jersey", "Brooklyn Nets"),
        ("Seattle", "Oklahoma City Thunder"),
        ("Seattle SuperSonics", "Oklahoma City Thunder"),
        ("Charlotte Bobcats", "Charlotte Hornets"),
        ("New Orleans Hornets", "New Orleans Pelicans"),
        ("  los  angeles LAKERS ", LAKERS),
        ("l.a.lakers", LAKERS),
        ("L．Ａ． Ｌａｋｅｒｓ", LAKERS),
        ("Philadelphia 76'ers", "Philadelphia 76ers"),
    ],
)
def test_old_names_and_other_ways_to_write_one(names, name, team):
    assert names.team(name) == team


@pytest.mark.parametrize(
    "name", ["", " ", "–", "East", "Team LeBron ", "Maccabi B Haifa", "Los Angeles", "Hornets", "New", "76"]
)
def test_what_is_no_team_or_could_be_two_is_none(names, name):
    assert names.team(name) is None


@given(
    st.sampled_from([alias for alias, _ in shipped_aliases()[NBA]]), st.lists(st.sampled_from(" .-'\N{NO-BREAK SPACE}"))
)
def test_case_points_and_blanks_make_no_other_team(alias, marks):
    names = TeamNames(shipped=shipped_aliases()[NBA])
    spaced = "".join(marks).join(alias)
    assert names.team(spaced.upper()) == names.team(spaced.lower()) == names.team(alias)


def test_suggestions_are_the_nearest_teams_and_never_more_than_three(names):
    assert names.suggestions("LA Laker") == (LAKERS,)
    assert names.suggestions("Goldn State") == ("Golden State Warriors",)
    assert names.suggestions("qqq") == ()
    assert len(names.suggestions("New")) <= 3


def test_a_persons_alias_goes_before_what_is_stored_and_that_before_what_ships():
    shipped = [("LA", CLIPPERS), ("Sonics", "Oklahoma City Thunder")]
    assert TeamNames(own=[("la", LAKERS)], stored=["LA"], shipped=shipped).team("L.A.") == LAKERS
    assert TeamNames(stored=["L.A."], shipped=shipped).team("la") == "L.A."
    assert TeamNames(shipped=shipped).team("la") == CLIPPERS


def test_two_teams_of_one_name_are_told_apart_by_its_exact_letters_or_not_at_all():
    names = TeamNames(stored=["St Louis Blues", "St. Louis Blues"])
    assert names.team("St. Louis Blues") == "St. Louis Blues"
    assert names.team("st louis blues") is None
    assert TeamNames(own=[("LA", LAKERS), ("L.A.", CLIPPERS)], shipped=[("la", LAKERS)]).team("LA") is None


def test_no_shipped_name_stands_for_two_teams():
    for sport_key, aliases in shipped_aliases().items():
        names = TeamNames(shipped=aliases)
        assert {alias for alias, team in aliases if names.team(alias) != team} == set(), sport_key
        assert {team for team in names.teams if names.team(team) != team} == set(), sport_key


def test_shipped_rows_are_whole_and_there_once():
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        rows = [tuple(row.values()) for row in csv.DictReader(file)]
    assert all(all(cell == cell.strip() != "" for cell in row) and len(row) == 3 for row in rows)
    spellings = [(sport_key, letters_of(alias)) for sport_key, alias, _ in rows]
    assert len(set(spellings)) == len(spellings)
    assert letters_of("L.A. Lakers") == letters_of("LALakers")


@pytest.mark.django_db
def test_aliases_and_stored_names_are_read_in_one_query(django_assert_num_queries):
    make_event(home_team="Seattle Kraken", away_team="Utah Mammoth", sport_key=NBA)
    make_event(home_team="", away_team="", sport_key=NBA)
    make_event(home_team="Made Up", is_sandbox=True)
    make_event(home_team="New York Liberty", sport_key="basketball_wnba")
    TeamAlias.objects.create(sport_key=NBA, alias="Lake Show", team=LAKERS)
    TeamAlias.objects.create(sport_key="basketball_wnba", alias="Libs", team="New York Liberty")
    with django_assert_num_queries(1):
        names = TeamNames.of(NBA)
    assert names.team("LAKE SHOW") == LAKERS
    assert names.team("seattle kraken") == "Seattle Kraken"
    assert [names.team(name) for name in ("Made Up", "Libs", "New York Liberty", "")] == [None] * 4


@pytest.mark.django_db
def test_a_sport_that_nobody_knows_has_no_teams():
    assert TeamNames.of("curling").team("Lakers") is None
    assert TeamNames.of("curling").suggestions("Lakers") == ()
