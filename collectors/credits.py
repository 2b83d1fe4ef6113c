"""What may be spent, pure. What a call costs stands at `Call.cost`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from .choices import Purpose

# Shares of the quota at which a person is told, once each a period.
THRESHOLDS_PERCENT = (80, 90, 95, 100)
# How far below the live ceiling the next purposes end: each stops before the one that matters more.
_BELOW_LIVE = {Purpose.LIVE: 0.0, Purpose.SCORES: 0.005, Purpose.MANUAL: 0.01}
BACKFILL_CEILING = 0.75
# A backfill leaves this many times what live collection will need until the reset.
LIVE_NEED_KEPT = 1.2
# The share of the quota that may be spent on asking again after calls of unknown outcome.
RETRY_FRACTION = 0.02


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The credits of one period as known now."""

    quota: int  # what the plan gives, or the settings allow, whichever is less
    used: int  # as the provider said
    pending: int  # the most that calls of unknown cost can still have used
    remaining: int | None  # as the provider said; None if it never did

    @property
    def committed(self) -> int:
        return self.used + self.pending

    @property
    def percent(self) -> float:
        """The share of the quota that is used or set aside."""
        return 100.0 * self.committed / self.quota if self.quota else 100.0

    def left(self, purpose: Purpose, *, reserve_fraction: float, live_need: int = 0) -> int:
        """Credits that this purpose may still spend; never below 0.

        `live_need` is what live collection will need until the reset; only a backfill makes way for it.
        """
        within = int(self.quota * ceiling(purpose, reserve_fraction)) - self.committed
        if purpose is Purpose.BACKFILL:
            live = int(self.quota * ceiling(Purpose.LIVE, reserve_fraction)) - self.committed
            within = min(within, live - int(LIVE_NEED_KEPT * live_need))
        if self.remaining is not None:
            within = min(within, self.remaining - self.pending)
        return max(0, within)


def ceiling(purpose: Purpose, reserve_fraction: float) -> float:
    """The share of the quota up to which this purpose may spend: live > scores > manual > backfill."""
    live = 1.0 - reserve_fraction
    if purpose is Purpose.BACKFILL:
        return max(0.0, min(BACKFILL_CEILING, live - _BELOW_LIVE[Purpose.MANUAL]))
    return max(0.0, live - _BELOW_LIVE[purpose])


def balance(*, quota_setting: int, used: int, remaining: int | None, pending: int) -> Balance:
    """What the provider says of the plan's size goes before the setting only where it is less."""
    quota = quota_setting if remaining is None else min(quota_setting, used + remaining)
    return Balance(quota=quota, used=used, pending=pending, remaining=remaining)


def threshold_passed(percent: float, warned_percent: int) -> int | None:
    """The highest threshold that was reached and not told yet."""
    passed = [threshold for threshold in THRESHOLDS_PERCENT if percent >= threshold > warned_percent]
    return max(passed, default=None)


def next_reset(now: datetime, reset_day: int) -> datetime:
    """The next midnight UTC on which the month begins anew; a day that a month lacks is its last one.

    A plan only: the period ends when the provider's own count falls.
    """
    year, month = now.year, now.month
    while True:
        candidate = _day_of(year, month, reset_day)
        if candidate > now:
            return candidate
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _day_of(year: int, month: int, day: int) -> datetime:
    following = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    return min(datetime(year, month, 1, tzinfo=UTC) + timedelta(days=day - 1), following - timedelta(days=1))
