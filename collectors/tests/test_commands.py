"""What the commands print, for people and as JSON, and how they fail: on one line."""

from __future__ import annotations

import json
import re
import signal
import time
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from collectors import counting, ledger
from collectors.choices import CallState, Job, Purpose
from collectors.holder import Holder
from collectors.management.commands import stop_scheduler
from collectors.models import CollectorState, CreditPeriod, FetchLog, JobTick, RawResponse
from collectors.sandbox.faults import Fault
from collectors.sandbox.server import Sandbox
from collectors.scheduler import LEADER, is_alive
from collectors.the_odds_api.answers import Answer
from collectors.the_odds_api.endpoints import Wanted, odds
from events.models import Event
from events.tests.factories import make_event
from odds.models import Odds, OddsSnapshot

from .children import environment, manage
from .factories import book, event, h2h

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch, settings, tmp_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    settings.VAR_DIR = tmp_path


@pytest.fixture
def provider(set_stage, settings):
    """A sandbox at the real time, where the commands look for the provider."""
    stage = set_stage(at=timezone.now())
    settings.ODDS_API_BASE_URL = stage.sandbox.url
    return stage


def run(*args: str) -> str:
    out = StringIO()
    call_command(*args, stdout=out)
    return out.getvalue()


def answer(*args: str) -> Any:
    return json.loads(run(*args, "--json"))


def fails(*args: str) -> str:
    """The one line with which a command ends."""
    with pytest.raises(CommandError) as caught:
        run(*args)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def make_period(**over: Any) -> CreditPeriod:
    fields = {"account": "sandbox", "started_at": timezone.now(), "used": 2, "remaining": 98, "seen_at": timezone.now()}
    return CreditPeriod.objects.create(**{**fields, **over})


def make_stored(body: bytes, problem: str = "it was in no shape", **over: Any) -> RawResponse:
    """An answer with odds that was received and could not be read."""
    now = timezone.now()
    call = odds(NBA, Wanted(markets=("h2h",), bookmakers=("fanduel",)))
    make_period() if counting.current_period("sandbox") is None else None
    row = ledger.reserve(
        call, request_id=uuid4(), account="sandbox", purpose=Purpose.LIVE, tick=None, attempt=1, holder=1, now=now,
        quota=20_000, reserve_fraction=0.0, live_need=0,
    )  # fmt: skip
    ledger.mark_sent(row, now)
    kept = Answer(status=200, headers={"x-requests-last": "1"}, body=body, received_at=now, response_time_ms=5)
    stored = ledger.receive(row, kept, None, 20_000)
    FetchLog.objects.filter(pk=row.pk).update(state=CallState.FAILED, error_code="unreadable", error_message=problem)
    RawResponse.objects.filter(pk=stored.pk).update(**{"problem": problem, "attempts": 3, **over})
    return stored


def good_body(number: int = 0) -> bytes:
    return json.dumps([event(book("fanduel", h2h()), id=f"{number:032x}")]).encode()


# fetch_odds and fetch_scores


def test_a_dry_run_of_a_fetch_tells_its_cost_and_asks_nothing(provider):
    assert run("fetch_odds", "--dry-run") == (
        "– basketball_nba: would ask odds basketball_nba (bookmakers pinnacle,draftkings,fanduel,betmgm,"
        "williamhill_us,betrivers,bovada, markets h2h,spreads,totals, oddsFormat american) for up to 3 credits; "
        "how many are left is not known yet\n"
    )
    make_period()
    assert run("fetch_scores", "--dry-run", "--sport", "icehockey_nhl") == (
        "– icehockey_nhl: would ask scores icehockey_nhl (daysFrom 3) for up to 2 credits; 95 may be spent by hand\n"
    )
    planned = answer("fetch_odds", "--dry-run")[0]
    assert (planned["state"], planned["cost"], planned["quota_used"], planned["quota_remaining"]) == (
        "planned", 3, 2, 98,
    )  # fmt: skip
    assert provider.sandbox.ledger.entries == []
    assert not JobTick.objects.exists()


