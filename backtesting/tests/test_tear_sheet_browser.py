"""A tear sheet as a person sees it: from a file, in a real browser, in the light and in the dark, on a phone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from backtesting.choices import BetState
from backtesting.report import write_tear_sheet
from events.tests.browsers import chromium, needs_chromium

from .factories import make_bet, make_run, measure_run
from .test_tear_sheet import EVIL, season

IN_THE_LIGHT, IN_THE_DARK = "rgb(26, 111, 181)", "rgb(108, 180, 242)"

pytestmark = needs_chromium


@pytest.fixture
def sheet(db, tmp_path) -> Path:
    """Of a run whose names are hostile."""
    run = season(make_run(strategy=EVIL), home_team=EVIL, bookmaker=EVIL, note=EVIL)
    make_bet(run, state=BetState.UNFILLED, note=EVIL)
    write_tear_sheet(measure_run(run, caveats=[EVIL]), tmp_path / "sheet.html")
    return tmp_path / "sheet.html"


@pytest.fixture
def browser(sheet) -> Iterator[Browser]:
    """After the sheet is written, which asks the database."""
    with chromium() as browser:
        yield browser


def opened(browser: Browser, path, **context) -> tuple[Page, list[str]]:
    """The file in a window of its own, and what it complained of or asked for elsewhere."""
    page = browser.new_context(**context).new_page()
    heard: list[str] = []
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("console", lambda message: heard.append(message.text))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on("request", lambda request: request.url == path.as_uri() or heard.append(request.url))
    page.goto(path.as_uri())
    return page, heard


def line_colour(page: Page) -> str:
    return page.locator("#equity .scatterlayer path.js-line").first.evaluate("line => getComputedStyle(line).stroke")


def test_charts_follow_light_dark_and_paper_without_a_complaint_or_a_request(browser, sheet):
    page, heard = opened(browser, sheet, color_scheme="dark")
    for name in ("equity", "clv", "odds", "calibration"):
        expect(page.locator(f"#{name} svg.main-svg").first).to_be_visible()
    assert line_colour(page) == IN_THE_DARK
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert line_colour(page) == IN_THE_LIGHT
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert line_colour(page) == IN_THE_DARK
    page.emulate_media(color_scheme="light")
    page.wait_for_function(
        "colour => document.querySelector('#equity .js-line').style.stroke === colour", arg=IN_THE_LIGHT
    )
    assert page.title().startswith("</script><script>alert(1)")
    assert heard == []


def test_phone_shows_nothing_too_wide_and_sorts_the_bets(browser, sheet):
    page, heard = opened(browser, sheet, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    heading, rows = page.get_by_role("button", name="Profit"), page.locator("table.bets tbody tr")
    heading.click()
    expect(rows.first).to_contain_text("-100.00")
    heading.click()
    expect(rows.first).to_contain_text("+110.00")
    expect(page.locator("table.bets thead th[aria-sort]")).to_have_attribute("aria-sort", "descending")
    expect(rows.last).to_contain_text("Unfilled")  # what has no value stays below
    assert heard == []


def test_without_scripts_words_and_tables_remain(browser, sheet):
    page, _ = opened(browser, sheet, java_script_enabled=False)
    expect(page.get_by_text("The bankroll went from")).to_be_visible()
    expect(page.locator("#equity")).to_be_hidden()
    expect(page.get_by_role("table", name="By month")).to_be_visible()
