"""Ceilings, thresholds and resets: worked examples and laws."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.choices import Purpose
from collectors.credits import Balance, balance, ceiling, next_reset, threshold_passed

ORDER = [Purpose.LIVE, Purpose.SCORES, Purpose.MANUAL, Purpose.BACKFILL]


def make_balance(**over: Any) -> Balance:
    """A month of 20,000 credits at its beginning."""
    return Balance(**{"quota": 20_000, "used": 0, "pending": 0, "remaining": 20_000, **over})


def left(made: Balance, reserve_fraction: float = 0.02, **over: Any) -> list[int]:
    """What each purpose may spend: live, scores, manual, backfill."""
    return [made.left(purpose, reserve_fraction=reserve_fraction, **over) for purpose in ORDER]


def test_each_purpose_ends_before_the_one_that_matters_more():
    assert left(make_balance()) == [19_600, 19_500, 19_400, 15_000]
    assert left(make_balance(used=15_000, remaining=5_000)) == [4_600, 4_500, 4_400, 0]
    assert left(make_balance(used=19_450, remaining=550)) == [150, 50, 0, 0]
    assert left(make_balance(used=19_600, remaining=400)) == [0, 0, 0, 0]


def test_the_reserve_is_kept_from_all():
    assert left(make_balance(), 0) == [20_000, 19_900, 19_800, 15_000]
    assert left(make_balance(), 0.1) == [18_000, 17_900, 17_800, 15_000]


def test_what_is_pending_counts_as_used():
    assert left(make_balance(used=100, pending=30, remaining=19_900)) == left(make_balance(used=130, remaining=19_870))
    assert make_balance(used=100, pending=30).committed == 130


def test_what_the_provider_says_is_left_goes_before_our_own_sums():
    assert left(make_balance(used=0, pending=4, remaining=10)) == [6, 6, 6, 6]
    assert left(make_balance(pending=11, remaining=10)) == [0, 0, 0, 0]
    assert left(make_balance(remaining=None))[0] == 19_600


def test_a_backfill_leaves_what_live_collection_will_need_and_a_fifth_more():
    half = make_balance(used=10_000, remaining=10_000)
    assert left(half, live_need=0) == [9_600, 9_500, 9_400, 5_000]
    assert left(half, live_need=4_000) == [9_600, 9_500, 9_400, 4_800]
    assert left(half, live_need=7_500) == [9_600, 9_500, 9_400, 600]
    assert left(half, live_need=8_000) == [9_600, 9_500, 9_400, 0]


def test_ceilings_are_shares_in_the_order_of_what_matters():
    assert [ceiling(purpose, 0.02) for purpose in ORDER] == pytest.approx([0.98, 0.975, 0.97, 0.75])
    assert [ceiling(purpose, 1.0) for purpose in ORDER] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("used", "remaining", "quota"),
    [(3, 19_997, 20_000), (3, 497, 500), (20, 99_980, 20_000), (3, None, 20_000), (0, 0, 0)],
    ids=["as set", "a smaller plan", "a larger plan", "never told", "nothing at all"],
)
def test_the_plan_counts_where_it_is_smaller_than_the_setting(used, remaining, quota):
    assert balance(quota_setting=20_000, used=used, remaining=remaining, pending=0).quota == quota


@pytest.mark.parametrize(
    ("used", "quota", "percent"), [(0, 200, 0.0), (1, 200, 0.5), (150, 200, 75.0), (300, 200, 150.0), (0, 0, 100.0)]
)
def test_percent_of_the_quota(used, quota, percent):
    assert make_balance(used=used, quota=quota).percent == percent


@pytest.mark.parametrize(
    ("percent", "warned", "told"),
    [(79.99, 0, None), (80, 0, 80), (94, 0, 90), (95, 90, 95), (100, 0, 100), (250, 95, 100), (90, 90, None),
     (99, 95, None), (85, 90, None), (250, 100, None)],
)  # fmt: skip
def test_the_highest_threshold_reached_and_not_told_yet(percent, warned, told):
    assert threshold_passed(percent, warned) == told


@given(st.lists(st.floats(0, 200), max_size=40))
def test_each_threshold_is_told_at_most_once_and_the_highest_reached_always(percents):
    told, warned = [], 0
    for percent in percents:
        if (threshold := threshold_passed(percent, warned)) is not None:
            told.append(threshold)
            warned = threshold
    assert told == sorted(set(told))
    assert warned == max((threshold for threshold in (80, 90, 95, 100) if threshold <= max(percents, default=0)),
                         default=0)  # fmt: skip


@pytest.mark.parametrize(
    ("now", "day", "reset"),
    [
        ("2026-01-14T22:00", 1, "2026-02-01"),
        ("2026-01-14T22:00", 15, "2026-01-15"),
        ("2026-01-15T00:00", 15, "2026-02-15"),
        ("2026-01-30T12:00", 31, "2026-01-31"),
        ("2026-01-31T00:00", 31, "2026-02-28"),
        ("2026-02-28T00:00", 31, "2026-03-31"),
        ("2026-03-31T09:00", 31, "2026-04-30"),
        ("2028-02-01T00:00", 30, "2028-02-29"),
        ("2028-02-28T23:59", 29, "2028-02-29"),
        ("2027-02-27T23:59", 29, "2027-02-28"),
        ("2026-12-01T00:00", 1, "2027-01-01"),
        ("2026-12-31T23:59", 15, "2027-01-15"),
        ("2026-12-31T00:00", 31, "2027-01-31"),
    ],
)
def test_the_next_reset_is_the_day_of_the_month_or_its_last_one(now, day, reset):
    assert next_reset(datetime.fromisoformat(f"{now}Z"), day) == datetime.fromisoformat(f"{reset}T00:00Z")


moments = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
days = st.integers(1, 31)


@given(moments, days)
def test_a_reset_is_a_midnight_to_come_within_a_month_on_the_day_that_was_set(now, day):
    reset = next_reset(now, day)
    assert now < reset <= now + timedelta(days=31)
    assert reset == reset.replace(hour=0, minute=0, second=0, microsecond=0)
    assert reset.day == min(day, monthrange(reset.year, reset.month)[1])


@given(moments, days)
def test_resets_come_once_a_month(now, day):
    resets = [now]
    for _ in range(13):
        resets.append(next_reset(resets[-1], day))
    months = [reset.year * 12 + reset.month for reset in resets[1:]]
    assert all(later == earlier + 1 for earlier, later in pairwise(months))


@given(moments, days, st.sampled_from(["America/New_York", "Asia/Tokyo", "Pacific/Kiritimati", "Pacific/Pago_Pago"]))
def test_the_zone_of_the_question_makes_no_difference(now, day, zone):
    assert next_reset(now.astimezone(ZoneInfo(zone)), day) == next_reset(now, day)


amounts = st.integers(0, 100_000)
balances = st.builds(Balance, quota=amounts, used=amounts, pending=amounts, remaining=st.none() | amounts)
reserves = st.floats(0, 0.5, exclude_max=True)  # as the checks of the settings allow


@given(balances, reserves, amounts)
def test_what_is_left_is_never_below_zero_nor_above_what_is_there(made, reserve, need):
    for purpose in ORDER:
        spendable = made.left(purpose, reserve_fraction=reserve, live_need=need)
        assert 0 <= spendable <= max(0, made.quota - made.committed)
        if made.remaining is not None:
            assert spendable <= max(0, made.remaining - made.pending)


@given(balances, reserves, amounts)
def test_live_scores_and_manual_are_nested(made, reserve, need):
    live, scores, manual, _ = left(made, reserve, live_need=need)
    assert live >= scores >= manual


@given(balances, st.floats(0, 0.24), amounts)
def test_a_backfill_never_has_more_than_a_person(made, reserve, need):
    _, _, manual, backfill = left(made, reserve, live_need=need)
    assert manual >= backfill


def test_a_backfill_never_has_more_than_a_person_however_large_the_reserve():
    assert left(make_balance(), 0.3) == sorted(left(make_balance(), 0.3), reverse=True)


@given(balances, reserves, amounts, st.integers(1, 1000))
def test_spending_leaves_exactly_that_much_less(made, reserve, need, cost):
    """Until the end: what may be spent once may be spent in parts, and never more."""
    before = left(made, reserve, live_need=need)
    told = None if made.remaining is None else max(0, made.remaining - cost)
    after = left(
        Balance(quota=made.quota, used=made.used + cost, pending=made.pending, remaining=told), reserve, live_need=need
    )
    if made.remaining is None or made.remaining >= cost:
        assert after == [max(0, credits - cost) for credits in before]


@given(balances, amounts, amounts)
def test_the_more_live_collection_needs_the_less_a_backfill_may_spend(made, need, more):
    assert left(made, live_need=need)[3] >= left(made, live_need=need + more)[3]
    assert left(made, live_need=need)[:3] == left(made, live_need=need + more)[:3]
