"""What is told of the quality log: entries that somebody should see before their next look at it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence

from ..choices import IssueType, Severity
from ..models import DataQualityLog
from .manager import AlertManager
from .messages import SANDBOX, in_one_line

# Entries named in one message.
NAMED = 8


def tell_new_entries(
    entries: Iterable[DataQualityLog], manager: AlertManager | None = None, *, of_sandbox: bool = False
) -> bool:
    """Tell of those new entries that are critical or say that the provider's format changed, all in one message.

    Called with the new entries of one answer, in the transaction that writes them. Whether anything will be told.
    """
    manager = manager or AlertManager()
    if not manager.enabled:
        return False
    grave = [entry for entry in entries if _is_grave(entry)]
    if not grave:
        return False
    grave.sort(key=lambda entry: (-Severity(entry.severity).rank, entry.issue_type, entry.fingerprint))
    together = hashlib.sha256(" ".join(entry.fingerprint for entry in grave).encode()).hexdigest()[:32]
    key, title = f"quality/{together}", _title(grave)
    if of_sandbox:
        key, title = f"{SANDBOX}{key}", f"(sandbox) {title}"
    return manager.alert(_text(grave), grave[0].severity, key=key, title=title)


def _is_grave(entry: DataQualityLog) -> bool:
    return entry.severity == Severity.CRITICAL or entry.issue_type == IssueType.SCHEMA_DRIFT


def _title(grave: Sequence[DataQualityLog]) -> str:
    kinds = Counter(str(IssueType(entry.issue_type).label).lower() for entry in grave)
    named = ", ".join(kind if number == 1 else f"{number:,} × {kind}" for kind, number in kinds.most_common(3))
    return f"New in the quality log: {named}" + (", …" if len(kinds) > 3 else "")


def _text(grave: Sequence[DataQualityLog]) -> str:
    lines = [in_one_line(f"• {entry}: {entry.description}", 160) for entry in grave[:NAMED]]
    if len(grave) > NAMED:
        lines.append(f"… and {len(grave) - NAMED:,} more: see the quality log in the admin")
    return "\n".join(lines)
