"""The admin's pages about collecting."""

import re
import zlib
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_apscheduler.models import DjangoJob, DjangoJobExecution

from collectors.admin import FetchLogAdmin
from collectors.choices import Job
from collectors.jobs import run_now
from collectors.models import BackfillItem, BackfillRun, CollectorState, CreditPeriod, FetchLog, JobTick, RawResponse
from collectors.response_admin import SHOWN_BYTES
from events.tests.factories import make_event

NBA = "basketball_nba"
JOBS = "/admin/django_apscheduler/djangojob/"
KEY = "k3y-of-the-provider"
TABLES = [
    "collectors/fetchlog",
    "collectors/rawresponse",
    "collectors/creditperiod",
    "collectors/backfillrun",
    "collectors/backfillitem",
    "collectors/jobtick",
    "django_apscheduler/djangojob",
    "django_apscheduler/djangojobexecution",
]


@pytest.fixture
def admin_client(client, db):
    """Somebody who may do everything, without the time that hashing a password takes."""
    client.force_login(User.objects.create_superuser("admin"))
    return client


def make_call(**over):
    fields = {
        "request_id": uuid4(),
        "account": "sandbox",
        "purpose": "live",
        "endpoint": "odds",
        "sport_key": NBA,
        "parameters": {"markets": "h2h"},
        "digest": "d",
        "state": "stored",
        "holder": 1,
        "credits_reserved": 3,
        "credits_charged": 3,
        "fetch_time": timezone.now(),
        "http_status": 200,
        "success": True,
    }
    return FetchLog.objects.create(**{**fields, **over})


def make_response(body=b"[]", **over):
    fields = {"received_at": timezone.now(), "body": zlib.compress(body), "sha256": "0" * 64, "size": len(body)}
    return RawResponse.objects.create(**{"call": make_call(), **fields, **over})


def make_rows(first, last):
    now = timezone.now()
    for number in range(first, last):
        make_response()
        CreditPeriod.objects.create(account=f"key-{number}", started_at=now)
        tick = now - timedelta(minutes=number)
        backfill = BackfillRun.objects.create(
            digest=str(number), sport_key=NBA, start=now.date(), end=now.date(), parameters={"gaps": 0}, created_at=now
        )
        item = BackfillItem.objects.create(
            endpoint="historical_odds", sport_key=NBA, requested_at=now, parameters={}, digest=str(number), cost=30,
            call=make_call(),
        )  # fmt: skip
        item.runs.add(backfill)
        JobTick.objects.create(job="fetch_odds", sport_key=NBA, tick=tick, started_at=now, state="done")
        job = DjangoJob.objects.create(id=f"job{number}", job_state=b"", next_run_time=now)
        DjangoJobExecution.objects.create(job=job, run_time=now, status="Executed")


def captured_queries(client, url):
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured]


@pytest.mark.parametrize("table", TABLES)
def test_list_costs_the_same_for_3_rows_and_for_30(admin_client, table):
    make_rows(0, 3)
    few = len(captured_queries(admin_client, f"/admin/{table}/"))
    make_rows(3, 30)
    assert len(captured_queries(admin_client, f"/admin/{table}/")) == few


def test_nothing_is_added_changed_or_deleted(admin_client):
    make_rows(0, 1)
    CollectorState.objects.create()
    models = [
        BackfillRun,
        BackfillItem,
        FetchLog,
        RawResponse,
        CreditPeriod,
        JobTick,
        CollectorState,
        DjangoJob,
        DjangoJobExecution,
    ]
    for model in models:
        row = model.objects.first()
        url = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        assert admin_client.get(f"{url}add/").status_code == 403
        assert admin_client.get(f"{url}{row.pk}/change/").status_code == 200
        assert admin_client.post(f"{url}{row.pk}/change/", {}).status_code == 403
        assert admin_client.post(f"{url}{row.pk}/delete/", {"post": "yes"}).status_code == 403
        assert "delete_selected" not in admin_client.get(url).content.decode()


