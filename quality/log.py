"""The writes of the quality log, beside those of people (see `review`)."""

from __future__ import annotations

import json
import math
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any, NamedTuple

import msgspec
import structlog
from django.db.models import F, Q
from django.db.models.functions import Greatest
from msgspec import Raw

from events.models import Event

from .choices import IssueType, ReviewState, Severity
from .faults import OF_CHANGES, fingerprint
from .models import DataQualityLog
from .querysets import DataQualityLogQuerySet
from .records import Entry, Issue

log = structlog.get_logger(__name__)

# Of an offending part so many characters are kept; the raw answer has it whole.
LONGEST_RAW = 10_000
# What the columns can hold of a count that never stops.
LARGEST_COUNT = 2**31 - 1


class Known(NamedTuple):
    """What the log knows of one event."""

    entries: list[Entry]
    decisions: dict[str, ReviewState]


def known_of(event_ids: Collection[int]) -> dict[int, Known]:
    """What judging an event goes on from: its derived entries, and what people decided. One query."""
    known: dict[int, Known] = defaultdict(lambda: Known([], {}))
    derived = DataQualityLog.objects.filter(event_id__in=event_ids, is_derived=True)
    # A change that is over does not come back, and there may be thousands.
    over = Q(issue_type__in=OF_CHANGES, ended_at__isnull=False, review=ReviewState.OPEN)
    for row in derived.exclude(over).defer("raw_data"):
        assert row.event_id is not None
        if row.ended_at != row.last_seen:  # else the stored answers do not show it: see `forget_derived`
            known[row.event_id].entries.append(_entry(row))
        known[row.event_id].decisions[row.fingerprint] = ReviewState(row.review)
    return known


def _entry(row: DataQualityLog) -> Entry:
    return Entry(
        fingerprint=row.fingerprint,
        type=IssueType(row.issue_type),
        severity=Severity(row.severity),
        bookmaker=row.bookmaker,
        market=row.market,
        outcome=row.outcome,
        description=row.description,
        raw=None,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        occurrences=row.occurrences,
        ended_at=row.ended_at,
    )


def write_derived(entries: Mapping[int, Iterable[Entry]], events: Mapping[int, Event]) -> list[DataQualityLog]:
    """Write the entries of these events that were touched; return those that are new to the log."""
    rows = [
        _row(entry, events[event_id])
        for event_id, of_event in entries.items()
        for entry in of_event
        if entry.is_touched
    ]
    return _write(rows)


def forget_derived(event_id: int, found: Collection[str]) -> None:
    """Remove what judging an event anew does not find any more; what a person looked at only ends."""
    gone = DataQualityLog.objects.filter(event=event_id, is_derived=True).exclude(fingerprint__in=found)
    gone.filter(review=ReviewState.OPEN, reviews=None).delete()
    gone.update(ended_at=F("last_seen"))  # which is told from any other end by being no later


class Observation(NamedTuple):
    """A fault seen when an answer came in, which the stored answers alone would not show again."""

    issue: Issue
    sport_key: str = ""
    event: Event | None = None
    bookmaker: str = ""
    market: str = ""


def observe(
    observations: Iterable[Observation], at: datetime, ending: Collection[IssueType] = ()
) -> list[DataQualityLog]:
    """Note what was seen at `at`, one more time where it is known already; return the entries that are new.

    `ending` are the types that `end_unseen` is asked for next.
    """
    found = {observed.fingerprint: observed for observed in (_observed(each, at) for each in observations)}
    # Locked with what may end next: two answers that each end what the other saw would else lock each other up.
    sports = {each.sport_key for each in found.values()}
    may_end = Q(ended_at=None, is_derived=False, sport_key__in=sports, issue_type__in=ending)
    locked = DataQualityLog.objects.select_for_update().filter(Q(fingerprint__in=found) | may_end)
    for row in locked.order_by("fingerprint").defer("raw_data"):
        if (seen := found.get(row.fingerprint)) is None:
            continue
        seen.first_seen, seen.last_seen = min(row.first_seen, at), max(row.last_seen, at)
        seen.occurrences = min(row.occurrences + (at > row.last_seen), LARGEST_COUNT)
        if row.ended_at is not None and at < row.ended_at:  # an older answer, come in later
            seen.ended_at = row.ended_at
    return _write(list(found.values()))


def end_unseen(
    types: Collection[IssueType],
    sport_keys: Collection[str],
    seen: Iterable[Observation],
    at: datetime,
    **looked_at: Collection[str],
) -> None:
    """End the entries of these types and sports that were looked for at `at` and not seen.

    `looked_at` names the only bookmakers or markets that were looked at, as `bookmaker=` and `market=`. An entry seen
    at that very instant stands: it was in another part of the same answer.
    """
    found = {_observed(each, at).fingerprint for each in seen}
    standing = DataQualityLog.objects.standing().of_types(types).filter(is_derived=False, sport_key__in=sport_keys)
    for field, keys in looked_at.items():
        standing = standing.filter(**{f"{field}__in": ["", *keys]})
    end(standing.exclude(fingerprint__in=found).filter(last_seen__lt=at), at)


