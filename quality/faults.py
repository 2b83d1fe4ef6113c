"""The life of faults, pure: one entry for each, however often it is seen, that ends and may come back."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple

from msgspec import Raw

from odds.records import Asked, EventSnapshot, Offer, OfferKey

from .choices import IssueType
from .records import Entry, Issue
from .rules.wording import named

# Faults of a change: they stay with the price that came with it, and each is one by itself.
OF_CHANGES = frozenset({IssueType.LINE_MOVEMENT, IssueType.OUT_OF_ORDER})


class Finding(NamedTuple):
    """An issue with its place."""

    fingerprint: str
    issue: Issue
    bookmaker: str
    market: str
    offer: Raw | None


def place(issue: Issue, event_id: str, key: OfferKey, offer: Offer | None = None) -> Finding:
    """An issue found in this offer of an event, or with ("", "") in the event as a whole."""
    return Finding(fingerprint(issue, event_id, *key), issue, *key, None if offer is None else offer.outcomes)


def fingerprint(issue: Issue, event_id: str, bookmaker: str = "", market: str = "") -> str:
    """What two sightings share if they are one fault: its type and place, and the outcome where it is about one."""
    outcome = ""
    if issue.outcomes is not None and len(issue.outcomes) == 1 and issue.type not in OF_CHANGES:
        outcome = f"{named(issue.outcomes[0])} {issue.outcomes[0].line}"
    return _digest(issue.type, event_id, bookmaker, market, outcome, issue.detail)


def fingerprint_of_change(kind: IssueType, event_id: str, key: OfferKey, moment: datetime) -> str:
    """That of a fault of a change which the snapshot of `moment` showed."""
    return _digest(kind, event_id, *key, "", instant(moment))


def instant(moment: datetime) -> str:
    """What tells a fault of a change from those before and after it."""
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"


def _digest(kind: IssueType, *parts: str) -> str:
    return sha256(repr((kind.value, *parts)).encode()).hexdigest()


class Faults:
    """The faults of one event, by fingerprint."""

    def __init__(self, title: str, entries: Iterable[Entry] = ()) -> None:
        self.entries = {entry.fingerprint: entry for entry in entries}
        self._title = title
        self._standing = {entry.fingerprint for entry in self.entries.values() if entry.ended_at is None}

    @property
    def any_stands(self) -> bool:
        return bool(self._standing)

    def take(self, findings: Iterable[Finding], snapshot: EventSnapshot) -> None:
        """Bring them up to a snapshot that shows these and no others."""
        found = {finding.fingerprint: finding for finding in findings}
        for finding in found.values():
            self._see(finding, snapshot.snapshot_time)
        for fingerprint in self._standing - found.keys():
            self._end(self.entries[fingerprint], snapshot)

    def _see(self, finding: Finding, now: datetime) -> None:
        issue = finding.issue
        where = " ".join(part for part in (finding.bookmaker, finding.market) if part)
        description = f"{self._title}{', ' if where else ''}{where}: {issue.text}"
        raw = issue.raw if issue.raw is not None or finding.offer is None else bytes(finding.offer)
        entry = self.entries.get(finding.fingerprint)
        if entry is None:
            self.entries[finding.fingerprint] = _entry(finding, description, raw, now)
        else:
            entry.severity, entry.description, entry.raw = issue.severity, description, raw
            entry.last_seen, entry.ended_at = now, None
            entry.occurrences += 1
            entry.is_touched = True
        self._standing.add(finding.fingerprint)

    def _end(self, entry: Entry, snapshot: EventSnapshot) -> None:
        """The entry was not seen: it ends, if the snapshot speaks for its place."""
        if not _speaks_for(snapshot.asked, entry):
            return
        entry.ended_at = snapshot.snapshot_time
        entry.is_touched = True
        self._standing.discard(entry.fingerprint)


def _speaks_for(asked: Asked, entry: Entry) -> bool:
    """Whether an answer would show this fault if it still stood."""
    if entry.market:
        return asked.covers(entry.bookmaker, entry.market)
    return not entry.bookmaker or any(asked.covers(entry.bookmaker, market) for market in asked.markets)


def _entry(finding: Finding, description: str, raw: object, now: datetime) -> Entry:
    issue = finding.issue
    only = issue.outcomes[0] if issue.outcomes is not None and len(issue.outcomes) == 1 else None
    return Entry(
        fingerprint=finding.fingerprint,
        type=issue.type,
        severity=issue.severity,
        bookmaker=finding.bookmaker,
        market=finding.market,
        outcome="" if only is None else named(only),
        description=description,
        raw=raw,
        first_seen=now,
        last_seen=now,
        is_touched=True,
    )
