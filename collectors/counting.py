"""What the provider's count of credits used is worth, and what follows from it: periods, corrections, settled calls.

Our own figure is never less than what our calls were charged, and what is unknown counts as the most it can be. A count
that contradicts what is known has to come twice.
"""

from __future__ import annotations

from enum import Enum

import structlog
from django.db.models import F, Q

from .credits import Balance, balance, threshold_passed
from .models import CreditPeriod, FetchLog
from .the_odds_api.answers import Answer

log = structlog.get_logger(__name__)


def current_period(account: str) -> CreditPeriod | None:
    return CreditPeriod.objects.filter(account=account, ended_at=None).first()


def balance_of(period: CreditPeriod, quota_setting: int) -> Balance:
    pending = FetchLog.objects.of_account(period.account).unsettled().reserved_credits()
    return balance(quota_setting=quota_setting, used=period.used, remaining=period.remaining, pending=pending)


class Count(Enum):
    """What a count of credits used is worth."""

    NONE = "none"  # there is none, or it is older than the one we have
    BELIEVED = "believed"
    DOUBTED = "doubted"  # it contradicts what we know: it has to come twice
    CORRECTION = "correction"  # it came twice: what we had was false, or the plan has changed
    RESET = "reset"  # it came twice, and there is more left, or less used than by ourselves: a new month


def period_for(row: FetchLog, answer: Answer) -> tuple[CreditPeriod, Count]:
    """The period that this answer falls into, locked, and what its count is worth there."""
    periods = CreditPeriod.objects.select_for_update()
    period, own = _locked_periods(row)
    if period is not None and own is not None and own != period and not _counts_in(period, row, answer):
        return own, Count.NONE  # it was counted before the reset, and came after
    if period is not None:
        count = _judge(period, row, answer)
        if count is not Count.RESET:
            return period, count
        log.info("credits_reset", used_before=period.used, used_now=answer.used)
        CreditPeriod.objects.filter(pk=period.pk).update(ended_at=answer.received_at)
        # Their cost will never be told: the count that held it is gone. Calls on their way may be in the new one.
        lost = FetchLog.objects.filter(period=period, ended_at__isnull=False).unsettled().exclude(pk=row.pk)
        lost.update(credits_charged=F("credits_reserved"))
    CreditPeriod.objects.bulk_create(
        [CreditPeriod(account=row.account, started_at=answer.received_at)], ignore_conflicts=True
    )
    period = periods.get(account=row.account, ended_at=None)
    return period, _judge(period, row, answer)


def _locked_periods(row: FetchLog) -> tuple[CreditPeriod | None, CreditPeriod | None]:
    """The period under way and the one that the call was reserved in, locked in the order in which they began.

    Whoever ends a period goes from the old one to the new one; in another order two of them would lock each other up.
    """
    known = CreditPeriod.objects.select_for_update().filter(Q(account=row.account, ended_at=None) | Q(pk=row.period_id))
    found = list(known.order_by("pk"))
    current = next((period for period in found if period.ended_at is None), None)
    return current, next((period for period in found if period.pk == row.period_id), None)


def _counts_in(period: CreditPeriod, row: FetchLog, answer: Answer) -> bool:
    """Whether a call that left before this period began is counted in it: its count is then a small one.

    Several calls may have been on their way then, and each is counted before its answer comes.
    """
    pending = FetchLog.objects.of_account(row.account).unsettled().reserved_credits()
    return answer.used is not None and answer.used <= period.used + max(pending, row.credits_reserved)


def _judge(period: CreditPeriod, row: FetchLog, answer: Answer) -> Count:
    """What the count of this answer is worth. A fall, or a plan of another size, may be a false header.

    Calls that overlap come back in any order, and so do their counts: only one of a call that was sent after the
    newest count came can contradict it.
    """
    if answer.used is None:
        return Count.NONE
    falls = answer.used < period.used
    later = row.sent_at is not None and period.seen_at is not None and row.sent_at > period.seen_at
    if falls and not later:
        return Count.NONE
    total = None if answer.remaining is None else answer.used + answer.remaining
    if not falls and (total is None or period.plan in (None, total)):
        return Count.BELIEVED
    is_second = period.doubted_used is not None and period.doubted_plan == total and answer.used >= period.doubted_used
    if not is_second:
        return Count.DOUBTED
    more_left = answer.remaining is not None and period.remaining is not None and answer.remaining > period.remaining
    return Count.RESET if falls and (more_left or answer.used < period.charged) else Count.CORRECTION


def reconcile(period: CreditPeriod, row: FetchLog, answer: Answer, count: Count) -> None:
    """Take over what the provider says was used, and settle with it the calls whose cost is unknown."""
    is_first = period.seen_at is None
    if count is Count.DOUBTED and answer.used is not None:
        log.warning("count_doubted", used=answer.used, remaining=answer.remaining, used_before=period.used)
        period.doubted_used = answer.used
        period.doubted_plan = None if answer.remaining is None else answer.used + answer.remaining
    elif count in (Count.BELIEVED, Count.CORRECTION, Count.RESET) and answer.used is not None:
        _take_over(period, answer, answer.used)
        in_flight = FetchLog.objects.of_account(row.account).in_flight().exclude(pk=row.pk).exists()
        if not in_flight:
            _settle_unknown(period, row, is_first)
    elif answer.used is None and answer.remaining is not None and period.remaining is not None:
        period.remaining = min(period.remaining, answer.remaining)
    # A count that is missing or false does not make what our own calls were charged any less.
    period.used = max(period.used, period.used_before + period.used_elsewhere + period.charged)
    period.save()


def _take_over(period: CreditPeriod, answer: Answer, used: int) -> None:
    if used < period.used:
        log.warning("count_corrected", used_before=period.used, used_now=used)
        used = max(used, period.charged)
        period.used_before = min(period.used_before, used - period.charged)
        period.used_elsewhere = used - period.charged - period.used_before
    period.used, period.seen_at = used, answer.received_at
    period.doubted_used = period.doubted_plan = None
    if answer.remaining is not None:
        period.remaining, period.plan = answer.remaining, used + answer.remaining


def _settle_unknown(period: CreditPeriod, row: FetchLog, is_first: bool) -> None:
    """Divide what was used and not yet accounted for: to calls of unknown cost, oldest first, the rest to others.

    Only calls that had ended before this one was sent: the count may be older than the charge of any other.
    """
    gap = max(0, period.used - period.used_before - period.used_elsewhere - period.charged)
    unknown = FetchLog.objects.of_account(period.account).unsettled()
    for call in unknown.filter(Q(ended_at__lte=row.sent_at) | Q(pk=row.pk)).order_by("pk"):
        share = min(gap, call.credits_reserved)
        gap -= share
        period.charged += share
        FetchLog.objects.filter(pk=call.pk).update(credits_charged=share, period=period)
        if call.pk == row.pk:
            row.credits_charged = share
    if not gap:
        return
    if is_first:
        period.used_before = gap
    elif unknown.filter(ended_at__isnull=False).exists():
        return  # it may be what one of these cost; a later count will tell
    else:
        period.used_elsewhere += gap
        log.warning("credits_used_elsewhere", credits=gap, account=period.account)


def warn(period: CreditPeriod, quota: int) -> None:
    now = balance_of(period, quota)
    threshold = threshold_passed(now.percent, period.warned_percent)
    if threshold is None:
        return
    CreditPeriod.objects.filter(pk=period.pk).update(warned_percent=threshold)
    log.warning("quota_low", threshold_percent=threshold, used=now.committed, quota=now.quota)