def test_a_fetch_is_told_with_what_it_stored_and_is_made_once_a_minute(provider):
    if (second := timezone.now().second) > 50:
        time.sleep(60 - second)  # all of it within one minute
    now = timezone.now()
    text = run("fetch_odds")
    assert re.fullmatch(r"✓ basketball_nba: \d+ events, [\d,]+ prices, 3 credits\n", text)
    assert Odds.objects.exists()
    again = run("fetch_odds")
    assert again.startswith(f"– basketball_nba: fetch_odds basketball_nba for {now:%Y-%m-%d %H:%M}:00 UTC was done")
    assert provider.charged == 3
    assert answer("fetch_odds") == [
        {
            "sport_key": NBA,
            "state": "skipped",
            "outcome": again.removeprefix("– basketball_nba: ").strip(),
            "quota_used": 3,
            "quota_remaining": 19_997,
        }
    ]


def test_a_fetch_of_scores_is_free_where_none_is_missing(provider):
    assert run("fetch_scores") == "– basketball_nba: nothing to fetch: no result is missing\n"
    assert provider.charged == 0
    assert JobTick.objects.get().purpose == Purpose.MANUAL


def test_a_fetch_that_fails_for_all_sports_ends_in_an_error(provider):
    provider.sandbox.faults.add(Fault("status", status=401, code="INVALID_KEY"))
    out = StringIO()
    with pytest.raises(CommandError, match=r"^nothing was fetched$"):
        call_command("fetch_odds", stdout=out)
    assert out.getvalue().startswith("✗ basketball_nba: events basketball_nba: the provider answered 401 INVALID_KEY")
    assert out.getvalue().count("\n") == 1
    assert CollectorState.objects.get().pause_code == "INVALID_KEY"


def test_a_sport_that_fails_is_told_beside_one_that_does_not(provider):
    sports = ["--sport", "no_such_sport", "--sport", NBA]
    wrong, right = answer("fetch_odds", *sports)
    assert (wrong["sport_key"], wrong["state"]) == ("no_such_sport", "failed")
    assert "UNKNOWN_SPORT" in wrong["outcome"]
    assert (right["sport_key"], right["state"]) == (NBA, "done")


# update_event_status


def test_statuses_are_brought_up_to_what_the_free_list_says(provider):
    now = timezone.now()
    make_event(api_id="gone", commence_time=now + timedelta(days=2), missed_listings=2, observed_at=now - timedelta(1),
               missing_since=now - timedelta(hours=3))  # fmt: skip
    make_event(api_id="old", commence_time=now - timedelta(days=2))
    text = run("update_event_status")
    # A game of the sandbox may be under way at this time of day, and is brought up too.
    assert re.search(r"✓ [1-9]\d* changed, 1 vanished, 1 unresolved\n", text)
    assert "⚠ vanished: Boston Celtics @ Los Angeles Lakers" in text
    assert "(gone) is listed no more\n" in text
    assert "(old) has no final score\n" in text
    assert Event.objects.get(api_id="old").status == "live"
    assert {entry.path for entry in provider.sandbox.ledger.entries} == {"/v4/sports/{sport}/events"}
    assert provider.charged == 0


def test_a_dry_run_of_statuses_tells_and_changes_nothing(provider):
    make_event(api_id="old", commence_time=timezone.now() - timedelta(days=2))
    found = answer("update_event_status", "--dry-run")
    assert found == {
        "outcome": "nothing asked, nothing changed",
        "changed": [{"event_id": "old", "before": "scheduled", "status": "live"}],
        "vanished": [],
        "unresolved": ["old"],
    }
    assert Event.objects.get().status == "scheduled"
    assert provider.sandbox.ledger.entries == []


def test_a_dry_run_of_statuses_tells_people_too_what_would_change(provider):
    make_event(api_id="begun", commence_time=timezone.now() - timedelta(hours=1))
    text = run("update_event_status", "--dry-run")
    assert "begun" in text
    assert "scheduled → live" in text


