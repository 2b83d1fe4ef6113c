"""The items of backfills and their states, written by whoever holds the lock of backfills.

After a crash a state is not trusted: items that were under way become what the ledger knows of their calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from events import rows
from events.times import parse_time
from odds.choices import Source

from .. import ledger
from ..choices import CallState, Endpoint, ItemState, Purpose, RunState
from ..errors import UnreadablePayload
from ..gate import SANDBOX_KEY
from ..models import BackfillItem, BackfillRun, FetchLog, RawResponse
from ..the_odds_api.contents import read_contents
from ..the_odds_api.endpoints import Call, historical_events, instant
from ..the_odds_api.payloads import decode_historical
from .planning import Plan, digest_of
from .wish import Wish

# What can still be bought.
TO_BUY = (ItemState.PLANNED, ItemState.FAILED)
# Under way, left so by a process that died, or of unknown outcome.
OPEN = (ItemState.RESERVED, ItemState.RECEIVED, ItemState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Purchase:
    """An instant to buy."""

    at: datetime
    call: Call


@transaction.atomic
def save_run(wish: Wish, now: datetime, *, is_sandbox: bool) -> BackfillRun:
    """The run of a wish, made where there is none."""
    run, _ = BackfillRun.objects.get_or_create(
        digest=digest_of(wish, is_sandbox=is_sandbox),
        defaults={
            "sport_key": wish.sport_key,
            "start": wish.start,
            "end": wish.end,
            "parameters": wish.as_json(),
            "is_sandbox": is_sandbox,
            "created_at": now,
        },
    )
    return run


def add_lists(run: BackfillRun, wish: Wish, instants: Iterable[datetime]) -> None:
    """Have these lists of events bought for a run."""
    _add(run, [Purchase(at, historical_events(wish.sport_key, at)) for at in instants])


@transaction.atomic
def add_plan(run: BackfillRun, plan: Plan) -> None:
    """Have what is planned bought for a run, and keep which games it is for."""
    _add(run, [Purchase(point.at, plan.wish.call(point.at)) for point in plan.cover.points])
    run.games = [game.event_id for game in plan.sample]
    run.wanted = plan.windows
    run.credits_planned = plan.credits
    run.save(update_fields=["games", "wanted", "credits_planned"])


def _add(run: BackfillRun, purchases: Sequence[Purchase]) -> None:
    """Items that another run has are shared with it."""
    wanted = [
        BackfillItem(
            endpoint=purchase.call.endpoint,
            sport_key=purchase.call.sport_key,
            requested_at=purchase.at,
            parameters=dict(purchase.call.parameters),
            digest=purchase.call.digest,
            is_sandbox=run.is_sandbox,
            cost=purchase.call.cost,
        )
        for purchase in purchases
    ]
    BackfillItem.objects.bulk_create(wanted, ignore_conflicts=True)
    digests = [item.digest for item in wanted]
    run.items.add(*BackfillItem.objects.filter(digest__in=digests, is_sandbox=run.is_sandbox))


def call_of(item: BackfillItem) -> Call:
    return Call(endpoint=Endpoint(item.endpoint), sport_key=item.sport_key, parameters=item.parameters)


def claim(ids: Sequence[int]) -> list[BackfillItem]:
    """Take these items to be bought: those that nobody else has taken, in order of time."""
    with transaction.atomic():
        free = BackfillItem.objects.select_for_update(skip_locked=True).filter(pk__in=ids, state__in=TO_BUY)
        items = sorted(free, key=lambda item: (item.requested_at, item.pk))
        BackfillItem.objects.filter(pk__in=[item.pk for item in items]).update(state=ItemState.RESERVED)
    return items


def give_back(items: Iterable[BackfillItem], account: str) -> None:
    """Items that were taken and not asked for after all."""
    for item in items:
        taken = BackfillItem.objects.filter(pk=item.pk, state__in=OPEN)
        taken.update(state=ItemState.PLANNED, attempts=attempts_of(item.digest, account))


def received(items: Sequence[BackfillItem]) -> None:
    """Note that the answers to these items are stored as bytes."""
    taken = BackfillItem.objects.filter(pk__in=[item.pk for item in items], state=ItemState.RESERVED)
    taken.update(state=ItemState.RECEIVED)


def end(item: BackfillItem, state: ItemState, note: str, row: FetchLog | None = None) -> None:
    """Note how an item ended that brought nothing."""
    attempts = row.attempt if row else item.attempts
    BackfillItem.objects.filter(pk=item.pk, state__in=OPEN).update(
        state=state, note=note, attempts=attempts, call=row, charged=row.credits_charged if row else 0
    )


@dataclass(slots=True)
class Reading:
    """What an answer says of itself."""

    answered_at: datetime | None = None
    previous_at: datetime | None = None
    next_at: datetime | None = None
    listed: dict[str, str] | None = field(default=None)

    @classmethod
    def of(cls, call: Call, body: bytes) -> Reading:
        """Raises UnreadablePayload."""
        wrapper = decode_historical(body)
        before, after = wrapper.previous_timestamp, wrapper.next_timestamp
        reading = cls(parse_time(wrapper.timestamp), _moment(before), _moment(after))
        if call.endpoint is Endpoint.HISTORICAL_EVENTS and reading.answered_at is not None:
            reading.listed = _listed(call, body, reading.answered_at)
        return reading


def _moment(value: str | None) -> datetime | None:
    """None too where there is no snapshot before, or after."""
    return None if value is None else parse_time(value)


def _listed(call: Call, body: bytes, at: datetime) -> dict[str, str]:
    events = read_contents(call, body, received_at=at, source=Source.HISTORICAL).events
    return {event.api_id: instant(event.commence_time) for event in events}


def keep(item: BackfillItem, row: FetchLog, body: bytes, *, problem: str | None = None) -> BackfillItem:
    """The item with what its answer says of itself, to be written by `write`. One that was not read has a problem."""
    reading = Reading()
    item.state = ItemState.NORMALISED if problem is None else ItemState.PARKED
    item.note = item.note if problem is None else problem
    try:
        reading = Reading.of(call_of(item), body)
    except UnreadablePayload as error:
        item.state, item.note = ItemState.PARKED, str(error)
    item.call, item.charged, item.attempts = row, row.credits_charged, row.attempt
    item.answered_at, item.previous_at, item.next_at = reading.answered_at, reading.previous_at, reading.next_at
    item.listed = reading.listed
    return item


# What an answer changes of an item, with the types in PostgreSQL.
_ANSWERED = {
    "state": "text",
    "call_id": "bigint",
    "charged": "int",
    "attempts": "smallint",
    "answered_at": "timestamptz",
    "previous_at": "timestamptz",
    "next_at": "timestamptz",
    "note": "text",
    "listed": "jsonb",
}


def write(items: Sequence[BackfillItem]) -> None:
    """Write what `keep` made of these items."""
    rows.write(items, _ANSWERED)


def settle(run: BackfillRun, account: str, quota: int, *, retry_unknown: bool) -> None:
    """Bring the items of a run that a dead process left, or that were read since, to what the ledger says of them."""
    read_since = Q(state=ItemState.PARKED, call__response__normalised_at__isnull=False)
    settle_by_ledger(run.items.filter(Q(state__in=OPEN) | read_since), account, quota, retry_unknown=retry_unknown)


def settle_by_ledger(items: Iterable[BackfillItem], account: str, quota: int, *, retry_unknown: bool = False) -> None:
    """Bring items to what the ledger says of their calls.

    One whose call was sent and never answered is bought again by itself as far as the credits for that reach, and
    beyond where `retry_unknown` says so; its note keeps the decision.
    """
    for item in items:
        calls = _of_kind(is_sandbox=item.is_sandbox).filter(digest=item.digest).order_by("-fetch_time", "-pk")
        sent = calls.exclude(state__in=[CallState.RELEASED, CallState.RESERVED])
        row = calls.filter(state=CallState.STORED).first() or sent.first()
        if row is None:
            give_back([item], account)
        elif row.state == CallState.STORED:
            write([keep(item, row, _body_of(row))])
        elif row.state == CallState.UNKNOWN:
            _settle_unknown(item, row, quota, retry_unknown=retry_unknown)
        elif row.state == CallState.REFUSED and ledger.is_of_the_call(row):
            end(item, ItemState.UNAVAILABLE, row.error_message, row)
        elif row.state == CallState.REFUSED:  # of the key, the plan or the credits
            give_back([item], account)
        elif RawResponse.objects.filter(call=row).exclude(problem="").exists():
            end(item, ItemState.PARKED, row.error_message, row)
        else:
            end(item, ItemState.FAILED, row.error_message, row)


def _settle_unknown(item: BackfillItem, row: FetchLog, quota: int, *, retry_unknown: bool) -> None:
    """Ask again, by a decision that is kept, or leave the item as unknown."""
    again = retry_unknown or ledger.may_retry(row, quota)
    told = f"the call of {row.fetch_time:%Y-%m-%d %H:%M:%S} UTC was sent and never answered"
    BackfillItem.objects.filter(pk=item.pk, state__in=OPEN).update(
        state=ItemState.PLANNED if again else ItemState.UNKNOWN,
        note=f"bought again: {told}" if again else f"{told}; --retry-unknown buys it again",
        attempts=attempts_of(item.digest, row.account),
    )


def attempts_of(digest: str, account: str) -> int:
    """The number of the last attempt that the ledger has of a call."""
    made = FetchLog.objects.filter(digest=digest, account=account)
    return made.aggregate(most=Max("attempt"))["most"] or 0


def _body_of(row: FetchLog) -> bytes:
    stored = RawResponse.objects.filter(call=row).first()
    return b"" if stored is None else ledger.body_of(stored)


def to_buy(run: BackfillRun) -> QuerySet[BackfillItem]:
    """What is left to be bought for a run: lists first, then in order of time."""
    return run.items.filter(state__in=TO_BUY).order_by("endpoint", "requested_at", "pk")


def left(run: BackfillRun) -> QuerySet[BackfillItem]:
    """What has not come to an end, of unknown outcome too."""
    return run.items.filter(state__in=[*TO_BUY, *OPEN])


def finish(run: BackfillRun, state: RunState, outcome: str, now: datetime) -> None:
    run.state, run.outcome = state, outcome
    run.finished_at = now if state is RunState.DONE else None
    run.save(update_fields=["state", "outcome", "finished_at"])


def calls_for(run: BackfillRun) -> QuerySet[FetchLog]:
    """Every call that was made for the items of a run, also those that were made again."""
    return _of_kind(is_sandbox=run.is_sandbox).filter(purpose=Purpose.BACKFILL, digest__in=run.items.values("digest"))


def _of_kind(*, is_sandbox: bool) -> QuerySet[FetchLog]:
    """The calls of any key, or of the sandbox: keys are changed, and what was bought with an old one is bought."""
    of_sandbox = Q(account=SANDBOX_KEY)
    return FetchLog.objects.filter(of_sandbox if is_sandbox else ~of_sandbox)


def spent_on(calls: QuerySet[FetchLog]) -> int:
    """Credits; a call of unknown cost counts as the most that it can be."""
    return int(calls.aggregate(total=Sum(Coalesce("credits_charged", "credits_reserved")))["total"] or 0)
