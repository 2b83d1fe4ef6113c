"""What dead processes left behind is brought to an end, what living ones do is left alone."""

from __future__ import annotations

import json
import os
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from collectors import counting, failpoints, intake, ledger
from collectors.choices import CallState, Job, Purpose, TickState
from collectors.holder import Holder
from collectors.models import CreditPeriod, FetchLog, JobTick, RawResponse
from collectors.recovery import RecoveryReport, recover
from collectors.sandbox.faults import Fault
from collectors.spool import Spool
from collectors.the_odds_api.answers import Answer
from collectors.the_odds_api.endpoints import Call, Wanted, odds
from events.models import Event
from odds.models import OddsSnapshot

from .factories import book, event, h2h

pytestmark = pytest.mark.django_db(transaction=True)

NBA = "basketball_nba"
ODDS = odds(NBA, Wanted(markets=("h2h",), bookmakers=("fanduel",)))


@pytest.fixture
def ready(stage):
    """A stage whose credits are known."""
    with stage.gate() as gate:
        gate.probe()
        ledger.mark_stored(FetchLog.objects.get())
    return stage


@pytest.fixture
def dead() -> int:
    """The number of a holder that is no more."""
    with Holder() as holder:
        return holder.number


@pytest.fixture
def living():
    with Holder() as holder:
        yield holder


def make_call(stage, holder: int, *, sent: bool = True, call: Call = ODDS, request_id: UUID | None = None) -> FetchLog:
    """A call that was begun and has not come to an end."""
    row = ledger.reserve(
        call, request_id=request_id or uuid4(), account="sandbox", purpose=Purpose.LIVE, tick=None, attempt=1,
        holder=holder, now=stage.clock(), quota=20_000, reserve_fraction=0.02, live_need=0,
    )  # fmt: skip
    if sent:
        ledger.mark_sent(row, stage.clock())
    return row


def make_answer(stage, *, used: int = 1, number: int = 0, **over: Any) -> Answer:
    """An answer with one event, as the provider gives it for one market of one book."""
    payload = [event(book("fanduel", h2h()), id=f"{number:032x}")]
    fields: dict[str, Any] = {
        "status": 200,
        "headers": {
            "x-requests-used": str(used), "x-requests-remaining": str(20_000 - used), "x-requests-last": "1",
        },
        "body": json.dumps(payload).encode(),
        "received_at": stage.clock() + timedelta(seconds=number),
        "response_time_ms": 100,
    }  # fmt: skip
    return Answer(**{**fields, **over})


def spool_answer(stage, request_id: UUID, answer: Answer):
    return Spool(stage.terms.spool).set_aside(request_id).keep(request_id, answer).path


def recovered(stage) -> RecoveryReport:
    with stage.gate() as gate:
        return recover(gate)


def everything(stage) -> list:
    """All that recovery could change."""
    tables = [FetchLog, RawResponse, CreditPeriod, JobTick, Event, OddsSnapshot]
    rows = [list(table.objects.order_by("pk").values()) for table in tables]
    return [rows, sorted(path.name for path in stage.terms.spool.rglob("*"))]


def states() -> list[str]:
    return list(FetchLog.objects.filter(endpoint="odds").order_by("pk").values_list("state", flat=True))


def test_there_is_nothing_to_do_after_an_orderly_end(ready):
    before = everything(ready)
    assert not recovered(ready)
    assert everything(ready) == before


def test_a_call_that_was_never_sent_is_free_and_one_on_its_way_is_unknown(ready, dead):
    make_call(ready, dead, sent=False)
    make_call(ready, dead)
    assert recovered(ready) == RecoveryReport(released=1, unknown=1)
    assert states() == [CallState.RELEASED, CallState.UNKNOWN]
    told = FetchLog.objects.filter(endpoint="odds").order_by("pk").values_list("credits_charged", "error_message")
    assert list(told) == [
        (0, "its process ended before the call was sent"),
        (None, "its process ended while the call was on its way"),
    ]
    with ready.gate() as gate:
        gate.probe()
    assert not FetchLog.objects.unsettled().exists()
    assert counting.current_period("sandbox").used == ready.charged == 0


