from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.models import Event
from events.statuses import advance_statuses

from .factories import TIP, make_event, make_score

pytestmark = pytest.mark.django_db

LIST = "/admin/events/event/"


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Somebody who may see everything, without the time that hashing a password takes."""
    client.force_login(User.objects.create_superuser("admin"))
    return client


def queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def make_events(count):
    for number in range(count):
        make_event(commence_time=TIP + timedelta(minutes=number))


def test_list_costs_the_same_for_3_events_and_for_30(admin_client):
    make_events(3)
    few = queries(admin_client, LIST)
    make_events(27)
    assert queries(admin_client, LIST) == few


def test_list_shows_game_start_and_score(admin_client):
    make_event(home_score=110, away_score=105)
    page = admin_client.get(LIST).content.decode()
    assert "Boston Celtics @ Los Angeles Lakers" in page
    assert "2026-01-15 00:30:00" in page
    assert "105–110" in page
    assert "Odds" in page


def test_a_day_is_shown_alone_where_no_start_is_known(admin_client):
    event = make_event(start_is_day=True)
    for url in ("/admin/events/event/", f"/admin/events/event/{event.pk}/change/"):
        page = admin_client.get(url).content.decode()
        assert f"{TIP:%Y-%m-%d}</span>" in page
        assert f"{TIP:%Y-%m-%d %H:%M:%S}" not in page


def test_list_shows_no_long_gone_game_as_live(admin_client):
    make_event(status="live", commence_time=timezone.now() - timedelta(hours=25))
    page = admin_client.get(LIST).content.decode()
    assert "No result</span>" in page
    make_event(status="live", commence_time=timezone.now() - timedelta(hours=1))
    assert "Live</span>" in admin_client.get(LIST).content.decode()


@pytest.mark.parametrize("search", ["c703", "lakers", "Boston"])
def test_search_finds_ids_and_teams(admin_client, search):
    make_event(api_id="c70331184b2f")
    make_event(api_id="ffff", home_team="Denver Nuggets", away_team="Utah Jazz")
    page = admin_client.get(LIST, {"q": search}).content.decode()
    assert "1 result" in page
    assert "c70331184b2f" in page


def test_page_of_an_event_shows_every_score_and_links_to_what_was_collected(admin_client):
    event = make_event(api_id="c70331184b2f")
    make_score(event)
    make_score(event, observed_at=TIP + timedelta(hours=5), home_score=111)
    page = admin_client.get(f"{LIST}{event.pk}/change/").content.decode()
    assert page.index("105–111 at 2026-01-15 05:30 UTC") < page.index("105–110 at 2026-01-15 03:00 UTC")
    assert "/admin/odds/odds/?event=c70331184b2f" in page
    assert "/admin/odds/oddssnapshot/?event=c70331184b2f" in page


def test_events_are_read_only(admin_client):
    event = make_event()
    assert admin_client.get(f"{LIST}add/").status_code == 403
    assert admin_client.get(f"{LIST}{event.pk}/delete/").status_code == 403
    assert admin_client.post(f"{LIST}{event.pk}/change/", {"status": "final"}).status_code == 403
    event.refresh_from_db()
    assert event.status == "scheduled"


def test_names_from_outside_are_escaped(admin_client):
    make_event(home_team="<script>alert(1)</script>")
    page = admin_client.get(LIST).content.decode()
    assert "<script>alert(1)</script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def act(client, action, *events):
    data = {"action": action, "_selected_action": [event.pk for event in events], "confirmed": "yes"}
    response = client.post(LIST, data, follow=True)
    assert response.status_code == 200
    for event in events:
        event.refresh_from_db()
    return [str(message) for message in response.context["messages"]]


@pytest.mark.parametrize("status", ["postponed", "cancelled", "final", "live", "scheduled"])
def test_a_status_set_by_hand_stays(admin_client, status):
    event = make_event()
    told = act(admin_client, f"set_{status}", event)
    assert told == [f"Boston Celtics @ Los Angeles Lakers is {status} now; no job changes that"]
    assert (event.status, event.status_is_manual) == (status, True)
    assert f"{status.title()}, by hand</span>" in admin_client.get(LIST).content.decode()
    advance_statuses(TIP + timedelta(hours=1))
    event.refresh_from_db()
    assert event.status == status


def test_a_status_is_set_for_all_that_are_selected(admin_client):
    events = [make_event(), make_event()]
    assert act(admin_client, "set_cancelled", *events) == ["2 events are cancelled now; no job changes that"]
    assert {event.status for event in events} == {"cancelled"}


def test_a_status_by_hand_is_asked_for_once_more(admin_client):
    event = make_event()
    asked = admin_client.post(LIST, {"action": "set_cancelled", "_selected_action": event.pk})
    assert "no job changes that until the status is left to the jobs again" in asked.content.decode()
    event.refresh_from_db()
    assert event.status == "scheduled"


def test_all_events_of_a_list_are_asked_about_by_one_of_them(admin_client):
    events = [make_event() for _ in range(25)]
    asked = {"action": "set_cancelled", "_selected_action": events[0].pk, "select_across": "1"}
    response = admin_client.post(LIST, asked)
    assert (response.context["left_out"], len(response.context["pks"])) == (5, 1)
    admin_client.post(LIST, {**asked, "confirmed": "yes"})
    assert Event.objects.filter(status="cancelled").count() == 25


def test_a_status_left_to_the_jobs_again_follows_from_what_is_known(admin_client):
    event = make_event(status="cancelled", status_is_manual=True)
    told = act(admin_client, "leave_to_jobs", event)
    assert told == ["Boston Celtics @ Los Angeles Lakers is live by what is known; jobs go on from there"]
    assert (event.status, event.status_is_manual) == ("live", False)


def test_who_may_only_look_sets_no_status(client):
    clerk = User.objects.create(username="clerk", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename="view_event"))
    client.force_login(clerk)
    event = make_event()
    assert "by hand" not in client.get(LIST).content.decode().partition("<table")[0]
    act(client, "set_final", event)
    assert event.status == "scheduled"


@pytest.mark.parametrize(("doubt", "found"), [("vanished", "gone"), ("unresolved", "open")])
def test_filter_finds_what_a_person_should_look_into(admin_client, doubt, found):
    now = timezone.now()
    make_event(api_id="gone", commence_time=now + timedelta(hours=9), missed_listings=3)
    make_event(api_id="open", commence_time=now - timedelta(hours=30), status="live")
    make_event(api_id="fine", commence_time=now + timedelta(hours=9))
    make_event(api_id="judged", commence_time=now - timedelta(hours=30), status="final", status_is_manual=True)
    page = admin_client.get(LIST, {"doubt": doubt}).content.decode()
    assert "1 result" in page
    assert found in page
