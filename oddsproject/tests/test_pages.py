"""The overview, the events and the page of one event, as the server gives them."""

import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.http import HttpResponse
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.html import escape

from collectors.models import CreditPeriod
from events.models import Event
from events.recent import recent_page
from events.tests.factories import make_event
from odds.models import OddsSnapshot
from odds.tests.factories import make_odds, make_pair, make_snapshot

pytestmark = pytest.mark.django_db

EVIL = '<script>alert("owned")</script>{{ 7*7 }}'
PAGES = ("/", "/events/", "/opportunities/", "/quality/", "/collecting/", "/backtests/", "/paper/")


def make_game(hours=3, **over):
    start = timezone.now() + timedelta(hours=hours)
    game = make_event(commence_time=start, closing_at=start, **over)
    make_snapshot(game, snapshot_time=timezone.now() - timedelta(minutes=2))
    make_pair(game, "fanduel", prices={"home": -150, "away": 130}, odds_timestamp=timezone.now() - timedelta(hours=1))
    return game


def page(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("address", PAGES)
def test_an_empty_page_says_what_to_do_and_loads_nothing_from_elsewhere(admin_client, address):
    response = admin_client.get(address)
    text = response.content.decode()
    assert response.status_code == 200
    assert re.search("<code>manage.py [a-z_]+", text)
    assert "http://" not in text
    assert "https://" not in text
    scripts = next(part for part in response["Content-Security-Policy"].split("; ") if part.startswith("script-src"))
    assert scripts == "script-src 'self'"


@pytest.mark.parametrize("address", [*PAGES, "/events/none/", "/events/none/movement/", "/events/none/raw/"])
def test_strangers_are_asked_to_log_in(client, address):
    response = client.get(address)
    assert response.status_code == 302
    assert response["Location"].startswith("/admin/login/")


def test_the_overview_shows_games_with_their_best_prices(admin_client):
    make_game()
    text = page(admin_client, "/")
    assert "Boston Celtics @ Los Angeles Lakers" in text
    assert "<b>+130</b>" in text
    assert "<b>-150</b>" in text
    assert "<span>58.0 %</span> → <b>58.0 %</b>" in text  # 0.6 / (0.6 + 0.4348)
    assert "<strong>fetch_odds</strong> basketball_nba" in text


def test_the_overview_draws_how_the_credits_go(admin_client):
    assert "burn-down" not in page(admin_client, "/").split("</head>")[1]  # no answer has told of any
    now = timezone.now()
    CreditPeriod.objects.create(account="sandbox", started_at=now, used=300, remaining=19_700, seen_at=now)
    text = page(admin_client, "/").split("</head>")[1]
    assert '<figure class="burn-down">' in text
    assert '<polyline class="forecast"' in text


def test_the_overview_costs_the_same_for_more_games(admin_client):
    def cost():
        with CaptureQueriesContext(connection) as captured:
            page(admin_client, "/")
        return len(captured)

    make_game()
    cost()  # what is looked up once and kept
    first = cost()
    for _ in range(5):
        make_game()
    assert cost() == first


@pytest.mark.parametrize(
    ("query", "found"),
    [("", 1), ("?team=laker", 1), ("?team=%25", 0), ("?team=heat", 0), ("?status=final", 0), ("?status=nonsense", 1),
     ("?past=1&status=scheduled", 0),
     ("?day=2026-02-30", 1), ("?day=0001-01-01", 1), ("?past=1", 1), ("?page=999", 1), ("?team=%00", 1)],
)  # fmt: skip
def test_events_are_found_and_what_is_no_choice_is_passed_over(admin_client, query, found):
    make_game()
    make_game(hours=-100)
    assert ("No result</span>" in page(admin_client, f"/events/{query}")) == (query == "?past=1")
    assert f"{found} event" in page(admin_client, f"/events/{query}")


ODD = ("0001-01-01T00:00Z", "9999-12-31T23:59", "\0", "-1", "9" * 30, "nan", "1e400", "²", "2026-01-15T00:30+23:59:59")
ASKED = {
    "/events/": ("team", "day", "sport", "status", "page"),
    "/events/abc/": ("as_of", "show", "devig"),
    "/events/abc/movement/": ("market", "side"),
    "/events/abc/raw/": ("at",),
    "/opportunities/": ("view", "kind", "sport", "min_edge", "sharp", "devig", "as_of"),
    "/quality/": ("days", "sport"),
    "/backtests/": ("strategy", "kind", "page"),
}


def test_nothing_that_is_typed_breaks_a_page(admin_client):
    make_game(api_id="abc")
    asked = [(address, {name: value}) for address, names in ASKED.items() for name in names for value in ODD]
    asked += [(f"/events/%00/{part}", {}) for part in ("", "movement/", "raw/", "snapshots/")]
    asked += [("/quality/events/%00/", {}), ("/opportunities/", {"view": "history", "as_of": ODD[0]})]
    admin_client.raise_request_exception = False
    answers = {(address, *query.items()): admin_client.get(address, query).status_code for address, query in asked}
    assert {asked: status for asked, status in answers.items() if status not in (200, 404)} == {}


def test_an_event_shows_its_board_in_the_style_chosen_once(admin_client):
    game = make_game()
    assert "<b>-150</b>" in page(admin_client, f"/events/{game.api_id}/")
    answer = admin_client.post("/preferences/", {"prices": "decimal", "theme": "dark", "back": "/events/"})
    assert answer["Location"] == "/events/"
    text = page(admin_client, f"/events/{game.api_id}/")
    assert "<b>1.667</b>" in text
    assert 'data-theme="dark"' in text


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""])
def test_choosing_leads_nowhere_else_and_keeps_nothing_unknown(client, back):
    answer = client.post("/preferences/", {"prices": EVIL, "theme": EVIL, "back": back})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not answer.cookies


