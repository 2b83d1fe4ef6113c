from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from odds.admin import OddsAdmin
from odds.models import ArchivePrice, Bookmaker, OddsSnapshot

from .factories import make_bookmaker, make_event, make_market, make_odds, make_outcome, make_scope, make_snapshot

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin_client(client: Client) -> Client:
    """Somebody who may see everything, without the time that hashing a password takes."""
    client.force_login(User.objects.create_superuser("admin"))
    return client


def make_rows(first, last):
    """So many rows in every table, each of another event, bookmaker, market and outcome."""
    for number in range(first, last):
        event = make_event(home_team=f"Home {number}")
        make_snapshot(event, scope=make_scope({f"market{number}": None}))
        price = make_odds(event, f"book{number}", f"market{number}")
        ArchivePrice.objects.create(
            event=event, bookmaker=price.bookmaker, market=price.market, outcome=price.outcome, moment="closing",
            point=number, origin="sbr-sheet",
        )  # fmt: skip


def captured_queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("model", ["odds", "oddssnapshot", "archiveprice", "bookmaker", "market", "outcome", "scope"])
def test_list_costs_the_same_for_3_rows_and_for_30(admin_client, model):
    url = f"/admin/odds/{model}/"
    make_rows(0, 3)
    few = len(captured_queries(admin_client, url))
    make_rows(3, 30)
    assert len(captured_queries(admin_client, url)) == few


@pytest.mark.parametrize("model", ["odds", "oddssnapshot"])
def test_list_of_one_event_costs_the_same_for_3_rows_and_for_30(admin_client, model):
    event = make_event(api_id="c7")
    url = f"/admin/odds/{model}/?event=c7"

    def add(first, last):
        for number in range(first, last):
            make_odds(event, f"book{number}")
            make_snapshot(event, snapshot_time=event.commence_time.replace(second=number))

    add(0, 3)
    few = len(captured_queries(admin_client, url))
    add(3, 30)
    assert len(captured_queries(admin_client, url)) == few


@pytest.mark.parametrize("query", ["", "?is_valid__exact=0", "?standing=yes", "?bookmaker__id__exact=1"])
def test_list_without_an_event_never_reads_more_than_the_newest_rows(admin_client, monkeypatch, query):
    monkeypatch.setattr(OddsAdmin, "newest", 2)
    make_rows(0, 5)
    reads = [
        sql
        for sql in captured_queries(admin_client, f"/admin/odds/odds/{query}")
        if 'FROM "odds_odds"' in sql and "MAX(" not in sql
    ]
    assert len(reads) == 2  # the count and the page
    assert all('"odds_odds"."id" > ' in sql for sql in reads)


def test_list_without_an_event_shows_the_newest_rows(admin_client, monkeypatch):
    monkeypatch.setattr(OddsAdmin, "newest", 2)
    make_rows(0, 5)
    page = admin_client.get("/admin/odds/odds/").content.decode()
    assert "The newest odds; those of one event are linked from its page" in page
    assert "2 results" in page


def test_list_of_one_event_shows_all_of_its_own(admin_client, monkeypatch):
    monkeypatch.setattr(OddsAdmin, "newest", 1)
    event = make_event(api_id="c7")
    for number in range(3):
        make_odds(event, f"book{number}")
    make_rows(0, 3)
    page = admin_client.get("/admin/odds/odds/", {"event": "c7"}).content.decode()
    assert "3 results" in page
    assert "Boston Celtics @ Los Angeles Lakers, 2026-01-15 00:30 UTC" in page


def test_filters_apply_within_an_event(admin_client):
    event = make_event(api_id="c7")
    make_odds(event, "fanduel", is_valid=False)
    make_odds(event, "draftkings", valid_until=event.commence_time)
    book = make_bookmaker("fanduel").pk
    for filtered in ({"is_valid__exact": "0"}, {"bookmaker__id__exact": book}, {"standing": "yes"}):
        page = admin_client.get("/admin/odds/odds/", {"event": "c7", **filtered}).content.decode()
        assert "1 result" in page


def test_search_is_by_the_beginning_of_an_event_id(admin_client):
    make_odds(make_event(api_id="c70331"))
    make_odds(make_event(api_id="d80442"))
    for text, found in (("c7", "1 result"), ("0331", "0 results"), ("%", "0 results")):
        assert found in admin_client.get("/admin/odds/odds/", {"q": text}).content.decode()


def test_unknown_event_has_no_odds(admin_client):
    make_odds()
    page = admin_client.get("/admin/odds/odds/", {"event": "nope"}).content.decode()
    assert "0 results" in page
    assert "unknown: nope" in page


def test_price_and_point_are_signed(admin_client):
    odds = make_odds(market="spreads", side="away", price=150, point=3.5)
    page = admin_client.get(f"/admin/odds/odds/{odds.pk}/change/").content.decode()
    assert "+150" in page
    assert "+3.5" in page


