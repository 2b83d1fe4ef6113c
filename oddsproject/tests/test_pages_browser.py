"""The pages as a person meets them, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from events.tests.browsers import needs_chromium
from events.tests.factories import make_event
from odds.tests.factories import make_pair, make_snapshot

pytestmark = [*needs_chromium, pytest.mark.django_db(transaction=True)]

SHOWN = "document.getElementById('movement-chart').layout.xaxis.range"
BOOKS = ("fanduel", "bovada", "pinnacle")


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