def test_what_was_changed_is_in_the_document(provider):
    make_event(api_id="begun", commence_time=timezone.now() - timedelta(hours=1))
    found = answer("update_event_status")
    assert re.match(r"[1-9]\d* changed", found["outcome"])
    assert {"event_id": "begun", "before": "scheduled", "status": "live"} in found["changed"]


def test_statuses_cannot_be_brought_up_without_the_provider(provider):
    provider.sandbox.faults.add(Fault("status", status=422, code="INVALID_SPORT"))
    assert fails("update_event_status").startswith("events basketball_nba: the provider answered 422 INVALID_SPORT")


def test_a_status_is_set_by_hand_and_left_to_the_jobs_again():
    game = make_event(api_id="abcdef", commence_time=timezone.now() + timedelta(days=1))
    text = run("update_event_status", "--event-id", "abc", "--set", "postponed")
    assert text == f"✓ {game}: scheduled → postponed\n"
    game.refresh_from_db()
    assert (game.status, game.status_is_manual) == ("postponed", True)
    assert answer("update_event_status", "--event-id", "abc", "--automatic") == {
        "event_id": "abcdef", "before": "postponed", "status": "scheduled", "by_hand": False,
    }  # fmt: skip
    game.refresh_from_db()
    assert (game.status, game.status_is_manual) == ("scheduled", False)


def test_a_dry_run_of_a_status_by_hand_changes_nothing():
    make_event(api_id="abcdef")
    found = answer("update_event_status", "--event-id", "abcdef", "--set", "cancelled", "--dry-run")
    assert (found["before"], found["status"], found["by_hand"]) == ("scheduled", "cancelled", True)
    game = Event.objects.get()
    assert (game.status, game.status_is_manual) == ("scheduled", False)


def test_a_dry_run_of_leaving_a_status_to_the_jobs_tells_the_one_that_follows():
    later = timezone.now() + timedelta(days=1)
    make_event(api_id="abcdef", status="postponed", status_is_manual=True, commence_time=later)
    found = answer("update_event_status", "--event-id", "abcdef", "--automatic", "--dry-run")
    assert (found["before"], found["status"]) == ("postponed", "scheduled")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["--set", "final"], "--event-id goes with --set or --automatic, and they with it; nothing changed"),
        (["--event-id", "abc"], "--event-id goes with --set or --automatic, and they with it; nothing changed"),
        (["--event-id", "xyz", "--set", "final"], "no event 'xyz'; list_events shows the ids"),
        (["--event-id", "abc", "--set", "lost"], "Error: argument --set: invalid choice: 'lost'"),
        (["--event-id", "abc", "--set", "final", "--automatic"], "not allowed with argument --set"),
    ],
)
def test_mistakes_about_a_status_are_one_line_and_change_nothing(args, told):
    make_event(api_id="abcdef")
    assert told in fails("update_event_status", *args)
    assert Event.objects.get().status == "scheduled"


# set_sampling_mode


@pytest.fixture
def slate(settings):
    """Games on each of the next days, and weeks until the credits are renewed."""
    now = timezone.now()
    settings.QUOTA_RESET_DAY = now.day
    for day in range(1, 8):
        make_event(commence_time=now + timedelta(days=day))


FIGURES = r"[\d,]+ credits for odds and [\d,]+ for scores until \d{4}-\d\d-\d\d UTC; [\d,]+ are left for them"


def test_sampling_that_fits_is_set_with_its_figures(provider, slate, settings):
    settings.ODDS_API_QUOTA = 1_000_000
    make_period(used=0, remaining=1_000_000)
    assert re.fullmatch(f"adaptive: {FIGURES}\n✓ sampling is adaptive now\n", run("set_sampling_mode", "adaptive"))
    state = CollectorState.objects.get()
    assert (state.sampling_mode, state.planned_at) == ("adaptive", None)
    assert provider.sandbox.ledger.entries == [], "the credits were known"


def test_sampling_that_does_not_fit_is_refused_with_the_figures(slate):
    make_period()
    told = fails("set_sampling_mode", "adaptive")
    assert re.fullmatch(
        rf"adaptive: {FIGURES}\. It does not fit; nothing changed\. --force sets it all the same, throttled", told
    )
    assert "; 96 are left for them" in told
    assert not CollectorState.objects.filter(sampling_mode="adaptive").exists()


