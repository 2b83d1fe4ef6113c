"""What lies in archives instead of the database, for those who look for it here."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from django.conf import settings

from events.models import Event

from .models import OddsSnapshot

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


def without_raw(event_ids: Iterable[int]) -> dict[int, str]:
    """Those of these events (by the ids of their rows) of which raw answers are archived, with the provider's ids."""
    archived = OddsSnapshot.objects.filter(event__in=list(event_ids), raw_data__isnull=True)
    return dict(Event.objects.filter(pk__in=archived.values("event")).values_list("pk", "api_id"))


def refuse_archived(event_ids: Iterable[int]) -> None:
    """Raise RawArchived if raw answers of any of these (by the ids of their rows) are archived: a part will not do."""
    if archived := without_raw(event_ids):
        raise RawArchived(archived.values())
