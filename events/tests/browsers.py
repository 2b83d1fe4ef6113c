"""The browser of tests that look at pages as a person does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# Among them what keeps it from asking its maker for anything.
_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

needs_chromium = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine: apt-get install chromium"),
]


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that is closed afterwards. Its loop runs in this thread, where Django then asks no database."""
    with sync_playwright() as playwright, playwright.chromium.launch(executable_path=CHROMIUM, args=_FLAGS) as browser:
        yield browser


def hindrances(page: Page) -> list[str]:
    """What axe finds serious or critical on the page as it stands: the rule, and the first element that breaks it."""
    found = Axe().run(page).response["violations"]
    return [
        f"{each['id']}: {each['nodes'][0]['target'][0]} of {len(each['nodes'])}"
        for each in found
        if each["impact"] in ("serious", "critical")
    ]


@contextmanager
def reading(site: str, client: Client, complaints: list[str] | None = None, **context: Any) -> Iterator[Page]:
    """A page in which an administrator is logged in at `site`; nothing may be complained of or asked elsewhere.

    What is, is collected in `complaints`, which has to be empty at the end.
    Its loop runs in this thread: whoever asks the database meanwhile sets DJANGO_ALLOW_ASYNC_UNSAFE.
    """
    client.force_login(get_user_model().objects.create_superuser("reader"))
    wrong = [] if complaints is None else complaints
    with chromium() as browser, browser.new_context(base_url=site, **context) as window:
        window.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": site}])
        page = window.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda told: wrong.append(told.text) if told.type == "error" else None)
        page.on("request", lambda asked: wrong.append(asked.url) if _is_elsewhere(asked.url, site) else None)
        yield page
        connections.close_all()
    assert wrong == []


def _is_elsewhere(url: str, site: str) -> bool:
    return not url.startswith((site, "data:", "blob:"))
