"""Buying stops by itself where the provider refuses our key, and goes on by itself when it takes it again."""

from __future__ import annotations

from datetime import datetime

import structlog
from django.db.models import QuerySet

from .errors import CallError, CreditsExhausted, KeyRefused, Paused
from .models import CollectorState, CreditPeriod
from .the_odds_api.answers import OUT_OF_CREDITS

log = structlog.get_logger(__name__)


def paused() -> QuerySet[CollectorState]:
    """The collector's state, if nothing is bought now."""
    return CollectorState.objects.filter(pk=1, paused_at__isnull=False)


def reason() -> str:
    """Why nothing is bought, in one line; "" while buying goes on."""
    state = paused().first()
    return state.pause_reason if state else ""


def begin_if_needed(error: CallError, now: datetime) -> None:
    """Stop buying after a refusal that concerns every call. Told once, however often it is met."""
    if not isinstance(error, KeyRefused | CreditsExhausted):
        return
    CollectorState.objects.get_or_create(pk=1)
    begun = CollectorState.objects.filter(pk=1, paused_at=None).update(
        paused_at=now, pause_code=error.code, pause_reason=str(error)
    )
    if begun:
        log.critical("collecting_paused", code=error.code, reason=str(error))


def end_if_key_was_refused(now: datetime) -> None:
    """Go on after an answer with 200, which the provider gives to a good key only."""
    _end(paused().exclude(pause_code=OUT_OF_CREDITS))


def end_if_affordable(cost: int, period: CreditPeriod | None) -> None:
    """Go on where the credits left pay for a call of this cost. Raises Paused where buying stays stopped."""
    if period is not None and (period.remaining is None or period.remaining >= cost):
        _end(CollectorState.objects.filter(pk=1, pause_code=OUT_OF_CREDITS))
    if why := reason():
        raise Paused(f"nothing is bought: {why}")


def _end(paused: QuerySet[CollectorState]) -> None:
    if paused.update(paused_at=None, pause_code="", pause_reason=""):
        log.info("collecting_resumed")
