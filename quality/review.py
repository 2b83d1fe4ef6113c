"""What a person makes of entries of the quality log."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import structlog
from django.contrib.auth.models import User
from django.db import transaction

from events.locking import once_more
from events.models import Event

from .choices import ReviewState
from .models import DataQualityLog, Review
from .signals import verdicts_changed

log = structlog.get_logger(__name__)

# The states that change verdicts, when they come and when they go.
_DECISIVE = {ReviewState.DISMISSED, ReviewState.CONFIRMED}


@once_more
@transaction.atomic
def decide(
    entries: Iterable[DataQualityLog],
    state: ReviewState,
    *,
    note: str = "",
    reviewer: User | None,
    now: datetime,
) -> int:
    """Give these entries a review state, with a note; return how many had another one.

    ACKNOWLEDGED leaves the verdict on the quotes as it is, DISMISSED makes them valid, CONFIRMED invalid, and OPEN
    takes an earlier decision back. The quotes of the entries' events are judged anew in the same transaction, so that
    best odds, closing lines and backtests follow at once.
    """
    ids = [entry.pk for entry in entries]
    concerned = DataQualityLog.objects.filter(pk__in=ids).order_by()
    # Events before entries, as an answer that comes in locks them, or the two would lock each other up.
    list(Event.objects.select_for_update(no_key=True).filter(pk__in=concerned.values("event")).order_by("pk"))
    rows = list(concerned.select_for_update().exclude(review=state).order_by("fingerprint"))
    changed = {row.event_id for row in rows if row.event_id and {ReviewState(row.review), state} & _DECISIVE}
    DataQualityLog.objects.filter(pk__in=[row.pk for row in rows]).update(review=state)
    Review.objects.bulk_create(
        [Review(entry=row, state=state, note=note, reviewer=reviewer, reviewed_at=now) for row in rows]
    )
    if changed:
        verdicts_changed.send(sender=DataQualityLog, event_ids=sorted(changed), now=now)
    for row in rows:
        log.info("entry_reviewed", issue_type=row.issue_type, before=row.review, state=state.value)
    return len(rows)