def test_sampling_that_does_not_fit_can_be_forced(slate):
    make_period()
    CollectorState.objects.create(planned_at=timezone.now())
    lines = run("set_sampling_mode", "adaptive", "--force").splitlines()
    assert lines[1:] == ["⚠ it does not fit: sampling will be made more frugal", "✓ sampling is adaptive now"]
    state = CollectorState.objects.get()
    assert (state.sampling_mode, state.planned_at) == ("adaptive", None), "the next tick plans anew"


def test_a_dry_run_of_sampling_shows_the_forecast_only(slate):
    make_period()
    lines = run("set_sampling_mode", "adaptive", "--dry-run").splitlines()
    assert re.fullmatch(f"adaptive: {FIGURES}", lines[0])
    assert lines[1:] == ["⚠ it does not fit: sampling will be made more frugal"]
    found = answer("set_sampling_mode", "fixed", "--dry-run")
    assert (found["sampling_mode"], found["changed"], found["fits"]) == ("fixed", False, False)
    assert found["live_credits"] + found["scores_credits"] > found["credits_left"] == 96
    assert not CollectorState.objects.exists()


def test_adaptive_sampling_costs_more_than_fixed(slate):
    make_period()
    adaptive, fixed = (answer("set_sampling_mode", mode, "--dry-run") for mode in ("adaptive", "fixed"))
    assert adaptive["live_credits"] > 2 * fixed["live_credits"] > 0
    assert adaptive["scores_credits"] == fixed["scores_credits"] > 0


def test_a_free_call_tells_the_credits_where_they_are_not_known(provider):
    run("set_sampling_mode", "fixed")
    assert [entry.path for entry in provider.sandbox.ledger.entries] == ["/v4/sports"]
    assert CollectorState.objects.get().sampling_mode == "fixed"


def test_sampling_is_not_set_blindly(provider):
    provider.sandbox.faults.add(Fault("status", status=401, code="INVALID_KEY"))
    told = fails("set_sampling_mode", "adaptive")
    assert told.startswith("how many credits are left is not known: sports: the provider answered 401 INVALID_KEY")
    assert told.endswith("; nothing changed")
    assert not CollectorState.objects.filter(sampling_mode="adaptive").exists()


def test_an_unknown_way_of_sampling_is_one_line():
    assert "invalid choice: 'often'" in fails("set_sampling_mode", "often")


# clear_sandbox


def test_clearing_takes_the_sandbox_out_and_leaves_what_was_imported(provider, tmp_path):
    recording = tmp_path / "odds.json"
    recording.write_bytes(good_body(7))
    run("import_responses", str(recording), "--captured-at", "2026-01-14T12:00:00Z")
    FetchLog.objects.create(
        request_id=uuid4(), account="key-1", purpose="live", endpoint="odds", digest="d", holder=1,
        credits_reserved=3, fetch_time=timezone.now(),
    )  # fmt: skip
    run("fetch_odds")
    made_up = Event.objects.filter(is_sandbox=True).count()
    assert made_up > 0

    before = Event.objects.count(), Odds.objects.count(), FetchLog.objects.count()
    would = run("clear_sandbox", "--dry-run")
    assert would.startswith("would remove ")
    assert f"{made_up:,} events" in would
    assert (Event.objects.count(), Odds.objects.count(), FetchLog.objects.count()) == before

    done = answer("clear_sandbox")
    assert (done["events"], done["calls"], done["answers"], done["periods"]) == (made_up, 2, 2, 1)
    assert done["dry_run"] is False
    assert Event.objects.get().api_id == f"{7:032x}"
    assert OddsSnapshot.objects.count() == 1
    assert Odds.objects.count() == 2
    assert FetchLog.objects.get().account == "key-1"
    assert run("clear_sandbox") == "✓ removed nothing\n"
    assert run("verify_odds").startswith("✓ 2 price points of 1 snapshot of 1 event equal their 2 runs")