def test_what_a_living_process_does_is_left_alone(ready, dead, living):
    make_call(ready, living.number, sent=False)
    sent, answered = make_call(ready, living.number), make_call(ready, living.number)
    spool_answer(ready, answered.request_id, make_answer(ready))
    Spool(ready.terms.spool).set_aside(sent.request_id)
    unread = make_call(ready, living.number)
    ledger.receive(unread, make_answer(ready, used=2, number=1), None, 20_000)
    before = everything(ready)
    make_call(ready, dead)
    assert recovered(ready) == RecoveryReport(unknown=1)
    FetchLog.objects.filter(holder=dead).delete()
    assert everything(ready) == before
    living.__exit__(None, None, None)
    assert recovered(ready) == RecoveryReport(drained=1, released=1, unknown=1, read=2)
    assert not list(ready.terms.spool.glob("*.answer"))


def test_the_gate_that_recovers_leaves_its_own_calls_alone(ready):
    with ready.gate() as gate:
        make_call(ready, gate.holder.number)
        assert not recover(gate)
    assert states() == [CallState.SENT]


def test_an_answer_on_disk_is_stored_read_and_charged(ready, dead):
    row = make_call(ready, dead)
    spool_answer(ready, row.request_id, make_answer(ready))
    assert recovered(ready) == RecoveryReport(drained=1, read=1)
    assert states() == [CallState.STORED]
    assert FetchLog.objects.get(pk=row.pk).credits_charged == 1
    assert Event.objects.get().is_sandbox
    assert OddsSnapshot.objects.count() == 1
    assert list(ready.terms.spool.glob("*")) == []


def test_an_answer_that_was_stored_before_the_crash_is_not_stored_again(ready, dead):
    row = make_call(ready, dead)
    answer = make_answer(ready)
    spool_answer(ready, row.request_id, answer)
    ledger.receive(row, answer, None, 20_000)
    assert recovered(ready) == RecoveryReport(drained=1, read=1)
    assert RawResponse.objects.filter(call__endpoint="odds").count() == OddsSnapshot.objects.count() == 1
    assert counting.current_period("sandbox").charged == 1


def test_an_answer_to_a_call_given_up_is_taken_all_the_same(ready, dead):
    row = make_call(ready, dead)
    recovered(ready)
    assert states() == [CallState.UNKNOWN]
    spool_answer(ready, row.request_id, make_answer(ready))
    assert recovered(ready) == RecoveryReport(drained=1, read=1)
    assert states() == [CallState.STORED]
    assert not FetchLog.objects.unsettled().exists()


def test_a_refusal_on_disk_is_taken_for_one(ready, dead):
    row = make_call(ready, dead)
    spool_answer(ready, row.request_id, make_answer(ready, status=422, body=b'{"error_code": "INVALID_MARKET"}'))
    assert recovered(ready) == RecoveryReport(drained=1)
    assert states() == [CallState.REFUSED]
    assert list(ready.terms.spool.glob("*")) == []


@pytest.mark.parametrize("code", [r"\u0000", r"\ud800"])
def test_an_answer_that_cannot_be_stored_holds_up_no_other(ready, dead, code):
    poison, good = make_call(ready, dead), make_call(ready, dead)
    body = b'{"error_code": "%s"}' % code.encode()
    spool_answer(ready, poison.request_id, make_answer(ready, status=422, body=body))
    spool_answer(ready, good.request_id, make_answer(ready))
    assert recovered(ready).drained >= 1
    assert states()[1] == CallState.STORED


def test_a_hundred_answers_are_drained_at_once(ready, dead):
    for number in range(100):
        row = make_call(ready, dead)
        spool_answer(ready, row.request_id, make_answer(ready, used=number + 1, number=number))
    assert recovered(ready) == RecoveryReport(drained=100, read=100)
    assert Counter(states()) == {CallState.STORED: 100}
    assert Event.objects.count() == OddsSnapshot.objects.count() == 100
    assert list(ready.terms.spool.glob("*")) == []
    period = counting.current_period("sandbox")
    assert (period.used, period.charged, period.used_elsewhere) == (100, 100, 0)