def test_an_event_as_of_an_instant_shows_nothing_later(admin_client):
    game = make_game()
    before = (timezone.now() - timedelta(hours=5)).strftime("%Y-%m-%dT%H:%MZ")
    assert "No standing prices at that instant" in page(admin_client, f"/events/{game.api_id}/?as_of={before}")
    wrong = page(admin_client, f"/events/{game.api_id}/?as_of=yesterday&devig=magic&show=all")
    assert "“yesterday” is no instant" in wrong
    assert "<b>-150</b>" in wrong


def test_opening_and_closing_lines_are_shown(admin_client):
    game = make_event()
    opening, closing = (game.commence_time - timedelta(hours=hours) for hours in (9, 1))
    for moment in (opening, closing):
        make_snapshot(game, snapshot_time=moment)
    Event.objects.filter(pk=game.pk).update(closing_at=closing)
    make_odds(game, price=-120, odds_timestamp=opening, valid_until=closing)
    make_odds(game, price=-135, odds_timestamp=closing)
    shown = {each: page(admin_client, f"/events/{game.api_id}/?show={each}") for each in ("opening", "closing")}
    assert {each: re.findall(r"<b>(-\d+)</b>", text) for each, text in shown.items()} == {
        "opening": ["-120"],
        "closing": ["-135"],
    }


def test_the_chart_has_a_trace_for_every_book(admin_client):
    game = make_game()
    make_pair(game, "bovada", prices={"home": -140, "away": 120}, odds_timestamp=timezone.now() - timedelta(hours=1))
    figure = admin_client.get(f"/events/{game.api_id}/movement/", {"market": "h2h", "side": "home"}).json()
    assert sorted(trace["name"] for trace in figure["data"]) == ["Bovada", "Fanduel"]
    assert figure["sides"] == {"away": "Boston Celtics", "home": "Los Angeles Lakers"}
    nothing = admin_client.get(f"/events/{game.api_id}/movement/", {"market": EVIL, "side": EVIL}).json()
    assert nothing["data"] == []