def test_the_ledger_shows_what_a_call_cost_and_how_it_ended(admin_client):
    make_call(state="unknown", credits_charged=None, error_code="no_answer", success=False)
    page = admin_client.get("/admin/collectors/fetchlog/").content.decode()
    assert '<span class="state doubtful">unknown</span>' in page
    assert "≤ 3" in page
    assert "no_answer" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("?state__exact=failed", 1),
        ("?purpose__exact=backfill", 1),
        ("?endpoint__exact=scores", 1),
        ("?q=provider", 1),
        ("?q=11111111-1111-1111-1111-111111111111", 1),
        ("?q=11111111111111111111111111111111", 1),
        ("?q=%25", 0),
    ],
)
def test_the_ledger_is_filtered_and_searched(admin_client, query, found):
    make_call(state="failed", error_code="provider_down", success=False)
    make_call(purpose="backfill")
    make_call(endpoint="scores", request_id=UUID(int=0x1111_1111_1111_1111_1111_1111_1111_1111))
    page = admin_client.get(f"/admin/collectors/fetchlog/{query}").content.decode()
    assert f"{found} result{'' if found == 1 else 's'}" in page


def test_the_ledger_never_reads_more_than_the_newest_rows(admin_client, monkeypatch):
    monkeypatch.setattr(FetchLogAdmin, "newest", 2)
    calls = [make_call() for _ in range(5)]
    page = admin_client.get("/admin/collectors/fetchlog/").content.decode()
    assert re.search(r"\b2\s+calls\b", page)
    page = admin_client.get("/admin/collectors/fetchlog/", {"q": str(calls[0].request_id)}).content.decode()
    assert "1 result" in page
    today = {"fetch_time__year": f"{timezone.now():%Y}"}
    assert re.search(r"\b5\s+calls\b", admin_client.get("/admin/collectors/fetchlog/", today).content.decode())


def test_a_call_links_to_its_answer(admin_client):
    stored = make_response(b"[1]")
    page = admin_client.get(f"/admin/collectors/fetchlog/{stored.call_id}/change/").content.decode()
    assert f'<a href="/admin/collectors/rawresponse/{stored.pk}/change/">as received, 3 bytes</a>' in page


def test_an_answer_is_shown_indented_and_escaped(admin_client):
    stored = make_response(b'[{"home_team":"<script>alert(1)</script>"}]')
    page = admin_client.get(f"/admin/collectors/rawresponse/{stored.pk}/change/").content.decode()
    assert "&quot;home_team&quot;: &quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;" in page
    assert "<script>alert(1)" not in page


@pytest.mark.parametrize("body", [b"\xff\x00 no text", b"<html>", b"", b"[" * 5_000])
def test_an_answer_that_is_no_json_is_shown_as_it_is(admin_client, body):
    stored = make_response(body)
    assert admin_client.get(f"/admin/collectors/rawresponse/{stored.pk}/change/").status_code == 200


def test_a_large_answer_is_cut_off(admin_client):
    stored = make_response(b"[" + b"1," * SHOWN_BYTES + b"1]")
    page = admin_client.get(f"/admin/collectors/rawresponse/{stored.pk}/change/").content.decode()
    assert "400,003 bytes, the first 200,000 of them as they came" in page
    assert len(page) < 1.1 * SHOWN_BYTES + 80_000


def test_the_list_of_answers_leaves_their_bodies_alone(admin_client):
    make_response()
    assert not any('"body"' in sql for sql in captured_queries(admin_client, "/admin/collectors/rawresponse/"))


@pytest.mark.parametrize(("reading", "found"), [("done", 1), ("waiting", 2), ("aside", 1)])
def test_answers_are_filtered_by_whether_they_were_read(admin_client, reading, found):
    make_response(normalised_at=timezone.now())
    make_response(problem="no list")
    make_response()
    make_response()
    listed = admin_client.get("/admin/collectors/rawresponse/", {"reading": reading}).context["cl"]
    assert listed.result_count == found


