"""What is done here when an app below says that something has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.dispatch import receiver

from odds.archived import RawArchived
from quality.event_checks import end_what_is_over
from quality.signals import verdicts_changed

log = structlog.get_logger(__name__)


@receiver(verdicts_changed)
def judge_anew(sender: object, *, event_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Write the runs of these events anew from their raw snapshots, with the decisions that are in the log now."""
    from .pipeline import rebuild  # with all that reads answers, which no other command needs at its start

    for event_id in event_ids:
        try:
            rebuild(event_id)
        except RawArchived as error:  # the decision is kept, and in force when the answers are back
            log.warning("event_not_judged", reason=str(error))
    end_what_is_over(now, event_ids)
