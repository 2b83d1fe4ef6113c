"""What the credits were spent on, what may still be spent, and how far they will reach. Nothing is asked or written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from heapq import merge

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, TruncDate

from events.wording import plural

from . import budget, counting
from .choices import Purpose, SamplingMode
from .credits import Balance, ceiling, next_reset
from .gate import Terms
from .models import CreditPeriod, FetchLog
from .outlook import collector_state, mode_of
from .sampling import Sampling, planned_ticks, projected
from .the_odds_api.endpoints import odds, scores
from .wanted import wanted_of_settings

# A call whose cost is not known yet counts as the most that it can be.
_CREDITS = Sum(Coalesce("credits_charged", "credits_reserved"))
_UNKNOWN = Coalesce(Sum("credits_reserved", filter=Q(credits_charged__isnull=True)), 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """What one purpose may spend."""

    purpose: Purpose
    ceiling: int  # it ends where so many credits of the quota are used, by whatever purpose
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Calls for one purpose to one endpoint. Credits of unknown cost count as the most that it can be."""

    purpose: str
    endpoint: str
    calls: int
    credits: int
    unknown: int  # of these credits, those that are not known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    day: date  # in UTC
    calls: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeForecast:
    """One way of sampling until the reset, as it is set, and as frugal as it has to be to fit."""

    mode: SamplingMode
    in_effect: bool
    live: int
    scores: int
    left: int
    fits: bool
    exhausted_at: datetime | None  # when the credits would run out if nothing were given up; None where they last
    given_up: str  # what has to be given up to fit; "" if nothing
    frugal_need: int  # what it takes then
    frugal_fits: bool

    @property
    def need(self) -> int:
        return self.live + self.scores

    @property
    def told(self) -> str:
        """Whether it fits, and what would have to be given up for it."""
        if not self.need:
            return "no game is known to come"
        if self.fits:
            return "fits"
        ends = f"; as set, the credits end on {self.exhausted_at:%Y-%m-%d %H:%M} UTC" if self.exhausted_at else ""
        if self.frugal_fits:
            return f"fits with less: {self.given_up} ({plural(self.frugal_need, 'credit')}){ends}"
        return f"does not fit, not even {self.given_up or 'as seldom as can be'}{ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """The credits of the period under way. Without `since` no answer has told of any yet, and all else is as set."""

    account: str
    since: datetime | None
    quota: int
    used: int
    pending: int
    pending_calls: int
    remaining: int | None
    seen_at: datetime | None
    used_before: int
    used_elsewhere: int
    percent: float
    resets_at: datetime
    live_need: int
    allowances: list[Allowance]
    spent: list[Spent]
    days: list[Day]

    @property
    def balance(self) -> Balance:
        return Balance(quota=self.quota, used=self.used, pending=self.pending, remaining=self.remaining)


def quota_of(terms: Terms, now: datetime) -> Quota:
    """The credits of these terms' account, as far as they are known."""
    period = counting.current_period(terms.account)
    known = period or CreditPeriod(account=terms.account)
    balance = counting.balance_of(known, terms.quota)
    live_need = collector_state().live_need
    calls = calls_of_period(period)
    return Quota(
        account=terms.account,
        since=period.started_at if period else None,
        quota=balance.quota,
        used=balance.used,
        pending=balance.pending,
        pending_calls=FetchLog.objects.of_account(terms.account).unsettled().filter(credits_reserved__gt=0).count(),
        remaining=balance.remaining,
        seen_at=known.seen_at,
        used_before=known.used_before,
        used_elsewhere=known.used_elsewhere,
        percent=balance.percent,
        resets_at=next_reset(now, settings.QUOTA_RESET_DAY),
        live_need=live_need,
        allowances=_allowances(balance, terms.reserve_fraction, live_need),
        spent=spent_on(calls),
        days=_days(calls),
    )


