"""/health/ and /ready/, as a supervisor asks for them."""

import json
import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.conf import settings as project
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_apscheduler.models import DjangoJob

from collectors.choices import Job
from collectors.holder import Holder
from collectors.models import CollectorState, FetchLog
from collectors.scheduler import LEADER
from events.tests.factories import make_event

ALL = ["database", "migrations", "last_fetch", "heartbeat", "jobs", "spool", "disk", "credits", "pause", "backups"]


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.VAR_DIR = tmp_path


@pytest.fixture
def scheduler(db):
    """One that leads, as far as its lock and its notes tell."""
    now = timezone.now()
    CollectorState.objects.create(scheduler_pid=1, scheduler_host="here", scheduler_started_at=now, heartbeat_at=now)
    for job in Job:
        DjangoJob.objects.create(id=job.value, job_state=b"")
    with Holder() as leader:
        assert leader.take(LEADER)
        yield


def test_health_needs_no_database(client):
    """There is no mark for the database on this test: a query would fail it."""
    response = client.get("/health/")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("path", ["/health/", "/ready/"])
def test_they_can_only_be_read(client, path):
    assert client.post(path).status_code == 405


@pytest.mark.django_db(transaction=True)
def test_ready_where_every_check_is_true(client, scheduler):
    response = client.get("/ready/")
    assert response.json() == {"ready": True, **dict.fromkeys(ALL, True)}
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_without_a_scheduler_it_is_not_ready(client):
    response = client.get("/ready/")
    assert response.status_code == 503
    answer = response.json()
    assert (answer["database"], answer["migrations"]) == (True, True)
    assert (answer["heartbeat"], answer["jobs"]) == (False, False)


@pytest.mark.django_db(transaction=True)
def test_each_check_tells_of_its_own(client, scheduler, tmp_path):
    hours_ago = timezone.now() - timedelta(hours=9)
    make_event(commence_time=timezone.now() + timedelta(hours=3))
    CollectorState.objects.update(paused_at=hours_ago, pause_reason="secret", scheduler_started_at=hours_ago)
    (tmp_path / "spool" / "quarantine").mkdir(parents=True)
    (tmp_path / "spool" / "quarantine" / "a.b.answer").write_bytes(b"")
    response = client.get("/ready/")
    assert response.status_code == 503
    wrong = [name for name, is_well in response.json().items() if not is_well]
    assert wrong == ["ready", "last_fetch", "spool", "pause"]
    assert "secret" not in response.content.decode()


@pytest.mark.django_db
def test_a_migration_that_is_not_applied_is_not_ready(client):
    MigrationRecorder(connection).record_unapplied("collectors", "0003_names")
    response = client.get("/ready/")
    assert response.status_code == 503
    assert response.json() == {"ready": False, **dict.fromkeys(ALL), "database": True, "migrations": False}


@pytest.mark.django_db
def test_tables_that_are_not_there_are_a_migration_that_is_not_applied(client):
    MigrationRecorder(connection).record_unapplied("collectors", "0003_names")
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE collectors_collectorstate")
    assert client.get("/ready/").json()["migrations"] is False


@pytest.mark.django_db
def test_ready_asks_the_same_number_of_questions_whatever_is_stored(client):
    def questions():
        with CaptureQueriesContext(connection) as captured:
            client.get("/ready/")
        return len(captured)

    few = questions()
    now = timezone.now()
    for number in range(30):
        make_event(commence_time=now + timedelta(hours=number))
        FetchLog.objects.create(
            request_id=f"{number:032x}",
            account="sandbox",
            endpoint="odds",
            holder=1,
            credits_reserved=3,
            fetch_time=now,
        )
    assert questions() == few


_ASK = """
import django
django.setup()
from django.test import Client
for path in ("/health/", "/ready/"):
    response = Client(headers={"host": "127.0.0.1"}).get(path)
    print(response.status_code, response["Content-Type"], response.content.decode())
"""


@pytest.mark.slow
def test_a_database_that_is_down_is_told_and_breaks_nothing(tmp_path):
    """In a process of its own, whose database is a port at which nobody listens."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "oddsproject.settings",
        "DATABASE_URL": "postgres://odds:its-password@127.0.0.1:1/odds",
        "VAR_DIR": str(tmp_path),
    }
    asked = subprocess.run(
        [sys.executable, "-c", _ASK], env=environment, cwd=project.BASE_DIR, capture_output=True, text=True, check=True
    )
    health, ready = asked.stdout.splitlines()
    assert health == '200 application/json {"status": "ok"}'
    status, kind, body = ready.split(" ", 2)
    assert (status, kind) == ("503", "application/json")
    assert json.loads(body) == {"ready": False, **dict.fromkeys(ALL), "database": False}
    assert "its-password" not in asked.stdout + asked.stderr