def test_ticks_show_what_came_of_them_and_what_was_missed(admin_client):
    now = timezone.now()
    JobTick.objects.create(job="tidy", tick=now, started_at=now, state="failed", outcome="<b>no</b>", missed=15)
    JobTick.objects.create(job="fetch_odds", sport_key=NBA, tick=now, started_at=now, state="done")
    page = admin_client.get("/admin/collectors/jobtick/").content.decode()
    assert '<span class="state bad">failed</span>' in page
    assert "&lt;b&gt;no&lt;/b&gt;" in page
    assert admin_client.get("/admin/collectors/jobtick/", {"missed": "yes"}).context["cl"].result_count == 1


def make_run(number=1, **over):
    """A run of the first January days, with a purchase of each kind."""
    fields = {"digest": str(number), "sport_key": NBA, "start": "2026-01-01", "end": "2026-01-31", "parameters": {}}
    run = BackfillRun.objects.create(**{**fields, "is_sandbox": True, "created_at": timezone.now(), **over})
    for endpoint, cost in (("historical_events", 70), ("historical_odds", 4_770)):
        call = make_call(purpose="backfill", endpoint=endpoint, digest=f"{number} {endpoint}", credits_charged=cost)
        run.items.create(
            endpoint=endpoint, sport_key=NBA, requested_at=timezone.now(), digest=call.digest, cost=cost, call=call,
            charged=cost, state="verified", parameters={"markets": "h2h,<b>"}, is_sandbox=True,
        )  # fmt: skip
    return run


def test_runs_of_the_same_days_are_told_apart(admin_client):
    make_run(1, parameters={"rate": 0.2, "seed": 1})
    make_run(2, parameters={"rate": 0.2, "seed": 2})
    page = admin_client.get("/admin/collectors/backfillrun/").content.decode()
    assert f"{NBA} (sandbox), 20 % of the games, seed 1" in page
    assert f"{NBA} (sandbox), 20 % of the games, seed 2" in page
    assert page.count("4,840") == 2, "credits, lists and prices together"


def test_the_page_of_a_run_tells_what_was_drawn_bought_and_verified(admin_client):
    event = make_event()
    run = make_run(games=[event.api_id], credits_planned=4_770, report={"differences": 1, "examples": ["<i> differs"]})
    page = admin_client.get(f"/admin/collectors/backfillrun/{run.pk}/change/").content.decode()
    assert f'<a href="/admin/events/event/{event.pk}/change/">{event}</a>' in page
    assert "4,770 of 4,770 planned" in page
    assert "<th>For lists of events</th><td>70</td>" in page
    assert f'<a href="/admin/collectors/backfillitem/?runs__id__exact={run.pk}">2</a>' in page
    assert "&lt;i&gt; differs" in page
    assert "For calls made again" not in page
    make_call(purpose="backfill", digest=run.items.first().digest, state="failed", credits_charged=30)
    page = admin_client.get(f"/admin/collectors/backfillrun/{run.pk}/change/").content.decode()
    assert "<th>For calls made again</th><td>30</td>" in page


def test_purchases_are_called_so_and_filtered_by_endpoints_that_are_there(admin_client):
    item = make_run().items.first()
    page = admin_client.get("/admin/collectors/backfillitem/").content.decode()
    assert re.search(r"\b2\s+purchases\b", page)
    assert "?endpoint=historical_odds" in page
    assert "participants" not in page
    page = admin_client.get(f"/admin/collectors/backfillitem/{item.pk}/change/").content.decode()
    assert "<th>markets</th><td>h2h,&lt;b&gt;</td>" in page


