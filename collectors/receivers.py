"""What is done here when an app below says that something has happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.dispatch import receiver

from quality.event_checks import end_what_is_over
from quality.signals import verdicts_changed


@receiver(verdicts_changed)
def judge_anew(sender: object, *, event_ids: Sequence[int], now: datetime, **_: Any) -> None:
    """Write the runs of these events anew from their raw snapshots, with the decisions that are in the log now."""
    from .pipeline import rebuild  # with all that reads answers, which no other command needs at its start

    for event_id in event_ids:
        rebuild(event_id)
    end_what_is_over(now, event_ids)
