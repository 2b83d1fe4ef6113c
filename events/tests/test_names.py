import pytest

from events.names import UnresolvedName, nearest, resolve, spellings

TEAMS = {
    name: name
    for name in (
        "Boston Celtics",
        "Golden State Warriors",
        "Los Angeles Clippers",
        "Los Angeles Lakers",
        "Memphis Grizzlies",
        "Minnesota Timberwolves",
        "New Orleans Pelicans",
        "New York Knicks",
        "Oklahoma City Thunder",
        "Philadelphia 76ers",
        "Phoenix Suns",
        "Portland Trail Blazers",
    )
}
BOOKS = spellings(
    [
        ("betmgm", "BetMGM"),
        ("draftkings", "DraftKings"),
        ("fanduel", "FanDuel"),
        ("unibet_uk", "Unibet"),
        ("unibet_us", "Unibet"),
        ("williamhill_us", "Caesars"),
    ]
)


@pytest.mark.parametrize(
    ("typed", "team"),
    [
        ("Los Angeles Lakers", "Los Angeles Lakers"),
        ("los angeles LAKERS", "Los Angeles Lakers"),
        ("Lakers", "Los Angeles Lakers"),
        ("LA Lakers", "Los Angeles Lakers"),
        ("L.A. Clippers", "Los Angeles Clippers"),
        ("lal", "Los Angeles Lakers"),
        ("okc", "Oklahoma City Thunder"),
        ("GS Warriors", "Golden State Warriors"),
        ("ny", "New York Knicks"),
        ("trailblazers", "Portland Trail Blazers"),
        ("wolves", "Minnesota Timberwolves"),
        ("76ers", "Philadelphia 76ers"),
        ("phi", "Philadelphia 76ers"),  # a beginning goes before a part: Memphis has it too
    ],
)
def test_team_is_found_as_people_write_it(typed, team):
    assert resolve("team", typed, TEAMS) == team


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("fanduel", "fanduel"),
        ("Fan Duel", "fanduel"),
        ("FANDUEL", "fanduel"),
        ("FD", "fanduel"),
        ("dk", "draftkings"),
        ("mgm", "betmgm"),
        ("Caesars", "williamhill_us"),
        ("William Hill", "williamhill_us"),
    ],
)
def test_bookmaker_is_found_by_key_or_title(typed, key):
    assert resolve("bookmaker", typed, BOOKS) == key


def test_accents_do_not_matter():
    assert resolve("team", "atletico", {"Atlético Madrid": "Atlético Madrid"}) == "Atlético Madrid"
    assert resolve("team", "Atlético", {"Atletico Madrid": "Atletico Madrid"}) == "Atletico Madrid"


def test_exact_name_wins_over_longer_ones():
    assert resolve("market", "spreads", {"spreads": "spreads", "alternate_spreads": "alternate_spreads"}) == "spreads"


def test_ambiguous_name_lists_what_it_fits():
    with pytest.raises(UnresolvedName) as caught:
        resolve("team", "LA", TEAMS)
    assert str(caught.value) == "team 'LA' fits several: Los Angeles Clippers, Los Angeles Lakers"


def test_title_that_two_bookmakers_share_is_not_guessed():
    with pytest.raises(UnresolvedName) as caught:
        resolve("bookmaker", "Unibet", BOOKS)
    assert str(caught.value) == "bookmaker 'Unibet' fits several: unibet_uk, unibet_us"


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("Lakres", "no team 'Lakres'; did you mean Los Angeles Lakers?"),
        ("phx", "no team 'phx'; did you mean Phoenix Suns?"),
    ],
)
def test_unknown_name_suggests_the_nearest(typed, message):
    with pytest.raises(UnresolvedName) as caught:
        resolve("team", typed, TEAMS)
    assert str(caught.value) == message


def test_name_like_nothing_lists_what_is_known():
    with pytest.raises(UnresolvedName) as caught:
        resolve("bookmaker", "xxxx", BOOKS)
    assert str(caught.value) == (
        "no bookmaker 'xxxx'; known: betmgm, draftkings, fanduel, unibet_uk, unibet_us, williamhill_us"
    )


@pytest.mark.parametrize("typed", ["", " ", "@", "\N{PILE OF POO}"])
def test_what_has_no_letters_fits_nothing(typed):
    with pytest.raises(UnresolvedName, match="no team"):
        resolve("team", typed, TEAMS)


def test_nothing_known_is_said_so():
    with pytest.raises(UnresolvedName, match="no team 'Lakers': none is stored yet"):
        resolve("team", "Lakers", {})


def test_nearest_gives_up_on_what_is_like_nothing():
    assert nearest("qqqq", TEAMS) == []
