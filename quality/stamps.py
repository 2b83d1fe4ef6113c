"""Faults of the bookmakers' own times in one snapshot, pure: told once a bookmaker, or once where all show them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property

from events.times import parse_time
from odds.records import EventSnapshot

from .choices import IssueType
from .records import Issue, Stamp, Thresholds
from .rules.registry import rules_about

# With so many bookmakers a fault that all of them show is the answer's, not theirs.
ALL_OF = 3


class Stamps:
    """The bookmakers' own times against the instant of one snapshot."""

    def __init__(self, snapshot: EventSnapshot, thresholds: Thresholds) -> None:
        self._snapshot = snapshot
        self._thresholds = thresholds
        self._earliest = snapshot.snapshot_time - thresholds.stale_after
        self._latest = snapshot.snapshot_time + thresholds.clocks_apart

    @cached_property
    def wrong(self) -> dict[str | int | None, tuple[Issue, ...]]:
        """The times that something is wrong with, as written, and what."""
        earliest, latest = self._earliest, self._latest
        doubtful = {}
        for written in {offer.last_update for offer in self._snapshot.offers.values()}:
            moment = None if written is None else parse_time(written)
            if moment is None or not earliest <= moment <= latest:
                doubtful[written] = moment
        return {written: found for written, moment in doubtful.items() if (found := self._of(written, moment))}

    def _of(self, written: str | int | None, moment: datetime | None) -> tuple[Issue, ...]:
        stamp = Stamp(written, moment, self._snapshot.snapshot_time)
        rules = rules_about(Stamp, self._thresholds.disabled)
        return tuple(issue for rule in rules for issue in rule(stamp, self._thresholds))

    def issues(self) -> Iterator[tuple[str, Issue]]:
        """All that is wrong with the times of the snapshot, by bookmaker; "" for what all of them show."""
        for kind, told in self._by_kind.items():
            if self.is_of_all(kind):
                example, (issue, _) = next(iter(told.items()))
                yield "", issue._replace(text=f"all {len(told)} bookmakers, for instance {example}: {issue.text}")
            else:
                for book, (issue, markets) in told.items():
                    yield book, issue._replace(text=f"{', '.join(sorted(markets))}: {issue.text}")

    def is_of_all(self, kind: IssueType) -> bool:
        """Whether every bookmaker shows such a fault, and there are enough of them to tell."""
        books = {bookmaker for bookmaker, _ in self._snapshot.offers}
        return len(books) >= ALL_OF and self._by_kind.get(kind, {}).keys() == books

    @cached_property
    def _by_kind(self) -> dict[IssueType, dict[str, tuple[Issue, list[str]]]]:
        """By type and bookmaker, the first issue found and the markets that show it."""
        wrong = self.wrong
        found: dict[IssueType, dict[str, tuple[Issue, list[str]]]] = {}
        for (bookmaker, market), offer in self._snapshot.offers.items() if wrong else ():
            for issue in wrong.get(offer.last_update, ()):
                found.setdefault(issue.type, {}).setdefault(bookmaker, (issue, []))[1].append(market)
        return found
