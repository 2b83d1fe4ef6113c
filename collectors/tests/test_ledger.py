"""Every credit, from before a call is sent until its cost is known: against a provider that counts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors import counting, ledger
from collectors.choices import CallState, Purpose
from collectors.errors import AlreadyRunning, CallError, CallRefused, CreditCeiling, NoAnswer, NotSent
from collectors.models import CreditPeriod, FetchLog, RawResponse
from collectors.the_odds_api.answers import Answer, error_in
from collectors.the_odds_api.endpoints import Call, Wanted, historical_odds, odds, scores, sports

pytestmark = pytest.mark.django_db

ACCOUNT = "key-1"
NBA = "basketball_nba"
ODDS = odds(NBA, Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle",)))
HISTORY = historical_odds(NBA, datetime(2026, 1, 10, tzinfo=UTC), Wanted(markets=("h2h",), regions=("us",)))
SCORES = scores(NBA, 3)
START = datetime(2026, 1, 14, 22, 0, 0, tzinfo=UTC)


class Account:
    """A key at a provider that counts, and our ledger of it. Every step takes a second."""

    def __init__(self, quota: int = 1_000, used: int = 0, *, setting: int = 1_000) -> None:
        self.quota, self.used, self.setting = quota, used, setting
        self.now = START

    def tick(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now

    def reserve(self, call: Call = ODDS, **over: Any) -> FetchLog:
        fields: dict[str, Any] = {
            "request_id": uuid4(), "account": ACCOUNT, "purpose": Purpose.LIVE, "tick": None, "attempt": 1,
            "holder": 1, "now": self.tick(), "quota": self.setting, "reserve_fraction": 0.0, "live_need": 0,
        }  # fmt: skip
        return ledger.reserve(call, **{**fields, **over})

    def send(self, call: Call = ODDS, **over: Any) -> FetchLog:
        row = self.reserve(call, **over)
        ledger.mark_sent(row, self.tick())
        return row

    def charge(self, row: FetchLog, cost: int | None = None) -> dict[str, str]:
        """What the provider does, and the headers it gives for it."""
        cost = row.credits_reserved if cost is None else cost
        self.used += cost
        return {
            "x-requests-used": str(self.used),
            "x-requests-remaining": str(max(0, self.quota - self.used)),
            "x-requests-last": str(cost),
        }

    def receive(
        self, row: FetchLog, headers: dict[str, str], status: int = 200, body: bytes = b"[]", damage: str = ""
    ) -> RawResponse:
        answer = Answer(
            status=status, headers=headers, body=body, received_at=self.tick(), response_time_ms=100, damage=damage
        )
        error = error_in(answer, row.endpoint)
        if damage:
            error = CallError("the answer is not whole", code=damage)
        return ledger.receive(row, answer, error, self.setting)

    def call(self, call: Call = ODDS, cost: int | None = None, **over: Any) -> FetchLog:
        row = self.send(call, **over)
        self.receive(row, self.charge(row, cost))
        return row

    def refused(self, call: Call = ODDS, status: int = 422, code: str = "INVALID_MARKET") -> FetchLog:
        row = self.send(call)
        self.receive(row, self.charge(row, 0), status, json.dumps({"error_code": code}).encode())
        return row

    def lose(self, row: FetchLog) -> FetchLog:
        """No answer comes, charged or not."""
        ledger.fail(row, NoAnswer("no answer"), self.tick())
        return row

    def probe(self) -> None:
        self.call(sports(), 0)

    @property
    def period(self) -> CreditPeriod:
        period = counting.current_period(ACCOUNT)
        assert period is not None
        return period

    @property
    def committed(self) -> int:
        return counting.balance_of(self.period, self.setting).committed

    def sums(self) -> dict[str, int]:
        period = self.period
        return {name: getattr(period, name) for name in ("used", "charged", "used_before", "used_elsewhere")}


def sums(used: int, charged: int, before: int = 0, elsewhere: int = 0) -> dict[str, int]:
    return {"used": used, "charged": charged, "used_before": before, "used_elsewhere": elsewhere}


def opened(**over: Any) -> Account:
    """An account whose balance a free call has told."""
    account = Account(**over)
    account.probe()
    return account


def charges(*rows: FetchLog) -> list[int | None]:
    found = dict(FetchLog.objects.values_list("pk", "credits_charged"))
    return [found[row.pk] for row in rows]


def test_a_key_is_told_by_a_fingerprint_of_itself_and_its_host():
    names = {ledger.account_of(host, key) for host in ("one.example", "two.example") for key in ("k1", "k2")}
    assert len(names) == 4
    assert all(name.startswith("key-") and "k1" not in name for name in names)


def test_nothing_is_bought_before_the_balance_is_known():
    with pytest.raises(CreditCeiling, match=r"^odds basketball_nba: how many credits are left is not known yet; noth"):
        Account().reserve()
    assert not FetchLog.objects.exists()


@pytest.mark.parametrize(
    ("purpose", "ceiling"),
    [(Purpose.LIVE, 980), (Purpose.SCORES, 975), (Purpose.MANUAL, 970), (Purpose.BACKFILL, 750)],
)
def test_each_purpose_is_refused_at_its_ceiling_and_before_anything_is_sent(purpose, ceiling):
    for used, allowed in ((ceiling - 3, True), (ceiling - 2, False)):
        account = opened(used=used)
        before = FetchLog.objects.count()
        if allowed:
            account.reserve(purpose=purpose, reserve_fraction=0.02)
        else:
            told = f"^odds basketball_nba: costs 3, and {purpose} calls may spend 2 more; nothing sent$"
            with pytest.raises(CreditCeiling, match=told):
                account.reserve(purpose=purpose, reserve_fraction=0.02)
        assert FetchLog.objects.count() == before + allowed
        FetchLog.objects.all().update(credits_charged=0, state="stored")


def test_what_is_set_aside_counts_before_it_is_charged():
    account = opened(used=991)
    account.reserve()
    account.send()
    account.lose(account.send())
    with pytest.raises(CreditCeiling, match="costs 3, and live calls may spend 0 more"):
        account.reserve()
    ledger.release(FetchLog.objects.get(state=CallState.RESERVED), "not needed", START)
    account.reserve()


def test_free_calls_are_made_with_no_credits_left():
    account = opened(used=1_000)
    account.probe()
    assert account.reserve(sports()).credits_reserved == 0


def test_live_collection_goes_before_a_backfill_until_the_reset():
    account = opened(used=500)
    assert account.reserve(HISTORY, purpose=Purpose.BACKFILL, live_need=400)
    with pytest.raises(CreditCeiling, match="costs 10, and backfill calls may spend 9 more"):
        account.reserve(HISTORY, purpose=Purpose.BACKFILL, live_need=401)
    assert account.reserve(ODDS, live_need=10_000)


def test_a_plan_smaller_than_the_setting_is_the_quota():
    account = opened(quota=500, used=372)
    assert counting.balance_of(account.period, 1_000).quota == 500
    assert account.reserve(purpose=Purpose.BACKFILL)
    with pytest.raises(CreditCeiling, match="backfill calls may spend 0 more"):
        account.reserve(purpose=Purpose.BACKFILL)


def test_the_setting_is_the_quota_where_the_plan_is_larger():
    account = opened(quota=100_000, used=998)
    with pytest.raises(CreditCeiling, match="live calls may spend 2 more"):
        account.reserve()


def test_a_call_is_charged_what_its_headers_say():
    account = opened(used=40)
    assert charges(account.call(), account.call(SCORES, 1), account.call(HISTORY, 0)) == [3, 1, 0]
    assert account.sums() == sums(used=44, before=40, charged=4)
    assert FetchLog.objects.get(endpoint="scores").api_quota_remaining == 956


def test_a_call_that_never_left_is_free():
    account = opened()
    row = account.send()
    ledger.fail(row, NotSent("no connection"), START)
    assert (charges(row), account.committed) == ([0], 0)
    row = account.reserve()
    ledger.release(row, "the disk is full", START)
    row.refresh_from_db()
    assert (row.state, row.credits_charged, row.error_message) == (CallState.RELEASED, 0, "the disk is full")


@pytest.mark.parametrize("status", [404, 422, 401, 429])
def test_a_refusal_without_headers_is_free(status):
    account = opened()
    row = account.send()
    account.receive(row, {}, status)
    assert charges(row) == [0]


@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_that_does_not_say_what_it_cost_counts_in_full_until_the_next_one(status):
    account = opened()
    row = account.send()
    account.charge(row)
    account.receive(row, {}, status)
    assert (charges(row), account.committed) == ([None], 3)
    account.probe()
    assert (charges(row), account.sums()) == ([3], sums(used=3, charged=3))


def test_an_unknown_call_is_settled_by_the_next_count():
    account = opened()
    charged = account.send()
    account.charge(charged)
    account.lose(charged)
    free = account.send(SCORES)
    assert (charges(charged), account.committed) == ([None], 5)
    account.receive(free, account.charge(free, 0))
    assert (charges(charged, free), account.sums()) == ([3, 0], sums(used=3, charged=3))
    lost = account.lose(account.send())
    account.probe()
    assert (charges(lost), account.sums()) == ([0], sums(used=3, charged=3))


def test_of_several_unknown_calls_the_oldest_are_taken_for_the_charged_ones():
    """Which of them it was cannot be known; the sum is."""
    account = opened()
    rows = [account.send(), account.send(SCORES), account.send()]
    account.charge(rows[2])
    for row in rows:
        account.lose(row)
    assert account.committed == 8
    account.probe()
    assert (charges(*rows), account.sums()) == ([3, 0, 0], sums(used=3, charged=3))


def test_unknown_calls_are_not_settled_while_another_is_on_its_way():
    """Its charge may be in the count already, and would be taken for theirs."""
    account = opened()
    lost, flying = account.lose(account.send()), account.send()
    headers = account.charge(flying)
    account.probe()
    assert charges(lost, flying) == [None, None]
    account.receive(flying, headers)
    assert (charges(lost, flying), account.sums()) == ([0, 3], sums(used=3, charged=3))


def test_what_nobody_here_has_used_was_used_elsewhere():
    account = opened(used=7)
    account.call()
    account.used += 500
    account.probe()
    assert account.sums() == sums(used=510, before=7, charged=3, elsewhere=500)
    lost = account.send()
    account.charge(lost)
    account.lose(lost)
    account.used += 20
    account.probe()
    assert charges(lost) == [3]
    assert account.sums() == sums(used=533, before=7, charged=6, elsewhere=520)


def test_a_count_that_goes_down_alone_is_no_reset_and_gives_no_credits():
    account = opened(used=100)
    row = account.send()
    headers = account.charge(row)
    account.receive(row, {**headers, "x-requests-used": "3"})
    left = counting.balance_of(account.period, 1_000).left(Purpose.LIVE, reserve_fraction=0)
    assert left <= account.quota - account.used
    account.probe()
    assert CreditPeriod.objects.count() == 1
    assert (account.period.charged, account.committed) == (3, 103)


def test_what_was_charged_counts_also_where_no_count_comes():
    account = opened()
    row = account.send()
    account.receive(row, {"x-requests-last": "3"})
    assert account.sums() == sums(used=3, charged=3)


def test_a_reset_begins_a_new_period_and_ends_the_old_one_at_its_worst():
    account = opened(used=900)
    lost = account.lose(account.send())
    account.used = 0
    account.probe()
    assert CreditPeriod.objects.count() == 1, "once may be a mistake"
    account.call()
    old, new = CreditPeriod.objects.order_by("started_at")
    assert (old.used, old.ended_at, old.account) == (900, new.started_at, ACCOUNT)
    assert charges(lost) == [3], "the count that would have told is gone"
    assert account.sums() == sums(used=3, charged=3)
    assert account.period.remaining == 997
    assert account.reserve(purpose=Purpose.BACKFILL), "there are credits again"
    assert FetchLog.objects.get(pk=lost.pk).period == old


def test_a_count_that_was_overtaken_by_a_later_one_is_no_reset():
    account = opened(used=100)
    first, second = account.send(), account.send()
    older, newer = account.charge(first), account.charge(second)
    account.receive(second, newer)
    account.receive(first, older)
    assert CreditPeriod.objects.count() == 1
    assert account.sums() == sums(used=106, before=100, charged=6)
    assert account.period.remaining == 894


def test_an_upgrade_of_the_plan_is_no_reset():
    account = opened(used=400, quota=500, setting=20_000)
    account.quota = 20_000
    account.probe()
    account.call()
    assert CreditPeriod.objects.count() == 1
    assert counting.balance_of(account.period, 20_000).left(Purpose.LIVE, reserve_fraction=0) == 19_597


def test_a_call_on_its_way_when_the_count_begins_anew_belongs_to_the_period_that_counts_it():
    account = opened(used=900)
    flying = account.send()
    account.used = 0
    account.probe()
    account.probe()
    account.receive(flying, account.charge(flying))
    assert charges(flying) == [3]
    assert account.sums() == sums(used=3, charged=3)


def test_an_answer_from_before_the_reset_that_comes_after_it_leaves_the_new_period_alone():
    account = opened(used=900)
    flying = account.send()
    late = account.charge(flying)
    account.used = 0
    account.probe()
    account.probe()
    account.receive(flying, late)
    assert account.period.used <= 3
    assert account.period.remaining == 1_000


def test_thresholds_are_told_once_each_period(caplog):
    account = opened(used=700)
    for used in (810, 905, 906, 1_000):
        account.used = used
        account.probe()
    assert account.period.warned_percent == 100
    account.used = 810
    account.quota = 1_001  # more left, and less used
    account.probe()
    account.probe()
    told = [record.msg for record in caplog.records if record.msg["event"] == "quota_low"]
    assert [one["threshold_percent"] for one in told] == [80, 90, 100, 80]
    assert [(one["used"], one["quota"]) for one in told][::3] == [(810, 1_000), (810, 1_000)]


def test_receiving_an_answer_twice_changes_nothing():
    account = opened(used=5)
    row = account.send()
    headers = account.charge(row)
    first = account.receive(row, headers)
    before = account.sums(), list(FetchLog.objects.values()), list(RawResponse.objects.values())
    assert account.receive(FetchLog.objects.get(pk=row.pk), headers) == first
    assert (account.sums(), list(FetchLog.objects.values()), list(RawResponse.objects.values())) == before


def test_an_answer_is_kept_byte_for_byte():
    account = opened()
    body = bytes(range(256)) * 40
    stored = account.receive(account.send(), {}, 200, body, damage="truncated")
    stored.refresh_from_db()
    assert ledger.body_of(stored) == body
    assert (stored.size, stored.damage, stored.problem) == (10_240, "truncated", "the answer is not whole")


@pytest.mark.parametrize("was_charged", [True, False])
@pytest.mark.parametrize("settled", [True, False], ids=["after it was settled", "before"])
def test_an_answer_to_an_abandoned_call_comes_late_and_is_taken(was_charged, settled):
    account = opened()
    row = account.send()
    headers = account.charge(row, None if was_charged else 0)
    ledger.abandon(row, account.now)
    assert account.committed == 3
    if settled:
        account.probe()
    late = FetchLog.objects.get(pk=row.pk)
    assert late.state == CallState.UNKNOWN
    account.receive(late, headers)
    assert (late.state, charges(late)) == (CallState.RECEIVED, [3 * was_charged])
    assert account.sums() == sums(used=account.used, charged=account.used)


def test_a_reservation_taken_back_is_not_sent():
    account = opened()
    row = account.reserve()
    ledger.abandon(FetchLog.objects.get(pk=row.pk), account.now)
    with pytest.raises(AlreadyRunning, match=r"^odds: its reservation was taken back; nothing sent$"):
        ledger.mark_sent(row, account.tick())
    assert FetchLog.objects.get(pk=row.pk).state == CallState.RELEASED


def test_a_tick_is_bought_once_for_each_attempt():
    account = opened()
    account.call(tick=START)
    with pytest.raises(AlreadyRunning, match=r"attempt 1 for 2026-01-14 22:00:00 UTC was made before; nothing sent$"):
        account.reserve(tick=START)
    account.reserve(tick=START, attempt=2)
    account.reserve(SCORES, tick=START)
    account.reserve(tick=START + timedelta(minutes=30))
    account.reserve()
    account.reserve()


def test_a_refusal_is_remembered_of_that_very_call_only():
    account = opened()
    account.refused()
    with pytest.raises(CallRefused, match="refused with 422 INVALID_MARKET at 2026-01-14 22:00 UTC; not asked again"):
        account.reserve()
    account.reserve(odds(NBA, Wanted(markets=("h2h",), bookmakers=("pinnacle",))))
    account.reserve(odds("icehockey_nhl", Wanted(markets=("h2h", "spreads", "totals"), bookmakers=("pinnacle",))))
    account.reserve(SCORES)
    assert account.reserve(account="key-2", call=sports())


def test_a_refusal_of_a_live_call_is_forgotten_after_a_day_and_of_history_never():
    account = opened()
    account.refused()
    account.refused(HISTORY, 404, "EVENT_NOT_FOUND")
    account.now = START + timedelta(hours=23)
    with pytest.raises(CallRefused):
        account.reserve()
    account.now = START + timedelta(hours=25)
    account.call()
    account.now = START + timedelta(days=400)
    with pytest.raises(CallRefused, match="refused with 404 EVENT_NOT_FOUND"):
        account.reserve(HISTORY)


@pytest.mark.parametrize(("status", "code"), [(401, "INVALID_KEY"), (429, ""), (500, "")])
def test_what_may_work_next_time_is_not_remembered(status, code):
    account = opened()
    account.refused(ODDS, status, code)
    assert account.reserve()


def test_a_call_that_was_dearer_than_reckoned_is_reckoned_so_from_then_on():
    account = opened()
    account.call(ODDS, 7)
    account.call(ODDS, 5)
    assert account.reserve().credits_reserved == 7
    assert account.reserve(SCORES).credits_reserved == 2


def test_asking_again_after_unknown_outcomes_has_a_budget_of_its_own():
    account = opened()
    rows = [account.lose(account.send(attempt=2)) for _ in range(5)]
    assert ledger.may_retry(rows[0], 1_000), "15 of 20 credits are spent so"
    rows.append(account.lose(account.send(attempt=3)))
    assert not ledger.may_retry(rows[0], 1_000)
    assert ledger.may_retry(rows[0], 1_100)
    assert ledger.may_retry(account.lose(account.send(sports())), 0), "what is free may be asked again"


def test_one_retry_is_always_affordable():
    account = opened()
    assert ledger.may_retry(account.lose(account.send(HISTORY)), 100)


def test_answers_that_say_nothing_more_are_stored_at_once():
    account = opened()
    account.probe()
    row = FetchLog.objects.latest("pk")
    ledger.mark_stored(row)
    assert RawResponse.objects.get(call=row).normalised_at == row.received_at
    assert FetchLog.objects.get(pk=row.pk).state == CallState.STORED


def test_a_lost_call_is_not_taken_for_free_by_a_count_from_before_it_was_charged():
    """Both leave; one is counted, then the other, which is lost; then the answer to the first comes."""
    account = opened()
    first, lost = account.send(), account.send()
    headers = account.charge(first)
    account.charge(lost)
    account.lose(lost)
    account.receive(first, headers)
    assert account.committed >= account.used


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_answers_of_overlapping_calls_end_at_the_same_sums_in_whatever_order_they_come(data):
    """Calls leave, are charged, and are answered or lost, as it happens; in between others use the key."""
    count = data.draw(st.integers(1, 6), label="calls")
    uses_elsewhere = data.draw(st.booleans(), label="others use the key")
    with transaction.atomic():
        account = opened(used=data.draw(st.integers(0, 50)))
        before, elsewhere = account.used, 0
        flying: list[FetchLog] = []
        charged: list[tuple[FetchLog, dict[str, str]]] = []
        while count or flying or charged:
            steps = [name for name, any_ in (("send", count), ("charge", flying), ("end", charged)) if any_]
            steps += ["elsewhere"] if uses_elsewhere else []
            match data.draw(st.sampled_from(steps)):
                case "send":
                    flying.append(account.send(data.draw(st.sampled_from([ODDS, SCORES, HISTORY, sports()]))))
                    count -= 1
                case "charge":
                    row = flying.pop(data.draw(st.integers(0, len(flying) - 1)))
                    charged.append((row, account.charge(row, data.draw(st.integers(0, row.credits_reserved)))))
                case "end":
                    place = data.draw(st.integers(0, len(charged) - 1))
                    row, headers = charged.pop(place)
                    # Only the oldest count: what an older one on its way makes of a lost call, see above.
                    if place == 0 and data.draw(st.booleans(), label="lost"):
                        account.lose(row)
                    else:
                        account.receive(row, headers)
                case "elsewhere":
                    uses_elsewhere = data.draw(st.booleans(), label="and again")
                    elsewhere += 4
                    account.used += 4
            known_elsewhere = account.period.used_elsewhere
            assert account.committed >= account.used - elsewhere, "never less than our calls were charged"
            assert known_elsewhere <= elsewhere
        account.probe()
        final = account.sums()
        assert account.committed == final["used"] == account.used
        assert CreditPeriod.objects.count() == 1, "nothing of it looks like a reset"
        assert final["used_before"] == before
        assert final["charged"] + final["used_elsewhere"] == account.used - before
        assert elsewhere or final["used_elsewhere"] == 0
        assert final["charged"] == sum(charges(*FetchLog.objects.all()))
        assert not FetchLog.objects.unsettled().exists()
        transaction.set_rollback(True)
