"""The browser of tests that look at pages as a person does."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, sync_playwright

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
