"""What live collection will cost until the reset, and how seldom it must look to afford it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

import structlog
from django.conf import settings

from events.choices import EventStatus
from events.models import Event

from . import counting
from .choices import Purpose, SamplingMode
from .credits import Balance, next_reset
from .models import CollectorState
from .sampling import Sampling, planned_ticks, projected, stretched
from .the_odds_api.endpoints import odds, scores
from .wanted import wanted_of_settings

log = structlog.get_logger(__name__)

# A forecast looks this far back for the pattern of a week.
PATTERN = timedelta(days=8)
# The forecast is made anew when it is this old.
PLANNED_FOR = timedelta(hours=1)
SCORES_INTERVAL = timedelta(hours=6)
SCORES_DAYS = 3

Starts = Mapping[str, Sequence[datetime]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Forecast:
    """Credits from now to the reset, at one way of sampling."""

    mode: SamplingMode
    sampling: Sampling
    note: str  # what was given up to fit; "" if nothing
    level: int  # how many steps it was made more frugal
    live: int
    scores: int
    left: int  # that live collection may still spend
    resets_at: datetime

    @property
    def need(self) -> int:
        return self.live + self.scores

    @property
    def fits(self) -> bool:
        return self.need <= self.left


def sampling_in_effect(mode: str = "") -> Sampling:
    """Sampling as set: by `mode`, else by set_sampling_mode, else by the settings."""
    if not mode:
        state = CollectorState.objects.filter(pk=1).only("sampling_mode").first()
        mode = (state.sampling_mode if state else "") or settings.SAMPLING_MODE
    return Sampling.of(mode, settings.FIXED_INTERVAL_MINUTES, settings.ADAPTIVE_INTERVALS, settings.CLOSE_LEAD_MINUTES)


def starts_of(sport_key: str, since: datetime, now: datetime) -> list[datetime]:
    """The distinct starts of a sport's events from `since` on, sorted; without those called off or vanished."""
    events = Event.objects.for_sport(sport_key).filter(commence_time__gt=since).not_vanished(now)
    playing = events.exclude(status__in=[EventStatus.CANCELLED, EventStatus.POSTPONED])
    return sorted(set(playing.order_by().values_list("commence_time", flat=True)))


def forecast(sampling: Sampling, balance: Balance, now: datetime, *, level: int = 0, note: str = "") -> Forecast:
    """What sampling in this way will cost until the reset; later weeks are taken to be like those known."""
    until = next_reset(now, settings.QUOTA_RESET_DAY)
    wanted = wanted_of_settings()
    live = results = 0
    for sport_key in settings.SPORTS:
        starts = projected(starts_of(sport_key, now - PATTERN, now), until)
        live += odds(sport_key, wanted).cost * sum(1 for _ in planned_ticks(now, until, starts, sampling))
        if starts:
            results += scores(sport_key, SCORES_DAYS).cost * ((until - now) // SCORES_INTERVAL)
    return Forecast(
        mode=sampling.mode,
        sampling=sampling,
        note=note,
        level=level,
        live=live,
        scores=results,
        left=balance.left(Purpose.LIVE, reserve_fraction=settings.CREDIT_RESERVE_FRACTION),
        resets_at=until,
    )


def affordable(sampling: Sampling, balance: Balance, now: datetime) -> Forecast:
    """The least frugal way of sampling that fits into the credits left; the most frugal one where none does."""
    for level, (note, frugal) in enumerate(stretched(sampling)):
        made = forecast(frugal, balance, now, level=level, note=note)
        if made.fits:
            break
    return made


def sampling_now(account: str, now: datetime) -> tuple[Sampling, int]:
    """How to sample now, within the credits, and what live collection needs until the reset.

    The forecast behind it is made once an hour and kept in the collector's state, where a person sees it; each time
    while there is nothing to fetch, as before the first games are known.
    """
    sampling = sampling_in_effect()
    state, _ = CollectorState.objects.get_or_create(pk=1)
    period = counting.current_period(account)
    if period is None:
        return sampling, 0
    is_planned = state.planned_at is not None and timedelta() <= now - state.planned_at < PLANNED_FOR
    if not is_planned or not state.live_need:
        made = affordable(sampling, counting.balance_of(period, settings.ODDS_API_QUOTA), now)
        _keep(state, made, now)
    _, frugal = next(islice(stretched(sampling), state.throttle_level, None), ("", sampling))
    return frugal, state.live_need


def _keep(state: CollectorState, made: Forecast, now: datetime) -> None:
    if made.level != state.throttle_level:
        log.warning("sampling_throttled", given_up=made.note or "nothing", need=made.need, left=made.left)
    state.planned_at, state.live_need = now, made.need
    state.throttle_level, state.throttle_note = made.level, made.note
    state.save(update_fields=["planned_at", "live_need", "throttle_level", "throttle_note", "updated_at"])


def replan() -> None:
    """Have the next tick make the forecast anew: what it rests on has changed."""
    CollectorState.objects.filter(pk=1).update(planned_at=None)
