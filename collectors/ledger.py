"""The ledger: every state a call goes through, and every credit.

reserve -> sent -> received -> stored, with the ends released, refused, failed and unknown. A crash at any moment can
only count too much: credits are set aside before the call and given back when its cost is known. What the provider's
headers say of the credits used settles the calls whose outcome nobody saw.
"""

from __future__ import annotations

import hashlib
import zlib
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.db import IntegrityError, transaction
from django.db.models import F, Max

from events.locking import once_more

from .choices import CallState, Endpoint, Purpose
from .counting import balance_of, period_for, reconcile, warn
from .credits import RETRY_FRACTION
from .errors import AlreadyRunning, CallError, CallRefused, CreditCeiling, NotSent, Refused
from .models import CreditPeriod, FetchLog, RawResponse
from .the_odds_api.answers import Answer
from .the_odds_api.endpoints import HISTORICAL, Call

log = structlog.get_logger(__name__)

# So long a refusal of a live call is remembered; one of a historical call, for ever. A refusal may be the provider's
# mistake, and collecting must not end for good without a hand.
REFUSAL_REMEMBERED = timedelta(hours=24)
# So long a call is reckoned as dear as one alike turned out to be; a false header is forgotten with it.
DEARER_REMEMBERED = timedelta(hours=24)
# A call that seems to have cost so many times what it can is not believed.
MOST_TIMES_DEARER = 20
_REMEMBERED_STATUSES = (404, 422)
_BODY_COMPRESSION = 1  # of zlib: half the time of the usual level, for a tenth more bytes


def account_of(host: str, key: str) -> str:
    """What the ledger calls a key: nothing of it can be read back."""
    return "key-" + hashlib.blake2s(f"{host}\0{key}".encode(), digest_size=6).hexdigest()


@once_more
@transaction.atomic
def reserve(
    call: Call,
    *,
    request_id: UUID,
    account: str,
    purpose: Purpose,
    tick: datetime | None,
    attempt: int,
    holder: int,
    now: datetime,
    quota: int,
    reserve_fraction: float,
    live_need: int,
) -> FetchLog:
    """Set the credits of a call aside.

    Raises CreditCeiling, CallRefused where it was refused before, AlreadyRunning where its tick has had it.
    """
    period = _locked_period(account)
    cost = call.cost
    if cost and (before := _made_before(account, call)) is not None:
        cost = max(cost, _dearest(account, call, now))
        _refuse_remembered(before, call, now)
    if cost:
        if period is None:
            raise CreditCeiling(f"{call}: how many credits are left is not known yet; nothing sent")
        available = balance_of(period, quota).left(purpose, reserve_fraction=reserve_fraction, live_need=live_need)
        if cost > available:
            raise CreditCeiling(f"{call}: costs {cost}, and {purpose} calls may spend {available} more; nothing sent")
    row = FetchLog(
        request_id=request_id,
        period=period,
        account=account,
        purpose=purpose,
        endpoint=call.endpoint,
        sport_key=call.sport_key,
        event_id=call.event_id,
        parameters=dict(call.parameters),
        digest=call.digest,
        tick=tick,
        attempt=attempt,
        holder=holder,
        credits_reserved=cost,
        fetch_time=now,
    )
    try:
        row.save(force_insert=True)
    except IntegrityError:
        what = f"{call}: attempt {attempt}" + (f" for {tick:%Y-%m-%d %H:%M:%S} UTC" if tick else "")
        raise AlreadyRunning(f"{what} was made before; nothing sent") from None
    return row


def _locked_period(account: str) -> CreditPeriod | None:
    """The period under way. Whoever waited while it ended looks again: the lock is then on one that is over."""
    current = CreditPeriod.objects.select_for_update().filter(account=account, ended_at=None)
    return current.first() or current.first()


def _dearest(account: str, call: Call, now: datetime) -> int:
    """The most that a call alike was lately charged, where that was more than reckoned."""
    alike = FetchLog.objects.filter(
        account=account,
        digest=call.digest,
        credits_charged__gt=F("credits_reserved"),
        fetch_time__gt=now - DEARER_REMEMBERED,
        fetch_time__lt=now + DEARER_REMEMBERED,
    )
    return alike.aggregate(most=Max("credits_charged"))["most"] or 0


def _made_before(account: str, call: Call) -> FetchLog | None:
    """The newest call alike that was sent."""
    alike = FetchLog.objects.filter(account=account, digest=call.digest).order_by("-fetch_time")
    return alike.exclude(state__in=[CallState.RELEASED, CallState.RESERVED]).first()


def _refuse_remembered(before: FetchLog, call: Call, now: datetime) -> None:
    if before.state != CallState.REFUSED or not is_of_the_call(before):
        return
    # A clock that was ahead may have dated it in the future.
    if call.endpoint in HISTORICAL or abs(now - before.fetch_time) < REFUSAL_REMEMBERED:
        told = f"{before.http_status} {before.error_code}".strip()
        raise CallRefused(
            f"{call}: refused with {told} at {before.fetch_time:%Y-%m-%d %H:%M} UTC; not asked again like this",
            code=before.error_code,
        )


def is_of_the_call(refused: FetchLog) -> bool:
    """Whether the refusal was of what was asked, and not of who asked or when.

    A plan that has no history is told at the first call of a backfill, and may be a better one at the next.
    """
    is_of_plan = refused.error_code.endswith("_PLAN") and refused.endpoint not in HISTORICAL
    return refused.http_status in _REMEMBERED_STATUSES or is_of_plan