def test_a_damaged_answer_is_set_aside_and_its_call_counts_in_full(ready, dead):
    row = make_call(ready, dead)
    path = spool_answer(ready, row.request_id, make_answer(ready))
    content = path.read_bytes()[:-1]
    path.write_bytes(content)
    assert recovered(ready) == RecoveryReport(unknown=1)
    assert (ready.terms.spool / "quarantine" / path.name).read_bytes() == content
    assert FetchLog.objects.get(pk=row.pk).credits_charged is None
    assert not RawResponse.objects.filter(call=row).exists()


def test_an_answer_of_a_call_that_this_ledger_does_not_know_is_set_apart_and_told_once(ready):
    path = spool_answer(ready, uuid4(), make_answer(ready))
    assert recovered(ready) == RecoveryReport(orphaned=1)
    assert not recovered(ready)
    assert (ready.terms.spool / "quarantine" / path.name).exists()
    assert not Event.objects.exists()


def test_an_answer_whose_reading_was_cut_short_is_read_to_its_end(ready, dead, monkeypatch):
    monkeypatch.setenv("FAILPOINT", "mid_commit:raise")
    monkeypatch.setattr(failpoints, "_reached", Counter())
    row = make_call(ready, dead)
    stored = ledger.receive(row, make_answer(ready), None, 20_000)
    assert not recovered(ready), "it is told, and holds up no other"
    assert not Event.objects.exists(), "all of it, or nothing"
    assert recovered(ready) == RecoveryReport(read=1)
    stored.refresh_from_db()
    assert (stored.attempts, stored.normalised_at is None, stored.problem) == (2, False, "")
    assert OddsSnapshot.objects.count() == 1


def test_an_answer_that_ends_its_reader_three_times_is_left_alone_and_the_rest_goes_on(ready, dead, monkeypatch):
    poison, good = make_call(ready, dead), make_call(ready, dead)
    stored = ledger.receive(poison, make_answer(ready), None, 20_000)
    monkeypatch.setenv("FAILPOINT", "mid_commit:raise")
    for _ in range(intake.READ_ATTEMPTS):
        monkeypatch.setattr(failpoints, "_reached", Counter())
        recovered(ready)
    ledger.receive(good, make_answer(ready, used=2, number=1), None, 20_000)
    monkeypatch.delenv("FAILPOINT")
    assert recovered(ready)
    assert states() == [CallState.FAILED, CallState.STORED]
    stored.refresh_from_db()
    assert stored.problem == "reading it was begun 3 times and never ended"
    told = FetchLog.objects.get(pk=poison.pk).error_message
    assert told == (
        "odds basketball_nba: the answer cannot be read: reading it was begun 3 times and never ended; "
        "its bytes are kept, odds untouched"
    )
    assert json.loads(ledger.body_of(stored)), "its bytes stay"
    assert not recovered(ready), "and it is not tried again"


def test_an_answer_that_is_left_alone_is_not_counted_as_read(ready, dead):
    stored = ledger.receive(make_call(ready, dead), make_answer(ready), None, 20_000)
    RawResponse.objects.filter(pk=stored.pk).update(attempts=intake.READ_ATTEMPTS)
    assert recovered(ready).read == 0


def test_an_answer_that_is_none_is_told_and_left_alone(ready, dead):
    row = make_call(ready, dead)
    ledger.receive(row, make_answer(ready, body=b"<html>"), None, 20_000)
    assert not recovered(ready)
    assert states() == [CallState.FAILED]
    assert RawResponse.objects.get(call=row).problem
    assert not recovered(ready)


def test_ticks_of_dead_processes_are_closed_and_those_at_work_are_not(ready, living):
    now = ready.clock()
    running = {"job": Job.FETCH_ODDS, "tick": now, "started_at": now}
    lost = JobTick.objects.create(sport_key=NBA, **running)
    work = JobTick.objects.create(sport_key="icehockey_nhl", **running)
    done = JobTick.objects.create(sport_key="americanfootball_nfl", **running, state=TickState.DONE, outcome="well")
    living.take(work.lock_name)
    ready.at(now + timedelta(minutes=2))
    assert recovered(ready) == RecoveryReport(interrupted=1)
    for tick in (lost, work, done):
        tick.refresh_from_db()
    assert (lost.state, lost.outcome) == (TickState.INTERRUPTED, "its process ended")
    assert lost.finished_at == now + timedelta(minutes=2)
    assert (work.state, done.state) == (TickState.RUNNING, TickState.DONE)


