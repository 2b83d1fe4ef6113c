"""Answers that could not be read when they came, and can by now."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from collectors import counting, ledger
from collectors.choices import CallState, Purpose
from collectors.models import FetchLog, RawResponse
from collectors.the_odds_api.answers import Answer
from collectors.the_odds_api.endpoints import Wanted, odds
from events.models import Event
from odds.models import Odds

from .commands import answer, good_body, make_period, run

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"


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
