"""The admin as a whole: every table is found there, history stays as it is, and its first page says what waits."""

import zlib
from datetime import timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission, User
from django.core.serializers import serialize
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from rest_framework.authtoken.models import Token

from backtesting.models import BacktestRun
from backtesting.tests.factories import make_bet
from collectors.models import ArchiveFile, CollectorState
from collectors.tests.test_admin import make_rows
from events.models import Event, TeamAlias
from events.tests.factories import make_event, make_score
from odds.models import ArchivePrice
from odds.tests.factories import make_odds, make_snapshot
from oddsproject.sidebar import GROUPS, QUEUE
from quality.models import Alert, Review
from quality.tests.factories import make_entry

pytestmark = pytest.mark.django_db

OF_PEOPLE = {"auth", "authtoken"}
EDITED = {"odds.bookmaker", "events.teamalias"}


@pytest.fixture
def admin_client(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("admin"))
    return client


@pytest.fixture
def rows(admin_client: Client) -> None:
    """A row of every table."""
    now = timezone.now()
    event = make_event()
    make_score(event)
    make_snapshot(event)
    price = make_odds(event)
    ArchivePrice.objects.create(
        event=event, bookmaker=price.bookmaker, market=price.market, outcome=price.outcome, moment="closing",
        price=-110, decimal_price=1.909, origin="sbr",
    )  # fmt: skip
    TeamAlias.objects.create(sport_key=event.sport_key, alias="LA", team=event.home_team)
    entry = make_entry(event=event)
    Review.objects.create(entry=entry, state="acknowledged", reviewer=User.objects.get(), reviewed_at=now)
    Alert.objects.create(key="k", severity="error", title="A title", text="", created_at=now, next_attempt_at=now)
    make_rows(0, 1)
    CollectorState.objects.create()
    ArchiveFile.objects.create(
        sha256="0" * 64, name="a.csv", format="sbr", size=1, body=zlib.compress(b"1"), imported_at=now
    )
    make_bet()
    Group.objects.create(name="reviewers")
    Token.objects.create(user=User.objects.get())


def address(model, name="changelist", *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{name}", args=args)


def page(client, url):
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def test_every_table_is_found_and_opens(admin_client, rows):
    sidebar = page(admin_client, "/admin/")
    tables = [table.model for group in GROUPS.values() for table in group]
    assert sorted(tables) == sorted(model._meta.label_lower for model in admin.site._registry)
    for model in admin.site._registry:
        url = address(model)
        assert f'href="{url}"' in sidebar
        assert f'href="{url}"' in page(admin_client, f"/admin/search/?s={model._meta.verbose_name_plural}")
        assert page(admin_client, f"{url}?q=nothing")
        row = model.objects.first()
        change = address(model, "change", row.user_id if model._meta.app_label == "authtoken" else row.pk)
        assert f'href="{change}' in page(admin_client, url)
        assert page(admin_client, change)


def test_every_model_of_ours_is_registered():
    ours = {
        model
        for app in ("events", "odds", "quality", "collectors", "backtesting")
        for model in apps.get_app_config(app).get_models()
    }
    assert ours <= set(admin.site._registry)


def test_nothing_changes_or_deletes_history(admin_client, rows):
    for model in admin.site._registry:
        if model._meta.app_label in OF_PEOPLE or model._meta.label_lower in EDITED:
            continue
        before = serialize("json", model.objects.order_by("pk"))
        pk = model.objects.first().pk
        for name, args in (("add", ()), ("change", (pk,)), ("delete", (pk,))):
            sent = admin_client.post(address(model, name, *args), {"post": "yes", "name": "x", "state": "done"})
            assert sent.status_code == 403, (model, name)
        bulk = {"action": "delete_selected", "_selected_action": pk, "post": "yes", "select_across": "1"}
        admin_client.post(address(model), bulk)
        assert serialize("json", model.objects.order_by("pk")) == before


def test_what_may_be_deleted_is_asked_about_first(admin_client, rows):
    alias = TeamAlias.objects.get()
    assert "Are you sure" in page(admin_client, address(TeamAlias, "delete", alias.pk))
    asked = admin_client.post(address(TeamAlias), {"action": "delete_selected", "_selected_action": alias.pk})
    assert "Are you sure" in asked.content.decode()
    assert TeamAlias.objects.exists()


def test_first_page_names_what_waits_the_worst_first(admin_client):
    make_entry(severity="warning", description="the lesser")
    worst = make_entry(severity="critical", event=make_event())
    text = page(admin_client, "/admin/")
    assert text.index("Critical") < text.index("Warning")
    assert f'href="{address(type(worst), "change", worst.pk)}"' in text
    assert "Nothing has been fetched" in text
    assert '?severity__exact=critical"' in text


def test_sidebar_counts_what_waits_and_shows_what_one_may_see(client):
    make_entry()
    clerk = User.objects.create_user("clerk", is_staff=True)
    client.force_login(clerk)
    text = page(client, "/admin/")
    assert QUEUE.address() not in text
    assert "Flagged prices" not in text
    clerk.user_permissions.add(Permission.objects.get(codename="view_dataqualitylog"))
    [group] = [group for group in client.get("/admin/").context["sidebar_navigation"] if group["title"] == "Review"]
    assert [(item["title"], item.get("badge")) for item in group["items"]] == [("Review queue", "1")]


@pytest.mark.parametrize("model", ["quality.Review", "events.EventScore"])
def test_list_costs_the_same_for_3_rows_and_for_30(admin_client, model):
    def add(count):
        for number in range(count):
            now = timezone.now() + timedelta(seconds=number)
            Review.objects.create(entry=make_entry(), state="dismissed", reviewer=User.objects.get(), reviewed_at=now)
            make_score(make_event())

    def cost():
        with CaptureQueriesContext(connection) as captured:
            page(admin_client, address(apps.get_model(model)))
        return len(captured)

    add(3)
    few = cost()
    add(27)
    assert cost() == few


def test_only_the_admin_may_compile_what_its_theme_writes(admin_client, client):
    inside, outside = (admin_client.get(path)["Content-Security-Policy"] for path in ("/admin/", "/quality/"))
    assert "script-src 'self' 'unsafe-eval';" in f"{inside};"
    assert "unsafe-eval" not in outside
    for policy in (inside, outside):
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy.split("script-src")[1].split(";")[0]


@pytest.mark.parametrize(("chosen", "shown"), [("dark", "dark"), ("light", "light"), ("x", "auto"), ("", "auto")])
def test_theme_is_that_of_the_pages(admin_client, chosen, shown):
    admin_client.cookies["theme"] = chosen
    assert f'class="{shown}" x-data="theme(' in page(admin_client, "/admin/")


def test_admin_and_pages_lead_to_each_other(admin_client, rows):
    text = page(admin_client, "/admin/")
    for name in ("overview", "events-page", "quality", "collecting", "backtests", "paper"):
        assert f'href="{reverse(name)}"' in text
    event, run = Event.objects.filter(odds__isnull=False).first(), BacktestRun.objects.first()
    for row, there in ((event, reverse("event-page", args=[event.api_id])), (run, reverse("backtest", args=[run.pk]))):
        here = address(type(row), "change", row.pk)
        assert f'href="{there}"' in page(admin_client, here)
        assert f'href="{here}"' in page(admin_client, there)
