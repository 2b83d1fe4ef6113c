"""What lies in archives instead of the database, for those who look for it here."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from pathlib import Path

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet

from events.models import Event

from .models import Odds, OddsSnapshot

_NAMED = 3


class RawArchived(Exception):
    """Raw answers are needed that lie in an archive. `event_ids` are the provider's; the message is one line."""

    def __init__(self, event_ids: Iterable[str]) -> None:
        self.event_ids = sorted(event_ids)
        more = f" and {len(self.event_ids) - _NAMED:,} more" if len(self.event_ids) > _NAMED else ""
        super().__init__(
            f"event {', '.join(self.event_ids[:_NAMED])}{more}: its raw answers lie in an archive, under "
            f"{archive_folder()} unless --out named another folder; restore them with import_archive --format parquet "
            "first"
        )


def archive_folder() -> Path:
    """Where archives are written unless another folder is named."""
    return Path(settings.VAR_DIR) / "archive"


def archived_whole(events: QuerySet[Event]) -> QuerySet[Event]:
    """Those of these events all odds of which were archived: what is left of them here is the closing instant.

    One that was seen in play only has no such instant, and is not among them.
    """
    return _nothing_stored(events).filter(closing_at__isnull=False)


def archive_note(event: Event) -> str:
    """Where the odds lie of an event that has none here, in one line; "" if it has some or no archive is known of.

    Looks at names of folders only, reads no file.
    """
    from .exports.parquet import folder_of  # which loads Arrow, for the few who come this far

    if not _nothing_stored(Event.objects.filter(pk=event.pk)).exists():
        return ""
    folder = archive_folder() / folder_of(event.sport_key, f"{event.commence_time:%Y-%m}")
    restore = f"import_archive --format parquet {shlex.quote(str(folder))}"
    is_there = any(folder.glob("whole-*"))
    if event.closing_at is None:
        return f"the odds of this event, if there were any, lie in an archive: {restore}" if is_there else ""
    if is_there:
        return f"the odds of this event lie in an archive: {restore}"
    return f"the odds of this event lie in an archive that is not in {folder}; import_archive --format parquet reads it"


def _nothing_stored(events: QuerySet[Event]) -> QuerySet[Event]:
    of_event = {"event": OuterRef("pk")}
    return events.filter(~Exists(OddsSnapshot.objects.filter(**of_event)), ~Exists(Odds.objects.filter(**of_event)))


def lying_in_archives(event_ids: Iterable[int]) -> dict[int, str]:
    """Those of these events (by the ids of their rows) that cannot be derived anew, with the provider's ids."""
    ids = list(event_ids)
    return without_raw(ids) | dict(archived_whole(Event.objects.filter(pk__in=ids)).values_list("pk", "api_id"))


def without_raw(event_ids: Iterable[int]) -> dict[int, str]:
    """Those of these events (by the ids of their rows) of which raw answers are archived, with the provider's ids."""
    archived = OddsSnapshot.objects.filter(event__in=list(event_ids), raw_data__isnull=True)
    return dict(Event.objects.filter(pk__in=archived.values("event")).values_list("pk", "api_id"))


def refuse_archived(event_ids: Iterable[int]) -> None:
    """Raise RawArchived if raw answers of any of these (by the ids of their rows) are archived: a part will not do."""
    if archived := without_raw(event_ids):
        raise RawArchived(archived.values())
