"""Collecting by the API: calls, credits, status."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from collectors.api.serializers import CallRow
from collectors.documents import CALL_FIELDS
from collectors.models import FetchLog
from collectors.tests.test_admin import make_call
from events.tests.api import all_pages, get, queries, refused, results
from events.tests.factories import make_event

pytestmark = pytest.mark.django_db

# What differs between two moments.
OF_THE_MOMENT = {"heartbeat_age_seconds", "disk_free_bytes", "db_size_bytes"}


def command(name: str, *arguments: str):
    out = StringIO()
    call_command(name, "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_every_column_of_a_call_is_one_of_the_ledger():
    assert list(CallRow().fields) == list(CALL_FIELDS)
    columns = {field.attname for field in FetchLog._meta.concrete_fields}
    assert columns - set(CALL_FIELDS) == {"id", "period_id", "account", "digest", "holder"}


def test_calls_are_told_with_the_newest_first():
    old = make_call(fetch_time=timezone.now() - timedelta(days=2), purpose="backfill", success=False, state="failed")
    new = make_call(parameters={"markets": "h2h,totals"})
    rows = results("/fetch-log")
    assert [row["request_id"] for row in rows] == [str(new.request_id), str(old.request_id)]
    assert rows[0]["parameters"] == {"markets": "h2h,totals"}
    assert rows[0]["credits_charged"] == 3
    for chosen in ({"purpose": "backfill"}, {"success": "false"}, {"state": "failed"}):
        assert [row["request_id"] for row in results("/fetch-log", chosen)] == [str(old.request_id)]
    yesterday = (timezone.now() - timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(results("/fetch-log", {"from": yesterday})) == len(results("/fetch-log", {"to": yesterday})) == 1
    assert refused("/fetch-log", {"endpoint": "weather"})[:2] == ("invalid_parameter", "endpoint")


def test_three_calls_and_thirty_take_one_query_and_pages_hold_each_once():
    for _ in range(3):
        make_call()
    few = queries("/fetch-log")
    for _ in range(27):
        make_call()
    assert queries("/fetch-log") == few == 1
    pages = all_pages("/fetch-log", {"page_size": 7})
    assert len({row["request_id"] for page in pages for row in page}) == 30


def test_what_a_call_was_asked_with_is_one_cell_of_csv():
    make_call(parameters={"markets": "h2h,totals"}, error_message="=cmd()")
    text = get("/fetch-log", {"format": "csv"}).content.decode()
    assert '"{""markets"":""h2h,totals""}"' in text
    assert ",'=cmd()" in text


def test_credits_are_the_document_of_the_command():
    make_call()
    assert get("/credits").json() == command("quota")
    forecast = get("/credits", {"forecast": "true"}).json()
    assert [each["mode"] for each in forecast["forecasts"]] == ["fixed", "adaptive"]
    assert get("/credits").json().keys() | {"forecasts"} == forecast.keys()


def test_status_is_the_document_of_the_command(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    make_event()
    by_api, by_command = get("/status").json(), command("status")
    assert by_api.keys() == by_command.keys()
    assert {k: by_api[k] for k in by_api.keys() - OF_THE_MOMENT} == {
        k: by_command[k] for k in by_command.keys() - OF_THE_MOMENT
    }
    assert by_api["events_total"] == 1


def test_objects_have_one_format():
    assert refused("/status", {"format": "csv"})[:2] == ("unknown_format", "format")
    assert get("/status", status=406, accept="text/csv").json()["code"] == "not_acceptable"


def test_a_database_that_is_not_up_to_date_is_not_available(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    MigrationRecorder.Migration.objects.filter(app="quality").delete()
    assert refused("/status", {}, status=503)[0] == "database_unavailable"