# read_answers


def test_an_answer_that_can_be_read_by_now_is_read():
    make_stored(good_body())
    assert run("read_answers") == "✓ 1 answer read that could not be before; 0 still cannot\n"
    assert Event.objects.get().api_id == f"{0:032x}"
    assert Odds.objects.count() == 2
    row = FetchLog.objects.get()
    assert (row.state, row.success, row.events_count) == (CallState.STORED, True, 1)
    assert RawResponse.objects.get().problem == ""
    assert answer("read_answers") == {"read": 0, "unreadable": 0}


def test_an_answer_that_is_read_after_all_is_no_error_in_the_ledger():
    make_stored(good_body())
    run("read_answers")
    row = FetchLog.objects.get()
    assert (row.error_code, row.error_message) == ("", "")


def test_one_that_still_cannot_be_read_keeps_its_reason_and_its_bytes():
    stored = make_stored(b"<html>", "an old reason")
    make_stored(good_body(1))
    assert answer("read_answers") == {"read": 1, "unreadable": 1}
    stored.refresh_from_db()
    assert stored.problem not in ("", "an old reason")
    assert ledger.body_of(stored) == b"<html>"


def test_an_answer_that_is_not_whole_is_not_tried():
    stored = make_stored(good_body(), "not whole", damage="truncated")
    assert answer("read_answers") == {"read": 0, "unreadable": 0}
    stored.refresh_from_db()
    assert (stored.problem, stored.normalised_at) == ("not whole", None)


def test_an_answer_that_was_not_tried_before_is_not_counted():
    make_stored(good_body(), problem="", attempts=0)
    make_stored(b"<html>")
    assert answer("read_answers") == {"read": 0, "unreadable": 1}


# run_scheduler and stop_scheduler


def test_without_a_scheduler_there_is_nothing_to_stop():
    assert run("stop_scheduler") == "– no scheduler runs\n"
    assert answer("stop_scheduler") == {"stopped": False}
    assert not CollectorState.objects.filter(stop_requested_at__isnull=False).exists()


def test_a_scheduler_that_does_not_stop_is_named(monkeypatch):
    monkeypatch.setattr(stop_scheduler, "PATIENCE", 0.3)
    CollectorState.objects.create(scheduler_pid=4711, scheduler_host="box")
    with Holder() as leader:
        leader.take(LEADER)
        told = fails("stop_scheduler")
    assert told == "the scheduler (process 4711 on box, since unknown) did not stop within 0 s"
    assert CollectorState.objects.get().stop_requested_at


def test_a_scheduler_does_not_start_on_a_schema_that_is_behind():
    MigrationRecorder(connection).record_unapplied("collectors", "0003_names")
    try:
        told = fails("run_scheduler")
    finally:
        MigrationRecorder(connection).record_applied("collectors", "0003_names")
    assert re.fullmatch(r"1 migrations? (is|are) not applied: run `manage\.py migrate`; nothing collected", told)


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.1)


@pytest.mark.slow
@pytest.mark.parametrize("by", ["command", "signal"])
def test_a_scheduler_collects_until_it_is_stopped(tmp_path, by):
    with Sandbox(quota=1_000_000, rate_limit=100_000) as sandbox:
        scheduler = manage("run_scheduler", env=environment(sandbox.url, tmp_path))
        try:
            wait_until(lambda: JobTick.objects.filter(job=Job.FETCH_ODDS, state="done").exists())
            assert is_alive()
            if by == "command":
                assert run("stop_scheduler") == "✓ stopped\n"
            else:
                scheduler.send_signal(signal.SIGINT)
            output, _ = scheduler.communicate(timeout=15)
        finally:
            scheduler.kill()
            scheduler.wait()
    assert scheduler.returncode == 0
    assert output.splitlines() == [
        "collecting basketball_nba from the sandbox: a made-up league, no key is set; Ctrl-C stops it",
        "stopped",
    ]
    assert not is_alive()
    state = CollectorState.objects.get()
    assert (state.scheduler_pid, state.stop_requested_at) == (None, None)
