"""`manage.py status`, after real calls to the sandbox."""

import json
import re
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from collectors.choices import Job
from collectors.jobs import run_now
from collectors.models import CollectorState, FetchLog
from events.models import Event
from events.tests.factories import make_event
from odds.models import Odds, OddsSnapshot
from quality.choices import Severity
from quality.tests.factories import make_entry

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch, settings, tmp_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    settings.VAR_DIR = tmp_path


@pytest.fixture
def fetched(set_stage):
    """A stage whose clock shows the real time, as the commands read that one; one fetch was made."""
    stage = set_stage(at=timezone.now())
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    return stage


def run(*args):
    out = StringIO()
    call_command("status", *args, stdout=out)
    return out.getvalue()


def test_it_is_drawn_as_a_box(fetched):
    lines = run().splitlines()
    assert lines[0] == "╔" + "═" * (len(lines[0]) - 2) + "╗"
    assert lines[1].strip("║ ") == "Odds Pipeline Status"
    texts = {line.strip("║ ").partition(":")[0]: line.strip("║ ").partition(":")[2].strip() for line in lines[3:]}
    stored = f"{Odds.objects.count():,}"
    assert texts["Status"] == "⚠ Degraded"
    assert texts["Last Fetch"].endswith("s ago)")
    assert texts["API Quota Used"] == "3 / 20,000"
    assert texts["Quota Remaining"] == "19,997 (100.0%)"
    assert texts["Odds Records"] == stored
    assert texts["Fetch Success Rate"] == "100.0% (24h)"
    assert texts["Source"] == "sandbox, a made-up league"


def test_what_to_look_at_stands_under_the_box(fetched):
    assert run().splitlines()[-1] == (
        "⚠ No scheduler runs, so nothing is fetched by itself: start it with `manage.py run_scheduler`"
    )


def test_a_new_installation_is_told_how_to_begin():
    text = run()
    assert "– New, nothing collected yet" in text
    assert "Last Fetch:           never" in text
    assert "start it with `manage.py run_scheduler`, or fetch once" in text


def test_a_backfill_is_told_where_nothing_was_fetched_live():
    now = timezone.now()
    FetchLog.objects.create(
        request_id=uuid4(), account="sandbox", purpose="backfill", endpoint="historical_odds", sport_key=NBA,
        parameters={}, digest="d", state="stored", holder=1, credits_reserved=30, credits_charged=30, fetch_time=now,
        received_at=now, http_status=200, success=True,
    )  # fmt: skip
    text = run()
    assert re.search(r"Last Fetch: +never ", text)
    assert f"Last Backfill:        {now:%Y-%m-%d %H:%M:%S} UTC" in text
    assert json.loads(run("--json"))["last_backfill"] == now.isoformat().replace("+00:00", "Z")


def test_json_has_the_names_that_programs_read(fetched):
    answer = json.loads(run("--json"))
    assert answer["status"] == "degraded"
    assert answer["last_fetch"] == fetched.clock().isoformat().replace("+00:00", "Z")
    assert answer["events_total"] == answer["events_scheduled"] == Event.objects.count()
    assert answer["odds_records"] == answer["price_points"] == Odds.objects.count()
    assert (answer["quota_used"], answer["quota_remaining"], answer["credits_pending"]) == (3, 19_997, 0)
    assert answer["fetch_success_rate_24h"] == 1.0
    assert (answer["validation_warnings"], answer["validation_warning_rate"]) == (0, 0.0)
    assert answer["db_size_bytes"] > 1_000_000
    assert answer["sandbox"] is True
    assert answer["scheduler"] == "never started"
    assert answer["sampling_mode"] == "fixed"
    assert len(answer["warnings"]) == 1
    assert "sports" not in answer


def test_verbose_adds_sports_jobs_calls_and_tables(fetched):
    text = run("--verbose")
    for heading in ("Sports", "Jobs (times in UTC)", "Calls and credits", "Storage", "Quality, last 7 days"):
        assert heading in text
    answer = json.loads(run("--json", "--verbose"))
    assert answer["sports"][0]["events_to_come"] > 0
    assert answer["sports"][0]["interval_minutes"] == 30
    assert {job["job"] for job in answer["jobs"]} == set(Job.values)
    assert {"purpose": "manual", "endpoint": "odds", "calls": 1, "credits": 3, "unknown": 0} in answer["calls_24h"]
    assert answer["calls_period"] == answer["calls_24h"]
    assert answer["table_bytes"]["odds_odds"] > 0
    asked = {(row["bookmaker"], row["market"]): row["asked"] for row in answer["quality"]}
    assert asked["fanduel", "h2h"] == OddsSnapshot.objects.pre_match().count()


def test_faults_that_stand_are_counted_with_the_share_of_offers(fetched):
    price = Odds.objects.filter(bookmaker__key="fanduel", market__key="h2h").first()
    for severity in (Severity.WARNING, Severity.ERROR):
        make_entry(event=price.event, severity=severity)
    make_entry(event=price.event, severity=Severity.INFO)
    offers = Odds.objects.standing().values("event", "bookmaker", "market").distinct().count()
    assert f"Validation Warnings:  2 ({1 / offers:.1%})" in run()
    answer = json.loads(run("--json"))
    assert (answer["validation_warnings"], answer["validation_warning_rate"]) == (2, 1 / offers)


def test_a_pause_is_the_first_thing_told(fetched):
    CollectorState.objects.create(paused_at=timezone.now(), pause_reason="401 [INVALID_KEY]")
    text = run()
    assert "✗ Failing" in text
    assert "401 [INVALID_KEY]" in text  # brackets are no markup
    assert json.loads(run("--json"))["pause_reason"] == "401 [INVALID_KEY]"


def test_names_from_outside_cannot_steer_the_terminal(fetched):
    make_event(home_team="\x1b[31m[red]Evil", commence_time=timezone.now(), missed_listings=3)
    text = run()
    assert "\x1b" not in text
    assert "[red]Evil" in text


def test_a_schema_that_is_behind_is_one_line():
    MigrationRecorder(connection).record_unapplied("collectors", "0003_names")
    try:
        with pytest.raises(CommandError, match=r"^1 migration is not applied: run `manage\.py migrate`$"):
            run()
    finally:
        MigrationRecorder(connection).record_applied("collectors", "0003_names")
