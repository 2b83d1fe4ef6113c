import pytest

from events.models import Event
from events.names import UnresolvedName
from events.queries import find_event, find_sport, find_team, new_sport

from .factories import make_event

pytestmark = pytest.mark.django_db


def test_event_is_found_by_its_id():
    event = make_event(api_id="c70331184b2f")
    assert find_event("c70331184b2f") == event


def test_event_is_found_by_a_beginning_that_fits_it_alone():
    event = make_event(api_id="c70331184b2f")
    make_event(api_id="c80000000000")
    assert find_event("c7") == event


def test_whole_id_wins_though_another_one_begins_with_it():
    event = make_event(api_id="c703")
    make_event(api_id="c70331184b2f")
    assert find_event("c703") == event


def test_beginning_of_several_ids_lists_them():
    make_event(api_id="c70331184b2f")
    make_event(api_id="c7ffffffffff")
    with pytest.raises(UnresolvedName) as caught:
        find_event("c7")
    assert str(caught.value) == "event 'c7' fits several: c70331184b2f, c7ffffffffff"


def test_mistyped_id_suggests_the_nearest():
    make_event(api_id="c70331184b2fa3b6bb9b9f4e3d2c1a00")
    with pytest.raises(UnresolvedName) as caught:
        find_event("c70331184b2fa3b6bb9b9f4e3d2c1aO0")
    assert str(caught.value) == (
        "no event 'c70331184b2fa3b6bb9b9f4e3d2c1aO0'; did you mean c70331184b2fa3b6bb9b9f4e3d2c1a00?"
    )


@pytest.mark.parametrize("typed", ["", "%", "_", "c7%", "zzz"])
def test_what_is_no_id_finds_nothing(typed):
    make_event(api_id="c70331184b2f")
    with pytest.raises(UnresolvedName, match="list_events shows the ids"):
        find_event(typed)


def test_team_in_place_of_an_id_is_told_how_to_go_on():
    make_event()
    with pytest.raises(UnresolvedName) as caught:
        find_event("Lakers")
    assert str(caught.value) == (
        "no event 'Lakers'; list_events --team 'Lakers' shows the ids of the events of the Los Angeles Lakers"
    )


def test_team_is_found_at_home_and_away():
    make_event(home_team="Denver Nuggets", away_team="Utah Jazz")
    assert find_team("nuggets") == "Denver Nuggets"
    assert find_team("jazz") == "Utah Jazz"


def test_events_without_teams_have_no_team_names():
    make_event(home_team="", away_team="")
    assert Event.objects.team_names() == []


def test_sport_is_found_by_title_or_part_of_its_key():
    make_event(sport_key="basketball_nba", sport_title="NBA")
    make_event(sport_key="basketball_ncaab", sport_title="NCAAB")
    assert find_sport("nba") == "basketball_nba"
    assert find_sport("NCAAB") == "basketball_ncaab"
    with pytest.raises(UnresolvedName, match="fits several: basketball_nba, basketball_ncaab"):
        find_sport("basketball")


@pytest.mark.django_db
def test_a_sport_of_which_nothing_is_stored_is_known_by_its_key_or_the_settings(settings):
    settings.SPORTS = ["basketball_nba", "icehockey_nhl"]
    assert new_sport("nba") == "basketball_nba"
    assert new_sport("cricket_ipl") == "cricket_ipl"
    with pytest.raises(UnresolvedName, match="no sport 'ipl'; known: basketball_nba, icehockey_nhl"):
        new_sport("ipl")