def test_raw_answers_are_the_text_that_came_in(admin_client):
    game = make_game()
    text = '{"price": 1.90, "price": 2, "note": "\\u0000"}'
    with connection.cursor() as cursor:
        cursor.execute("UPDATE odds_oddssnapshot SET raw_data = %s WHERE event_id = %s", [text, game.pk])
    assert page(admin_client, f"/events/{game.api_id}/raw/") == text
    page(admin_client, f"/events/{game.api_id}/raw/?at=2020-01-01T00:00:00Z", status=404)
    page(admin_client, "/events/unknown/", status=404)


def test_a_raw_answer_in_an_archive_is_named(admin_client):
    game = make_game()
    OddsSnapshot.objects.update(raw_data=None)
    text = page(admin_client, f"/events/{game.api_id}/raw/", status=404)
    assert "restore them with import_archive --format parquet" in text


def test_a_side_that_nobody_quotes_leaves_its_place_empty(admin_client):
    game = make_event(commence_time=timezone.now() + timedelta(hours=3))
    make_snapshot(game, snapshot_time=timezone.now() - timedelta(minutes=2))
    make_odds(game, price=-150, side="home", odds_timestamp=timezone.now() - timedelta(hours=1))
    cells = re.findall(r"<td>(.*?)</td>", page(admin_client, "/"))
    assert [("not quoted" in cell, "-150" in cell) for cell in cells[-2:]] == [(True, False), (False, True)]


def test_names_are_text_and_nothing_else(admin_client):
    game = make_game(away_team=EVIL)
    make_odds(game, name=EVIL, side="away", bookmaker="bovada", market="spreads")
    for address in ("/", "/events/", f"/events/{game.api_id}/"):
        text = page(admin_client, address)
        assert EVIL not in text
        assert escape(EVIL) in text


@override_settings(ODDS_API_KEY="k" * 32)
def test_with_a_key_no_page_speaks_of_the_sandbox(admin_client):
    assert "made up by the sandbox" not in page(admin_client, "/events/")


def test_without_a_key_every_page_says_that_prices_are_made_up(admin_client):
    for address in PAGES:
        assert "made up by the sandbox" in page(admin_client, address)


@pytest.mark.parametrize("address", [*PAGES, "/events/none/", "/admin/"])
def test_a_database_that_does_not_answer_is_told_from_a_fault_of_ours(admin_client, address):
    admin_client.raise_request_exception = False

    def fail(*_):
        raise OperationalError("server closed the connection\nsecret details")

    with connection.execute_wrapper(fail):
        response = admin_client.get(address)
    text = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "The database does not answer" in text
    assert "manage.py pg status" in text
    assert "secret" not in text


def test_a_fault_of_ours_is_no_fault_of_the_database(admin_client, monkeypatch):
    def fail(*_):
        raise ZeroDivisionError("secret details")

    monkeypatch.setattr(Event, "start_shown", property(fail))
    make_game()
    admin_client.raise_request_exception = False
    text = page(admin_client, "/events/", status=500)
    assert "odds_pipeline.log" in text
    assert "secret" not in text


def test_a_page_is_made_once_in_a_while_for_each_reader(rf, settings):
    settings.PAGE_SECONDS = 60
    made = []

    def view(request):
        made.append(request.headers.get("Cookie"))
        return HttpResponse(str(len(made)), status=404 if "absent" in request.path else 200)

    page = recent_page(view)
    answers = [page(rf.get(address, headers={"cookie": name})) for address in ("/", "/?x=1") for name in "aab"]
    assert [answer.content for answer in answers] == [b"1", b"1", b"2", b"3", b"3", b"4"]
    assert {answer["Cache-Control"] for answer in answers} == {"private"}
    assert [page(rf.get("/absent")).content for _ in range(2)] == [b"5", b"6"]
