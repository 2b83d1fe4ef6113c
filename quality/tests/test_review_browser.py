"""The review queue as a person uses it, in a real browser, on prices that came in through the pipeline."""

import json
from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from collectors.pipeline import ingest
from collectors.tests.factories import NOON, book, event, h2h, snapshot
from events.models import Event
from events.tests.browsers import chromium, needs_chromium
from odds.lines import best_prices
from odds.models import Odds
from odds.standing import standing_odds
from quality.choices import IssueType, ReviewState
from quality.models import DataQualityLog

EVIL = '<script>document.title="owned"</script>"><img src=x onerror="document.title=1">{{7*7}}'

pytestmark = [*needs_chromium, pytest.mark.django_db(transaction=True)]


class Watched:
    """A browser window whose requests elsewhere are stopped, and whose complaints are kept."""

    def __init__(self, context: BrowserContext, site: str) -> None:
        self.complaints: list[str] = []
        self.elsewhere: list[str] = []
        self.site = site
        context.route(lambda url: not url.startswith(site), self._stop)
        self.page: Page = context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)
        self.page.on("dialog", lambda dialog: self.complaints.append(dialog.message))

    def _stop(self, route) -> None:
        self.elsewhere.append(route.request.url)
        route.abort()

    def _hear(self, message) -> None:
        # No page has an icon; whatever else is missing would be a fault.
        if message.type == "error" and not message.location["url"].endswith("/favicon.ico"):
            self.complaints.append(message.text)

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page


@pytest.fixture
def window(live_server, client: Client, monkeypatch) -> Iterator[Watched]:
    """A browser in which somebody is logged in."""
    # Its loop runs in this thread. Beside a loop Django would ask no database, and does so by a connection of its own.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    client.force_login(User.objects.create_superuser("reviewer"))
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    with chromium() as browser, browser.new_context() as context:
        context.add_cookies([session])
        watched = Watched(context, live_server.url)
        yield watched
        connections.close_all()
    assert (watched.complaints, watched.elsewhere) == ([], [])


def barriers(page: Page) -> list[str]:
    """What keeps people from using a page, of what the checker of accessibility calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['html'][:200]}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def best_away() -> tuple[int, tuple[str, ...]]:
    """The best price for the away side an hour before the start, and who offers it."""
    game = Event.objects.get()
    standing = standing_odds(game, game.commence_time - timedelta(hours=1), market="h2h")
    [best] = [price for price in best_prices(standing.prices()) if price.side == "away"]
    return best.price, best.bookmakers


def collect(away_team: str = "Boston Celtics") -> DataQualityLog:
    """Three looks at a game; in the last one FanDuel's prices could be bet on both sides at a profit."""
    for minutes, away in ((0, 125), (10, 128), (20, 310)):
        offers = book("fanduel", h2h(-150, away)), book("draftkings", h2h(-150, 130)), book("betmgm", h2h(-148, 126))
        written = json.dumps(event(*offers)).replace(json.dumps("Boston Celtics"), json.dumps(away_team))
        ingest([snapshot(written.encode(), NOON + timedelta(minutes=minutes))])
    return DataQualityLog.objects.get(issue_type=IssueType.BOOKSUM_BELOW_ONE)


def test_flag_is_looked_at_dismissed_and_gone_and_the_best_price_changes(window):
    entry = collect()
    assert best_away() == (130, ("draftkings",))

    page = window.open("/admin/")
    assert barriers(page) == []
    page.locator("#nav-sidebar").get_by_role("link", name="Review queue").click()
    expect(page.locator("#result_list")).to_be_visible()
    assert barriers(page) == []
    page.locator("#result_list").get_by_role("link", name=entry.get_issue_type_display()).first.click()

    expect(page.locator(".lines").first.locator("tbody tr")).to_have_count(3)
    assert barriers(page) == []
    in_question = page.locator(".lines").nth(1).locator("tr.in-question")
    expect(in_question).to_contain_text("fanduel")
    expect(in_question).to_contain_text("+310")
    expect(in_question).to_contain_text("flagged")
    expect(page.locator(".lines").nth(1).locator("tr", has_text="draftkings")).to_contain_text("best")

    page.get_by_label("Note").fill("A promotion; the book confirmed it")
    page.get_by_role("button", name="Dismiss").click()

    expect(page.get_by_text("Dismissed: 1 entry")).to_be_visible()
    expect(page.locator(".decided")).to_contain_text("Dismissed by reviewer")
    expect(page.locator(".decided")).to_contain_text("A promotion; the book confirmed it")
    expect(in_question).not_to_contain_text("flagged")
    expect(in_question.locator(".best")).to_contain_text("+310")
    assert best_away() == (310, ("fanduel",))
    assert not Odds.objects.filter(is_valid=False).exists()

    page.get_by_role("button", name="Restore").click()
    expect(in_question).to_contain_text("flagged")
    assert best_away() == (130, ("draftkings",))


def test_many_are_confirmed_with_one_note(window):
    collect()
    asked = DataQualityLog.objects.to_review().count()
    page = window.open("/admin/quality/dataqualitylog/")
    page.check("#action-toggle")
    page.select_option("select[name=action]", label="Confirm the selected entries")
    page.get_by_role("button", name="Run").click()
    page.get_by_label("Note").fill("Checked against the site")
    page.locator("button.default").click()
    expect(page.get_by_text("Confirmed: ")).to_be_visible()
    expect(page.locator(".nothing")).to_contain_text("Nothing waits for review")
    assert DataQualityLog.objects.filter(review=ReviewState.CONFIRMED).count() == asked


def test_names_with_html_stay_text(window):
    """Beside this, no dialog, no error and no request elsewhere: the window fixture sees to those."""
    entry = collect(EVIL)
    for path in ("", f"{entry.pk}/change/"):
        page = window.open(f"/admin/quality/dataqualitylog/{path}")
        expect(page.get_by_text("{{7*7}}").first).to_be_visible()
        assert "Odds" in page.title()
        assert page.locator("img[src=x]").count() == 0
