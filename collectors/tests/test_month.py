"""Collecting for a month on a fast clock: across a reset of the credits and a change of the clocks, with faults."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from collectors import budget, jobs
from collectors.budget import SCORES_INTERVAL
from collectors.choices import Job, TickState
from collectors.models import CollectorState, CreditPeriod, FetchLog, JobTick
from collectors.sampling import grid_point, next_tick
from collectors.sandbox.faults import Fault
from events.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

# Days to run. Both stretches hold a reset of the credits and, from a fortnight on, a change of the clocks in the US.
DAYS = float(os.environ.get("DAYS", "0.5"))
STRETCHES = {
    "autumn": datetime(2026, 11, 1, 3, tzinfo=UTC) - timedelta(days=DAYS) / 2,
    "spring": datetime(2026, 3, 1, 3, tzinfo=UTC) - (timedelta(days=DAYS) / 2 if DAYS < 14 else timedelta(days=10)),
}
OUTAGE = min(timedelta(hours=5), timedelta(days=DAYS) / 6)
SETTLED = timedelta(hours=5)  # after its start a game is over, and its result asked for again


def collect(stage, end: datetime, outages: list[datetime]) -> None:
    """Do what a scheduler does: look whenever something is planned, and at every full hour; not during an outage."""
    while stage.clock() < end:
        for job in (Job.UPDATE_EVENT_STATUS, Job.FETCH_SCORES, Job.FETCH_ODDS):
            jobs.run_due(job, stage.gate)
        now = stage.clock()
        sampling, _ = budget.sampling_now(stage.terms.account, now)
        planned = next_tick(now, budget.starts_of("basketball_nba", now, now), sampling)
        now = min(planned, grid_point(now, timedelta(hours=1)) + timedelta(hours=1))
        if outages and now >= outages[0]:
            now = outages.pop(0) + OUTAGE
        stage.at(now)


# In fixed mode, in adaptive mode with credits to spare, and with far too few.
WAYS = [("fixed", 20_000), ("adaptive", 20_000), ("adaptive", 900)]
RUNS = [(stretch, *way) for stretch in STRETCHES for way in WAYS]


@pytest.mark.parametrize(("stretch", "mode", "quota"), RUNS if DAYS >= 14 else [RUNS[0], RUNS[2], RUNS[4]])
def test_a_month_never_goes_over_the_quota_and_leaves_no_tick_unexplained(set_stage, settings, stretch, mode, quota):
    begin = STRETCHES[stretch]
    end = begin + timedelta(days=DAYS)
    settings.ODDS_API_QUOTA = quota
    settings.SAMPLING_MODE = mode
    stage = set_stage(at=begin, quota=quota)
    stage.terms = replace(stage.terms, quota=quota)
    stage.sandbox.faults.add(Fault("status", every=50, status=503), Fault("reset_after_charge", every=70, after=13))
    collect(stage, end, [begin + timedelta(days=DAYS) / 4])
    stage.sandbox.faults.clear()
    with stage.gate() as gate:
        gate.probe()

    entries = stage.sandbox.ledger.entries
    assert all(entry.used <= quota for entry in entries)
    assert not [entry for entry in entries if entry.status == 401], "the provider never had to refuse"
    assert CreditPeriod.objects.count() == 2, "the reset was seen"
    assert not FetchLog.objects.unsettled().exists()
    current = CreditPeriod.objects.get(ended_at=None)
    assert current.used == current.used_before + current.used_elsewhere + current.charged == stage.charged

    ticks = JobTick.objects.filter(job=Job.FETCH_ODDS).order_by("tick")
    assert set(ticks.values_list("state", flat=True)) <= {TickState.DONE, TickState.SKIPPED, TickState.FAILED}
    assert all(tick.outcome for tick in ticks)
    if mode == "fixed":
        grid = [tick for tick in ticks if tick.tick == grid_point(tick.tick, timedelta(minutes=30))]
        covered = len(grid) + sum(tick.missed for tick in ticks)
        assert covered >= int((end - begin) / timedelta(minutes=30)), "every half hour was worked at, or counted"
    results = JobTick.objects.filter(job=Job.FETCH_SCORES)
    assert len(results) + sum(tick.missed for tick in results) >= int((end - begin) / SCORES_INTERVAL)
    if quota == 20_000:
        over = Event.objects.filter(commence_time__lt=end - SETTLED, missed_listings=0)
        states = Counter(over.values_list("status", flat=True))
        assert states
        assert states["final"] >= 0.9 * sum(states.values()), states
    else:
        assert CollectorState.objects.get().throttle_level > 0, "it had to be throttled"