def end(entries: DataQualityLogQuerySet, at: datetime) -> int:
    """Have these ended at `at`, or when they were last seen if that is later; return how many."""
    # Locked in the order in which they are written.
    ids = list(entries.select_for_update(of=("self",)).order_by("fingerprint").values_list("pk", flat=True))
    return DataQualityLog.objects.filter(pk__in=ids).update(ended_at=Greatest("last_seen", at))


def _observed(observation: Observation, at: datetime) -> DataQualityLog:
    issue, sport_key, event, bookmaker, market = observation
    where = event.api_id if event is not None else f"sport {sport_key}"
    return DataQualityLog(
        fingerprint=fingerprint(issue, f"observed {where}", bookmaker, market),
        severity=issue.severity,
        issue_type=issue.type,
        sport_key=event.sport_key if event is not None else sport_key,
        event=event,
        bookmaker=bookmaker,
        market=market,
        description=storable(issue.text),
        raw_data=_json(issue.raw),
        first_seen=at,
        last_seen=at,
    )


def _row(entry: Entry, event: Event) -> DataQualityLog:
    return DataQualityLog(
        fingerprint=entry.fingerprint,
        severity=entry.severity,
        issue_type=entry.type,
        sport_key=event.sport_key,
        event=event,
        bookmaker=entry.bookmaker,
        market=entry.market,
        outcome=entry.outcome,
        description=storable(entry.description),
        raw_data=_json(entry.raw),
        first_seen=entry.first_seen,
        last_seen=entry.last_seen,
        occurrences=min(entry.occurrences, LARGEST_COUNT),
        ended_at=entry.ended_at,
        is_derived=True,
    )


# What a later sighting changes in the row of a fault.
_CHANGING = ["severity", "outcome", "description", "first_seen", "last_seen", "occurrences", "ended_at"]


def _write(rows: Sequence[DataQualityLog]) -> list[DataQualityLog]:
    """Insert or bring up to date, by fingerprint; return the rows that were inserted."""
    if not rows:
        return []
    # In one order, as other writers of the same rows wait for each other then instead of locking up.
    rows = sorted(rows, key=attrgetter("fingerprint"))
    prints = [row.fingerprint for row in rows]
    known = set(DataQualityLog.objects.filter(fingerprint__in=prints).values_list("fingerprint", flat=True))
    new = [row for row in rows if row.fingerprint not in known]
    with_raw = [row for row in rows if row.raw_data is not None]
    without = [row for row in rows if row.raw_data is None]
    for group, fields in ((with_raw, [*_CHANGING, "raw_data"]), (without, _CHANGING)):
        if group:
            DataQualityLog.objects.bulk_create(
                group, update_conflicts=True, unique_fields=["fingerprint"], update_fields=fields
            )
    for row in new:
        tell = log.warning if Severity(row.severity).invalidates else log.debug
        tell(
            "quote_flagged",
            issue_type=row.issue_type,
            severity=row.severity,
            bookmaker=row.bookmaker,
            market=row.market,
            description=row.description,
        )
    return new


def _json(raw: Any) -> Any:
    """The offending part as a value for a column of JSON; what is too long is cut, as text."""
    if raw is None:
        return None
    try:
        value = _loaded(raw) if isinstance(raw, bytes | Raw) else msgspec.to_builtins(raw)
        text = _NUL.sub("\\1\ufffd", storable(json.dumps(value, ensure_ascii=False, allow_nan=False)))
    except (ValueError, RecursionError) as error:
        return f"not to be shown: {error}"
    return json.loads(text) if len(text) <= LONGEST_RAW else f"{text[:LONGEST_RAW]}…"


def _loaded(raw: bytes | Raw) -> Any:
    """The JSON value in `raw`, with numbers that JSON or a float cannot hold as the text they were written in."""
    return json.loads(bytes(raw), parse_constant=str, parse_float=_float_or_text)


def _float_or_text(digits: str) -> float | str:
    number = float(digits)
    return number if math.isfinite(number) else digits


def storable(text: str) -> str:
    """`text` as PostgreSQL can hold it: no NUL, no half surrogate pairs."""
    return text.translate(_UNSTORABLE)


_NUL = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")  # escaped, and not a backslash before 'u0000'
_UNSTORABLE = {0: "\ufffd", **dict.fromkeys(range(0xD800, 0xE000), "\ufffd")}
