"""What the commands print, for people and as JSON, and how they fail: on one line."""

from __future__ import annotations

import re
import time
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from collectors.choices import Purpose
from collectors.models import CollectorState, FetchLog, JobTick
from collectors.sandbox.faults import Fault
from events.models import Event
from events.tests.factories import make_event
from odds.models import Odds, OddsSnapshot

from .commands import answer, fails, good_body, make_period, run

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
