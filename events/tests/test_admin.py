from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

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
