"""A backfill against the sandbox, over sockets: whatever goes wrong, nothing is lost or bought twice."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors.backfill import items
from collectors.backfill.planning import make_plan
from collectors.backfill.wish import parse_moments
from collectors.choices import ItemState, Purpose, RunState
from collectors.models import BackfillItem, RawResponse
from collectors.sandbox.faults import Fault

from .buying import COST, QUOTA_HEADERS, WISH, dates_bought, run

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_backfill_stops_where_its_credits_end_and_goes_on_when_there_are_more(set_stage):
    stage = set_stage(quota=600)
    stage = stage.elsewhere(replace(stage.terms, quota=600))
    first = run(stage)
    assert "backfill calls may spend" in first.bought.stopped
    assert first.run.state == RunState.STOPPED
    assert 450 - COST < stage.charged <= 450
    with stage.gate() as gate:
        gate.call(WISH.call(datetime(2026, 1, 9, tzinfo=UTC)), Purpose.MANUAL)
    assert stage.charged > 450 - COST, "others may still spend"
    stage.at(stage.clock() + timedelta(days=20))  # a month begins anew
    second = run(stage)
    assert second.report is not None
    assert second.report.is_clean
    assert set(dates_bought(stage).values()) == {1}


def test_a_single_call_finds_that_a_month_has_begun_anew(set_stage):
    """The count that tells it has to come twice, and no other call is there to bring the second."""
    stage = set_stage(quota=600)
    stage = stage.elsewhere(replace(stage.terms, quota=600))
    run(stage)
    stage.at(stage.clock() + timedelta(days=20))
    with stage.gate() as gate:
        gate.call(WISH.call(datetime(2026, 1, 9, tzinfo=UTC)), Purpose.BACKFILL)
    assert stage.charged == COST


def test_what_the_provider_does_not_have_is_remembered(stage):
    """A refusal is not asked for again by any run."""
    run(stage, lists_only=True)
    stage.sandbox.faults.add(
        Fault("status", endpoint="historical_odds", times=1, status=422, code="INVALID_HISTORICAL_TIMESTAMP")
    )
    first = run(stage)
    assert first.bought.unavailable == 1
    assert first.run.items.filter(state=ItemState.UNAVAILABLE).count() == 1
    assert first.report.is_clean, first.report.examples
    asked = len(stage.sandbox.ledger.entries)
    assert run(stage).bought.calls == 0
    assert len(stage.sandbox.ledger.entries) == asked
    refused = first.run.items.get(state=ItemState.UNAVAILABLE).requested_at
    with stage.gate() as gate:
        plan = make_plan(replace(WISH, gaps=1), gate.terms, gate.clock(), first.run.games)
    points = [point.at for point in plan.cover.points]
    assert points, "what it was wanted for may be had at another instant"
    assert refused not in points
    assert plan.credits == run(stage, replace(WISH, gaps=1), sample=first.run.games).bought.credits
    assert set(dates_bought(stage).values()) == {1}


def test_a_plan_without_history_stops_it_and_a_better_one_goes_on(stage):
    code = "HISTORICAL_UNAVAILABLE_ON_FREE_USAGE_PLAN"
    stage.sandbox.faults.add(Fault("status", endpoint="historical_events", status=401, code=code))
    for _ in range(2):
        done = run(stage)
        assert code in done.bought.stopped
        assert not done.run.items.filter(state=ItemState.UNAVAILABLE).exists()
    stage.sandbox.faults.clear()
    assert run(stage).report.is_clean


def test_a_refused_key_makes_nothing_unavailable_even_after_a_kill(stage):
    """The process died between the refusal and noting it: the item is still taken."""
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("status", endpoint="historical_odds", status=401, code="DEACTIVATED_KEY"))
    done = run(stage)
    assert "DEACTIVATED_KEY" in done.bought.stopped
    done.run.items.filter(endpoint="historical_odds").update(state=ItemState.RESERVED)
    stage.sandbox.faults.clear()
    again = run(stage)
    assert again.report.is_clean, again.report.examples
    assert not again.run.items.filter(state=ItemState.UNAVAILABLE).exists()


def test_what_a_call_in_vain_cost_is_told(stage):
    """An answer that was cut short is charged, and bought again."""
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("short_body", endpoint="historical_odds", times=1))
    done = run(stage)
    assert done.report.is_clean, done.report.examples
    assert (done.report.credits_charged, done.report.credits_again) == (stage.charged, COST)


def test_an_answer_that_cannot_be_read_is_kept_and_left_alone(stage):
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("body", endpoint="historical_odds", times=1, text="<html>"))
    done = run(stage)
    parked = done.run.items.get(state=ItemState.PARKED)
    assert parked.charged == COST
    assert RawResponse.objects.filter(call=parked.call).get().problem
    assert done.run.state == RunState.DONE
    assert set(dates_bought(stage).values()) == {1}


def test_a_provider_that_is_away_is_not_asked_for_every_item(stage):
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("status", endpoint="historical_odds", status=503))
    before = len(stage.sandbox.ledger.entries)
    done = run(stage)
    assert "in a row failed" in done.bought.stopped
    assert len(stage.sandbox.ledger.entries) - before <= 3 * (16 + 5 + 16)
    stage.sandbox.faults.clear()
    assert run(stage).report.is_clean


def test_an_outage_however_often_it_is_met_loses_no_purchase(stage):
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("status", endpoint="historical_odds", status=503))
    for _ in range(4):
        done = run(stage)
        assert done.bought.stopped
        assert done.left == done.run.items.filter(endpoint="historical_odds").count()
    stage.sandbox.faults.clear()
    assert run(stage).report.is_clean
    assert set(done.run.items.values_list("state", flat=True)) == {ItemState.VERIFIED}


def test_a_failure_among_successes_leaves_a_purchase_and_no_difference(stage):
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("status", endpoint="historical_odds", status=500, times=3, after=6))
    done = run(stage)
    assert done.report is not None
    assert done.report.is_clean, done.report.examples
    assert done.run.state == (RunState.STOPPED if done.left else RunState.DONE)
    again = run(stage)
    assert (again.left, again.run.state) == (0, RunState.DONE)


def test_lists_that_were_refused_are_told(stage):
    stage.sandbox.faults.add(Fault("status", endpoint="historical_events", status=422, times=2, code="INVALID_DATE"))
    done = run(stage)
    assert len(done.plan.lists_refused) == 2
    assert "422 INVALID_DATE" in done.plan.lists_refused[0]
    assert done.plan.lists_missing == []


def test_answers_without_headers_cost_what_was_reckoned_and_no_difference(stage):
    run(stage, lists_only=True)
    stage.sandbox.faults.add(Fault("headers", endpoint="historical_odds", remove=QUOTA_HEADERS))
    done = run(stage)
    assert done.report.is_clean, done.report.examples


def test_how_far_it_is_is_told_before_the_first_answer(stage):
    run(stage, lists_only=True)
    told = []
    run(stage, advance=told.append)
    assert (told[0].done, told[0].credits_charged, told[0].total) == (0, 0, told[-1].total)
    assert told[-1].done == told[-1].total > 0


def test_a_stop_ends_after_the_calls_under_way(stage):
    stop = threading.Event()
    done = run(stage, stop=stop, advance=lambda progress: progress.done > 5 and stop.set())
    assert done.bought.stopped == "by hand"
    assert not done.run.items.filter(state__in=items.OPEN).exists()
    assert run(stage).report.is_clean
    assert set(dates_bought(stage).values()) == {1}


def test_a_purchase_of_unknown_outcome_is_left_and_told(stage):
    """Nobody knows what became of three tries: the run is not done, and says so; the next call settles it."""
    wish = replace(WISH, games=1, moments=parse_moments("close"))
    run(stage, wish, lists_only=True)
    stage.sandbox.faults.add(Fault("reset_after_charge", endpoint="historical_odds", times=3))
    done = run(stage, wish)
    assert done.run.items.filter(state=ItemState.UNKNOWN).count() == done.left == 1
    assert done.run.state == RunState.STOPPED
    again = run(stage, wish)
    assert (again.left, again.run.state) == (0, RunState.DONE)
    assert again.report.is_clean, again.report.examples
    assert again.run.items.filter(note__startswith="bought again").count() == 1


def test_an_answer_is_received_before_it_is_read(stage, monkeypatch):
    """Where reading answers ends in a crash, the items say how far they came, and nothing is asked for again."""
    run(stage, lists_only=True)
    with monkeypatch.context() as context:
        context.setattr("collectors.backfill.runner.take_in_all", _crash)
        with pytest.raises(MemoryError):
            run(stage)
    states = set(BackfillItem.objects.filter(endpoint="historical_odds").values_list("state", flat=True))
    assert ItemState.RECEIVED in states
    done = run(stage)
    assert done.report.is_clean, done.report.examples
    assert set(dates_bought(stage).values()) == {1}


def _crash(answers) -> None:
    raise MemoryError
