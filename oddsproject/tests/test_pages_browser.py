"""The pages as a person meets them, in a real browser."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect

from collectors.gate import Terms
from collectors.models import CreditPeriod
from events.tests.browsers import chromium, needs_chromium
from events.tests.factories import make_event
from odds.tests.factories import make_pair, make_snapshot

pytestmark = [*needs_chromium, pytest.mark.django_db(transaction=True)]

SHOWN = "document.getElementById('movement-chart').layout.xaxis.range"
BOOKS = ("fanduel", "bovada", "pinnacle")


@pytest.fixture
def page(live_server, client: Client, monkeypatch) -> Iterator[Page]:
    """A browser in New York in which somebody is logged in; nothing may be complained of or asked elsewhere."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # its loop runs in this thread
    client.force_login(User.objects.create_superuser("reader"))
    wrong: list[str] = []
    with (
        chromium() as browser,
        browser.new_context(timezone_id="America/New_York", base_url=live_server.url) as context,
    ):
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("request", lambda asked: wrong.append(asked.url) if is_elsewhere(asked.url, live_server.url) else None)
        yield page
        connections.close_all()
    assert wrong == []


def is_elsewhere(url: str, site: str) -> bool:
    return not url.startswith((site, "data:", "blob:"))


def test_from_the_overview_to_a_chart_that_draws_every_book_and_zooms(page):
    now = timezone.now()
    game = make_event(commence_time=now + timedelta(hours=3))
    make_snapshot(game, snapshot_time=now - timedelta(minutes=2))
    for place, book in enumerate(BOOKS):
        make_pair(game, book, prices={"home": -150 + place, "away": 130}, odds_timestamp=now - timedelta(hours=2))

    page.goto("/")
    expect(page.locator("time[title$='UTC']").first).to_contain_text(re.compile(r"E[SD]T|GMT-[45]"))
    page.get_by_role("link", name="Boston Celtics @ Los Angeles Lakers").click()
    expect(page.locator("#movement-chart[data-drawn='3']")).to_be_visible()
    expect(page.locator("#movement-chart .legendtext")).to_have_count(3)

    chart = page.locator("#movement-chart .nsewdrag")
    chart.scroll_into_view_if_needed()
    whole = page.evaluate(SHOWN)
    box = chart.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 120, steps=4)
    page.mouse.up()
    page.wait_for_function(f"whole => {SHOWN}[0] !== whole[0]", arg=whole)


def test_prices_and_theme_are_chosen_once_and_hold_on_every_page(page):
    now = timezone.now()
    game = make_event(commence_time=now + timedelta(hours=3))
    make_snapshot(game, snapshot_time=now - timedelta(minutes=2))
    make_pair(game, prices={"home": -150, "away": 130}, odds_timestamp=now - timedelta(hours=2))

    page.goto("/events/")
    page.get_by_label("Theme").select_option("dark")
    page.wait_for_load_state()
    page.get_by_label("Prices").select_option("decimal")
    page.wait_for_load_state()
    page.get_by_label("Team or id").fill("lakers")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="Boston Celtics @ Los Angeles Lakers").click()
    expect(page.get_by_role("cell", name="1.667")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(17, 21, 27)"


@pytest.mark.parametrize("address", ["/", "/events/", "/quality/", "/collecting/", "/backtests/", "/paper/"])
def test_no_page_is_wider_than_a_phone(page, address):
    now = timezone.now()
    period = {"account": Terms.of_settings().account, "used": 30, "remaining": 19_970}
    CreditPeriod.objects.create(**period, started_at=now - timedelta(days=2), seen_at=now)
    game = make_event(commence_time=now + timedelta(hours=3))
    make_snapshot(game, snapshot_time=now - timedelta(minutes=2))
    make_pair(game, prices={"home": -150, "away": 130}, odds_timestamp=now - timedelta(hours=2))
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(address)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