def test_a_price_of_an_archive_stands_beside_the_day_of_its_game(admin_client):
    price = make_odds(make_event(home_team="<b>Lakers"), "sbr", decimal_price=1.5714285714285714)
    archived = ArchivePrice.objects.create(
        event=price.event, bookmaker=price.bookmaker, market=price.market, outcome=price.outcome, moment="closing",
        price=-175, decimal_price=price.decimal_price, origin="sbr-sheet",
    )  # fmt: skip
    page = admin_client.get("/admin/odds/archiveprice/").content.decode()
    assert '<small class="quiet">2026-01-14</small>' in page, "the league's day, not that of UTC"
    assert "&lt;b&gt;Lakers" in page
    assert page.index("column-shown_price") < page.index("column-moment")
    for row in (price, archived):
        page = admin_client.get(f"/admin/odds/{row._meta.model_name}/{row.pk}/change/").content.decode()
        assert "1.571<" in page


def test_a_bookmaker_without_a_title_is_its_key():
    assert str(make_bookmaker("betfair_ex_au", title="")) == "betfair_ex_au"


def test_raw_answer_is_readable_and_escaped(admin_client):
    raw = {"id": "e1", "home_team": "<script>alert(1)</script>", "bookmakers": []}
    snapshot = make_snapshot(raw_data=raw)
    page = admin_client.get(f"/admin/odds/oddssnapshot/{snapshot.pk}/change/").content.decode()
    assert "&quot;home_team&quot;: &quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in page
    assert "<script>alert(1)" not in page
    assert "<details open><summary>" in page


def test_a_raw_answer_in_an_archive_is_told_to_be_there(admin_client):
    snapshot = make_snapshot()
    OddsSnapshot.objects.filter(pk=snapshot.pk).update(raw_data=None)
    page = admin_client.get(f"/admin/odds/oddssnapshot/{snapshot.pk}/change/").content.decode()
    assert "It lies in an archive; import_archive --format parquet brings it back." in page


def test_raw_answer_is_shown_as_received(admin_client):
    """Indented, but with numbers and duplicate keys as they came."""
    snapshot = make_snapshot()
    with connection.cursor() as cursor:
        text = '{"price":1.10,"price":2}'
        cursor.execute("UPDATE odds_oddssnapshot SET raw_data = %s::json WHERE id = %s", [text, snapshot.pk])
    page = admin_client.get(f"/admin/odds/oddssnapshot/{snapshot.pk}/change/").content.decode()
    assert "&quot;price&quot;: 1.10,\n  &quot;price&quot;: 2" in page


def test_list_of_snapshots_leaves_the_raw_answers_alone(admin_client):
    make_snapshot()
    assert not any("raw_data" in sql for sql in captured_queries(admin_client, "/admin/odds/oddssnapshot/"))


@pytest.mark.parametrize("make", [make_odds, make_snapshot, make_market, make_outcome, make_scope])
def test_what_was_collected_is_read_only(admin_client, make):
    row = make()
    url = f"/admin/odds/{row._meta.model_name}/"
    assert admin_client.get(f"{url}add/").status_code == 403
    assert admin_client.get(f"{url}{row.pk}/change/").status_code == 200
    assert admin_client.post(f"{url}{row.pk}/change/", {}).status_code == 403
    assert admin_client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_bookmaker_takes_what_no_answer_tells(admin_client):
    book = make_bookmaker("betfair_ex_eu", title="Betfair")
    url = f"/admin/odds/bookmaker/{book.pk}/change/"
    told = {"kind": "exchange", "commission": "0.02", "overround_min": "0.001", "overround_max": "0.05"}
    assert admin_client.post(url, {**told, "key": "renamed"}).status_code == 302
    book = Bookmaker.objects.get()
    assert (book.key, book.kind, float(book.commission), book.overround_max) == (
        "betfair_ex_eu",
        "exchange",
        0.02,
        0.05,
    )
    page = admin_client.post(url, {**told, "overround_min": "0.1"}).content.decode()
    assert "The lowest believable overround is above the highest." in page
    page = admin_client.post(url, {**told, "overround_max": "15"}).content.decode()
    assert "It is a fraction: 0.15 for 15 %." in page
    assert admin_client.get("/admin/odds/bookmaker/add/").status_code == 403


@pytest.mark.parametrize(("hours", "told"), [(1, "in play"), (-1, "before")])
def test_lists_tell_in_words_whether_a_game_was_in_play(admin_client, hours, told):
    event = make_event()
    at = event.commence_time + timedelta(hours=hours)
    make_snapshot(event, snapshot_time=at)
    make_odds(event, odds_timestamp=at)
    for model in ("odds", "oddssnapshot"):
        assert f">{told}<" in "".join(admin_client.get(f"/admin/odds/{model}/").content.decode().split("\n"))
