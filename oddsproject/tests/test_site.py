"""The site of the documentation is built without a warning, and asks nobody else for anything."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from playwright.sync_api import expect

from events.tests.browsers import chromium, needs_chromium
from oddsproject.settings import BASE_DIR

pytestmark = needs_chromium


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing: the test looks at what the browser asked for."""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """The address at which the site is served, built as `make docs` does."""
    build(load_config(str(BASE_DIR / "mkdocs.yml"), site_dir=str(tmp_path), strict=True))
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(tmp_path))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_site_is_whole_fits_a_phone_and_asks_nobody_else(site):
    elsewhere: list[str] = []
    with chromium() as browser, browser.new_context(viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        page.on("request", lambda asked: None if asked.url.startswith(site) else elsewhere.append(asked.url))
        for name in (
            "tutorial",
            "research",
            "reference/settings",
            "decisions/0001-postgresql-only-embedded-by-default",
        ):
            page.goto(f"{site}/{name}.html")
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
        page.goto(f"{site}/index.html", wait_until="networkidle")  # the index of the search has come
        page.set_viewport_size({"width": 1280, "height": 860})
        page.get_by_role("textbox", name="Search").press_sequentially("line_movement")  # it listens to keys
        expect(page.locator(".md-search-result__item").first).to_be_visible(timeout=30_000)
    assert [url for url in elsewhere if not url.startswith(("data:", "blob:"))] == []


def test_pictures_can_be_taken_where_django_is_not_set_up():
    """The script that takes them begins outside the project, as `make screenshots` starts it."""
    subprocess.run([sys.executable, "-c", "import oddsproject.documentation.screenshots"], cwd=BASE_DIR, check=True)
