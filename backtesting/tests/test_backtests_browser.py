"""A backtest as a person starts, watches and compares it, in a real browser."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from backtesting.attendant import Attendant
from events.tests.browsers import hindrances, needs_chromium, reading
from events.tests.factories import TIP

from .children import database_of_children  # noqa: F401 - a fixture
from .factories import make_bet, make_run, measure_run
from .seasons import FIRST_DAY, LAST_DAY, make_season

pytestmark = [*needs_chromium, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("database_of_children")]


def width(page: Page) -> int:
    found: int = page.evaluate("document.documentElement.scrollWidth")
    return found


def test_a_backtest_is_started_watched_and_compared_by_clicking(live_server, client: Client, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    make_season()
    other = make_run(strategy="favourite")
    for day in range(3):
        make_bet(other, settled_at=TIP + timedelta(days=day))
    measure_run(other)
    phone = {"width": 390, "height": 844}
    with reading(live_server.url, client, viewport=phone, color_scheme="dark") as page:
        page.goto("/backtests/")
        page.get_by_role("link", name="New backtest").click()
        page.get_by_label("Name").select_option("random")
        expect(page.get_by_role("heading", name="Parameters of random")).to_be_visible()
        page.get_by_label("First game day").fill(FIRST_DAY)
        page.get_by_label("Last game day").fill(LAST_DAY)
        page.get_by_text("Books, fills, settlement").click()
        assert hindrances(page) == []
        page.get_by_role("button", name="Start the backtest").click()
        expect(page.get_by_text("Nothing takes backtests at the moment")).to_be_visible()
        with Attendant(every=0.05):
            for chart in ("equity", "clv", "odds"):
                expect(page.locator(f"#{chart}[data-drawn]")).to_be_visible(timeout=30_000)
        expect(page.locator("#state")).to_have_text("Done")
        assert hindrances(page) == []
        assert width(page) == 390

        page.get_by_role("link", name="All backtests").click()
        for box in page.get_by_role("checkbox").all():
            box.check()
        page.get_by_role("button", name="Compare those ticked").click()
        expect(page.locator("#compared[data-drawn='4'] .legendtext")).to_have_text(
            [re.compile("random"), re.compile("favourite")]
        )
        assert hindrances(page) == []
        assert width(page) == 390
