"""The pictures in docs/images, and the tables of the notebook: the product on the sandbox, in a folder of its own.

`make screenshots` runs it, in a minute or two. Nothing of the installation at hand is read or changed.
"""

from __future__ import annotations

import base64
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, ViewportSize

from events.tests.browsers import chromium
from oddsproject.documentation import notebook
from oddsproject.settings import BASE_DIR

Look = Literal["light", "dark"]

IMAGES = BASE_DIR / "docs" / "images"
QUALITY = 70  # of WebP, 0 to 100
LOOKS: dict[Look, ViewportSize] = {"light": {"width": 1280, "height": 860}, "dark": {"width": 390, "height": 844}}
DAYS = ("--start", "2026-01-08", "--end", "2026-01-11")
PASSWORD = re.compile(r"password (\S+)")
PATIENCE_SECONDS = 120
SETTLING_MS = 500  # until a chart is drawn


class Picture(NamedTuple):
    """A page, and the look it is taken in: light on a desk, or dark on a phone."""

    name: str
    address: str
    look: Look = "light"
    scrolled_to: str = ""  # what of the page is seen at the top, as a selector


class Product(NamedTuple):
    """The running product: its address, its environment for further commands, and the administrator's password."""

    site: str
    environment: dict[str, str]
    password: str

    def manage(self, *arguments: str) -> str:
        """What a command prints."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=BASE_DIR, env=self.environment, capture_output=True, text=True, check=True
        ).stdout


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="odds-screenshots-") as folder, product(Path(folder)) as running:
        pictures = _pictures(_fill(running, Path(folder)))
        tables = notebook.run(running.environment)
        notebook.TABLES.write_text(json.dumps(tables, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        IMAGES.mkdir(exist_ok=True)
        with chromium() as browser:
            for look in LOOKS:
                _photograph(browser, running, look, [each for each in pictures if each.look == look])


def _pictures(event_id: str) -> list[Picture]:
    return [
        Picture("overview", "/"),
        Picture("event", f"/events/{event_id}/", scrolled_to="#movement-chart"),
        Picture("collecting", "/collecting/"),
        Picture("quality", "/quality/"),
        Picture("backtests", "/backtests/"),
        Picture("api", "/api/v1/docs/"),
        Picture("overview", "/", "dark"),
        Picture("event", f"/events/{event_id}/", "dark"),
    ]


@contextmanager
def product(folder: Path) -> Iterator[Product]:
    """Everything that `make run` starts, on free ports and with its data in this folder, until the end of the block."""
    port, sandbox_port = _free_port(), _free_port()
    environment = {
        **os.environ,
        "VAR_DIR": str(folder / "var"),
        "SANDBOX_PORT": str(sandbox_port),
        **dict.fromkeys(("ODDS_API_KEY", "ODDS_API_BASE_URL", "DATABASE_URL"), ""),
        "BACKUP_DAILY": "false",
        "PYTHONUNBUFFERED": "1",
    }
    command = [sys.executable, "manage.py", "run", "--port", str(port)]
    with (folder / "run.log").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(command, cwd=BASE_DIR, env=environment, stdout=log, stderr=log)
        try:
            site = f"http://127.0.0.1:{port}"
            _wait_for(f"{site}/ready/")
            log.seek(0)
            found = PASSWORD.search(log.read())
            yield Product(site, environment, found[1] if found else "")
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def _fill(running: Product, folder: Path) -> str:
    """Buy four evenings, run two backtests on them, and give the id of the last of their games."""
    running.manage("backfill", *DAYS, "--times", "open,1h,close", "--yes")
    results = f"results?sport=basketball_nba&start={DAYS[1]}&end=2026-01-12"
    with urlopen(f"http://127.0.0.1:{running.environment['SANDBOX_PORT']}/_sandbox/{results}") as answer:
        (folder / "results.csv").write_bytes(answer.read())
    running.manage("import_results", str(folder / "results.csv"))
    running.manage("run_backtest", "expected_value", *DAYS, "--param", "min_ev=0")
    running.manage("run_backtest", "favourite", *DAYS)
    events = json.loads(running.manage("list_events", "--date", "2026-01-10", "--json"))
    return str(events[-1]["event_id"])


def _photograph(browser: Browser, running: Product, look: Look, pictures: Sequence[Picture]) -> None:
    """Take these pictures as somebody who has logged in."""
    with browser.new_context(
        base_url=running.site, viewport=LOOKS[look], color_scheme=look, timezone_id="America/New_York"
    ) as context:
        page = context.new_page()
        page.goto("/admin/login/?next=/")
        page.get_by_label("Username").fill("admin")
        page.get_by_label("Password").fill(running.password)
        page.get_by_role("button", name="Log in").click()
        for picture in pictures:
            page.goto(picture.address)
            page.wait_for_load_state("networkidle")
            if picture.scrolled_to:
                page.locator(picture.scrolled_to).evaluate("chart => window.scrollTo(0, chart.offsetTop - 120)")
                page.wait_for_timeout(SETTLING_MS)
            path = IMAGES / f"{picture.name}-{look}.webp"
            path.write_bytes(_webp(page))
            sys.stdout.write(f"✓ {path.relative_to(BASE_DIR)}, {path.stat().st_size / 1000:.0f} kB\n")


def _webp(page: Page) -> bytes:
    """What is seen of the page, in a format that Playwright's own call does not have."""
    session = page.context.new_cdp_session(page)
    shot = session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})
    return base64.b64decode(shot["data"])


def _wait_for(url: str) -> None:
    """Wait until something there answers 200."""
    end = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with urlopen(url, timeout=5):  # noqa: S310
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.5)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


if __name__ == "__main__":
    main()
