"""A drill: is a backup restored as it was? Into a database beside ours, compared table by table, and removed."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime

from .access import Access
from .errors import BackupError, Busy
from .folder import Backup
from .manifest import IDENTICAL
from .scratch import DRILL, drop_leftovers, load, name_of, scratch_database


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill came to; it stands in the manifest of the backup too."""

    backup: Backup
    seconds: float

    @property
    def went_well(self) -> bool:
        return self.backup.manifest.drilled_well

    @property
    def result(self) -> str:
        return self.backup.manifest.drill_result


def drill(access: Access, backup: Backup, now: datetime) -> Drilled:
    """Restore the backup beside the database and compare. Raises Busy where that cannot be tried now."""
    begin = time.monotonic()
    try:
        result = _tried(access, backup, now)
    except Busy:
        raise
    except BackupError as error:
        result = str(error)
    return Drilled(backup.drilled(now, result), time.monotonic() - begin)


def _tried(access: Access, backup: Backup, now: datetime) -> str:
    with access.alone() as session:
        name = name_of(DRILL, access.database, now)
        drop_leftovers(session, name)
        backup.check()
        with scratch_database(session, name):
            differing = load(access.to(name), backup)
    if not differing:
        return IDENTICAL
    more = f" and {len(differing) - 3} more" if len(differing) > 3 else ""
    return f"restored, but {'; '.join(differing[:3])}{more}"
