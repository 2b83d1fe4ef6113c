"""The page of quality."""

import re
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from events.tests.factories import make_event
from odds.tests.factories import make_pair, make_snapshot
from quality.choices import ReviewState, Severity
from quality.tests.factories import make_entry

pytestmark = pytest.mark.django_db


def offer(bookmaker="fanduel", hours_ago=1.0, market="h2h", **over):
    """A game to come, seen once, with a price of both sides."""
    now = timezone.now()
    event = make_event(commence_time=now + timedelta(hours=3), **over)
    seen_at = now - timedelta(hours=hours_ago)
    make_snapshot(event, snapshot_time=seen_at)
    make_pair(event, bookmaker, market, prices={"home": -110, "away": -110}, odds_timestamp=seen_at)
    return event


def page(client, **parameters) -> str:
    response = client.get("/quality/", parameters)
    assert response.status_code == 200
    return response.content.decode()


def test_it_is_for_those_who_are_known(client):
    response = client.get("/quality/")
    assert response.status_code == 302
    assert response.url == "/admin/login/?next=/quality/"


def test_it_can_only_be_read(admin_client):
    assert admin_client.post("/quality/").status_code == 405


def test_figures_stand_in_a_table_for_each_market(admin_client):
    offer()
    text = page(admin_client)
    assert "<title>Quality – Odds</title>" in text
    assert re.search(r"<h2[^>]*>h2h</h2>", text)
    assert "4.76 ± 0.00 %" in text
    assert "100.0 %" in text


def test_nothing_collected_says_what_to_do(admin_client):
    text = page(admin_client)
    assert "No snapshots in this period" in text
    assert "manage.py run_scheduler" in text
    assert "No fault stands." in text


def test_what_stands_is_counted_with_a_link_to_the_queue(admin_client):
    event = offer()
    worst = make_entry(event=event, severity=Severity.CRITICAL)
    make_entry(event=event, severity=Severity.WARNING)
    make_entry(severity=Severity.WARNING, ended_at=worst.last_seen)
    make_entry(severity=Severity.WARNING, review=ReviewState.DISMISSED)
    text = page(admin_client)
    counted = re.findall(r"<strong>(\d+)</strong> <span>(\w+)</span>", text)
    assert counted == [("1", "Critical"), ("0", "Error"), ("1", "Warning"), ("0", "Info")]
    assert f'href="/admin/quality/dataqualitylog/{worst.pk}/change/"' in text
    assert "state=standing&amp;severity__exact=critical" in text


def test_what_waits_for_review_is_told_with_the_way_there(admin_client):
    assert "Nothing waits for review" in page(admin_client)
    make_entry(severity=Severity.ERROR, ended_at=timezone.now())
    assert re.search(r'href="/admin/quality/dataqualitylog/">1 entry waits for review', page(admin_client))
    make_entry(event=offer(), severity=Severity.WARNING)
    of_sport = page(admin_client, sport="basketball_nba")
    assert re.search(r'href="[^"]*\?sport_key=basketball_nba">2 entries wait for review', of_sport)


def test_its_links_lead_somewhere(admin_client):
    make_entry(event=offer(), severity=Severity.CRITICAL)
    links = {link.replace("&amp;", "&") for link in re.findall(r'href="(/[^"#]+)"', page(admin_client))}
    own = {link for link in links if link.startswith("/static/")}
    assert len(own) == 2
    assert all(finders.find(link.removeprefix("/static/")) for link in own)
    for link in links - own - {"/ready/"}:
        assert admin_client.get(link, follow=True).status_code == 200, link


def test_period_and_sport_are_chosen(admin_client):
    offer(hours_ago=60)
    offer(hours_ago=60, bookmaker="betmgm", sport_key="icehockey_nhl", sport_title="NHL")
    assert "No snapshots in this period" in page(admin_client, days=1)
    of_sport = page(admin_client, days=7, sport="icehockey_nhl")
    assert "Betmgm" in of_sport
    assert "Fanduel" not in of_sport
    assert '<option value="icehockey_nhl" selected>NHL</option>' in of_sport


@pytest.mark.parametrize("parameters", [{"days": "-1"}, {"days": "1e9"}, {"days": "²"}, {"sport": "'; --"}])
def test_what_cannot_be_meant_is_as_if_not_said(admin_client, parameters):
    offer()
    assert page(admin_client, **parameters).count("Fanduel") == page(admin_client).count("Fanduel") > 0


def test_names_from_outside_are_escaped(admin_client):
    evil = "<script>alert(1)</script>"
    event = offer(bookmaker=evil, market=evil, sport_key=evil, sport_title=evil)
    make_entry(event=event, bookmaker=evil, market=evil, description=evil, sport_key=evil)
    text = page(admin_client)
    assert "<script>" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 4


def test_nothing_is_inline_and_nothing_comes_from_elsewhere(admin_client):
    make_entry(event=offer())
    text = page(admin_client)
    assert re.findall(r"<script(?! src=)|<style|\sstyle=|\son\w+=", text) == []
    assert re.findall(r"(?:src|href)=\"(?:https?:)?//", text) == []


def test_more_rows_cost_no_more_queries(admin_client):
    counts = []
    for number in (1, 6):
        for each in range(number):
            make_entry(event=offer(bookmaker=f"book{number}{each}"))
        with CaptureQueriesContext(connection) as queries:
            page(admin_client)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_admin_links_to_it(admin_client):
    assert '<a href="/quality/"' in admin_client.get("/admin/").content.decode()


def test_the_heat_map_of_games_has_a_cell_for_each_bookmaker(admin_client):
    now = timezone.now()
    event = offer(hours_ago=2)
    make_snapshot(event, snapshot_time=now - timedelta(hours=1))
    make_pair(event, "bovada", prices={"home": -110, "away": -110}, odds_timestamp=now - timedelta(hours=1))
    text = page(admin_client)
    row = re.search(rf'href="/events/{event.api_id}/".*?</tr>', text, re.S)
    assert row is not None
    assert re.findall(r'<td class="shade-(\d+)">(\d+)</td>', row[0]) == [("5", "50"), ("10", "100")]


def test_a_game_tells_its_flags_and_the_way_to_all_of_them(admin_client):
    event = offer()
    address = f"/quality/events/{event.api_id}/"
    assert "No fault stands." in admin_client.get(address).content.decode()
    entry = make_entry(event=event, severity=Severity.ERROR)
    make_entry(event=event, severity=Severity.WARNING, ended_at=timezone.now())
    make_entry(event=event, severity=Severity.WARNING, review=ReviewState.DISMISSED)
    text = admin_client.get(address).content.decode()
    assert f'href="/admin/quality/dataqualitylog/{entry.pk}/change/"' in text
    assert "1 stands, 1 ended" in text
    assert f"?event={event.api_id}&amp;state=all" in text
    assert admin_client.get("/quality/events/none/").status_code == 404
    assert f'hx-get="{address}"' in admin_client.get(f"/events/{event.api_id}/").content.decode()