def mark_sent(row: FetchLog, now: datetime) -> None:
    """From here on the call may have been charged."""
    if not FetchLog.objects.filter(pk=row.pk, state=CallState.RESERVED).update(state=CallState.SENT, sent_at=now):
        raise AlreadyRunning(f"{row.endpoint}: its reservation was taken back; nothing sent")
    row.state, row.sent_at = CallState.SENT, now


def release(row: FetchLog, reason: str, now: datetime) -> None:
    """Give back what was set aside for a call that was never sent."""
    FetchLog.objects.filter(pk=row.pk, state=CallState.RESERVED).update(
        state=CallState.RELEASED, credits_charged=0, error_message=reason, error_code="released", ended_at=now
    )


def fail(row: FetchLog, error: CallError, now: datetime) -> None:
    """End a call that got no answer: free where it never left, of unknown cost otherwise."""
    free = isinstance(error, NotSent) or row.credits_reserved == 0
    row.state = CallState.FAILED if isinstance(error, NotSent) else CallState.UNKNOWN
    row.credits_charged = 0 if free else None
    row.error_code, row.error_message = error.code, str(error)
    FetchLog.objects.filter(pk=row.pk, state=CallState.SENT).update(
        state=row.state,
        credits_charged=row.credits_charged,
        error_code=row.error_code,
        error_message=row.error_message,
        ended_at=now,
    )


def abandon(row: FetchLog, now: datetime) -> None:
    """End a call whose process died: what was never sent is free, what was sent has an unknown outcome."""
    if row.state == CallState.RESERVED:
        release(row, "its process ended before the call was sent", now)
    else:
        FetchLog.objects.filter(pk=row.pk, state=CallState.SENT).update(
            state=CallState.UNKNOWN,
            credits_charged=0 if row.credits_reserved == 0 else None,
            error_code="interrupted",
            error_message="its process ended while the call was on its way",
            ended_at=now,
        )


@once_more
@transaction.atomic
def receive(row: FetchLog, answer: Answer, error: CallError | None, quota: int) -> RawResponse:
    """Store an answer as received and settle its cost. Doing it twice changes nothing.

    `error` is what the answer means if it is not of use.
    """
    period, count = period_for(row, answer)
    before = FetchLog.objects.filter(pk=row.pk).values_list("credits_charged", "response")
    found: tuple[int | None, int | None] = before.get()
    known_before, stored_before = found
    if stored_before is not None:
        return RawResponse.objects.get(pk=stored_before)
    stored = RawResponse.objects.create(
        call=row,
        received_at=answer.taken_at,
        body=zlib.compress(answer.body, _BODY_COMPRESSION),
        sha256=hashlib.sha256(answer.body).hexdigest(),
        size=len(answer.body),
        damage=answer.damage,
        problem=str(error) if error else "",
    )
    if answer.taken_at != answer.received_at:
        apart = round((answer.received_at - answer.taken_at).total_seconds())
        log.warning("clocks_apart", endpoint=row.endpoint, seconds=apart, taken_at=answer.taken_at.isoformat())
    row.period = period
    row.received_at = row.ended_at = answer.received_at
    row.http_status = answer.status
    row.response_time_ms = answer.response_time_ms
    row.credits_used, row.api_quota_remaining = answer.used, answer.remaining
    row.credits_charged = _charge(row, answer, error)
    period.charged += (row.credits_charged or 0) - (known_before or 0)
    row.state = _state(answer, error)
    row.error_code, row.error_message = (error.code, str(error)) if error else ("", "")
    row.save()
    reconcile(period, row, answer, count)
    warn(period, quota)
    return stored


def _state(answer: Answer, error: CallError | None) -> CallState:
    if error is None:
        return CallState.RECEIVED
    return CallState.REFUSED if isinstance(error, Refused) and answer.status != 200 else CallState.FAILED


def _charge(row: FetchLog, answer: Answer, error: CallError | None) -> int | None:
    """What the call cost; None where neither its headers nor its status tell."""
    if answer.charged is not None and answer.charged <= MOST_TIMES_DEARER * max(1, row.credits_reserved):
        if answer.charged > row.credits_reserved:
            log.warning("cost_mismatch", endpoint=row.endpoint, reckoned=row.credits_reserved, charged=answer.charged)
        return answer.charged
    if row.credits_reserved == 0 or (error is not None and 300 <= answer.status < 500):
        return 0
    return None


def mark_stored(row: FetchLog) -> None:
    """Note that there is nothing to read in an answer beside its headers."""
    RawResponse.objects.filter(call=row).update(normalised_at=row.received_at)
    FetchLog.objects.filter(pk=row.pk).update(state=CallState.STORED, success=True)


def may_retry(row: FetchLog, quota: int) -> bool:
    """Whether the credits set aside for asking again after an unknown outcome allow one more."""
    if row.credits_reserved == 0:
        return True
    spent = FetchLog.objects.filter(account=row.account, period=row.period, attempt__gt=1).exclude(
        endpoint__in=[Endpoint.SPORTS, Endpoint.EVENTS]
    )
    return spent.reserved_credits() + row.credits_reserved <= max(row.credits_reserved, quota * RETRY_FRACTION)


def body_of(stored: RawResponse) -> bytes:
    """The body as received."""
    return zlib.decompress(stored.body)
