"""The page of the API in a real browser: it works with no machine but this one, and names in answers are text."""

import pytest
from django.contrib.auth.models import User
from django.db import connections

from events.tests.browsers import chromium, needs_chromium
from events.tests.factories import make_event

pytestmark = [*needs_chromium, pytest.mark.django_db(transaction=True)]

EVIL = '<img src=x onerror="document.title=1"><script>document.title="owned"</script>'


def test_the_page_asks_nobody_else_and_shows_names_as_text(live_server, client, monkeypatch):
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    client.force_login(User.objects.create_user("reader"))
    make_event(home_team=EVIL)
    session = {"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}
    elsewhere, complaints = [], []
    with chromium() as browser, browser.new_context() as context:
        context.add_cookies([session])
        page = context.new_page()
        page.on("request", lambda request: elsewhere.append(request.url))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{live_server.url}/api/v1/docs/")
        page.locator("#operations-events-Events").click()
        page.get_by_role("button", name="Try it out").click()
        page.get_by_role("button", name="Execute").click()
        page.locator(".live-responses-table").get_by_text("document.title=1").first.wait_for()
        title = page.title()
        connections.close_all()
    assert [url for url in elsewhere if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert (title, complaints) == ("Odds", [])
