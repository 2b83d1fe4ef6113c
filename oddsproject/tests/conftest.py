"""What several tests of this package use."""

from collections.abc import Iterator

import pytest
from django.test import Client
from playwright.sync_api import Page

from events.tests.browsers import reading


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complains of, and what it asks elsewhere: nothing, at the end."""
    return []


@pytest.fixture
def page(live_server, client: Client, monkeypatch, complaints: list[str]) -> Iterator[Page]:
    """A browser in New York in which somebody is logged in."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # its loop runs in this thread
    with reading(live_server.url, client, complaints, timezone_id="America/New_York") as page:
        yield page
