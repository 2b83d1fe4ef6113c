"""`manage.py quota`, after real calls to the sandbox."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from collectors.budget import forecast, sampling_in_effect
from collectors.choices import Job
from collectors.credits import Balance
from collectors.jobs import run_now
from collectors.models import CreditPeriod
from collectors.sandbox.faults import Fault
from collectors.spending import exhausted_at, forecasts
from events.tests.factories import make_event

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"
NOON = datetime(2026, 1, 14, 12, 0, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_terminal(monkeypatch, settings, tmp_path):
    monkeypatch.delenv("COLUMNS", raising=False)
    settings.VAR_DIR = tmp_path


@pytest.fixture
def stage(set_stage):
    """With the real time, as the command reads that one."""
    return set_stage(at=timezone.now())


def run(*args):
    out = StringIO()
    call_command("quota", *args, stdout=out)
    return out.getvalue()


def answer(*args):
    return json.loads(run("--json", *args))


def a_week_of_games():
    for day in range(7):
        make_event(commence_time=NOON + timedelta(days=day, hours=12))


def test_before_any_answer_it_says_so():
    text = run()
    assert "No answer has told of any yet" in text
    assert "0 of 20,000" in text
    assert answer()["since"] is None


def test_credits_by_purpose_and_endpoint_and_day(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    told = answer()
    assert (told["quota_used"], told["quota_remaining"], told["credits_pending"]) == (3, 19_997, 0)
    assert {"purpose": "manual", "endpoint": "odds", "calls": 1, "credits": 3, "unknown": 0} in told["spent"]
    assert sum(each["credits"] for each in told["spent"]) == stage.charged
    assert told["days"] == [{"day": f"{stage.clock():%Y-%m-%d}", "calls": 2, "credits": 3}]
    assert [each["purpose"] for each in told["allowances"]] == ["live", "scores", "manual", "backfill"]
    assert [each["left"] for each in told["allowances"]] == [19_597, 19_497, 19_397, 14_997]
    assert "forecasts" not in told


def test_what_is_not_known_yet_counts_as_the_most_that_it_can_be(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    stage.at(stage.clock() + timedelta(minutes=1))
    stage.sandbox.faults.add(Fault("reset_after_charge", endpoint="odds", times=3))
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    told = answer()
    assert told["credits_pending"] > 0
    assert told["quota_used"] + told["credits_pending"] >= stage.charged
    assert "of unknown cost can have used" in run()


def test_what_was_used_elsewhere_is_told(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    CreditPeriod.objects.update(used_elsewhere=120, used_before=7)
    text = run()
    assert "120, by none of our calls" in text
    assert "7, when our first call of the period was made" in text


def test_forecast_tells_of_both_ways_of_sampling(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    told = answer("--forecast")["forecasts"]
    assert [(each["mode"], each["in_effect"]) for each in told] == [("fixed", True), ("adaptive", False)]
    for each in told:
        assert each["need"] == each["live"] + each["scores"]
        assert each["fits"] == (each["exhausted_at"] is None) == (each["given_up"] == "")
    assert "✓ fits" in run("--forecast")


def test_without_a_game_there_is_nothing_to_forecast():
    assert "no game is known to come" in run("--forecast")


def test_a_forecast_that_does_not_fit_tells_what_to_give_up_and_when_the_credits_end(settings):
    a_week_of_games()
    fixed, adaptive = forecasts(Balance(quota=4_000, used=0, pending=0, remaining=4_000), NOON)
    assert fixed.fits
    assert not adaptive.fits
    assert adaptive.frugal_fits
    assert adaptive.told.startswith("fits with less: ")
    assert f"{adaptive.exhausted_at:%Y-%m-%d %H:%M} UTC" in adaptive.told
    assert adaptive.frugal_need <= adaptive.left < adaptive.need
    assert adaptive.given_up
    assert NOON < adaptive.exhausted_at < datetime(2026, 2, 1, tzinfo=UTC)


def test_the_end_of_the_credits_agrees_with_the_forecast(settings):
    """What the forecast says is needed is just enough; one credit less is not."""
    a_week_of_games()
    sampling = sampling_in_effect("fixed")
    plenty = Balance(quota=20_000, used=0, pending=0, remaining=None)
    made = forecast(sampling, plenty, NOON)
    assert exhausted_at(sampling, made.need, NOON, made.resets_at) is None
    assert exhausted_at(sampling, made.need - 1, NOON, made.resets_at) is not None


def test_the_provider_is_not_asked(stage):
    run_now(Job.FETCH_ODDS, [NBA], stage.gate)
    before = len(stage.sandbox.ledger.entries)
    run("--forecast")
    assert len(stage.sandbox.ledger.entries) == before