@pytest.mark.django_db(transaction=True)
class TestRunNow:
    @pytest.fixture
    def live(self, set_stage, settings, tmp_path):
        """The installation collects from a sandbox that shows the real time."""
        stage = set_stage(at=timezone.now(), key=KEY)
        settings.ODDS_API_BASE_URL, settings.ODDS_API_KEY = stage.sandbox.url, KEY
        settings.VAR_DIR = tmp_path
        for job in Job:
            DjangoJob.objects.create(id=job.value, job_state=b"", next_run_time=timezone.now())
        return stage

    def run(self, client, *jobs):
        data = {"action": "run_selected", "_selected_action": jobs, "confirmed": "yes"}
        response = client.post(JOBS, data, follow=True)
        assert response.status_code == 200
        return [str(message) for message in response.context["messages"]]

    def test_it_goes_through_the_gate_and_tells_what_came_of_it(self, admin_client, live):
        (told,) = self.run(admin_client, "fetch_odds")
        assert told.startswith("Ran fetch_odds basketball_nba: ")
        assert told.endswith("3 credits")
        assert live.charged == 3
        assert FetchLog.objects.get(endpoint="odds").purpose == "manual"
        page = admin_client.get(JOBS).content.decode()
        assert '<span class="state good">done</span>' in page

    def test_all_jobs_at_once(self, admin_client, live):
        assert len(self.run(admin_client, *Job.values)) == len(Job)

    def test_a_refusal_is_a_message(self, admin_client, live, settings):
        settings.ODDS_API_KEY = "wrong"
        (told,) = self.run(admin_client, "fetch_odds")
        assert "INVALID_KEY" in told
        assert "wrong" not in told

    def test_nobody_there_is_a_message(self, admin_client, live, settings):
        settings.ODDS_API_BASE_URL = "http://127.0.0.1:1/v4"
        (told,) = self.run(admin_client, "update_event_status")
        assert "no connection to the provider" in told

    def test_within_a_minute_it_happens_once(self, admin_client, live):
        tick = timezone.now().replace(second=0, microsecond=0)
        for minute in (0, 1):  # the minute may end while we ask
            now = tick + timedelta(minutes=minute)
            JobTick.objects.create(job="fetch_odds", sport_key=NBA, tick=now, started_at=now, state="done")
        (told,) = self.run(admin_client, "fetch_odds")
        assert told.startswith("Not run: fetch_odds basketball_nba for ")
        assert "was done before" in told
        assert live.charged == 0

    def test_a_database_without_its_tables_is_a_message(self, admin_client, live):
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE collectors_fetchlog RENAME TO away")
        try:
            (told,) = self.run(admin_client, "fetch_odds")
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ALTER TABLE away RENAME TO collectors_fetchlog")
        assert told.startswith("Failed: fetch_odds: the database gave an error")

    def test_a_job_of_another_program_is_a_message(self, admin_client, live):
        DjangoJob.objects.create(id="other", job_state=b"")
        (told,) = self.run(admin_client, "other")
        assert told == "Not run: other is no job of this program; the scheduler removes it when it starts"

    def test_only_a_superuser_may(self, client, live):
        clerk = User.objects.create(username="clerk", is_staff=True)
        clerk.user_permissions.set(Permission.objects.filter(content_type__app_label="django_apscheduler"))
        client.force_login(clerk)
        assert "Run now" not in client.get(JOBS).content.decode()
        self.run(client, "fetch_odds")
        assert live.charged == 0

    def test_no_page_shows_the_key(self, admin_client, live):
        run_now(Job.FETCH_ODDS, [NBA])
        pages = [f"/admin/{table}/" for table in TABLES] + ["/admin/collectors/collectorstate/"]
        for row in [*FetchLog.objects.all(), *RawResponse.objects.all(), *CreditPeriod.objects.all()]:
            pages.append(f"/admin/collectors/{row._meta.model_name}/{row.pk}/change/")
        assert len(pages) > len(TABLES) + 4
        for page in pages:
            assert KEY not in admin_client.get(page).content.decode(), page
