"""The browser of tests that look at pages as a person does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
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
