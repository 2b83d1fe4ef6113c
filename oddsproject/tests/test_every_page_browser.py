"""Every page in a real browser: with data, empty, and with a database that does not answer."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Page, expect

from backtesting.choices import BetState, RunKind, RunState
from backtesting.tests.factories import make_bet, make_run, measure_run
from collectors.gate import Terms
from collectors.models import CreditPeriod
from events.tests.browsers import hindrances, needs_chromium
from events.tests.factories import make_event
from odds.tests.factories import make_pair, make_snapshot
from quality.tests.factories import make_entry

pytestmark = [*needs_chromium, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/", "/events/", "/opportunities/", "/opportunities/?view=history&min_edge=-20", "/quality/", "/collecting/",
    "/backtests/", "/paper/",
)  # fmt: skip
NAME = '=cmd|<b id="owned">x</b>{{ 7*7 }}\u202e\u0007'


def fill() -> list[str]:
    """Something on every page, with a name that would do harm where it is not shown as text. The addresses of it."""
    now = timezone.now()
    period = {"account": Terms.of_settings().account, "used": 30, "remaining": 19_970}
    CreditPeriod.objects.create(**period, started_at=now - timedelta(days=2), seen_at=now)
    start = now + timedelta(hours=3)
    game = make_event(commence_time=start, closing_at=start, away_team=NAME)
    make_snapshot(game, snapshot_time=now - timedelta(minutes=2))
    for book, prices in (("pinnacle", {"home": -150, "away": 140}), ("bovada", {"home": -130, "away": 120})):
        make_pair(game, book, prices=prices, odds_timestamp=now - timedelta(hours=2))
    make_entry(event=game, bookmaker="bovada", market="h2h")
    runs = [make_run(kind=kind, state=state) for kind, state in RUNS]
    for run in runs:
        make_bet(run, state=BetState.WON, clv=0.02)
        measure_run(run)
    backtest, other, _ = runs
    of_runs = (f"/backtests/{backtest.pk}/", f"/backtests/compare/?run={backtest.pk}&run={other.pk}")
    return [f"/events/{game.api_id}/", *of_runs]


RUNS = ((RunKind.BACKTEST, RunState.DONE), (RunKind.BACKTEST, RunState.DONE), (RunKind.PAPER, RunState.RUNNING))


def test_every_page_hinders_nobody_and_fits_a_phone(page):
    """In the light on a desk and in the dark on a phone; what names would run or write is text."""
    wrong: dict[str, list[str]] = {}
    for address in [*PAGES, *fill()]:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.emulate_media(color_scheme="light")
        response = page.goto(address)
        assert response is not None
        assert response.status == 200, address
        expect(page.locator("h1")).to_have_count(1)
        assert page.locator("#owned").count() == 0, address
        found = hindrances(page)
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="dark")
        found += hindrances(page)
        width = page.evaluate("document.documentElement.scrollWidth")
        if found or width > 390:
            wrong[address] = [*found, f"{width} px wide"]
    assert wrong == {}


def test_boxes_to_choose_rights_from_are_read_aloud(page):
    page.goto("/admin/auth/group/add/")
    expect(page.locator("span.help-tooltip[role=img]")).to_have_count(2)
    assert hindrances(page) == []


def test_every_empty_page_hinders_nobody_and_says_what_to_do(page):
    wrong = {}
    for address in PAGES:
        page.goto(address)
        assert re.search(r"manage\.py [a-z_]+", page.locator("main").inner_text()), address
        if found := hindrances(page):
            wrong[address] = found
    assert wrong == {}


@pytest.fixture
def own_backend(transactional_db) -> int:
    """The server process of this test's own connection, made before the browser's loop has the test see another."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


@contextmanager
def stopped_database(spared: int) -> Iterator[None]:
    """The database ends every connection but the spared one and takes no new one."""
    names = connection.get_connection_params()
    mine = connection.settings_dict["NAME"]
    reach = {key: names[key] for key in ("host", "port", "user", "password") if names.get(key)}
    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s"
    with psycopg.connect(**reach, dbname="postgres", autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{mine}" ALLOW_CONNECTIONS false')  # type: ignore[arg-type]
        server.execute(ended, [mine, spared])
        try:
            yield
        finally:
            server.execute(f'ALTER DATABASE "{mine}" ALLOW_CONNECTIONS true')  # type: ignore[arg-type]


def test_while_the_database_is_away_every_page_says_so_and_is_back_by_itself(
    own_backend: int, page: Page, complaints: list[str]
):
    page.goto("/")
    with stopped_database(own_backend):
        page.evaluate("htmx.ajax('GET', '/', {target: '#now', swap: 'none'})")
        expect(page.locator("#stale")).to_contain_text("Not refreshed since")
        for address in PAGES:
            response = page.goto(address)
            assert response is not None
            assert response.status == 503, address
            expect(page.get_by_role("heading", name="The database does not answer")).to_be_visible()
        assert hindrances(page) == []
    expect(page.get_by_role("heading", name="Paper trading")).to_be_visible(timeout=15_000)
    complaints[:] = [each for each in complaints if "503" not in each]
