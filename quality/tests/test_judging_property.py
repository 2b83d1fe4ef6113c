"""Random games with faults: what the fold over snapshots says equals a plain look at each snapshot by itself."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.tests.factories import NOON, book, event, market, outcome, snapshot
from odds.choices import OddsFormat
from odds.records import Asked
from odds.runs import EventRuns
from quality.choices import IssueType, ReviewState
from quality.judging import EventJudge
from quality.records import Case, Entry, Standards, Thresholds

HOME, AWAY = "Los Angeles Lakers", "Boston Celtics"
BOOKS, MARKETS = ("fanduel", "smarkets"), ("h2h", "spreads", "totals")
JUDGED = {
    IssueType.BOOKSUM_BELOW_ONE, IssueType.INCOMPLETE_MARKET, IssueType.INCONSISTENT_PAIR, IssueType.MISSING_FIELD,
    IssueType.TEAMS_SWAPPED,
}  # fmt: skip
STANDARDS = Standards(thresholds=Thresholds(disabled=frozenset(set(IssueType) - JUDGED)))

Offers = dict[tuple[str, str], list[dict[str, Any]]]
Fault = tuple[str, str, str, str]  # type, bookmaker, market, outcome
Decisions = dict[Fault, ReviewState]


@dataclass(frozen=True)
class Look:
    """One answer: what was asked, and what was offered of it."""

    at: datetime
    markets: tuple[str, ...]
    books: tuple[str, ...] | None
    offers: Offers
    is_swapped: bool

    def as_snapshot(self):
        books = [
            book(key, *(market(name, *self.offers[key, name]) for name in MARKETS if (key, name) in self.offers))
            for key in BOOKS
        ]
        teams = {"home_team": AWAY, "away_team": HOME} if self.is_swapped else {}
        return snapshot(event(*books, **teams), self.at, Asked.of(OddsFormat.AMERICAN, self.markets, self.books))

    def speaks_of(self, bookmaker: str, name: str) -> bool:
        return (bookmaker, name) in self.offers or (
            name in self.markets and (self.books is None or bookmaker in self.books)
        )


@st.composite
def offered(draw: st.DrawFn, name: str) -> list[dict[str, Any]]:
    """Both sides, or one, at prices and points that may not fit."""
    sides = ("Over", "Under") if name == "totals" else (HOME, AWAY)
    outcomes = []
    for side in draw(st.sampled_from([sides, sides[::-1], sides[:1], sides[1:]])):
        quoted = outcome(side, draw(st.sampled_from([-110, 300])))
        point = draw(st.sampled_from([3.5, 3.5, 4, None]))
        if name != "h2h" and point is not None:
            quoted["point"] = -point if side == HOME else point
        outcomes.append(quoted)
    return outcomes


@st.composite
def games(draw: st.DrawFn) -> list[Look]:
    looks, now = [], NOON
    for gap in draw(st.lists(st.integers(1, 90), min_size=1, max_size=7)):
        now += timedelta(minutes=gap)
        markets = tuple(sorted(draw(st.sets(st.sampled_from(MARKETS), min_size=1))))
        books = draw(st.sampled_from([None, None, BOOKS[:1], BOOKS[1:]]))
        places = [(key, name) for key in books or BOOKS for name in markets]
        offers = {place: draw(offered(place[1])) for place in places if draw(st.integers(0, 4))}
        looks.append(Look(now, markets, books, offers, is_swapped=not draw(st.integers(0, 5))))
    return looks


def faults_of(look: Look) -> dict[Fault, tuple[bool, set[tuple[str, str, str]]]]:
    """Every fault of one answer: whether it is an error, and the quotes it concerns."""
    found: dict[Fault, tuple[bool, set[tuple[str, str, str]]]] = {}
    everything = {(*place, quoted["name"]) for place, quotes in look.offers.items() for quoted in quotes}
    if look.is_swapped:
        found["teams_swapped", "", "", ""] = True, everything
    for (key, name), quotes in look.offers.items():
        concerned = {(key, name, quoted["name"]) for quoted in quotes}
        if len(quotes) == 1:
            found["incomplete_market", key, name, ""] = False, concerned
        without = [quoted["name"] for quoted in quotes if name != "h2h" and "point" not in quoted]
        for each in without:
            found["missing_field", key, name, each] = True, {(key, name, each)}
        if len(quotes) < 2 or without:
            continue
        points = [quoted.get("point", 0) for quoted in quotes]
        if points[0] != (points[1] if name == "totals" else -points[1]):
            found["inconsistent_pair", key, name, ""] = True, concerned
        elif sum(110 / 210 if quoted["price"] == -110 else 1 / 4 for quoted in quotes) < 1:
            found["booksum_below_one", key, name, ""] = key != "smarkets", concerned
    return found


@dataclass
class Plain:
    """What is thought of each standing quote, and the life of each fault, told without a fold over offers."""

    decisions: Decisions
    valid: dict[tuple[str, str, str], bool] = field(default_factory=dict)
    lives: dict[Fault, tuple[datetime, datetime, int, datetime | None]] = field(default_factory=dict)

    def look(self, look: Look) -> None:
        faults = faults_of(look)
        self.valid = {quote: valid for quote, valid in self.valid.items() if not look.speaks_of(*quote[:2])}
        for place, quotes in look.offers.items():
            for quote in [(*place, quoted["name"]) for quoted in quotes]:
                self.valid[quote] = not any(
                    self.is_error(fault, error) for fault, (error, concerned) in faults.items() if quote in concerned
                )
        for fault in faults:
            first, _, count, _ = self.lives.get(fault, (look.at, look.at, 0, None))
            self.lives[fault] = first, look.at, count + 1, None
        for fault, (first, last, count, ended) in self.lives.items():
            if fault not in faults and ended is None and (not fault[2] or look.speaks_of(*fault[1:3])):
                self.lives[fault] = first, last, count, look.at

    def is_error(self, fault: Fault, error: bool) -> bool:
        decision = self.decisions.get(fault, ReviewState.OPEN)
        return error if decision in ("open", "acknowledged") else decision == ReviewState.CONFIRMED


def judge(entries: Iterable[Entry] = (), decisions: dict[str, ReviewState] | None = None) -> EventJudge:
    case = Case(api_id="a" * 32, title="", sport_key="basketball_nba", names=(HOME, AWAY), decisions=decisions or {})
    return EventJudge(case, STANDARDS, entries)


def told(of: EventJudge) -> dict[Fault, tuple[datetime, datetime, int, datetime | None]]:
    return {
        (entry.type.value, entry.bookmaker, entry.market, entry.outcome): (
            entry.first_seen, entry.last_seen, entry.occurrences, entry.ended_at
        )
        for entry in of.entries.values()
    }  # fmt: skip


def standing(runs: EventRuns) -> dict[tuple[str, str, str], bool]:
    return {(run.bookmaker, run.market, run.outcome.name): run.is_valid for run in runs.standing}


@settings(max_examples=150, deadline=None)
@given(games(), st.data())
def test_the_fold_equals_a_plain_look_at_each_snapshot(looks, data):
    first = judge()
    undecided = EventRuns(judge=first)
    for look in looks:
        undecided.add(look.as_snapshot())
    entries = list(first.entries.values())
    states = data.draw(st.lists(st.sampled_from(ReviewState), min_size=len(entries), max_size=len(entries)))
    decisions: Decisions = {}
    for entry, state in zip(entries, states, strict=True):
        decisions[entry.type.value, entry.bookmaker, entry.market, entry.outcome] = state

    decided = judge(decisions={entry.fingerprint: state for entry, state in zip(entries, states, strict=True)})
    runs, plain = EventRuns(judge=decided), Plain(decisions)
    for look in looks:
        runs.add(look.as_snapshot())
        plain.look(look)
        assert standing(runs) == plain.valid
        assert told(decided) == plain.lives
    assert told(first) == plain.lives  # decisions change verdicts and nothing else


@settings(max_examples=100, deadline=None)
@given(games(), st.integers(0, 6))
def test_going_on_from_what_is_known_equals_judging_from_the_first(looks, cut):
    whole = judge()
    runs = EventRuns(judge=whole)
    for look in looks:
        runs.add(look.as_snapshot())
    before = judge()
    begun = EventRuns(judge=before)
    for look in looks[:cut]:
        begun.add(look.as_snapshot())
    after = judge(list(before.entries.values()))
    last = looks[min(cut, len(looks)) - 1].at if cut else None
    resumed = EventRuns(begun.standing, last=last, judge=after)
    for look in looks[cut:]:
        resumed.add(look.as_snapshot())
    assert told(after) == told(whole)
    assert standing(resumed) == standing(runs)
