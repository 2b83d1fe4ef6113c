"""The page of opportunities."""

import re
from datetime import timedelta

import pytest
from django.utils.html import escape

from events.tests.factories import TIP
from odds.tests.factories import make_event, make_game, make_odds, make_pair, make_snapshot

pytestmark = pytest.mark.django_db

SOON = "2026-01-15T00:00:00Z"  # half an hour before the start
EVIL = "<script>alert(1)</script>{{ 7*7 }}"


def page(client, **asked):
    response = client.get("/opportunities/", asked)
    assert response.status_code == 200
    return response.content.decode()


def test_what_stood_at_an_instant_is_shown_with_its_legs_and_stakes(admin_client):
    event = make_game()
    text = page(admin_client, as_of=SOON)
    assert "3 found; 1 of 1 events to come have fresh prices" in text
    assert re.findall(r'<h2 id="kind-\d">(\w+)', text) == ["Arbitrage", "Value"]
    # 1 / 2.10 + 1 / 2.05 = 0.96400, which is won whatever happens: 1 / 0.96400 - 1
    assert re.findall(r'class="number edge wins">([\d.]+ %)', text) == ["3.7 %", "5.0 %", "2.5 %"]
    assert re.findall(r"<b>(\+\d+)</b>", text)[:2] == ["+105", "+110"]
    assert re.findall(r'class="number">(\d+\.\d %)', text)[:2] == ["50.6 %", "49.4 %"]
    assert f'href="/events/{event.api_id}/"' in text


def test_kind_edge_and_reader_choose(admin_client):
    make_game()
    admin_client.cookies["prices"] = "decimal"
    text = page(admin_client, as_of=SOON, kind="value", min_edge="3")
    assert re.findall(r'class="number edge wins">([\d.]+ %)', text) == ["5.0 %"]
    assert "<b>2.100</b>" in text
    assert "Nothing stands at that instant" in page(admin_client, as_of=SOON, kind="middle")


def test_what_is_no_choice_is_told_and_the_usual_one_taken(admin_client):
    text = page(admin_client, kind=EVIL, min_edge="nan", sharp="nobody", devig="magic", as_of="soon", view="all")
    assert "Write an instant as 2026-01-15T00:30Z; these are the prices of now." in text
    for told in ("Kind", "Least edge", "Fair by", "Margin removed", "Show"):
        assert re.search(rf'class="note" role="status">{told}[^:]*: ', text), told
    assert EVIL not in text


def test_nothing_to_come_and_nothing_fresh_say_what_to_do(admin_client):
    assert "No event with odds is to come. Fetch what is on offer" in page(admin_client)
    event = make_event()
    long_before = TIP - timedelta(hours=5)
    make_snapshot(event, snapshot_time=long_before)
    make_pair(event, "pinnacle", prices={"home": -110, "away": -110}, odds_timestamp=long_before)
    assert "None of 1 events to come has fresh prices" in page(admin_client, as_of=SOON)


def test_without_a_price_to_judge_by_value_is_not_silently_absent(admin_client):
    make_game()
    make_pair(make_event(), "bovada", prices={"home": -105, "away": -115})
    assert "No value can be told, for bovada has no fresh price" in page(admin_client, as_of=SOON, sharp="bovada")


def test_for_how_long_each_stood(admin_client):
    event = make_game()
    text = page(admin_client, as_of=SOON, view="history")
    assert event.title in text
    assert re.findall(r'class="number edge wins">([\d.]+ %)</td>\s+<td rowspan="\d">(\w+)', text) == [
        ("3.7 %", "Arbitrage"), ("5.0 %", "Value"), ("2.5 %", "Value"),
    ]  # fmt: skip
    assert "0 s or more" in text
    assert "No game within a day" in page(admin_client, as_of="2025-01-01T00:00Z", view="history")


def test_names_are_text_and_nothing_else(admin_client):
    event = make_game(home_team=EVIL)
    make_odds(event, "c", "h2h", "home", name=EVIL, price=120, odds_timestamp=TIP - timedelta(minutes=35))
    for view in ("standing", "history"):
        text = page(admin_client, as_of=SOON, view=view)
        assert EVIL not in text
        assert escape(EVIL) in text


def test_strangers_are_asked_to_log_in_and_nothing_can_be_posted(client, admin_client):
    assert client.get("/opportunities/").status_code == 302
    assert admin_client.post("/opportunities/").status_code == 405
