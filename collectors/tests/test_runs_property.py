"""Appending, rebuilding and the plain truth agree, for random histories. Nothing here needs a database."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from odds.runs import EventRuns, Run

from .factories import NOON, book, event, h2h, snapshot
from .histories import Step, histories, standing


def fold(steps: list[Step], runs: EventRuns | None = None) -> EventRuns:
    runs = runs or EventRuns()
    for step in steps:
        runs.add(step.as_snapshot())
    return runs


def rows(runs: list[Run]) -> set[tuple]:
    return {
        (run.bookmaker, run.market, run.outcome, run.price, run.point, run.odds_timestamp, run.valid_until, run.is_live)
        for run in runs
    }


def offered(runs: list[Run]) -> set[tuple]:
    """(book, market, price) of both sides."""
    return {(run.bookmaker, run.market, run.price) for run in runs}


@given(histories(), st.integers(0, 8))
def test_appending_to_what_stands_equals_rebuilding(steps, cut):
    first = fold(steps[:cut])
    second = fold(steps[cut:], EventRuns(first.standing))
    assert rows(first.ended + second.all()) == rows(fold(steps).all())


@given(histories(), st.integers(-1, 800))
def test_runs_standing_at_an_instant_are_what_was_on_offer(steps, minutes):
    moment = NOON + timedelta(minutes=minutes)
    stood = [
        run
        for run in fold(steps).all()
        if run.odds_timestamp <= moment and (run.valid_until is None or run.valid_until > moment)
    ]
    truth = standing(steps, moment)
    assert offered(stood) == {(*key, price) for key, (price, _) in truth.items()}
    assert len(stood) == 2 * len(truth)


@given(histories())
def test_runs_are_as_long_as_they_can_be(steps):
    """No run ends where the next one of its series begins with the same price and point."""
    runs = fold(steps).all()
    begun = {(run.bookmaker, run.market, run.outcome, run.price, run.point, run.odds_timestamp) for run in runs}
    for run in runs:
        assert (run.bookmaker, run.market, run.outcome, run.price, run.point, run.valid_until) not in begun


def test_a_snapshot_that_is_not_later_is_refused():
    runs = EventRuns()
    runs.add(snapshot(event(book("fanduel", h2h()))))
    with pytest.raises(ValueError, match="snapshot of 2026-01-14 12:00:00"):
        runs.add(snapshot(event(book("fanduel", h2h()))))