def calls_of_period(period: CreditPeriod | None) -> QuerySet[FetchLog]:
    return FetchLog.objects.none() if period is None else FetchLog.objects.filter(period=period)


def _allowances(balance: Balance, reserve_fraction: float, live_need: int) -> list[Allowance]:
    return [
        Allowance(
            purpose=purpose,
            ceiling=int(balance.quota * ceiling(purpose, reserve_fraction)),
            left=balance.left(purpose, reserve_fraction=reserve_fraction, live_need=live_need),
        )
        for purpose in Purpose
    ]


def spent_on(calls: QuerySet[FetchLog]) -> list[Spent]:
    """These calls by purpose and endpoint."""
    groups = calls.order_by("purpose", "endpoint").values_list("purpose", "endpoint")
    counted = groups.annotate(Count("pk"), total=_CREDITS, unknown=_UNKNOWN)
    names = ("purpose", "endpoint", "calls", "credits", "unknown")
    return [Spent(**dict(zip(names, row, strict=True))) for row in counted]


def _days(calls: QuerySet[FetchLog]) -> list[Day]:
    days = calls.annotate(day=TruncDate("fetch_time", tzinfo=UTC)).order_by("day").values_list("day")
    counted = days.annotate(Count("pk"), total=_CREDITS)
    return [Day(**dict(zip(("day", "calls", "credits"), row, strict=True))) for row in counted]


def forecasts(balance: Balance, now: datetime) -> list[ModeForecast]:
    """How far the credits reach with either way of sampling, the one in effect first."""
    in_effect = mode_of(collector_state())
    modes = sorted(SamplingMode, key=lambda mode: mode != in_effect)
    return [_mode_forecast(mode, mode == in_effect, balance, now) for mode in modes]


def forecast_in_effect(balance: Balance, now: datetime) -> ModeForecast:
    """How far they reach with the way of sampling that is in effect."""
    return _mode_forecast(SamplingMode(mode_of(collector_state())), True, balance, now)


def _mode_forecast(mode: SamplingMode, in_effect: bool, balance: Balance, now: datetime) -> ModeForecast:
    sampling = budget.sampling_in_effect(mode)
    as_set = budget.forecast(sampling, balance, now)
    frugal = as_set if as_set.fits else budget.affordable(sampling, balance, now)
    return ModeForecast(
        mode=mode,
        in_effect=in_effect,
        live=as_set.live,
        scores=as_set.scores,
        left=as_set.left,
        fits=as_set.fits,
        exhausted_at=None if as_set.fits else exhausted_at(sampling, as_set.left, now, as_set.resets_at),
        given_up=frugal.note,
        frugal_need=frugal.need,
        frugal_fits=frugal.fits,
    )


def exhausted_at(sampling: Sampling, left: int, now: datetime, until: datetime) -> datetime | None:
    """The first call of live collection that these credits no longer pay for; None where they last."""
    for moment, cost in merge(*_planned_costs(sampling, now, until)):
        left -= cost
        if left < 0:
            return moment
    return None


def _planned_costs(sampling: Sampling, now: datetime, until: datetime) -> Iterator[Iterator[tuple[datetime, int]]]:
    """For each sport the instants and costs of its odds, and those of its scores."""
    wanted = wanted_of_settings()
    for sport_key in settings.SPORTS:
        starts = projected(budget.starts_of(sport_key, now - budget.PATTERN, now), until)
        if not starts:
            continue
        ticks, cost = planned_ticks(now, until, starts, sampling), odds(sport_key, wanted).cost
        yield _priced(ticks, cost)
        yield _priced(_every(budget.SCORES_INTERVAL, now, until), scores(sport_key, budget.SCORES_DAYS).cost)


def _priced(moments: Iterator[datetime], cost: int) -> Iterator[tuple[datetime, int]]:
    return ((moment, cost) for moment in moments)


def _every(interval: timedelta, now: datetime, until: datetime) -> Iterator[datetime]:
    return (now + number * interval for number in range(1, (until - now) // interval + 1))