def test_a_tick_ends_no_earlier_than_it_began_also_where_the_clock_went_back(ready):
    now = ready.clock()
    JobTick.objects.create(job=Job.TIDY, tick=now, started_at=now)
    ready.at(now - timedelta(hours=1))
    assert recovered(ready).interrupted == 1
    assert JobTick.objects.get().finished_at == now


def test_places_of_dead_processes_are_freed_once_they_are_old(ready, dead, living):
    spool = Spool(ready.terms.spool)
    mine, gone, young = make_call(ready, living.number), make_call(ready, dead), make_call(ready, dead)
    for request_id in (mine.request_id, gone.request_id, young.request_id, uuid4()):
        spool.set_aside(request_id)
    for draft in spool.drafts():
        if young.request_id != UUID(draft.stem):
            os.utime(draft, (0, 0))
    recovered(ready)
    kept = {UUID(draft.stem) for draft in spool.drafts()}
    assert kept == {mine.request_id, young.request_id}, "a call under way may still need its place"
    living.__exit__(None, None, None)
    recovered(ready)
    assert {UUID(draft.stem) for draft in spool.drafts()} == {young.request_id}


def test_an_answer_is_kept_also_where_its_place_has_gone(ready):
    spool = Spool(ready.terms.spool)
    request_id = uuid4()
    place = spool.set_aside(request_id)
    spool.drafts()[0].unlink()
    place.keep(request_id, make_answer(ready))
    assert [spooled.request_id for spooled in spool.waiting()] == [request_id]


def test_a_stray_file_among_the_places_is_no_matter(ready):
    ready.terms.spool.mkdir(exist_ok=True)
    (ready.terms.spool / "notes.draft").write_text("mine")
    recovered(ready)


def test_one_recovers_at_a_time(ready, dead, living):
    make_call(ready, dead)
    living.take("recovery")
    assert not recovered(ready)
    assert states() == [CallState.SENT]
    living.leave("recovery")
    assert recovered(ready).unknown == 1


def test_recovering_twice_changes_nothing(ready, dead):
    calls = [make_call(ready, dead) for _ in range(6)]
    make_call(ready, dead, sent=False)
    spool_answer(ready, calls[0].request_id, make_answer(ready))
    spool_answer(ready, calls[1].request_id, make_answer(ready, used=2, number=1, status=404, body=b""))
    spool_answer(ready, calls[2].request_id, make_answer(ready)).write_bytes(b"torn")
    ledger.receive(calls[3], make_answer(ready, used=3, number=2), None, 20_000)
    ledger.receive(calls[4], make_answer(ready, used=4, number=3, body=b"no"), None, 20_000)
    Spool(ready.terms.spool).set_aside(calls[5].request_id)
    JobTick.objects.create(job=Job.TIDY, tick=ready.clock(), started_at=ready.clock())
    assert recovered(ready) == RecoveryReport(drained=2, read=2, released=1, unknown=2, interrupted=1)
    before = everything(ready)
    ready.at(ready.clock() + timedelta(hours=1))
    assert not recovered(ready)
    assert everything(ready) == before


def test_a_real_call_that_was_lost_on_its_way_is_charged_once_the_count_is_seen(ready, dead):
    """The provider charged it; nobody received the answer."""
    ready.sandbox.faults.add(Fault("elsewhere", credits=1, times=1, endpoint="sports"))
    make_call(ready, dead)
    recovered(ready)
    period = counting.current_period("sandbox")
    assert counting.balance_of(period, 20_000).committed == 1
    with ready.gate() as gate:
        gate.probe()
    period = counting.current_period("sandbox")
    assert (period.charged, period.used_elsewhere, ready.charged) == (1, 0, 1)
