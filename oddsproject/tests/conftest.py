"""What several tests of this package use."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client
from playwright.sync_api import Page

from events.tests.browsers import chromium


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of, and what it asks elsewhere."""
    return []


@pytest.fixture
def page(live_server, client: Client, monkeypatch, complaints: list[str]) -> Iterator[Page]:
    """A browser in New York in which somebody is logged in; there may be no complaints at the end."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # its loop runs in this thread
    local = (live_server.url, "data:", "blob:")
    client.force_login(User.objects.create_superuser("reader"))
    with (
        chromium() as browser,
        browser.new_context(timezone_id="America/New_York", base_url=live_server.url) as context,
    ):
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda told: complaints.append(told.text) if told.type == "error" else None)
        page.on("request", lambda asked: asked.url.startswith(local) or complaints.append(asked.url))
        yield page
        connections.close_all()
    assert complaints == []
