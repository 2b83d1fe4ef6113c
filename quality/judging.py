"""The checks of one event, snapshot by snapshot in time order, pure: verdicts on its quotes, and a log of its faults.

A fault is one entry for as long as it stands and whenever it comes back; an entry ends at the first snapshot that
should have shown it and did not. Judging from the first snapshot on, or on from what is known after any later one,
gives the same verdicts and the same entries.

A verdict is given when a price or its verdict changes, and is written on the run. A fault of the change itself, such as
a movement, stays with the run that it began.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from odds.markets import draw_in
from odds.records import EventSnapshot, Offer, OfferKey, OutcomeKey, Problem, Reading, Verdict
from odds.runs import Compared, Run

from . import rules  # noqa: F401 - registers them
from .choices import ReviewState
from .faults import OF_CHANGES, Faults, Finding, fingerprint_of_change, instant, place
from .readings import OF_THE_FEED, issues_of_event
from .records import Case, Entry, Issue, MarketQuotes, Movement, Sighting, Standards
from .rules.movement import is_calm
from .rules.registry import rules_about
from .stamps import Stamps

NOTHING: Mapping[OutcomeKey, Verdict | None] = {}
NONE: Sequence[Finding] = ()
# Clean offers to remember; each takes about half a kilobyte.
REMEMBERED = 100_000
_DECISIVE = frozenset({ReviewState.DISMISSED, ReviewState.CONFIRMED})


@dataclass(slots=True)
class News:
    """What the answers about an event held that was not known before, and is no fault of the event."""

    until: datetime | None = None  # the last snapshot judged; None: none was
    drift: dict[str, Problem] = field(default_factory=dict)  # fields that are new to us
    bookmakers: set[str] = field(default_factory=set)
    markets: set[str] = field(default_factory=set)


class EventJudge:
    """Judges the quotes of one event: an `odds.runs.Judge`."""

    def __init__(self, case: Case, standards: Standards, entries: Iterable[Entry] = ()) -> None:
        self._faults = Faults(case.title, entries)
        self.news = News()
        self._case = case
        self._standards = standards
        self._thresholds = standards.thresholds
        self._start_before = case.start_before
        self._is_decided = any(state in _DECISIVE for state in case.decisions.values())
        self._lasting: dict[OfferKey, list[Finding]] = {}  # faults of offers as last read
        self._passing: list[Finding] = []  # faults of changes in the snapshot at hand
        self._snapshot: EventSnapshot | None = None  # the one at hand
        self._stamps: Stamps
        self._sightings: list[Finding]  # faults of the event as it states it

    @property
    def entries(self) -> dict[str, Entry]:
        """The faults of the event so far, by fingerprint."""
        return self._faults.entries

    @property
    def is_thorough(self) -> bool:
        """A confirmed fault of times may end while the prices stand, so none may be passed over then."""
        return self._is_decided

    def judge(
        self,
        key: OfferKey,
        offer: Offer,
        reading: Reading,
        compared: Sequence[Compared],
        snapshot: EventSnapshot,
        since: datetime | None,
    ) -> Mapping[OutcomeKey, Verdict | None]:
        """The verdicts on an offer that may differ from what stood before; an outcome not in it is sound."""
        if snapshot is not self._snapshot:
            self._begin(snapshot)
        self._take_news(key, reading)
        lasting = [place(issue, self._case.api_id, key, offer) for issue in self._of_offer(key, reading, snapshot)]
        if lasting:
            self._lasting[key] = lasting
        elif self._lasting:
            self._lasting.pop(key, None)
        passing = self._of_change(key, offer, reading, compared, snapshot, since) if since is not None else NONE
        self._passing += passing
        stamped = self._of_stamp(key[0], offer) if self._stamps.wrong else NONE
        if not (lasting or passing or stamped or self._sightings or self._is_decided):
            return NOTHING
        return self._verdicts(key, compared, [*lasting, *passing, *stamped, *self._sightings])

    def close(self, snapshot: EventSnapshot, since: datetime | None) -> None:
        """Bring the entries up to this snapshot."""
        if snapshot is not self._snapshot:
            self._begin(snapshot)
        if self._is_there_anything(snapshot):
            self._faults.take(self._found(snapshot), snapshot)
            self._passing = []
        self._start_before = snapshot.event.commence_time
        self.news.until = snapshot.snapshot_time
        if snapshot.problems:
            self.news.drift |= {each.detail: each for each in snapshot.problems if each.kind in OF_THE_FEED}

    def _is_there_anything(self, snapshot: EventSnapshot) -> bool:
        """Whether this snapshot shows a fault, or may end one. Hardly any does."""
        shown = self._lasting or self._passing or self._sightings or snapshot.problems or self._stamps.wrong
        return bool(shown or self._faults.any_stands)

    def _begin(self, snapshot: EventSnapshot) -> None:
        self._snapshot = snapshot
        self._stamps = Stamps(snapshot, self._thresholds)
        self._sightings = self._of_sighting(snapshot)

    def _found(self, snapshot: EventSnapshot) -> Iterator[Finding]:
        """Every fault that this snapshot shows."""
        event_id = self._case.api_id
        for key in [key for key in self._lasting if key not in snapshot.offers and snapshot.asked.covers(*key)]:
            del self._lasting[key]
        for key, findings in self._lasting.items():
            if key in snapshot.offers:
                yield from findings
        yield from self._passing
        yield from self._sightings
        for issue in issues_of_event(snapshot.problems, self._thresholds.disabled):
            yield place(issue, event_id, ("", ""))
        for bookmaker, issue in self._stamps.issues():
            yield place(issue, event_id, (bookmaker, ""))

    def _of_offer(self, key: OfferKey, reading: Reading, snapshot: EventSnapshot) -> Sequence[Issue]:
        """The faults of an offer by itself. Most pairs of prices come again and again, so that is remembered."""
        standards = self._standards
        event, odds_format = snapshot.event, snapshot.asked.odds_format
        has_teams, drawn = bool(event.home_team or event.away_team), draw_in(event.sport_key)
        kind, believable = standards.of_bookmaker(key[0])
        quotes = [(q.outcome.side, q.outcome.description, q.price, q.decimal_price, q.point) for q in reading.quotes]
        signature = (key[1], has_teams, drawn, odds_format, kind, believable, *quotes)
        issues: Sequence[Issue] = ()
        if signature not in standards.known_clean:
            offer = MarketQuotes(key[1], reading.quotes, has_teams, odds_format, kind, believable, drawn)
            found = rules_about(MarketQuotes, self._thresholds.disabled)
            issues = [issue for rule in found for issue in rule(offer, self._thresholds)]
            if not issues and len(standards.known_clean) < REMEMBERED:
                standards.known_clean.add(signature)
        if reading.problems:
            return [*issues, *issues_of_event(reading.problems, self._thresholds.disabled)]
        return issues

    def _take_news(self, key: OfferKey, reading: Reading) -> None:
        if key[0] not in self._standards.kinds:
            self.news.bookmakers.add(key[0])
        if key[1] not in self._standards.markets:
            self.news.markets.add(key[1])
        if reading.problems:
            self.news.drift |= {each.detail: each for each in reading.problems if each.kind in OF_THE_FEED}

    def _of_change(
        self,
        key: OfferKey,
        offer: Offer,
        reading: Reading,
        compared: Sequence[Compared],
        snapshot: EventSnapshot,
        since: datetime,
    ) -> Sequence[Finding]:
        changes = [(run, quote) for quote, run, stands in compared if run is not None and not stands]
        if is_calm(key[1], changes, reading.last_update, self._thresholds):
            return NONE
        elapsed = snapshot.snapshot_time - since
        movement = Movement(key[1], tuple(changes), reading.last_update, elapsed, snapshot.is_live)
        return [
            place(issue._replace(detail=instant(snapshot.snapshot_time)), self._case.api_id, key, offer)
            for rule in rules_about(Movement, self._thresholds.disabled)
            for issue in rule(movement, self._thresholds)
        ]

    def _of_stamp(self, bookmaker: str, offer: Offer) -> list[Finding]:
        stamps, event_id = self._stamps, self._case.api_id
        return [
            place(issue, event_id, ("" if stamps.is_of_all(issue.type) else bookmaker, ""))
            for issue in stamps.wrong.get(offer.last_update, ())
        ]

    def _of_sighting(self, snapshot: EventSnapshot) -> list[Finding]:
        event, case, start_before = snapshot.event, self._case, self._start_before
        names = event.home_team or case.names[0], event.away_team or case.names[1]
        is_as_known = names == case.names and event.sport_key == case.sport_key
        if is_as_known and start_before in (None, event.commence_time):
            return []
        sighting = Sighting(event, case.sport_key, case.names, start_before)
        found = rules_about(Sighting, self._thresholds.disabled)
        return [place(issue, case.api_id, ("", "")) for rule in found for issue in rule(sighting, self._thresholds)]

    def _verdicts(
        self, key: OfferKey, compared: Sequence[Compared], findings: Sequence[Finding]
    ) -> Mapping[OutcomeKey, Verdict | None]:
        verdicts: dict[OutcomeKey, Verdict | None] = {}
        for quote, run, stands in compared:
            of_quote = [each for each in findings if _concerns(each.issue, quote.outcome)]
            is_bad_change = self._is_decided and (
                any(map(self._is_confirmed_change, of_quote))
                or (run is not None and stands and self._began_with_a_confirmed_change(key, run))
            )
            is_valid = not is_bad_change and not any(map(self._invalidates, of_quote))
            if of_quote or not is_valid:
                notes = ", ".join(sorted({each.issue.type.value for each in of_quote}))
                # Only its run tells that a price came with a bad change: without one it would count from then on.
                is_rejected = self._standards.rejects and not is_valid and not is_bad_change
                verdicts[quote.outcome] = None if is_rejected else Verdict(is_valid, notes)
        return verdicts

    def _invalidates(self, finding: Finding) -> bool:
        """Whether it makes a quote invalid: what a person said of it goes before its severity."""
        decision = self._case.decisions.get(finding.fingerprint)
        if decision in _DECISIVE:
            return decision is ReviewState.CONFIRMED
        return finding.issue.severity.invalidates

    def _began_with_a_confirmed_change(self, key: OfferKey, run: Run) -> bool:
        if run.is_valid:
            return False
        noted = run.notes.split(", ")  # others began at that instant too, without having moved
        changes = [kind for kind in OF_CHANGES if kind.value in noted]
        prints = (fingerprint_of_change(kind, self._case.api_id, key, run.odds_timestamp) for kind in changes)
        return any(self._case.decisions.get(each) is ReviewState.CONFIRMED for each in prints)

    def _is_confirmed_change(self, finding: Finding) -> bool:
        decision = self._case.decisions.get(finding.fingerprint)
        return finding.issue.type in OF_CHANGES and decision is ReviewState.CONFIRMED


def _concerns(issue: Issue, outcome: OutcomeKey) -> bool:
    return issue.outcomes is None or outcome in issue.outcomes
