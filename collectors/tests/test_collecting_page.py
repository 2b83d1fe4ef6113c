"""The page of collecting."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from collectors.choices import CallState, Endpoint, Job, Purpose, TickState
from collectors.gate import Terms
from collectors.models import CreditPeriod, FetchLog, JobTick

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def period():
    now = timezone.now()
    account = Terms.of_settings().account
    return CreditPeriod.objects.create(account=account, started_at=now, used=30, remaining=19_970, seen_at=now)


def make_call(period, **over):
    now = timezone.now()
    return FetchLog.objects.create(
        **{
            "request_id": uuid.uuid4(),
            "period": period,
            "account": period.account,
            "purpose": Purpose.LIVE,
            "endpoint": Endpoint.ODDS,
            "sport_key": "basketball_nba",
            "digest": "d",
            "state": CallState.STORED,
            "holder": 1,
            "credits_reserved": 3,
            "credits_charged": 3,
            "fetch_time": now,
            "received_at": now,
            "ended_at": now,
            "response_time_ms": 123,
            "success": True,
            **over,
        }
    )


def page(client) -> str:
    response = client.get("/collecting/")
    assert response.status_code == 200
    return response.content.decode()


def test_it_can_only_be_read(admin_client):
    assert admin_client.post("/collecting/").status_code == 405


def test_nothing_fetched_says_which_command_to_type(admin_client):
    text = page(admin_client)
    assert "New, nothing collected yet" in text
    assert "<code>manage.py fetch_odds</code>" in text
    assert "No answer has told of any credits yet" in text
    assert "<polyline" not in text


def test_credits_calls_and_jobs_are_shown(admin_client, period):
    make_call(period)
    make_call(period, purpose=Purpose.MANUAL, credits_charged=None)
    now = timezone.now()
    JobTick.objects.create(
        job=Job.TIDY, tick=now - timedelta(hours=1), started_at=now, state=TickState.DONE, outcome="2 removed"
    )
    text = page(admin_client)
    assert re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", text) == [
        ("Used", "30"),
        ("Set aside", "3"),
        ("Left", "19,967"),
        ("Quota", "20,000"),
    ]
    assert text.count('class="forecast"') == 2
    assert "123 ms" in text
    assert "≤ 3" in text
    assert "2 removed" in text
    assert 'href="/admin/collectors/fetchlog/"' in text


def test_only_the_last_calls_are_listed(admin_client, period):
    for number in range(25):
        make_call(period, error_message=f"number {number};")
    assert re.findall(r"number (\d+);", page(admin_client)) == [str(number) for number in range(24, 4, -1)]


def test_markup_in_an_error_is_inert(admin_client, period):
    make_call(period, state=CallState.FAILED, success=False, error_message="<script>alert(1)</script>")
    text = page(admin_client)
    assert "&lt;script&gt;alert(1)" in text
    assert "<script>" not in text


def test_it_holds_what_the_policy_of_content_allows(admin_client, period):
    make_call(period)
    assert not re.search(r"<script(?! src=)|<style| style=| on\w+=", page(admin_client))


def test_the_number_of_queries_does_not_grow(admin_client, period):
    make_call(period)
    page(admin_client)
    with CaptureQueriesContext(connection) as few:
        page(admin_client)
    for _ in range(10):
        make_call(period)
    with CaptureQueriesContext(connection) as many:
        page(admin_client)
    assert len(many) == len(few)
